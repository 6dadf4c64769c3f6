package report_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

// browser returns a Chromium, or skips the test.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if file, err := exec.LookPath(name); err == nil {
			return file
		}
	}
	t.Skip("needs Chromium in PATH")
	return ""
}

// browserTimeout is how long a page may take on a slow machine.
const browserTimeout = 2 * time.Minute

// load returns the page as it stands in a browser that has loaded it.
func load(t *testing.T, browser string, page []byte) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "page.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), browserTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--dump-dom", "file://"+file).Output()
	if err != nil {
		t.Fatalf("running %s: %v", browser, err)
	}
	return string(out)
}

// TestHTMLInBrowser loads pages with hostile texts.
func TestHTMLInBrowser(t *testing.T) {
	chromium := browser(t)
	var all strings.Builder
	for _, name := range []string{"html", "end of script", "attribute", "end of details", "invalid UTF-8", "NUL and DEL"} {
		all.WriteString(hostile[name])
	}
	page := render(t, report.HTML, hostileResult(all.String()), hostileOptions(all.String()))
	injected := strings.Replace(string(page), "</main>", `<script>document.title = "owned"</script><img src="x" onerror="document.title = 'owned'"></main>`, 1)
	tests := []struct {
		name    string
		page    string
		scripts int
	}{
		{"page", string(page), 1},
		{"page with a foreign script", injected, 2}, // the policy keeps it from running
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dom := load(t, chromium, []byte(tt.page))
			for _, want := range []string{"<title>gate: blocked</title>", " shown</p>"} {
				if !strings.Contains(dom, want) {
					t.Errorf("got a page without %q:\n%.3000s", want, dom)
				}
			}
			if got := strings.Count(dom, "<script"); got != tt.scripts {
				t.Errorf("got %d scripts, want %d", got, tt.scripts)
			}
		})
	}
}

// TestHTMLLoadsNothing checks that nothing in the page names a resource.
func TestHTMLLoadsNothing(t *testing.T) {
	page := string(render(t, report.HTML, everything(), options()))
	for _, attribute := range []string{" src=", " srcset=", "url(", "@import", "<link", "<iframe", "<object", " style=", " onclick="} {
		if strings.Contains(page, attribute) {
			t.Errorf("got %q in the page, want none", attribute)
		}
	}
	if want := "default-src &#39;none&#39;; style-src &#39;sha256-"; !strings.Contains(page, want) {
		t.Errorf("got no %q, want it in the page's policy", want)
	}
}

func TestTimeline(t *testing.T) {
	at := func(name string, published time.Time) policy.Package {
		return policy.Package{File: "package-lock.json", Name: name, Version: "1.0.0", Source: "registry", Published: published}
	}
	tests := []struct {
		name     string
		packages []policy.Package
		want     []string
		not      []string
	}{
		{"nothing known", []policy.Package{at("a", time.Time{})}, nil, []string{"How old"}},
		{"none young", []policy.Package{at("a", judged.Add(-100*time.Hour))}, []string{"0 of 1 version younger"}, []string{"bar young", ">cooldown ends<"}},
		{"exactly as old", []policy.Package{at("a", judged.Add(-72*time.Hour))}, []string{"0 of 1 version younger"}, []string{"bar young"}},
		{"almost", []policy.Package{at("a", judged.Add(time.Second-72*time.Hour))}, []string{"1 of 1 version younger", "bar young"}, nil},
		{"in the future", []policy.Package{at("a", judged.Add(time.Hour))}, []string{"1 of 1 version younger", `<rect class="bar young" x="0"`}, nil},
		{"very old", []policy.Package{at("a", judged.AddDate(-20, 0, 0))}, []string{"0 of 1 version younger", `<rect class="bar" x="948"`}, nil},
		{"in two lockfiles", []policy.Package{at("a", judged), at("a", judged)}, []string{"1 of 1 version younger"}, nil},
		{"many", []policy.Package{at("a", judged), at("b", judged)}, []string{"2 of 2 versions younger"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := pass()
			r.Judged, r.Cooldown, r.Packages = judged, 72*time.Hour, tt.packages
			page := string(render(t, report.HTML, r, report.Options{}))
			for _, want := range tt.want {
				if !strings.Contains(page, want) {
					t.Errorf("got no %q, want it in the page", want)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(page, not) {
					t.Errorf("got %q, want it not in the page", not)
				}
			}
		})
	}
}

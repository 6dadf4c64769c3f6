package policy

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/npm"
)

var known = []string{"deprecated", "exception", "install-script", "maintainers-changed", "new-publisher", "too-new"}

const integrity = "sha512-BXq5mqc8ltbaN34cDqWuYKyNhX8D/Z0J1xdtdQ8UcIIIyJyz+ZMKUt58tF3SrZ85jcfN/PZYhjR5uDQAYNVbuw=="

// documented returns the example of docs/policy.md.
func documented(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/policy.md has no example")
	}
	return []byte(example)
}

func TestParseDocumented(t *testing.T) {
	got, err := Parse("gate.yaml", documented(t), known)
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := npm.ParseIntegrity(integrity)
	if err != nil {
		t.Fatal(err)
	}
	want := &Policy{
		File:     "gate.yaml",
		Cooldown: Cooldown{Age: 72 * time.Hour, Exclude: []string{"@myorg/*", "left-pad"}, SecurityFixWarns: true},
		Checks:   map[string]finding.Severity{"deprecated": finding.Error, "maintainers-changed": finding.Off},
		Registries: map[string]Registry{
			"https://npm.myorg.example/": {
				Scopes: []string{"@myorg"},
				Gaps:   map[string]bool{"publish-time": true, "publisher": true},
			},
		},
		Exceptions: []Exception{{
			Check: "install-script", Package: "esbuild", Version: "0.25.0", Integrity: hashes,
			Reason: "downloads its platform binary, read by hand", By: "@alice",
			Expires: Expiry{time.Date(2027, 1, 16, 0, 0, 0, 0, time.UTC), "2027-01-15", 24},
			Line:    18,
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse of the documented example (-want +got):\n%s", diff)
	}
}

func TestParseDefaults(t *testing.T) {
	got, err := Parse("gate.yaml", []byte("version: 1\n"), known)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.File = "gate.yaml"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse of the smallest policy (-want +got):\n%s", diff)
	}
	if want.Cooldown.Age != 72*time.Hour {
		t.Errorf("default cooldown: got %v, want 72h", want.Cooldown.Age)
	}
}

func TestParseAge(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration // 0 for a mistake
	}{
		{"72h", 72 * time.Hour},
		{"3d", 72 * time.Hour},
		{"1w", 168 * time.Hour},
		{"1w2d3h4m5s", (7+2)*24*time.Hour + 3*time.Hour + 4*time.Minute + 5*time.Second},
		{"90s", 90 * time.Second},
		{"366d", maxAge},
		{"72", 0},
		{"0h", 0},
		{"-3h", 0},
		{"1.5h", 0},
		{"3h1d", 0},
		{"1d1d", 0},
		{"5ms", 0},
		{"h", 0},
		{"3 d", 0},
		{"3D", 0},
		{"367d", 0},
		{"366d1s", 0},
		{"99999999999999999999w", 0},
		{"9223372036854775807s", 0},
	}
	for _, tt := range tests {
		got, err := parseAge(tt.text)
		if got != tt.want || (err == nil) != (tt.want != 0) {
			t.Errorf("parseAge(%q): got %v, %v, want %v", tt.text, got, err, tt.want)
		}
	}
}

func TestParseRegistry(t *testing.T) {
	tests := []struct{ text, want string }{
		{"https://npm.example", "https://npm.example/"},
		{"https://npm.example/", "https://npm.example/"},
		{"HTTPS://NPM.Example:443/Path", "https://npm.example/Path/"},
		{"https://npm.example:8443/a%2fb", "https://npm.example:8443/a%2fb/"},
		{"http://127.0.0.1:4873", "http://127.0.0.1:4873/"},
		{"http://[::1]:80/", "http://[::1]/"},
		{"http://localhost/", "http://localhost/"},
		{"http://localhost.example/", ""},
		{"http://npm.example/", ""},
		{"http://127.0.0.1.example/", ""},
		{"npm.example", ""},
		{"//npm.example/", ""},
		{"https://", ""},
		{"https://:443/", ""},
		{"https:npm.example", ""},
		{"https://${HOST}/", ""},
		{"ftp://npm.example/", ""},
		{"https://npm.example/?", ""},
		{"https://npm.example/?a=b", ""},
		{"https://npm.example/#a", ""},
		{"https://alice:secret@npm.example/", ""},
	}
	for _, tt := range tests {
		got, err := parseRegistry(tt.text)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("parseRegistry(%q): got %q, %v, want %q", tt.text, got, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("parseRegistry(%q) repeats the credentials: %v", tt.text, err)
		}
	}
}

func TestParseExpiry(t *testing.T) {
	tests := []struct {
		text string
		want time.Time // zero for a mistake
	}{
		{"2027-01-15", time.Date(2027, 1, 16, 0, 0, 0, 0, time.UTC)},
		{"2026-12-31", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"2028-02-29", time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC)},
		{"2027-01-15T12:00:00Z", time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC)},
		{"2027-01-15T12:00:00+02:00", time.Date(2027, 1, 15, 10, 0, 0, 0, time.UTC)},
		{"2027-02-30", time.Time{}},
		{"2027-1-5", time.Time{}},
		{"2027-01", time.Time{}},
		{"15.01.2027", time.Time{}},
		{"2027-01-15 12:00:00", time.Time{}},
		{"never", time.Time{}},
	}
	for _, tt := range tests {
		got, err := parseExpiry(tt.text)
		if !got.End.Equal(tt.want) || (err == nil) != !tt.want.IsZero() {
			t.Errorf("parseExpiry(%q): got %v, %v, want %v", tt.text, got.End, err, tt.want)
		}
	}
}

func TestCooldownExcludes(t *testing.T) {
	c := Cooldown{Exclude: []string{"@myorg/*", "left-pad", "@other/one"}}
	for name, want := range map[string]bool{
		"@myorg/a": true, "left-pad": true, "@other/one": true,
		"@other/two": false, "@myorgs/a": false, "@my/a": false, "myorg": false, "left-pads": false, "": false,
	} {
		if got := c.Excludes(name); got != want {
			t.Errorf("Excludes(%q): got %v, want %v", name, got, want)
		}
	}
	if (Cooldown{Exclude: []string{"/*"}}).Excludes("lodash") {
		t.Error("the empty scope excludes packages without one")
	}
}

func TestConfigErrors(t *testing.T) {
	data := []byte("version: 1\ncooldown: {age: 3}\nchecks: {too-old: off}\n" + strings.Repeat("x: 1\n", 3))
	_, err := Parse("sub/gate.yaml", data, known)
	all, ok := errors.AsType[ConfigErrors](err)
	if !ok {
		t.Fatalf("got %v, want ConfigErrors", err)
	}
	if len(all) != 2 { // the repeated keys keep the rest from being read
		t.Errorf("got %d mistakes, want 2: %v", len(all), err)
	}
	first, ok := errors.AsType[*ConfigError](err)
	if !ok || first != all[0] {
		t.Errorf("errors.As gives %v, want the first mistake", first)
	}
	want := "sub/gate.yaml:5:1: this key is already in line 4; keep one of them\n" +
		"sub/gate.yaml:6:1: this key is already in line 4; keep one of them"
	if got := err.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestConfigErrorsBounded(t *testing.T) {
	var data strings.Builder
	for i := range 100 {
		data.WriteString(strings.Repeat("x", i+1) + ": 1\n")
	}
	_, err := Parse("gate.yaml", []byte(data.String()), known)
	all, _ := errors.AsType[ConfigErrors](err)
	if len(all) != maxErrors {
		t.Fatalf("got %d mistakes, want %d", len(all), maxErrors)
	}
	if all[0].Line != 1 || all[9].Line > 10 {
		t.Errorf("got lines %d to %d, want the first ones", all[0].Line, all[9].Line)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(documented(f))
	const maxSeed = 1 << 10 // long texts make fuzzing slow
	for _, tt := range mistakes {
		if len(tt.yaml) <= maxSeed {
			f.Add([]byte(tt.yaml))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse("gate.yaml", data, known)
		if err != nil {
			checkMistakes(t, err)
		} else {
			checkPolicy(t, p)
		}
	})
}

func checkPolicy(t *testing.T, p *Policy) {
	t.Helper()
	if p.Cooldown.Age <= 0 {
		t.Errorf("the cooldown is %v", p.Cooldown.Age)
	}
	for address := range p.Registries {
		if again, err := parseRegistry(address); err != nil || again != address {
			t.Errorf("registry %q is not normalized: %q, %v", address, again, err)
		}
	}
	for _, e := range p.Exceptions {
		if npm.CheckName(e.Package) != nil || e.Version == "" || e.Reason == "" || e.By == "" || e.Expires.End.IsZero() || e.Line == 0 {
			t.Errorf("an exception lacks something: %+v", e)
		}
	}
	if got := Decide(nil, nil, p, time.Unix(0, 0)); got.Verdict == Unknown {
		t.Error("nothing is unknown, but the verdict is")
	}
}

func checkMistakes(t *testing.T, err error) {
	t.Helper()
	all, ok := errors.AsType[ConfigErrors](err)
	if !ok || len(all) == 0 || len(all) > maxErrors {
		t.Fatalf("got %d mistakes: %v", len(all), err)
	}
	for _, e := range all {
		if e.File == "" || e.Line < 1 || e.Column < 1 || e.Msg == "" {
			t.Errorf("a mistake lacks something: %+v", e)
		}
	}
}

package report_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

var (
	yamlBlock = regexp.MustCompile("(?s)```yaml\n.*?\n```\n")
	htmlCode  = regexp.MustCompile(`<code>[^<>]*</code>`)
	ownTag    = regexp.MustCompile(`</?(details|summary|sub|br)>|<!-- gate:report -->`)
)

// active matches what GitHub makes something else of than text.
var active = regexp.MustCompile(`[<>@\[\]_~$\\]|://|www\.|#[0-9]|:[a-z]+:|\b[0-9a-f]{7,}\b`)

// checkMarkdown checks that a report holds no markup but its own: what is left
// without code has to be plain.
func checkMarkdown(t *testing.T, text string) {
	t.Helper()
	text = htmlCode.ReplaceAllString(yamlBlock.ReplaceAllString(text, ""), "")
	for line := range strings.Lines(text) {
		rest := ownTag.ReplaceAllString(cutCodeSpans(t, line), "")
		if at := active.FindString(rest); at != "" {
			t.Errorf("got %q outside of code in %.200q", at, line)
		}
	}
}

// cutCodeSpans removes code spans as CommonMark finds them: they end at the
// next run of as many backquotes as they begin with. None may be left over.
func cutCodeSpans(t *testing.T, line string) string {
	t.Helper()
	var b strings.Builder
	for {
		start := strings.IndexByte(line, '`')
		if start < 0 {
			return b.String() + line
		}
		b.WriteString(line[:start])
		rest := strings.TrimLeft(line[start:], "`")
		fence := len(line) - start - len(rest)
		end := runOf(rest, fence)
		if end < 0 {
			t.Errorf("got a code span without an end: %.200q", line)
			return b.String()
		}
		line = rest[end+fence:]
	}
}

// runOf returns the index of the first run of exactly n backquotes, or -1.
func runOf(text string, n int) int {
	for i := 0; i < len(text); {
		run := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
		if run == n {
			return i
		}
		i += max(run, 1)
	}
	return -1
}

// TestMarkdownCells checks that no text ends a cell of a table early.
func TestMarkdownCells(t *testing.T) {
	unescaped := regexp.MustCompile(`(^|[^\\])\|`)
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			columns := 0
			for line := range strings.Lines(string(render(t, report.Summary, hostileResult(text), hostileOptions(text)))) {
				switch {
				case strings.HasPrefix(line, "|---"):
					columns = strings.Count(line, "|")
				case strings.HasPrefix(line, "| ") && columns > 0:
					if got := len(unescaped.FindAllString(line, -1)); got != columns {
						t.Errorf("got %d pipes, want %d in %.200q", got, columns, line)
					}
				default:
					columns = 0
				}
			}
		})
	}
}

// flood is a result with much of everything.
func flood(n int) (policy.Result, report.Options) {
	r := blocked()
	var changes []lockfile.Change
	for i := range n {
		name := fmt.Sprintf("pkg-%05d", i)
		r.Findings = append(r.Findings,
			on(name, "1.0.0", i+1, installScript("node "+name)),
			on(name, "1.0.0", i+1, deprecated("use new-"+name)))
		kept := on("kept-"+name, "1.0.0", n+i+1, installScript("node"))
		kept.Excepted, kept.Reason = true, "reviewed"
		r.Findings = append(r.Findings, kept)
		changes = append(changes, lockfile.Change{Kind: lockfile.Added, Name: name, To: "1.0.0"})
	}
	r.Findings = finding.Sort(r.Findings)
	return r, report.Options{Diffs: []report.Diff{{File: "package-lock.json", Base: "main", Changes: changes}}}
}

func TestMarkdownSize(t *testing.T) {
	tests := []struct {
		name  string
		write report.Writer
		limit int
	}{
		{"summary", report.Summary, 1 << 20},
		{"comment", report.Comment, 65_536},
	}
	r, o := flood(3000)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := string(render(t, tt.write, r, o))
			if got := utf8.RuneCountInString(out); got >= tt.limit {
				t.Errorf("got %d characters, want less than %d", got, tt.limit)
			}
			if open, end := strings.Count(out, "<details>"), strings.Count(out, "</details>"); open != end {
				t.Errorf("got %d <details> and %d </details>, want as many", open, end)
			}
			for _, want := range []string{"2952 rows more left out here", "exceptions more left out here", "changes more left out here"} {
				if !strings.Contains(out, want) {
					t.Errorf("got no %q, want it said", want)
				}
			}
			checkMarkdown(t, out)
		})
	}
	for name, text := range hostile {
		out := render(t, report.Comment, hostileResult(text), hostileOptions(text))
		if len(out) >= 65_536 {
			t.Errorf("%s: got a comment of %d bytes, want less than 65536", name, len(out))
		}
	}
}

func TestCommentMarker(t *testing.T) {
	for _, r := range []policy.Result{pass(), blocked(), unknownRegistry()} {
		first, _, _ := strings.Cut(string(render(t, report.Comment, r, report.Options{})), "\n")
		if want := "<!-- gate:report -->"; first != want {
			t.Errorf("got the first line %q, want %q", first, want)
		}
	}
}

func TestAppendTo(t *testing.T) {
	var got []string
	for _, f := range report.Formats {
		if f.AppendTo != "" {
			got = append(got, f.Name+" "+f.AppendTo)
		}
	}
	if want := []string{"summary GITHUB_STEP_SUMMARY"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

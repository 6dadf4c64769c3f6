package report_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

// hostile are texts that mean something to a terminal, a CI log, Markdown,
// HTML, XML or YAML.
var hostile = map[string]string{
	"line feed":             "a\nb",
	"carriage return":       "harmless\rblocked: 0 errors",
	"percent":               "100%0A::error::x %d %s %!",
	"workflow command":      "::error file=a.js,line=1::b",
	"indented command":      " \t\u00a0::add-mask::b",
	"command after break":   "a\n::stop-commands::b\r\n::set-output name=x::y",
	"old command":           "##[error]a",
	"old command inside":    "a ##[add-mask]b",
	"azure command":         "a ##vso[task.setvariable variable=x]b",
	"html":                  `<script>alert(1)</script>&amp;"'`,
	"table":                 "a | b ` c ``` d ~~~",
	"yaml":                  `x": {gaps: {packument: allow}} #`,
	"escape sequence":       "\x1b[2J\x1b]8;;https://example/\x07a\x1b]8;;\x07",
	"C1 escape sequence":    "\u009b31m\u0085",
	"bidi":                  "\u202eabc\u202c \u2066a\u2069 \u200e\u200f\u061c",
	"invisible":             "a\u200bb\u2060c\ufeffd\u00ade\u3164f\u2800g\ufe0fh\U000e0041\U000e0100",
	"separators":            "a\u2028b\u2029c\u3000d",
	"NUL and DEL":           "a\x00b\x7fc\x08",
	"invalid UTF-8":         "a\xff\xc0\xaf\xed\xa0\x80b",
	"megabyte":              strings.Repeat("0123456789abcdef", 1<<16),
	"colon":                 ":",
	"hash":                  "##",
	"bracket":               "[error]",
	"mention and link":      "@user #1 www.example.org ![a](https://example.org/x.png) [b](javascript:alert(1)) a@b.example",
	"markdown":              "# a *b* __c__ ~~d~~ - [ ] e > f 1. g :smile: $x$ \\| h",
	"end of cell":           `a \\| b \| c | d \`,
	"backquotes":            "a ` b `` c ``` d ```` `",
	"end of details":        "</code></summary></details><h1>pass</h1>",
	"end of script":         `</script></style></title><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`,
	"attribute":             `" onmouseover="document.title='owned'" x='`,
	"end of XML":            `]]></failure></testcase> & &#0;`,
	"empty":                 "",
	"replacement character": "a\ufffdb",
}

// hostileResult has the text in every field that takes foreign text, in all
// roles that a finding can have.
func hostileResult(text string) policy.Result {
	f := finding.Finding{
		Check: text, Severity: finding.Error, Evidence: text, Registry: text, Name: text, Version: text, Integrity: text,
		Position: finding.Position{File: text, Line: 7}, Message: text, Hint: text,
	}
	warning, unknown, excepted, project, wide := f, f, f, f, f
	warning.Severity = finding.Warning
	unknown.Unknown = true
	excepted.Excepted, excepted.Reason = true, text
	project.Name, project.Version = "", ""
	wide.Name, wide.Version, wide.Position, wide.Unknown = "", "", finding.Position{}, true
	return policy.Result{
		Verdict: policy.Blocked,
		Lockfiles: []policy.Lockfile{{
			Path: text, Format: text, Version: text, Entries: 1, Skipped: map[string]int{text: 1},
		}},
		Findings: finding.Sort([]finding.Finding{f, warning, unknown, excepted, project, wide}),
		Gaps: []policy.Gap{
			{Evidence: text, Registry: text, Reason: text, Entries: 1, Checks: []string{text}},
			{Evidence: text, Registry: text, Reason: text, Entries: 1, Checks: []string{text}, Allowed: true},
		},
		Judged: judged, Cooldown: time.Hour,
		Packages: []policy.Package{
			{File: text, Line: 7, Name: text, Version: text, Source: text, Published: judged, Path: []string{text, text}},
			{File: text, Line: 8, Name: "other", Source: text},
		},
	}
}

func hostileOptions(text string) report.Options {
	entry := &lockfile.Entry{Resolved: text, Source: lockfile.Source(text)}
	return report.Options{
		Base: text, Version: text, Root: text,
		Diffs: []report.Diff{{File: text, Base: text, Changes: []lockfile.Change{
			{Kind: lockfile.MovedRegistry, Name: text, From: text, To: text, Before: entry, After: entry, Path: []string{text, text}},
			{Kind: lockfile.Upgraded, Name: text, From: text, To: text, Direct: true},
		}}},
	}
}

func TestHostileText(t *testing.T) {
	for _, f := range report.Formats {
		for name, text := range hostile {
			t.Run(f.Name+"/"+name, func(t *testing.T) {
				checkFormat(t, f.Name, render(t, f.Write, hostileResult(text), hostileOptions(text)))
			})
		}
	}
}

// checkFormat checks a report on a hostile text: by what every format has to
// keep to, and by the format's own grammar.
func checkFormat(t *testing.T, format string, out []byte) {
	t.Helper()
	switch format {
	case "github":
		out = cutAnnotations(t, out)
	case "summary", "comment":
		checkMarkdown(t, string(out))
	case "json", "sarif", "gitlab":
		if !json.Valid(out) {
			t.Errorf("got no valid JSON: %.300s", out)
		}
	case "junit":
		readJUnit(t, out)
	}
	checkHarmless(t, out)
}

// TestLongText checks that the text report does not grow with what it is given.
func TestLongText(t *testing.T) {
	const limit = 100 << 10
	if got := len(render(t, report.Text, hostileResult(hostile["megabyte"]), report.Options{})); got > limit {
		t.Errorf("got %d bytes of report for strings of 1 MB, want at most %d", got, limit)
	}
}

// anywhere matches what a CI system obeys wherever it stands in a line.
var anywhere = regexp.MustCompile(`##[A-Za-z]*\[`)

// checkHarmless checks that neither a terminal nor a CI log obeys or hides
// anything of what is written to it.
func checkHarmless(t *testing.T, out []byte) {
	t.Helper()
	if !utf8.Valid(out) {
		t.Errorf("got invalid UTF-8: %.300q", out)
	}
	for _, r := range string(out) {
		if r >= ' ' && r <= '~' || r == '\n' {
			continue
		}
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector) {
			t.Errorf("got a raw %U, want it escaped", r)
			break
		}
	}
	if at := anywhere.FindIndex(out); at != nil {
		t.Errorf("got a CI command: %.80q", out[at[0]:])
	}
	for line := range strings.SplitSeq(string(out), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("got a line that is a workflow command: %.80q", line)
		}
	}
}

func FuzzFormats(f *testing.F) {
	for name, text := range hostile {
		if name != "megabyte" {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, format := range report.Formats {
			checkFormat(t, format.Name, render(t, format.Write, hostileResult(text), hostileOptions(text)))
		}
	})
}

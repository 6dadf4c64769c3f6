package report

import (
	"unicode/utf8"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
)

// verdict writes the verdict, what it rests on and what to type next, so that
// the end of a log says it all.
func (t *textWriter) verdict(r policy.Result) {
	color := red
	if r.Verdict == policy.Pass {
		color = green
	}
	t.blank()
	t.line("%s", t.paint(color, verdictLine(r)))
	if r.Verdict == policy.Blocked {
		t.blocking(decisive(r))
	}
	t.next(r)
}

// blocking lists the checks that block, each with the packages or files.
func (t *textWriter) blocking(findings []finding.Finding) {
	titles := map[string][]string{}
	listed := map[[2]string]bool{}
	for _, f := range findings {
		title := placeOf(f).title
		if at := [2]string{f.Check, title}; !listed[at] {
			listed[at] = true
			titles[f.Check] = append(titles[f.Check], Printable(title))
		}
	}
	all := checksOf(findings)
	shown := all[:min(len(all), maxBlocking)]
	width := 0
	for _, id := range shown {
		width = max(width, min(utf8.RuneCountInString(Printable(id)), maxColumn))
	}
	for _, id := range shown {
		t.line("  %-*s  %s", width, Printable(id), listSome(titles[id], maxCulprits))
	}
	if n := len(all) - len(shown); n > 0 {
		t.line("  … and %s", count(n, "more check", "more checks"))
	}
}

// next writes what to type.
func (t *textWriter) next(r policy.Result) {
	ids, retry := nextChecks(r)
	var steps []string
	if retry {
		steps = append(steps, tryAgain)
	}
	for _, id := range ids {
		steps = append(steps, "gate explain "+Printable(id))
	}
	label := "next:"
	for _, step := range steps {
		t.line("%-5s %s", label, step)
		label = ""
	}
}

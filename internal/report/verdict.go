package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
)

// tally counts what led to a verdict.
type tally struct {
	errors, warnings, excepted int
	unasked                    map[string]bool // checks that lack evidence
	packages, files            map[string]bool // that anything is wrong with
	allowed                    int             // gaps
}

func newTally(r policy.Result) tally {
	t := tally{unasked: map[string]bool{}, packages: map[string]bool{}, files: map[string]bool{}}
	for _, f := range r.Findings {
		if f.Excepted {
			t.excepted++
			continue
		}
		t.locate(f)
		switch rankOf(f) {
		case isError:
			t.errors++
		case isUnknown:
			t.unasked[f.Check] = true
		case isWarning:
			t.warnings++
		}
	}
	for _, g := range r.Gaps {
		if g.Allowed {
			t.allowed++
		}
	}
	return t
}

func (t tally) locate(f finding.Finding) {
	switch {
	case f.Name != "":
		t.packages[title(f.Name, f.Version)] = true
	case f.Position.File != "":
		t.files[f.Position.File] = true
	}
}

// verdictLine says the verdict and what it rests on, in one line.
func verdictLine(r policy.Result) string { return verdictWord(r.Verdict) + ": " + verdictCounts(r) }

// verdictCounts says what the verdict rests on.
func verdictCounts(r policy.Result) string {
	t := newTally(r)
	var found []string
	if t.errors > 0 {
		found = append(found, count(t.errors, "error", "errors"))
	}
	if n := len(t.unasked); n > 0 {
		found = append(found, count(n, "check", "checks")+" without evidence")
	}
	if t.warnings > 0 {
		found = append(found, count(t.warnings, "warning", "warnings"))
	}
	line := "no findings"
	if len(found) > 0 {
		line = strings.Join(found, ", ") + t.where()
	}
	if t.excepted > 0 {
		line += fmt.Sprintf("; %d excepted", t.excepted)
	}
	if t.allowed > 0 {
		line += "; " + count(t.allowed, "gap", "gaps") + " allowed"
	}
	return line
}

// where says how many packages and files of the project the findings are in.
func (t tally) where() string {
	var in []string
	if n := len(t.packages); n > 0 {
		in = append(in, count(n, "package", "packages"))
	}
	if n := len(t.files); n > 0 {
		in = append(in, count(n, "file", "files"))
	}
	if len(in) == 0 {
		return ""
	}
	return " in " + strings.Join(in, " and ")
}

func verdictWord(v policy.Verdict) string {
	switch v {
	case policy.Pass:
		return "pass"
	case policy.Blocked:
		return "blocked"
	default:
		return "could not judge"
	}
}

// decisive returns the findings that the verdict rests on: the errors if it is
// blocked, what could not be asked if it is unknown, none if it is pass.
func decisive(r policy.Result) []finding.Finding {
	var all []finding.Finding
	for _, f := range r.Findings {
		if f.Blocks() && r.Verdict != policy.Pass && f.Unknown == (r.Verdict == policy.Unknown) {
			all = append(all, f)
		}
	}
	return all
}

// checksOf returns the ids of the checks that made the findings, the one with
// the most findings first.
func checksOf(findings []finding.Finding) []string {
	var ids []string
	n := map[string]int{}
	for _, f := range findings {
		if n[f.Check] == 0 {
			ids = append(ids, f.Check)
		}
		n[f.Check]++
	}
	slices.SortStableFunc(ids, func(a, b string) int { return n[b] - n[a] })
	return ids
}

// nextChecks returns the ids of the checks to explain next, and whether to try
// again when a registry answers: no check explains one that did not at all.
func nextChecks(r policy.Result) (ids []string, retry bool) {
	findings := decisive(r)
	answered := slices.DeleteFunc(slices.Clone(findings), func(f finding.Finding) bool {
		return f.Unknown && f.Evidence == packument
	})
	ids = checksOf(answered)
	return ids[:min(len(ids), maxExplained)], len(answered) < len(findings)
}

// factsOf says how the result came about.
func factsOf(r policy.Result, o Options) []string {
	var facts []string
	if !r.Judged.IsZero() {
		facts = append(facts, "judged on "+minute(r.Judged))
	}
	if r.Cooldown > 0 {
		facts = append(facts, "cooldown "+duration(r.Cooldown))
	}
	if o.Base != "" {
		facts = append(facts, "compared with "+o.Base)
	}
	if o.Version != "" {
		facts = append(facts, "gate "+o.Version)
	}
	return facts
}

// minute prints an instant for people.
func minute(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

package policy

import (
	"cmp"
	"slices"
	"time"

	"github.com/install-gate/gate/internal/finding"
)

// Decide applies a policy to the findings and gaps of the checks and gives the
// verdict. It changes neither argument; Lockfiles is for the caller to fill.
func Decide(findings []finding.Finding, gaps []Gap, p *Policy, now time.Time) Result {
	kept := p.level(findings)
	kept = append(kept, p.level(p.except(kept, now))...)
	kept = finding.Sort(kept)
	return Result{Verdict: verdict(kept), Findings: kept, Gaps: p.allow(gaps)}
}

// level drops the findings that the policy does not want and sets the severity
// of the others. What could not be judged blocks whatever the check's level
// is, else an outage of the registry would open the gate; only switching the
// check off or allowing the registry's gap drops it.
func (p *Policy) level(findings []finding.Finding) []finding.Finding {
	var kept []finding.Finding
	for _, f := range findings {
		level := p.Checks[f.Check]
		switch {
		case level == finding.Off, f.Unknown && p.allows(f.Registry, f.Evidence):
			continue
		case f.Unknown:
			f.Severity = finding.Error
		case level != "":
			f.Severity = level
		}
		kept = append(kept, f)
	}
	return kept
}

// allow sorts the gaps, marks those that the policy accepts, and leaves out
// checks that are switched off, with gaps that concerned no other check.
func (p *Policy) allow(gaps []Gap) []Gap {
	var kept []Gap
	for _, g := range gaps {
		checks := slices.DeleteFunc(slices.Clone(g.Checks), func(id string) bool { return p.Checks[id] == finding.Off })
		if len(checks) == 0 && len(g.Checks) > 0 {
			continue
		}
		g.Checks = checks
		g.Allowed = p.allows(g.Registry, g.Evidence)
		kept = append(kept, g)
	}
	slices.SortStableFunc(kept, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Registry, b.Registry), cmp.Compare(a.Evidence, b.Evidence), cmp.Compare(a.Reason, b.Reason))
	})
	return kept
}

// verdict weighs what is left. Something bad outweighs something unknown.
func verdict(findings []finding.Finding) Verdict {
	answer := Pass
	for _, f := range findings {
		switch {
		case f.Blocks() && !f.Unknown:
			return Blocked
		case f.Blocks():
			answer = Unknown
		}
	}
	return answer
}

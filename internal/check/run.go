package check

import (
	"time"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/lockfile"
)

// Run runs every check over everything. Findings are sorted; the gaps are
// sorted by registry, kind and reason.
func Run(checks []*Check, subject *Subject, settings Settings, now time.Time) ([]finding.Finding, []Missing) {
	var found []finding.Finding
	report := func(f finding.Finding) { found = append(found, f) }
	gaps := newGapList(subject)
	others := newIndex(subject, now)
	for _, c := range checks {
		if c.Project != nil {
			c.Project(&ProjectPass{Subject: subject, check: c, report: report})
		}
		if c.Entry == nil {
			continue
		}
		for i := range subject.Records {
			r := &subject.Records[i]
			if !applies(c, r) {
				continue
			}
			if gap, ok := missing(c, r); ok {
				gaps.add(c, r, gap)
				if !c.Partial {
					continue
				}
			}
			c.Entry(&Pass{Record: r, Settings: settings, Now: now, check: c, hasBase: subject.HasBase, index: others, report: report})
		}
	}
	found = append(found, otherProblems(subject)...)
	found = append(found, gaps.findings()...)
	return finding.Sort(found), gaps.summary()
}

// otherProblems makes findings of the problems whose check judges entries and
// therefore does not report them itself, or does not exist: a slip in an id must
// not hide a problem.
func otherProblems(subject *Subject) []finding.Finding {
	var found []finding.Finding
	for _, p := range subject.Problems {
		if c, ok := Lookup(p.Check); !ok || c.Project == nil {
			found = append(found, ofProblem(p))
		}
	}
	return found
}

// applies reports whether a check has anything to say about an entry.
func applies(c *Check, r *evidence.Record) bool {
	if r.Skipped || !r.Changed && !c.Recheck {
		return false
	}
	return c.AnySource || r.Entry.Source == lockfile.Registry
}

// missing returns the first gap that keeps a check from judging an entry.
func missing(c *Check, r *evidence.Record) (evidence.Gap, bool) {
	for _, kind := range c.Needs {
		if gap, ok := r.Gap(kind); ok {
			return gap, true
		}
	}
	return evidence.Gap{}, false
}

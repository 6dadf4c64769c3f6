package check

import (
	"cmp"
	"maps"
	"slices"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/npm"
)

// Missing is a gap as the checks met it: one kind of evidence that one
// registry did not supply, for one reason.
type Missing struct {
	Kind     evidence.Kind
	Registry string
	Reason   string
	Entries  int      // entries that were not judged for it
	Checks   []string // ids, sorted
}

// gapList collects the gaps that kept checks from judging. A kind of evidence
// that a source supplied for no entry at all is said once for the source, any
// other gap at each entry.
type gapList struct {
	supplied map[source]bool
	met      map[gapKey]*gathered
}

type source struct {
	registry string
	kind     evidence.Kind
}

type gapKey struct {
	source
	reason string
	whole  bool // as the evidence says
}

type gathered struct {
	checks  map[string]bool
	records map[*evidence.Record]bool
	pairs   []pair // in the order met
}

type pair struct {
	check  *Check
	record *evidence.Record
}

func newGapList(subject *Subject) *gapList {
	g := &gapList{supplied: map[source]bool{}, met: map[gapKey]*gathered{}}
	for i := range subject.Records {
		r := &subject.Records[i]
		if r.Package == nil {
			continue
		}
		g.supplied[source{r.Registry, evidence.Packument}] = true
		if !r.Published.IsZero() {
			g.supplied[source{r.Registry, evidence.PublishTime}] = true
		}
		if r.Manifest != nil && r.Manifest.Publisher != nil {
			g.supplied[source{r.Registry, evidence.Publisher}] = true
		}
		if r.Signature != nil {
			g.supplied[source{r.Registry, evidence.Signed}] = true
		}
		if r.Provenance != nil {
			g.supplied[source{r.Registry, evidence.Attested}] = true
		}
	}
	return g
}

func (g *gapList) add(c *Check, r *evidence.Record, gap evidence.Gap) {
	key := gapKey{source{cmp.Or(gap.Source, r.Registry), gap.Kind}, gap.Reason, gap.Whole}
	at := g.met[key]
	if at == nil {
		at = &gathered{checks: map[string]bool{}, records: map[*evidence.Record]bool{}}
		g.met[key] = at
	}
	at.checks[c.ID] = true
	at.records[r] = true
	at.pairs = append(at.pairs, pair{c, r})
}

// isWhole reports whether a gap is one of its source as a whole. What is in a
// registry's documents either stands in some of them or is not served.
func (g *gapList) isWhole(key gapKey) bool {
	switch key.kind {
	case evidence.Packument, evidence.PublishTime, evidence.Publisher:
		return key.whole || !g.supplied[key.source]
	case evidence.Signed, evidence.Attested:
		// The public registry is known to serve them: what one version lacks there
		// is lacking of that version. If many lack it, a mirror answers in its name.
		missing := !g.supplied[key.source]
		return key.whole || missing && (key.registry != npm.PublicRegistry || len(g.met[key].records) > 1)
	default:
		return key.whole
	}
}

// findings makes a finding of each gap and check: for the source where it
// supplies nothing, else for each entry.
func (g *gapList) findings() []finding.Finding {
	var all []finding.Finding
	for key, at := range g.met {
		whole := g.isWhole(key)
		for _, p := range at.pairs {
			f := finding.Finding{
				Check: p.check.ID, Severity: finding.Error,
				Unknown: true, Evidence: string(key.kind), Registry: key.registry,
				Message: key.reason,
			}
			if !whole {
				f.Name, f.Version = p.record.Entry.Name, p.record.Entry.Version
				f.Position = finding.Position{File: p.record.File, Line: p.record.Entry.Line}
			}
			all = append(all, f)
		}
	}
	return all // finding.Sort drops the repetitions
}

func (g *gapList) summary() []Missing {
	var all []Missing
	for key, at := range g.met {
		m := Missing{
			Kind: key.kind, Registry: key.registry, Reason: key.reason, Entries: len(at.records),
			Checks: slices.Sorted(maps.Keys(at.checks)),
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b Missing) int {
		return cmp.Or(
			cmp.Compare(a.Registry, b.Registry),
			cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Reason, b.Reason),
		)
	})
	return all
}

package check

import (
	"time"

	"github.com/install-gate/gate/internal/evidence"
)

// index finds what the lockfiles hold beside the entry that is judged. It is
// built once for a run.
type index struct {
	packages map[place]*evidence.Package
	cohorts  map[*evidence.Record]cohort
	now      time.Time
	known    []string // what names returns, once it was asked
}

// place is a package in a lockfile. Two lockfiles may have the same name from
// different registries.
type place struct{ file, name string }

func newIndex(subject *Subject, now time.Time) *index {
	x := &index{packages: map[place]*evidence.Package{}, now: now}
	for i := range subject.Records {
		if r := &subject.Records[i]; r.Package != nil {
			x.packages[place{r.File, r.Entry.Name}] = r.Package
		}
	}
	x.cohorts = findCohorts(subject.Records)
	return x
}

// pkg returns a package that a lockfile holds, else nil.
func (x *index) pkg(file, name string) *evidence.Package { return x.packages[place{file, name}] }

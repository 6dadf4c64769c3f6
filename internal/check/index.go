package check

import (
	"time"

	"github.com/install-gate/gate/internal/evidence"
)

// index finds what the lockfiles hold beside the entry that is judged. It is
// built once for a run.
type index struct {
	records map[place]*evidence.Record // of several versions any
	cohorts map[*evidence.Record]cohort
	now     time.Time
	known   []knownName // what names returns, once it was asked
}

// place is a package in a lockfile. Two lockfiles may have the same name from
// different registries.
type place struct{ file, name string }

func newIndex(subject *Subject, now time.Time) *index {
	x := &index{records: map[place]*evidence.Record{}, now: now}
	for i := range subject.Records {
		if r := &subject.Records[i]; r.Package != nil {
			x.records[place{r.File, r.Entry.Name}] = r
		}
	}
	x.cohorts = findCohorts(subject.Records)
	return x
}

// record returns the record of a package that a lockfile holds, else nil.
func (x *index) record(file, name string) *evidence.Record { return x.records[place{file, name}] }

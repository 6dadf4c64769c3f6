package advisory

// This file reads the ranges of an OSV record. A range is not a pair of bounds
// but a list of events on the line of versions: introduced opens, fixed (the
// first version not affected any more) and last_affected (the last one that is)
// close. The list should be sorted and need not be. "0" in introduced stands for
// a version below every other one. The fourth event, limit, is meant for commits.

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/install-gate/gate/internal/npm"
)

// everything is the lower bound that lets every version in.
const everything = "0"

// Range is a stretch of versions in the order of semantic versions, prereleases
// included: 1.2.0-rc.1 lies below 1.2.0. At most one of Fixed and LastAffected
// is set.
type Range struct {
	Introduced   string `json:"introduced"`             // the first version; "0" is below all
	Fixed        string `json:"fixed,omitzero"`         // the first version above the range
	LastAffected string `json:"last_affected,omitzero"` // the last version of the range
}

// Open reports whether the range has no end.
func (r Range) Open() bool { return r.Fixed == "" && r.LastAffected == "" }

// String describes the range in words.
func (r Range) String() string {
	from := "every version"
	if r.Introduced != everything {
		from = r.Introduced + " and later"
	}
	switch {
	case r.Fixed != "":
		return from + " before " + r.Fixed
	case r.LastAffected != "":
		return from + " up to " + r.LastAffected
	}
	return from
}

// contains reports whether a version lies in the range. Where it or a bound is
// not a semantic version nothing can be compared: the version then counts as
// contained, but not for certain.
func (r Range) contains(version string) (in, certain bool) {
	bounds := []struct {
		version string
		outside func(order int) bool
	}{
		{r.Introduced, func(order int) bool { return order < 0 }},
		{r.Fixed, func(order int) bool { return order >= 0 }},
		{r.LastAffected, func(order int) bool { return order > 0 }},
	}
	if r.Introduced == everything {
		bounds = bounds[1:]
	}
	certain = true
	for _, bound := range bounds {
		if bound.version == "" {
			continue
		}
		order, ok := compare(version, bound.version)
		if ok && bound.outside(order) {
			return false, true
		}
		certain = certain && ok
	}
	return true, certain
}

// compare orders two versions by precedence; false if one is not a version.
func compare(a, b string) (int, bool) {
	va, errA := npm.ParseVersion(a)
	vb, errB := npm.ParseVersion(b)
	if errA != nil || errB != nil {
		return 0, false
	}
	return va.Compare(vb), true
}

// sameVersion reports whether two texts name one version. Build metadata makes no
// difference, as it makes none in the order of versions.
func sameVersion(a, b string) bool {
	order, ok := compare(a, b)
	return a == b || ok && order == 0
}

// osvRange is a range as a record has it.
type osvRange struct {
	Type   string     `json:"type"`
	Events []osvEvent `json:"events"`
}

// osvEvent holds one of its members.
type osvEvent struct {
	Introduced   string `json:"introduced"`
	Fixed        string `json:"fixed"`
	LastAffected string `json:"last_affected"`
}

func (e osvEvent) version() string { return cmp.Or(e.Introduced, e.Fixed, e.LastAffected) }

func (e osvEvent) check() error {
	if e.version() == "" {
		return errors.New("an event that is none of introduced, fixed and last_affected")
	}
	if e.Introduced+e.Fixed+e.LastAffected != e.version() {
		return errors.New("an event that is several at once")
	}
	return nil
}

// comparable reports whether the event has a place in the order of versions.
func (e osvEvent) comparable() bool {
	_, err := npm.ParseVersion(e.version())
	return err == nil || e.Introduced == everything
}

// decode turns events into ranges. Where the schema's evaluation takes a second
// introduced before the end for nothing new, this gives a range of its own: the
// versions are the same, and the version that the record names is not lost.
func (r *osvRange) decode() ([]Range, error) {
	switch r.Type {
	case "SEMVER", "ECOSYSTEM":
	case "GIT":
		return nil, nil // of commits; says nothing about the registry's versions
	default:
		return nil, fmt.Errorf("a range of the unknown type %q", cut(r.Type, maxID))
	}
	var open, closed []Range
	for _, event := range sorted(r.Events) {
		if err := event.check(); err != nil {
			return nil, err
		}
		if event.Introduced != "" {
			open = append(open, Range{Introduced: event.Introduced})
			continue
		}
		for _, started := range open {
			started.Fixed, started.LastAffected = event.Fixed, event.LastAffected
			closed = append(closed, started)
		}
		open = nil
	}
	if len(open)+len(closed) == 0 {
		return nil, errors.New("a range without introduced")
	}
	return append(closed, open...), nil
}

// sorted orders events by version. Those of one version stay as written, and so
// does the whole list if one has no place in the order.
func sorted(events []osvEvent) []osvEvent {
	if !slices.ContainsFunc(events, func(e osvEvent) bool { return !e.comparable() }) {
		slices.SortStableFunc(events, func(a, b osvEvent) int {
			// "0" is not a version and therefore sorts below all.
			return npm.CompareVersions(a.version(), b.version())
		})
	}
	return events
}

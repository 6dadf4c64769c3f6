package lockfile

import (
	"cmp"
	"slices"

	"github.com/install-gate/gate/internal/npm"
)

// merge joins the entries that say the same about the same package, so that
// one stands for all its places in the tree, and sorts them by name and
// version. It reuses the slice.
func merge(places []Entry) []Entry {
	slices.SortStableFunc(places, compareEntries)
	merged := places[:0]
	for start := 0; start < len(places); {
		end := start + 1
		for end < len(places) && compareEntries(places[start], places[end]) == 0 {
			end++
		}
		e := places[start]
		e.join(places[start+1 : end])
		merged = append(merged, e)
		start = end
	}
	return merged
}

func compareEntries(a, b Entry) int {
	if c := cmp.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	if c := npm.CompareVersions(a.Version, b.Version); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(a.Source, b.Source),
		cmp.Compare(a.Resolved, b.Resolved),
		slices.Compare(a.Integrity, b.Integrity),
	)
}

// join adds what other places in the tree say about the same package. A flag
// that frees an entry from scrutiny holds only if it holds everywhere, one
// that calls for it if it holds anywhere.
func (e *Entry) join(others []Entry) {
	for _, o := range others {
		e.Line = min(e.Line, o.Line)
		e.Dev = both(e.Dev, o.Dev)
		e.Optional = both(e.Optional, o.Optional)
		e.InstallScript = either(e.InstallScript, o.InstallScript)
		e.Conditional = e.Conditional && o.Conditional
		e.Tooling = e.Tooling || o.Tooling
		e.Checksum = cmp.Or(e.Checksum, o.Checksum)
	}
	e.Aliases = union(e.Aliases, others, func(o *Entry) []string { return o.Aliases })
	e.Locations = union(e.Locations, others, func(o *Entry) []string { return o.Locations })
	e.Requires = union(e.Requires, others, func(o *Entry) []string { return o.Requires })
}

func both(a, b *bool) *bool {
	if a == nil || b == nil {
		return nil
	}
	v := *a && *b
	return &v
}

func either(a, b *bool) *bool {
	if a == nil {
		return b
	}
	if b == nil || *a {
		return a
	}
	return b
}

// union joins a list with those of other entries, sorted and without
// repetitions.
func union(list []string, others []Entry, of func(*Entry) []string) []string {
	all := slices.Clip(list)
	for i := range others {
		all = append(all, of(&others[i])...)
	}
	if len(all) == len(list) {
		return list
	}
	return unique(all)
}

// unique sorts a list and drops repetitions, in place.
func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

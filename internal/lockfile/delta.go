package lockfile

import (
	"slices"

	"github.com/install-gate/gate/internal/npm"
)

// Delta tells what lockfiles hold that their bases did not. It looks at all
// bases together, since an entry that one of them has was reviewed, wherever
// it is used now.
type Delta struct {
	entries  map[npm.ID][]*Entry
	versions map[string][]string            // by name, sorted
	at       map[string]map[string][]string // versions by name and location
}

// NewDelta takes the lockfiles as they stood before the change.
func NewDelta(base []*Lockfile) *Delta {
	d := &Delta{
		entries:  map[npm.ID][]*Entry{},
		versions: map[string][]string{},
		at:       map[string]map[string][]string{},
	}
	for _, lock := range base {
		for i := range lock.Entries {
			d.add(&lock.Entries[i])
		}
	}
	for name, versions := range d.versions {
		d.versions[name] = sortedVersions(versions)
	}
	return d
}

func (d *Delta) add(e *Entry) {
	if known := d.entries[e.ID()]; len(known) < maxCandidates {
		d.entries[e.ID()] = append(known, e)
	}
	if e.Version == "" {
		return
	}
	d.versions[e.Name] = append(d.versions[e.Name], e.Version)
	places := d.at[e.Name]
	if places == nil {
		places = map[string][]string{}
		d.at[e.Name] = places
	}
	for _, location := range e.Locations {
		places[location] = append(places[location], e.Version)
	}
}

// Has reports whether a base locked the same package: name, version and hash,
// or, where hashes cannot be compared, the same address of the same registry.
func (d *Delta) Has(e *Entry) bool {
	return slices.ContainsFunc(d.entries[e.ID()], func(b *Entry) bool { return isSame(b, e) })
}

// Versions returns the versions that the bases locked of a package, sorted.
func (d *Delta) Versions(name string) []string { return slices.Clone(d.versions[name]) }

// At returns the version that an entry takes the place of: the one that the
// bases hold at the same place in the tree, else the nearest one that they
// hold anywhere: the next lower of the same release line, else the next higher
// of that line, else the next lower of any. It is empty if there is none of
// these, as for a package that is new.
func (d *Delta) At(e *Entry) string {
	if slices.Contains(d.versions[e.Name], e.Version) {
		return e.Version
	}
	var there []string
	for _, location := range e.Locations {
		there = append(there, d.at[e.Name][location]...)
	}
	switch there = sortedVersions(there); len(there) {
	case 0:
		return nearest(d.versions[e.Name], e.Version)
	case 1:
		return there[0]
	}
	return nearest(there, e.Version)
}

func sortedVersions(versions []string) []string {
	slices.Sort(versions)
	versions = slices.Compact(versions)
	npm.SortVersions(versions)
	return versions
}

// nearest chooses from sorted versions, in which a release line is one stretch.
func nearest(versions []string, to string) string {
	i, _ := slices.BinarySearchFunc(versions, to, npm.CompareVersions)
	below, above := versions[:i], versions[i:]
	switch {
	case len(above) > 0 && npm.SameLine(above[0], to) && (i == 0 || !npm.SameLine(below[i-1], to)):
		return above[0]
	case i > 0:
		return below[i-1]
	}
	return ""
}

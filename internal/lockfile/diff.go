package lockfile

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// ChangeKind says what became of a package between two lockfiles.
type ChangeKind string

// The kinds of changes.
const (
	Added      ChangeKind = "added"
	Removed    ChangeKind = "removed"
	Upgraded   ChangeKind = "upgraded"
	Downgraded ChangeKind = "downgraded"
	// ReResolved is the same version with another hash or address.
	ReResolved ChangeKind = "re-resolved"
	// MovedRegistry is the same version from another registry or source.
	MovedRegistry ChangeKind = "moved-registry"
)

// Change is one difference between two lockfiles.
type Change struct {
	Kind   ChangeKind
	Name   string
	From   string // version; empty if added, or if the format carries none
	To     string // version; empty if removed, or if the format carries none
	Before *Entry // nil if added
	After  *Entry // nil if removed

	// Direct and Path say how the package comes into the project: by the head,
	// or by the base if it is removed. See Paths.
	Direct bool
	Path   []string
}

// Compare returns what changed from base to head, by name. Formats, places in
// the tree and the way things are written do not count, so that a project can
// change its package manager without a change. A base of nil is empty.
//
// Where a package has several versions, each that is gone is paired with one
// that came: of the same version first, then of the same release line, then in
// the order of versions. What is left over was added or removed.
func Compare(base, head *Lockfile) []Change {
	if base == nil {
		base = &Lockfile{}
	}
	before, after := entriesByName(base), entriesByName(head)
	var changes []Change
	for name, entries := range before {
		changes = append(changes, comparePackage(entries, after[name])...)
	}
	for name, entries := range after {
		if before[name] == nil {
			changes = append(changes, comparePackage(nil, entries)...)
		}
	}
	slices.SortStableFunc(changes, compareChanges)
	basePaths, headPaths := NewPaths(base), NewPaths(head)
	for i := range changes {
		c, paths, e := &changes[i], headPaths, changes[i].After
		if e == nil {
			paths, e = basePaths, c.Before
		}
		c.Direct, c.Path = paths.IsDirect(e), paths.To(e)
	}
	return changes
}

func compareChanges(a, b Change) int {
	return cmp.Or(
		cmp.Compare(a.Name, b.Name),
		npm.CompareVersions(cmp.Or(a.To, a.From), cmp.Or(b.To, b.From)),
		cmp.Compare(a.Kind, b.Kind),
	)
}

func entriesByName(lock *Lockfile) map[string][]*Entry {
	byName := make(map[string][]*Entry, len(lock.Entries))
	for i := range lock.Entries {
		e := &lock.Entries[i]
		byName[e.Name] = append(byName[e.Name], e)
	}
	return byName
}

// comparePackage compares the entries of one name, sorted by version.
func comparePackage(before, after []*Entry) []Change {
	p := pairing{before: without(before, after, isSame), after: without(after, before, isSameReversed)}
	p.pair(func(e *Entry) string { return e.Version })
	p.pair(releaseLine)
	p.pair(func(*Entry) string { return "" })
	for _, e := range p.before {
		p.changes = append(p.changes, Change{Kind: Removed, Name: e.Name, From: e.Version, Before: e})
	}
	for _, e := range p.after {
		p.changes = append(p.changes, Change{Kind: Added, Name: e.Name, To: e.Version, After: e})
	}
	return p.changes
}

func isSameReversed(after, before *Entry) bool { return isSame(before, after) }

// maxCandidates bounds how many entries of one name and version are compared
// with each other. Beyond it an entry counts as changed.
const maxCandidates = 32

// without returns the entries that are the same as none of the others.
func without(entries, others []*Entry, same func(e, other *Entry) bool) []*Entry {
	byVersion := map[string][]*Entry{}
	for _, o := range others {
		byVersion[o.Version] = append(byVersion[o.Version], o)
	}
	var rest []*Entry
	for _, e := range entries {
		candidates := byVersion[e.Version]
		candidates = candidates[:min(len(candidates), maxCandidates)]
		if !slices.ContainsFunc(candidates, func(o *Entry) bool { return same(e, o) }) {
			rest = append(rest, e)
		}
	}
	return rest
}

// pairing is what is left of the entries of one name.
type pairing struct {
	before, after []*Entry
	changes       []Change
}

// pair makes changes of the entries that have a key in common, in order and
// each once.
func (p *pairing) pair(key func(*Entry) string) {
	waiting := map[string][]*Entry{}
	for _, e := range p.before {
		waiting[key(e)] = append(waiting[key(e)], e)
	}
	paired := map[*Entry]bool{}
	p.after = slices.DeleteFunc(p.after, func(e *Entry) bool {
		k := key(e)
		if len(waiting[k]) == 0 {
			return false
		}
		before := waiting[k][0]
		waiting[k], paired[before] = waiting[k][1:], true
		p.changes = append(p.changes, newChange(before, e))
		return true
	})
	p.before = slices.DeleteFunc(p.before, func(e *Entry) bool { return paired[e] })
}

// releaseLine names what npm.SameLine compares; text that is not a version is
// a line of its own.
func releaseLine(e *Entry) string {
	v, err := npm.ParseVersion(e.Version)
	switch {
	case err != nil:
		return "?" + e.Version
	case v.Major() > 0:
		return strconv.FormatUint(v.Major(), 10)
	}
	return "0." + strconv.FormatUint(v.Minor(), 10)
}

func newChange(before, after *Entry) Change {
	c := Change{Name: after.Name, From: before.Version, To: after.Version, Before: before, After: after}
	order := npm.CompareVersions(before.Version, after.Version)
	switch {
	case order < 0 && before.Version != "":
		c.Kind = Upgraded
	case order > 0 && after.Version != "":
		c.Kind = Downgraded
	case supplier(before) != supplier(after):
		c.Kind = MovedRegistry
	default:
		c.Kind = ReResolved
	}
	return c
}

// supplier returns what an entry comes from, whatever its version: a registry,
// or a kind of source on a host.
func supplier(e *Entry) string {
	if e.Source == Registry && e.Resolved == "" {
		return publicRegistry
	}
	if tarball, ok := npm.ParseTarballURL(e.Resolved); ok {
		return canonicalRegistry(tarball.Registry)
	}
	if u, err := url.Parse(e.Resolved); err == nil && u.Host != "" {
		return string(e.Source) + " " + strings.ToLower(u.Host)
	}
	return string(e.Source)
}

package lockfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	hashA = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
	hashB = "sha512-7iaw3Ur350mqGo7jwQrpkj9hiYB3Lkc/iBml1JQODbJ6wYX4oOHV+E+IvIh/1nsUNzLDBMxfqa2Ob1f1ACio/w=="
	hashC = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="

	commitA = "0123456789012345678901234567890123456789"
	commitB = "89abcdef89abcdef89abcdef89abcdef89abcdef"
)

// registryEntry is an entry as npm writes it.
func registryEntry(name, version string, hashes ...string) Entry {
	return Entry{
		Name: name, Version: version, Source: Registry, Integrity: hashes,
		Resolved: fmt.Sprintf("https://registry.npmjs.org/%s/-/%s-%s.tgz", name, name, version),
	}
}

func with(e Entry, change func(*Entry)) Entry {
	change(&e)
	return e
}

func TestIsSame(t *testing.T) {
	lodash := registryEntry("lodash", "4.17.21", hashA)
	git := Entry{Name: "g", Version: "1.0.0", Source: Git, Resolved: "git+ssh://git@github.com/o/g.git#" + commitA}
	tests := []struct {
		name   string
		before Entry
		change func(*Entry)
		want   bool
	}{
		{"itself", lodash, func(*Entry) {}, true},
		{"another version", lodash, func(e *Entry) { e.Version = "4.17.20" }, false},
		{"another place and flags", lodash, func(e *Entry) { e.Locations, e.Dev, e.Line = []string{"x"}, new(true), 9 }, true},
		{"another hash", lodash, func(e *Entry) { e.Integrity = []string{hashB} }, false},
		{"a second hash that would be accepted", lodash, func(e *Entry) { e.Integrity = []string{hashA, hashB} }, false},
		{"a weaker hash beside it", lodash, func(e *Entry) { e.Integrity = []string{hashC, hashA} }, true},
		{"the same hash elsewhere", lodash, func(e *Entry) { e.Resolved = "https://mirror.example/x.tgz" }, true},
		{"the hash lost", lodash, func(e *Entry) { e.Integrity = nil }, false},
		{"a weaker hash instead", lodash, func(e *Entry) { e.Integrity = []string{hashC} }, false},
		{"a malformed hash instead", lodash, func(e *Entry) { e.Integrity = []string{"sha512-x"} }, false},
		{"a stronger hash", with(lodash, func(e *Entry) { e.Integrity = []string{hashC} }), func(e *Entry) { e.Integrity = []string{hashA} }, true},
		{
			"a stronger hash beside the old one, elsewhere", with(lodash, func(e *Entry) { e.Integrity = []string{hashC} }),
			func(e *Entry) { e.Integrity, e.Resolved = []string{hashC, hashB}, "https://evil.example/x.tgz" }, false,
		},
		{"berry's checksum", lodash, func(e *Entry) { e.Resolved, e.Integrity, e.Checksum = "", nil, "10c0/ab" }, true},
		{
			"from berry to npm", with(lodash, func(e *Entry) { e.Resolved, e.Integrity, e.Checksum = "", nil, "10c0/ab" }),
			func(e *Entry) { *e = lodash }, true,
		},
		{
			"from berry to npm with the tarball of another package", with(lodash, func(e *Entry) { e.Resolved, e.Integrity, e.Checksum = "", nil, "10c0/ab" }),
			func(e *Entry) {
				*e = lodash
				e.Resolved = "https://registry.npmjs.org/evil/-/evil-1.0.0.tgz"
			}, false,
		},
		{
			"another checksum", with(lodash, func(e *Entry) { e.Resolved, e.Integrity, e.Checksum = "", nil, "10c0/ab" }),
			func(e *Entry) { e.Checksum = "10c0/cd" }, false,
		},
		{
			"a checksum of another kind of archive", with(lodash, func(e *Entry) { e.Resolved, e.Integrity, e.Checksum = "", nil, "10/ab" }),
			func(e *Entry) { e.Checksum = "10c0/cd" }, true,
		},
		{"no address", with(lodash, func(e *Entry) { e.Integrity = nil }), func(e *Entry) { e.Resolved = "" }, true},
		{
			"yarn's registry", with(lodash, func(e *Entry) { e.Integrity = nil }),
			func(e *Entry) { e.Resolved = "https://registry.yarnpkg.com/lodash/-/lodash-4.17.21.tgz#679591c5" }, true,
		},
		{
			"another registry", with(lodash, func(e *Entry) { e.Integrity = nil }),
			func(e *Entry) { e.Resolved = "https://npm.example/lodash/-/lodash-4.17.21.tgz" }, false,
		},
		{
			"http", with(lodash, func(e *Entry) { e.Integrity = nil }),
			func(e *Entry) { e.Resolved = "http://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz" }, false,
		},
		{"the same commit, written otherwise", git, func(e *Entry) { e.Resolved = "https://codeload.github.com/o/g/tar.gz/" + commitA }, true},
		{"another commit", git, func(e *Entry) { e.Resolved = "git+ssh://git@github.com/o/g.git#" + commitB }, false},
		{"the same commit of another repository", git, func(e *Entry) { e.Resolved = "git+ssh://git@github.com/evil/g.git#" + commitA }, false},
		{"git instead of the registry", with(lodash, func(e *Entry) { e.Integrity = nil }), func(e *Entry) { e.Source, e.Resolved = Git, git.Resolved }, false},
		{
			"a workspace as another format writes it",
			Entry{Name: "a", Source: Workspace, Resolved: "packages/a"},
			func(e *Entry) { e.Source, e.Resolved = Link, "file:packages/a" }, true,
		},
		{"another directory", Entry{Name: "a", Source: Workspace, Resolved: "a"}, func(e *Entry) { e.Resolved = "b" }, false},
	}
	for _, tt := range tests {
		after := with(tt.before, tt.change)
		if got := isSame(&tt.before, &after); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// lockOf makes a lockfile as Parse would.
func lockOf(format string, entries ...Entry) *Lockfile {
	return &Lockfile{Format: format, Entries: merge(entries)}
}

func changeTexts(changes []Change) []string {
	var list []string
	for _, c := range changes {
		list = append(list, fmt.Sprintf("%s %s %s>%s", c.Kind, c.Name, c.From, c.To))
	}
	return list
}

func TestCompare(t *testing.T) {
	e := registryEntry
	tests := []struct {
		name string
		base []Entry
		head []Entry
		want []string
	}{
		{"nothing", []Entry{e("a", "1.0.0", hashA)}, []Entry{e("a", "1.0.0", hashA)}, nil},
		{"added", nil, []Entry{e("a", "1.0.0", hashA)}, []string{"added a >1.0.0"}},
		{"removed", []Entry{e("a", "1.0.0", hashA)}, nil, []string{"removed a 1.0.0>"}},
		{"upgraded", []Entry{e("a", "1.9.0", hashA)}, []Entry{e("a", "1.10.0", hashB)}, []string{"upgraded a 1.9.0>1.10.0"}},
		{"downgraded", []Entry{e("a", "1.10.0", hashA)}, []Entry{e("a", "1.9.0", hashB)}, []string{"downgraded a 1.10.0>1.9.0"}},
		{"another hash", []Entry{e("a", "1.0.0", hashA)}, []Entry{e("a", "1.0.0", hashB)}, []string{"re-resolved a 1.0.0>1.0.0"}},
		{
			"another registry",
			[]Entry{e("a", "1.0.0")},
			[]Entry{with(e("a", "1.0.0"), func(e *Entry) { e.Resolved = "https://npm.example/a/-/a-1.0.0.tgz" })},
			[]string{"moved-registry a 1.0.0>1.0.0"},
		},
		{
			"another tarball of the same registry",
			[]Entry{e("a", "1.0.0")},
			[]Entry{with(e("a", "1.0.0"), func(e *Entry) { e.Resolved = "https://registry.npmjs.org/evil/-/evil-1.0.0.tgz" })},
			[]string{"re-resolved a 1.0.0>1.0.0"},
		},
		{
			"a commit",
			[]Entry{{Name: "g", Source: Git, Resolved: "git+ssh://git@h/g.git#" + commitA}},
			[]Entry{{Name: "g", Source: Git, Resolved: "git+ssh://git@h/g.git#" + commitB}},
			[]string{"re-resolved g >"},
		},
		{
			"paired by release line",
			[]Entry{e("a", "1.0.0", hashA), e("a", "2.0.0", hashA)},
			[]Entry{e("a", "2.1.0", hashB), e("a", "3.0.0", hashB)},
			[]string{"upgraded a 2.0.0>2.1.0", "upgraded a 1.0.0>3.0.0"},
		},
		{
			"lines below 1.0.0",
			[]Entry{e("a", "0.1.0", hashA), e("a", "0.2.0", hashA)},
			[]Entry{e("a", "0.2.1", hashB)},
			[]string{"removed a 0.1.0>", "upgraded a 0.2.0>0.2.1"},
		},
		{
			"a version joined another one",
			[]Entry{e("a", "1.0.0", hashA), e("a", "2.0.0", hashB)},
			[]Entry{e("a", "2.0.0", hashB)},
			[]string{"removed a 1.0.0>"},
		},
		{
			"a version more",
			[]Entry{e("a", "1.0.0", hashA)},
			[]Entry{e("a", "1.0.0", hashA), e("a", "1.1.0", hashB)},
			[]string{"added a >1.1.0"},
		},
		{"by name", []Entry{e("a", "1.0.0", hashA)}, []Entry{e("b", "1.0.0", hashA)}, []string{"removed a 1.0.0>", "added b >1.0.0"}},
	}
	for _, tt := range tests {
		got := changeTexts(Compare(lockOf("npm", tt.base...), lockOf("pnpm", tt.head...)))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if got := changeTexts(Compare(nil, lockOf("npm", e("a", "1.0.0")))); !cmp.Equal(got, []string{"added a >1.0.0"}) {
		t.Errorf("without a base: got %q", got)
	}
}

func TestComparePaths(t *testing.T) {
	lock := func(members ...string) *Lockfile {
		return parseText(t, "package-lock.json", `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1"}},`+strings.Join(members, ",")+"}}")
	}
	base := lock(`"node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}}`, `"node_modules/b": {"version": "1.0.0"}`)
	head := lock(`"node_modules/a": {"version": "1.1.0", "dependencies": {"c": "1"}}`, `"node_modules/c": {"version": "1.0.0"}`)
	type change struct {
		Name   string
		Direct bool
		Path   []string
	}
	var got []change
	for _, c := range Compare(base, head) {
		got = append(got, change{c.Name, c.Direct, c.Path})
	}
	want := []change{{"a", true, []string{"a"}}, {"b", false, []string{"a", "b"}}, {"c", false, []string{"a", "c"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCompareMany would not end if entries of one name were all compared with
// each other.
func TestCompareMany(t *testing.T) {
	const n = 5_000
	var base, head []Entry
	for i := range n {
		base = append(base, registryEntry("a", fmt.Sprintf("1.%d.0", i), hashA))
		head = append(head, registryEntry("a", fmt.Sprintf("1.%d.1", i), hashA))
		base = append(base, Entry{Name: "b", Version: "1.0.0", Source: URL, Resolved: fmt.Sprintf("https://h/%d", i)})
		head = append(head, Entry{Name: "b", Version: "1.0.0", Source: URL, Resolved: fmt.Sprintf("https://i/%d", i)})
	}
	lock := lockOf("npm", head...)
	if got := len(Compare(lockOf("npm", base...), lock)); got != 2*n {
		t.Errorf("got %d changes, want %d", got, 2*n)
	}
	delta := NewDelta([]*Lockfile{lockOf("npm", base...)})
	for i := range lock.Entries {
		if e := &lock.Entries[i]; delta.Has(e) || delta.At(e) == "" {
			t.Fatalf("%s %s: the delta has it, or nothing in its place", e.ID(), e.Resolved)
		}
	}
}

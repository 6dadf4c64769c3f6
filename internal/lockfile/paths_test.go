package lockfile

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPaths(t *testing.T) {
	node := func(name string, requires ...string) Entry {
		return Entry{Name: name, Version: "1.0.0", Source: Registry, Locations: []string{name}, Requires: requires}
	}
	entries := []Entry{
		node("a", "c", "d"), node("b", "d", "gone"), node("c", "e"), node("d", "e", "a"), node("e"),
		node("loop1", "loop2"), node("loop2", "loop1"), node("lone"),
	}
	tests := []struct {
		name     string
		projects []Project
		want     map[string][]string
	}{
		{
			"from the projects",
			[]Project{
				{Dir: ".", Dependencies: []Dependency{{Name: "b", Location: "b"}, {Name: "missing"}}},
				{Dir: "x", Dependencies: []Dependency{{Name: "c", Location: "c"}}},
			},
			map[string][]string{"b": {"b"}, "c": {"c"}, "d": {"b", "d"}, "e": {"c", "e"}, "a": {"b", "d", "a"}},
		},
		{
			"without projects", nil,
			map[string][]string{"b": {"b"}, "d": {"b", "d"}, "e": {"b", "d", "e"}, "a": {"b", "d", "a"}, "c": {"b", "d", "a", "c"}, "lone": {"lone"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lock := &Lockfile{Format: "pnpm", Entries: slices.Clone(entries), Projects: tt.projects}
			paths := NewPaths(lock)
			got := map[string][]string{}
			for i := range lock.Entries {
				e := &lock.Entries[i]
				if path := paths.To(e); path != nil {
					got[e.Name] = path
				}
				if want := len(tt.want[e.Name]) == 1; paths.IsDirect(e) != want {
					t.Errorf("%s is direct: got %v, want %v", e.Name, paths.IsDirect(e), want)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

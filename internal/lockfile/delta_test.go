package lockfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDelta(t *testing.T) {
	at := func(e Entry, locations ...string) Entry {
		e.Locations = locations
		return e
	}
	e := registryEntry
	delta := NewDelta([]*Lockfile{
		lockOf("npm",
			at(e("a", "1.0.0", hashA), "node_modules/a"),
			at(e("a", "2.0.0", hashA), "node_modules/b/node_modules/a"),
			at(e("a", "2.5.0", hashA), "node_modules/c/node_modules/a"),
			at(e("alias", "7.0.0", hashA), "node_modules/x"),
		),
		lockOf("pnpm", at(e("a", "4.0.0", hashB), "a@4.0.0"), Entry{Name: "a", Source: Git, Resolved: "x"}),
	})
	if diff := cmp.Diff([]string{"1.0.0", "2.0.0", "2.5.0", "4.0.0"}, delta.Versions("a")); diff != "" {
		t.Errorf("Versions (-want +got):\n%s", diff)
	}
	tests := []struct {
		name  string
		entry Entry
		has   bool
		at    string
	}{
		{"unchanged", at(e("a", "1.0.0", hashA), "node_modules/elsewhere"), true, "1.0.0"},
		{"in the other base", e("a", "4.0.0", hashB), true, "4.0.0"},
		{"another hash", at(e("a", "1.0.0", hashB), "node_modules/a"), false, "1.0.0"},
		{"at the same place", at(e("a", "4.1.0", hashA), "node_modules/a"), false, "1.0.0"},
		{"below what was at the same place", at(e("a", "0.5.0", hashA), "node_modules/b/node_modules/a"), false, "2.0.0"},
		{"at two places", at(e("a", "2.6.0", hashA), "node_modules/a", "node_modules/b/node_modules/a"), false, "2.0.0"},
		{"the next lower of its line", e("a", "2.4.0", hashA), false, "2.0.0"},
		{"the next higher of its line", e("a", "4.0.0-rc.1", hashA), false, "4.0.0"},
		{"the next lower of any line", e("a", "3.0.0", hashA), false, "2.5.0"},
		{"below all", e("a", "0.1.0", hashA), false, ""},
		{"another package at its place", at(e("b", "1.0.0", hashA), "node_modules/x"), false, ""},
	}
	for _, tt := range tests {
		if got := delta.Has(&tt.entry); got != tt.has {
			t.Errorf("%s: Has gives %v, want %v", tt.name, got, tt.has)
		}
		if got := delta.At(&tt.entry); got != tt.at {
			t.Errorf("%s: At gives %q, want %q", tt.name, got, tt.at)
		}
	}
}

package lockfile

import (
	"strings"
	"testing"

	"github.com/install-gate/gate/internal/npm"
)

// The expectations are those of node-semver 7, as npm 11 carries it.
func TestRange(t *testing.T) {
	tests := []struct {
		text     string
		contains string
		lacks    string
	}{
		{"", "0.0.0 1.2.3 1.0.0-rc.1", ""},
		{"*", "0.0.0 1.2.3 1.0.0-rc.1", ""},
		{"x", "0.0.0 1.2.3", "1.0.0-rc.1"},
		{"1.2.3", "1.2.3 1.2.3+build", "1.2.4 1.2.3-rc.1"},
		{"=v1.2.3", "1.2.3", "1.2.4"},
		{"v1.2.3", "1.2.3", "1.2.4"},
		{"1", "1.0.0 1.9.9", "2.0.0 0.9.9 2.0.0-0"},
		{"1.2", "1.2.0 1.2.9", "1.3.0 1.1.9"},
		{"1.2.x", "1.2.0 1.2.9", "1.3.0"},
		{"^1.2", "1.2.0 1.9.0", "1.1.9 2.0.0 2.0.0-0"},
		{"^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0 1.3.0-rc.1"},
		{"^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"},
		{"^0.0.3", "0.0.3", "0.0.4 0.0.2"},
		{"^0.0", "0.0.0 0.0.9", "0.1.0"},
		{"^0", "0.0.1 0.9.0", "1.0.0"},
		{"^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.10 1.2.3 1.9.0", "1.2.3-beta.1 1.2.4-beta.2"},
		{"~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2"},
		{"~1", "1.0.0 1.9.0", "2.0.0"},
		{"~0.0.0", "0.0.0 0.0.9", "0.1.0 1.0.0"},
		{"~> 1.2", "1.2.0 1.2.9", "1.3.0"},
		{">1.2", "1.3.0", "1.2.9"},
		{">1", "2.0.0", "1.9.9"},
		{">=1.2", "1.2.0 9.0.0", "1.1.9"},
		{"<=1.2", "1.2.9 0.0.1", "1.3.0 1.3.0-0"},
		{"<1.2", "1.1.9", "1.2.0 1.2.0-0"},
		{"<*", "", "0.0.0 1.0.0"},
		{">= 1.0.0 < 2", "1.0.0 1.9.0", "2.0.0 2.0.0-rc.1 0.9.0"},
		{">=1.0.0-rc.1 <2", "1.0.0-rc.1 1.5.0", "1.5.0-rc.1"},
		{"1.2.3 - 2", "1.2.3 2.9.9", "1.2.2 3.0.0"},
		{"1.2.3 - 2.3", "2.3.9", "2.4.0"},
		{"1.2 - 2.3.4", "1.2.0 2.3.4", "2.3.5 1.1.9"},
		{"^1.2 || 2.x", "1.9.0 2.0.0", "3.0.0 1.1.0"},
		{"^1||^3||", "1.0.0 3.0.0 2.0.0", "2.0.0-rc.1"},
		{" ^1.0.0 ", "1.0.0", "2.0.0"},
	}
	for _, tt := range tests {
		r, ok := parseRange(tt.text)
		if readable := tt.contains != "" || tt.lacks != ""; ok != readable {
			t.Errorf("parseRange(%q): ok = %v, want %v", tt.text, ok, readable)
		}
		for text := range strings.FieldsSeq(tt.contains) {
			if v, err := npm.ParseVersion(text); err != nil || !r.contains(v) {
				t.Errorf("%q lacks %s (%v)", tt.text, text, err)
			}
		}
		for text := range strings.FieldsSeq(tt.lacks) {
			if v, err := npm.ParseVersion(text); err != nil || r.contains(v) {
				t.Errorf("%q contains %s (%v)", tt.text, text, err)
			}
		}
	}
}

func TestNoRange(t *testing.T) {
	for _, text := range []string{
		"latest", "next-11", "file:x", "workspace:*", "catalog:", "npm:x@^1", "1.2.3.4", "1.x.3", "x.1", "01.2.3", "^", "^1.0.0-",
		"1.2.3-01", "1.2.x-rc.1", ">=1.2.3<2", "99999999999999999999.0.0", strings.Repeat("1 || ", 1000),
	} {
		if _, ok := parseRange(text); ok {
			t.Errorf("parseRange(%q) reads a range", text)
		}
	}
}

func FuzzRange(f *testing.F) {
	for _, seed := range []string{"", "^1.2 || 2.x", "1.2.3 - 2", "~> 1", ">=1.0.0-rc.1 <2", "<*", "x.1", "latest"} {
		f.Add(seed, "1.2.3-rc.1")
	}
	f.Fuzz(func(t *testing.T, text, version string) {
		r, ok := parseRange(text)
		v, err := npm.ParseVersion(version)
		if !ok || err != nil {
			return
		}
		r.contains(v)
		if exact, ok := parseRange(v.String()); !ok || !exact.contains(v) {
			t.Errorf("%s is not in its own range", v)
		}
	})
}

package lockfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDenoVersions(t *testing.T) {
	entry := func(name, version, id string, line int, requires ...string) Entry {
		return Entry{
			Name: name, Version: version, Source: Registry, Integrity: []string{"sha512-x"},
			Line: line, Locations: []string{id}, Requires: requires,
		}
	}
	older := []Entry{entry("@s/a_b", "1.0.0", "@s/a_b@1.0.0_c@2.0.0", 4, "c@2.0.0"), entry("c", "2.0.0", "c@2.0.0", 5)}
	newer := []Entry{older[0], older[1]}
	newer[0].InstallScript = new(true)
	newer[1].InstallScript, newer[1].Resolved = new(false), "https://npm.example/c.tgz"
	project := func(spec string) []Project {
		return []Project{{Dir: ".", Dependencies: []Dependency{{Name: "@s/a_b", Spec: spec, Kind: "dependencies", Location: "@s/a_b@1.0.0_c@2.0.0"}}}}
	}
	for _, test := range []struct {
		version, text string
		entries       []Entry
	}{
		{"2", `{"version": "2", "remote": {"https://deno.land/x": "00"}, "npm": {
  "specifiers": {"@s/a_b@^1": "@s/a_b@1.0.0_c@2.0.0"},
  "packages": {
    "@s/a_b@1.0.0_c@2.0.0": {"integrity": "sha512-x", "dependencies": {"alias": "c@2.0.0"}},
    "c@2.0.0": {"integrity": "sha512-x", "dependencies": {}}}}}`, older},
		{"3", `{"version": "3", "packages": {
  "specifiers": {"npm:@s/a_b@^1": "npm:@s/a_b@1.0.0_c@2.0.0", "jsr:@x/y@1": "jsr:@x/y@1.0.0"},
  "jsr": {"@x/y@1.0.0": {"integrity": "00"}}, "npm": {
    "@s/a_b@1.0.0_c@2.0.0": {"integrity": "sha512-x", "dependencies": {"c": "c@2.0.0"}},
    "c@2.0.0": {"integrity": "sha512-x", "dependencies": {}}}}}`, older},
		{"4", `{"version": "4",
  "specifiers": {"npm:@s/a_b@^1": "1.0.0_c@2.0.0"},
  "npm": {
    "@s/a_b@1.0.0_c@2.0.0": {"integrity": "sha512-x", "dependencies": ["alias@npm:c@2.0.0", "c"]},
    "c@2.0.0": {"integrity": "sha512-x"}}}`, older},
		{"5", `{"version": "5", "workspace": {"dependencies": ["npm:@s/a_b@^1", "jsr:@x/y@1"]},
  "specifiers": {"npm:@s/a_b@^1": "1.0.0_c@2.0.0", "npm:c@2": "2.0.0"},
  "npm": {
    "@s/a_b@1.0.0_c@2.0.0": {"integrity": "sha512-x", "optionalDependencies": ["c@2.0.0"], "scripts": true},
    "c@2.0.0": {"integrity": "sha512-x", "tarball": "https://npm.example/c.tgz"}}}`, newer},
	} {
		t.Run(test.version, func(t *testing.T) {
			lock := parseText(t, "deno.lock", test.text)
			if lock.Version != test.version {
				t.Errorf("got version %q, want %q", lock.Version, test.version)
			}
			if diff := cmp.Diff(test.entries, lock.Entries); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(project("^1"), lock.Projects); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestDenoMembers(t *testing.T) {
	lock := parseText(t, "deno.lock", `{"version": "5", "specifiers": {"npm:a@1": "1.0.0"}, "npm": {"a@1.0.0": {}},
		"workspace": {"packageJson": {"dependencies": ["npm:a@1"]}, "members": {"w": {"dependencies": ["npm:b"]}}}}`)
	want := []Project{
		{Dir: ".", Dependencies: []Dependency{{Name: "a", Spec: "1", Kind: "dependencies", Location: "a@1.0.0"}}},
		{Dir: "w", Dependencies: []Dependency{{Name: "b", Kind: "dependencies"}}},
	}
	if diff := cmp.Diff(want, lock.Projects); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDenoRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"no version", `{"https://deno.land/x": "00"}`, "unsupported lockfile version: 1"},
		{"unknown version", `{"version": "6"}`, "unsupported lockfile version: 6"},
		{"id without a version", `{"version": "5", "npm": {"a": {}}}`, "the form name@version"},
		{"range for a version", `{"version": "5", "npm": {"a@^1": {}}}`, "not a semantic version"},
		{"illegal name", `{"version": "5", "npm": {"a b@1.0.0": {}}}`, "invalid package name"},
		{"missing dependency", `{"version": "5", "npm": {"a@1.0.0": {"dependencies": ["b"]}}}`, "needs a package"},
		{"dependency that could be two", `{"version": "5", "npm": {"a@1.0.0": {"dependencies": ["b"]}, "b@1.0.0": {}, "b@2.0.0": {}}}`, "needs a package"},
		{"package in two sections", `{"version": "5", "npm": {"a@1.0.0": {}}, "packages": {"npm": {"a@1.0.0": {}}}}`, "two sections"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("deno.lock", []byte(test.text))
			if _, ok := errors.AsType[*SyntaxError](err); !ok || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a syntax error with %q", err, test.want)
			}
		})
	}
}

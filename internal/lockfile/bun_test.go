package lockfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func bunLock(packages string) string {
	return `{"lockfileVersion": 1, "workspaces": {"": {"name": "app"}}, "packages": {` + packages + `}}`
}

func TestBunPackages(t *testing.T) {
	for _, test := range []struct {
		name, packages string
		want           Entry
	}{
		{
			"registry", `"a": ["a@1.0.0", "", {}, "sha512-x"]`,
			Entry{Name: "a", Version: "1.0.0", Source: Registry, Integrity: []string{"sha512-x"}},
		},
		{
			"registry by address", `"@s/a": ["@s/a@1.0.0-rc.1", "https://npm.example/a.tgz", {}, ""]`,
			Entry{Name: "@s/a", Version: "1.0.0-rc.1", Source: Registry, Resolved: "https://npm.example/a.tgz"},
		},
		{
			"alias", `"a": ["@s/b@1.0.0", "", {}, "sha512-x"]`,
			Entry{Name: "@s/b", Version: "1.0.0", Source: Registry, Integrity: []string{"sha512-x"}, Aliases: []string{"a"}},
		},
		{
			"tarball", `"a": ["a@https://example.net/a.tgz", {}, "sha512-x"]`,
			Entry{Name: "a", Source: URL, Resolved: "https://example.net/a.tgz", Integrity: []string{"sha512-x"}},
		},
		{
			"tarball without a hash", `"a": ["a@https://example.net/a.tgz", {}]`,
			Entry{Name: "a", Source: URL, Resolved: "https://example.net/a.tgz"},
		},
		{
			"tarball on disk", `"a": ["a@./a.tgz", {}, "sha512-x"]`,
			Entry{Name: "a", Source: File, Resolved: "./a.tgz", Integrity: []string{"sha512-x"}},
		},
		{
			"github", `"a": ["a@github:o/a#0123abc", {}, "o-a-0123abc", "sha512-x"]`,
			Entry{Name: "a", Source: Git, Resolved: "github:o/a#0123abc", Integrity: []string{"sha512-x"}},
		},
		{
			"git", `"a": ["a@git+ssh://git@example.net/a.git#0123", {}, "0123"]`,
			Entry{Name: "a", Source: Git, Resolved: "git+ssh://git@example.net/a.git#0123"},
		},
		{"directory", `"a": ["a@file:a", {}]`, Entry{Name: "a", Source: File, Resolved: "file:a"}},
		{"link", `"a": ["a@link:a", {}]`, Entry{Name: "a", Source: Link, Resolved: "link:a"}},
		{"workspace", `"a": ["a@workspace:a"]`, Entry{Name: "a", Source: Workspace, Resolved: "workspace:a"}},
		{"workspace of version 0", `"a": ["a@workspace:a", {}]`, Entry{Name: "a", Source: Workspace, Resolved: "workspace:a"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := parseText(t, "bun.lock", bunLock(test.packages))
			want := test.want
			key, _, _ := strings.Cut(test.packages[1:], `"`)
			want.Line, want.Locations = 1, []string{key}
			if want.Integrity == nil {
				want.Integrity = []string{}
			}
			if diff := cmp.Diff([]Entry{want}, lock.Entries); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestBunRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"unknown version", `{"lockfileVersion": 4, "packages": {}}`, "unsupported lockfile version: 4"},
		{"no version", `{"packages": {}}`, "unsupported lockfile version"},
		{"repeated key", bunLock(`"a": ["a@1.0.0", "", {}, ""], "a": ["a@1.0.1", "", {}, ""]`), "a name occurs twice"},
		{"empty array", bunLock(`"a": []`), "array without a name"},
		{"no resolution", bunLock(`"a": ["a"]`), "package without a resolution"},
		{"no version of a package", bunLock(`"a": ["a@", "", {}, ""]`), "package without a version"},
		{"no hash", bunLock(`"a": ["a@1.0.0", "", {}]`), "does not have the form"},
		{"two elements too many", bunLock(`"a": ["a@1.0.0", "", {}, "", "", ""]`), "does not have the form"},
		{"elements in another order", bunLock(`"a": ["a@1.0.0", {}, "", ""]`), "does not have the form"},
		{"second object", bunLock(`"a": ["a@1.0.0", "", {}, {}]`), "found an object where a string belongs"},
		{"range for a version", bunLock(`"a": ["a@^1.0.0", "", {}, ""]`), "not a semantic version"},
		{"illegal name", bunLock(`"a b": ["a@1.0.0", "", {}, ""]`), "invalid package name"},
		{"illegal real name", bunLock(`"a": ["a b@1.0.0", "", {}, ""]`), "invalid package name"},
		{"deep key", bunLock(`"` + strings.Repeat("a/", maxSegments+1) + `a": ["a@1.0.0", "", {}, ""]`), "not a plain path"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("bun.lock", []byte(test.text))
			if _, ok := errors.AsType[*SyntaxError](err); !ok || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a syntax error with %q", err, test.want)
			}
		})
	}
}

func TestBunBinary(t *testing.T) {
	const binary = "#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x02\x00\x00\x00"
	for name, text := range map[string]string{"a/bun.lockb": binary, "bun.lockb": "", "bun.lock": binary} {
		_, err := Parse(name, []byte(text))
		if err == nil || !strings.Contains(err.Error(), "bun install --save-text-lockfile --frozen-lockfile --lockfile-only") {
			t.Errorf("%s: got %v, want an error with the command to type", name, err)
		}
	}
}

func TestBunTree(t *testing.T) {
	lock := parseText(t, "bun.lock", `{
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "app", "dependencies": { "@s/a": "^1.0.0", "gone": "1" } },
    "packages/w": { "name": "w", "devDependencies": { "b": "^2.0.0" } }, // the workspace
  },
  "packages": {
    "@s/a": ["@s/a@1.0.0", "", { "dependencies": { "b": "^1.0.0" }, "peerDependencies": { "c": "1" } }, "sha512-x"],
    "@s/b": ["@s/b@1.0.0", "", {}, "sha512-x"],
    "c": ["c@1.0.0", "", {}, "sha512-x"],
    "w": ["w@workspace:packages/w"],
    "@s/a/b": ["b@1.0.0", "", { "dependencies": { "c": "1" } }, "sha512-x"],
    "w/b": ["b@2.0.0", "", {}, "sha512-x"],
  }
}`)
	a := entryAt(t, lock, "@s/a")
	if diff := cmp.Diff([]string{"@s/a/b", "c"}, a.Requires); diff != "" || a.Line != 8 {
		t.Errorf("line %d, want 8; -want +got:\n%s", a.Line, diff)
	}
	want := []Project{
		{Dir: ".", Dependencies: []Dependency{
			{Name: "@s/a", Spec: "^1.0.0", Kind: "dependencies", Location: "@s/a"},
			{Name: "gone", Spec: "1", Kind: "dependencies"},
		}},
		{Dir: "packages/w", Dependencies: []Dependency{
			{Name: "b", Spec: "^2.0.0", Kind: "devDependencies", Location: "w/b"},
		}},
	}
	if diff := cmp.Diff(want, lock.Projects); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestBunBundles(t *testing.T) {
	for _, test := range []struct {
		name, packages, location string
		want                     Source
	}{
		{"by the package around", `"a": ["a@1.0.0", "", {"dependencies": {"b": "1"}}, ""], "a/b": ["b@1.0.0", "", {"bundled": true}, ""]`, "a/b", Bundled},
		{"without a package around", `"b": ["b@1.0.0", "", {"bundled": true}, ""]`, "b", Registry},
		{"without a request", `"a": ["a@1.0.0", "", {}, ""], "a/b": ["b@1.0.0", "", {"bundled": true}, ""]`, "a/b", Registry},
		{"without the flag", `"a": ["a@1.0.0", "", {"dependencies": {"b": "1"}}, ""], "a/b": ["b@1.0.0", "", {}, ""]`, "a/b", Registry},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := parseText(t, "bun.lock", bunLock(test.packages))
			if got := entryAt(t, lock, test.location).Source; got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestBunProblems(t *testing.T) {
	undeclared := []string{"lock-drift b: lies at a, but nothing there asks for it by an npm: alias"}
	for _, test := range []struct {
		name, requests, more, packages string
		want                           []string
	}{
		{"alias that is declared", `"a": "npm:b@1"`, "", `"a": ["b@1.0.0", "", {}, ""]`, nil},
		{"alias that is not declared", `"a": "1"`, "", `"a": ["b@1.0.0", "", {}, ""]`, undeclared},
		{"alias by an override", `"a": "1"`, `"overrides": {"a": "npm:b@1"},`, `"a": ["b@1.0.0", "", {}, ""]`, nil},
		{"alias by an override of a range", `"a": "1"`, `"overrides": {"x": {"a@^1": "npm:b@1"}},`, `"a": ["b@1.0.0", "", {}, ""]`, nil},
		{"alias by a catalog", `"a": "catalog:"`, `"catalog": {"a": "npm:b@1"},`, `"a": ["b@1.0.0", "", {}, ""]`, nil},
		{"alias of another package in a catalog", `"a": "catalog:x"`, `"catalogs": {"x": {"a": "npm:c@1"}},`, `"a": ["b@1.0.0", "", {}, ""]`, undeclared},
		{"directory outside", `"a": "file:../a"`, "", `"a": ["a@file:../a", {}]`, []string{"path-escapes-project a: is installed from file:../a, outside the project"}},
		{"tarball relative to a workspace", "", "", `"a": ["a@../../a.tgz", {}]`, nil},
		{"tarball outside of the workspace's project", "", "", `"a": ["a@../../../a.tgz", {}]`, []string{"path-escapes-project a: is installed from ../../../a.tgz, outside the project"}},
		{"patch outside", "", `"patchedDependencies": {"a@1.0.0": "../a.patch"},`, "", []string{"path-escapes-project : a package is patched with ../a.patch, outside the project"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := parseText(t, "bun.lock", `{"lockfileVersion": 1, "workspaces": {
				"": {"dependencies": {`+test.requests+`}}, "w/x": {"name": "x", "dependencies": {"a": "file:../../a.tgz"}}},
				`+test.more+`"packages": {`+test.packages+`}}`)
			if diff := cmp.Diff(test.want, problemsOf(lock)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

package lockfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entryAt returns the entry of a place.
func entryAt(t *testing.T, lock *Lockfile, location string) Entry {
	t.Helper()
	for _, e := range lock.Entries {
		for _, l := range e.Locations {
			if l == location {
				return e
			}
		}
	}
	t.Fatalf("no entry at %q", location)
	return Entry{}
}

// problemsOf returns the problems as "check name: message".
func problemsOf(lock *Lockfile) []string {
	var list []string
	for _, p := range lock.Problems {
		list = append(list, fmt.Sprintf("%s %s: %s", p.Check, p.Name, p.Message))
	}
	return list
}

func TestNPMSources(t *testing.T) {
	for _, test := range []struct {
		name, spec, entry string
		want              Source
	}{
		{"registry", "^1.0.0", `"resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"`, Registry},
		{"registry without an address", "^1.0.0", `"dev": true`, Registry},
		{"registry with unusual addresses", "^1.0.0", `"resolved": "https://npm.example/download/a"`, Registry},
		{"address", "https://example.net/a.tgz", `"resolved": "https://example.net/a.tgz"`, URL},
		{"address of a registry", "https://example.net/a/-/a-1.0.0.tgz", `"resolved": "https://example.net/a/-/a-1.0.0.tgz"`, Registry},
		{"git", "github:o/a", `"resolved": "git+ssh://git@github.com/o/a.git#0123"`, Git},
		{"repository by http", "o/a", `"resolved": "https://github.com/o/a.git"`, Git},
		{"archive of a code host", "https://github.com/o/a/archive/main.tar.gz", `"resolved": "https://github.com/o/a/archive/main.tar.gz"`, URL},
		{"tarball on disk", "file:a.tgz", `"resolved": "file:a.tgz"`, File},
		{"copied directory", "file:a", `"resolved": "file:a"`, File},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := parseText(t, "package-lock.json", fmt.Sprintf(
				`{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": %q}}, "node_modules/a": {"version": "1.0.0", %s}}}`,
				test.spec, test.entry))
			if got := entryAt(t, lock, "node_modules/a").Source; got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestNPMOlderEntries(t *testing.T) {
	for _, test := range []struct {
		name, entry string
		want        Entry
	}{
		{
			"version", `"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz", "integrity": "sha1-x sha512-y"`,
			Entry{Name: "a", Version: "1.0.0", Source: Registry, Resolved: "https://registry.npmjs.org/a/-/a-1.0.0.tgz", Integrity: []string{"sha1-x", "sha512-y"}},
		},
		{
			"alias", `"version": "npm:@s/b@1.0.0"`,
			Entry{Name: "@s/b", Version: "1.0.0", Source: Registry, Aliases: []string{"a"}},
		},
		{
			"address of a registry", `"version": "https://npm.example/a/-/a-1.0.0.tgz"`,
			Entry{Name: "a", Version: "1.0.0", Source: Registry, Resolved: "https://npm.example/a/-/a-1.0.0.tgz"},
		},
		{
			"address of another package", `"version": "https://npm.example/b/-/b-1.0.0.tgz"`,
			Entry{Name: "b", Version: "1.0.0", Source: Registry, Resolved: "https://npm.example/b/-/b-1.0.0.tgz", Aliases: []string{"a"}},
		},
		{
			"address", `"version": "https://example.net/x.tgz"`,
			Entry{Name: "a", Source: URL, Resolved: "https://example.net/x.tgz"},
		},
		{
			"git", `"version": "github:o/a#0123", "from": "github:o/a"`,
			Entry{Name: "a", Source: Git, Resolved: "github:o/a#0123"},
		},
		{
			"tarball on disk", `"version": "file:x/a-1.0.0.tgz"`,
			Entry{Name: "a", Version: "1.0.0", Source: File, Resolved: "file:x/a-1.0.0.tgz"},
		},
		{
			"address of npm 4", `"version": "1.0.0", "from": "a@git+https://example.net/a.git"`,
			Entry{Name: "a", Version: "1.0.0", Source: Git, Resolved: "git+https://example.net/a.git"},
		},
		{
			"range of npm 4", `"version": "1.0.0", "from": "a@>=1.0.0 <2.0.0"`,
			Entry{Name: "a", Version: "1.0.0", Source: Registry},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := parseText(t, "package-lock.json", fmt.Sprintf(`{"dependencies": {"a": {%s}}}`, test.entry))
			want := test.want
			want.Line, want.Locations = 1, []string{"node_modules/a"}
			want.Dev, want.Optional = new(false), new(false)
			if want.Integrity == nil {
				want.Integrity = []string{}
			}
			if diff := cmp.Diff([]Entry{want}, lock.Entries); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestNPMOlderLinks(t *testing.T) {
	lock := parseText(t, "package-lock.json", `{"lockfileVersion": 1, "dependencies": {
		"a": {"version": "file:libs/a", "requires": {"b": "1"}, "dependencies": {"b": {"version": "1.0.0"}}},
		"b": {"version": "2.0.0"}}}`)
	a := entryAt(t, lock, "node_modules/a")
	if a.Source != Link || a.Resolved != "file:libs/a" {
		t.Errorf("got %v from %q, want a link from file:libs/a", a.Source, a.Resolved)
	}
	if diff := cmp.Diff([]string{"libs/a/node_modules/b"}, a.Requires); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNPMRefuses(t *testing.T) {
	packages := func(members string) string { return `{"lockfileVersion": 3, "packages": {"": {}, ` + members + `}}` }
	for _, test := range []struct{ name, text, want string }{
		{"version as a string", `{"lockfileVersion": "3", "packages": {}}`, "found a string where a number belongs"},
		{"no packages", `{"lockfileVersion": 3, "dependencies": {}}`, `lockfileVersion 3 without "packages"`},
		{"entry that is no object", packages(`"node_modules/a": []`), "found an array where an object belongs"},
		{"path through the tree", packages(`"node_modules/a/../b": {}`), "not a plain path"},
		{"path with a backslash", packages(`"node_modules\\a": {}`), "not a plain path"},
		{"path with an empty part", packages(`"node_modules//a": {}`), "not a plain path"},
		{"very deep path", packages(`"` + strings.Repeat("node_modules/a/", maxSegments) + `b": {}`), "directories deep"},
		{"illegal name", packages(`"node_modules/a b": {"version": "1.0.0"}`), "invalid package name"},
		{"illegal real name", packages(`"node_modules/a": {"name": "../b", "version": "1.0.0"}`), "invalid package name"},
		{"tag for a version", packages(`"node_modules/a": {"version": "latest"}`), "not a semantic version"},
		{"version for an address", packages(`"node_modules/a": {"version": "1.0.0", "resolved": "1.0.0"}`), "neither an address nor a path"},
		{"alias for an address", packages(`"node_modules/a": {"version": "1.0.0", "resolved": "npm:b@1.0.0"}`), "neither an address nor a path"},
		{"control character in an address", packages(`"node_modules/a": {"version": "1.0.0", "resolved": "https://example.net/\u001b"}`), "control character"},
		{"link to nothing", packages(`"node_modules/a": {"link": true, "resolved": "a"}`), "link to a directory"},
		{"link to a link", packages(`"node_modules/a": {"link": true, "resolved": "node_modules/a"}`), "link to a directory"},
		{"child before its parent", packages(`"node_modules/a/node_modules/b": {"version": "1.0.0"}, "node_modules/a": {"version": "1.0.0"}`), "precedes the one that it lies in"},
		{"traversal in an older entry", `{"dependencies": {"../../a": {"version": "1.0.0"}}}`, "not a plain path"},
		{"nested too deep", `{"dependencies": ` + strings.Repeat(`{"a": {"dependencies": `, maxDepth) + "{}" + strings.Repeat("}}", maxDepth) + "}", "levels deep"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("package-lock.json", []byte(test.text))
			if _, ok := errors.AsType[*SyntaxError](err); !ok || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a syntax error with %q", err, test.want)
			}
		})
	}
}

func TestNPMUnsupportedVersion(t *testing.T) {
	for _, version := range []string{"0", "5", "1.0", "-1", "1e0"} {
		_, err := Parse("package-lock.json", []byte(`{"packages": {}, "lockfileVersion": `+version+`}`))
		if !errors.Is(err, ErrUnsupportedVersion) || !strings.Contains(err.Error(), version) {
			t.Errorf("got %v, want %v with %s", err, ErrUnsupportedVersion, version)
		}
	}
}

func TestNPMBundles(t *testing.T) {
	for _, test := range []struct {
		name, members string
		want          Source // of node_modules/a/node_modules/b
	}{
		{"by a dependency", `"node_modules/a": {"version": "1.0.0", "bundleDependencies": ["b"]}, "node_modules/a/node_modules/b": {"version": "1.0.0"}`, Bundled},
		{"by the flag alone", `"node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}}, "node_modules/a/node_modules/b": {"version": "1.0.0", "inBundle": true}`, Registry},
		{"through what is bundled", `"node_modules/a": {"version": "1.0.0", "bundleDependencies": ["c"]},
			"node_modules/a/node_modules/b": {"version": "1.0.0"},
			"node_modules/a/node_modules/c": {"version": "1.0.0", "dependencies": {"b": "1"}}`, Bundled},
		{"through what needs the bundler", `"node_modules/a": {"version": "1.0.0", "bundleDependencies": ["c"]},
			"node_modules/a/node_modules/b": {"version": "1.0.0"},
			"node_modules/a/node_modules/c": {"version": "1.0.0", "dependencies": {"a": "1", "b": "1"}}`, Registry},
		{"by what the project bundles", `"node_modules/a": {"version": "1.0.0", "bundleDependencies": ["b"]}, "node_modules/a/node_modules/b": {"version": "1.0.0"},
			"": {"bundleDependencies": ["a"]}`, Registry},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := parseText(t, "package-lock.json", `{"lockfileVersion": 3, "packages": {`+test.members+`}}`)
			if got := entryAt(t, lock, "node_modules/a/node_modules/b").Source; got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestNPMBoundsTheSearchForBundles(t *testing.T) {
	var members strings.Builder
	for i := range maxSearches + 1 {
		fmt.Fprintf(&members, `, "node_modules/a%03[1]d": {"version": "1.0.0", "bundleDependencies": ["b"]},
			"node_modules/a%03[1]d/node_modules/b": {"version": "1.0.0", "dependencies": {"c": "1"}},
			"node_modules/a%03[1]d/node_modules/c": {"version": "1.0.0"}`, i)
	}
	lock := parseText(t, "package-lock.json", `{"lockfileVersion": 3, "packages": {"": {}`+members.String()+`}}`)
	for location, want := range map[string]Source{
		fmt.Sprintf("node_modules/a%03d/node_modules/c", maxSearches-1): Bundled,
		fmt.Sprintf("node_modules/a%03d/node_modules/b", maxSearches):   Bundled,
		fmt.Sprintf("node_modules/a%03d/node_modules/c", maxSearches):   Registry,
	} {
		if got := entryAt(t, lock, location).Source; got != want {
			t.Errorf("%s: got %v, want %v", location, got, want)
		}
	}
}

func TestNPMOlderBundles(t *testing.T) {
	lock := parseText(t, "package-lock.json", `{"lockfileVersion": 1, "dependencies": {
		"a": {"version": "1.0.0", "requires": {"b": "1"}, "dependencies": {
			"b": {"version": "1.0.0", "bundled": true}, "c": {"version": "1.0.0", "bundled": true}}},
		"d": {"version": "1.0.0", "bundled": true}}}`)
	for location, want := range map[string]Source{
		"node_modules/a/node_modules/b": Bundled,
		"node_modules/a/node_modules/c": Registry, // nobody needs it
		"node_modules/d":                Registry, // bundled by the project
	} {
		if got := entryAt(t, lock, location).Source; got != want {
			t.Errorf("%s: got %v, want %v", location, got, want)
		}
	}
}

func TestNPMProblems(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"alias that is declared", `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "npm:b@1"}}, "node_modules/a": {"name": "b", "version": "1.0.0"}}}`, nil},
		{
			"alias that is not declared", `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1"}}, "node_modules/a": {"name": "b", "version": "1.0.0"}}}`,
			[]string{"lock-drift b: lies at node_modules/a, but nothing there asks for it by an npm: alias"},
		},
		{
			"alias of another package", `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "npm:c@1"}}, "node_modules/a": {"name": "b", "version": "1.0.0"}}}`,
			[]string{"lock-drift b: lies at node_modules/a, but nothing there asks for it by an npm: alias"},
		},
		{"alias without the project's entry", `{"lockfileVersion": 3, "packages": {"node_modules/a": {"name": "b", "version": "1.0.0"}}}`, nil},
		{
			"no version", `{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {}}}`,
			[]string{"lock-drift a: is locked to no version, so npm chooses one when it installs"},
		},
		{
			"link out of the project", `{"lockfileVersion": 3, "packages": {"": {}, "../a": {"version": "1.0.0"}, "node_modules/a": {"link": true, "resolved": "../a"}}}`,
			[]string{"path-escapes-project a: is linked to ../a, outside the project"},
		},
		{
			"place outside the project", `{"lockfileVersion": 3, "packages": {"": {}, "../node_modules/a": {"version": "1.0.0"}}}`,
			[]string{"path-escapes-project a: is installed to ../node_modules/a, outside the project"},
		},
		{
			"tarball outside the project", `{"dependencies": {"a": {"version": "file:/tmp/a.tgz"}}}`,
			[]string{"path-escapes-project a: is installed from file:/tmp/a.tgz, outside the project"},
		},
		{
			"patch outside the project", `{"lockfileVersion": 4, "packages": {"": {}, "node_modules/a": {"version": "1.0.0", "patched": {"path": "x/../../a.patch"}}}}`,
			[]string{"path-escapes-project a: is patched with x/../../a.patch, outside the project"},
		},
		{
			"two addresses", `{"dependencies": {"a": {"version": "https://example.net/a.tgz", "resolved": "https://example.net/b.tgz"}}}`,
			[]string{`lock-disagreement a: "version" and "resolved" give two addresses, and versions of npm differ in which one they fetch`},
		},
		{
			"packages in version 1", `{"lockfileVersion": 1, "packages": {"": {}}}`,
			[]string{`lock-disagreement : is of version 1 but has "packages", which npm 6 does not read and npm 7 prefers`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, problemsOf(parseText(t, "package-lock.json", test.text))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestNPMSections(t *testing.T) {
	const entry = `"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz", "integrity": "sha512-x"`
	for _, test := range []struct{ name, packages, dependencies, want string }{
		{"the same", `"node_modules/a": {` + entry + `}`, `"a": {` + entry + `}`, ""},
		{"version", `"node_modules/a": {` + entry + `}`, `"a": {"version": "1.0.1"}`, "differ in its version"},
		{"address", `"node_modules/a": {` + entry + `}`, `"a": {"version": "1.0.0", "resolved": "https://example.net/a.tgz"}`, "differ in its address"},
		{"integrity", `"node_modules/a": {` + entry + `}`, `"a": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"}`, "differ in its integrity"},
		{"name", `"node_modules/a": {` + entry + `}`, `"a": {"version": "npm:b@1.0.0"}`, "differ in its name"},
		{"link", `"a": {}, "node_modules/a": {"link": true, "resolved": "a"}`, `"a": {"version": "1.0.0"}`, "differ in its link"},
		{"missing from the older", `"node_modules/a": {` + entry + `}`, ``, `not in "dependencies"`},
		{"missing from the newer", ``, `"a": {` + entry + `}`, `not in "packages"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			members := `"": {}`
			if test.packages != "" {
				members += ", " + test.packages
			}
			lock := parseText(t, "package-lock.json", `{"lockfileVersion": 2, "packages": {`+members+`}, "dependencies": {`+test.dependencies+`}}`)
			got := strings.Join(problemsOf(lock), "\n")
			if test.want == "" && got != "" || !strings.Contains(got, test.want) || strings.Contains(got, "\n") {
				t.Errorf("got %q, want one problem with %q", got, test.want)
			}
		})
	}
}

func TestNPMSectionsBoundTheProblems(t *testing.T) {
	var members strings.Builder
	for i := range maxDisagreements + 5 {
		fmt.Fprintf(&members, `, "node_modules/a%d": {"version": "1.0.0"}`, i)
	}
	lock := parseText(t, "package-lock.json", `{"lockfileVersion": 2, "packages": {"": {}`+members.String()+`}, "dependencies": {}}`)
	last := lock.Problems[len(lock.Problems)-1]
	if len(lock.Problems) != maxDisagreements+1 || !strings.Contains(last.Message, "5 more places") {
		t.Errorf("got %d problems, the last %q", len(lock.Problems), last.Message)
	}
}

func TestNPMTree(t *testing.T) {
	lock := parseText(t, "package-lock.json", `{
  "lockfileVersion": 3,
  "packages": {
    "": {"workspaces": ["packages/*"], "dependencies": {"a": "^1.0.0"}, "devDependencies": {"gone": "1"}},
    "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "^1.0.0"}, "peerDependencies": {"c": "1"}, "hasInstallScript": true},
    "node_modules/a/node_modules/b": {"version": "1.0.0", "dependencies": {"c": "1"}},
    "node_modules/b": {"version": "2.0.0", "dev": true},
    "node_modules/c": {"version": "1.0.0"},
    "node_modules/w": {"resolved": "packages/w", "link": true},
    "packages/w": {"name": "w", "version": "3.0.0", "devDependencies": {"b": "^2.0.0"}}
  }
}`)
	a := entryAt(t, lock, "node_modules/a")
	if diff := cmp.Diff([]string{"node_modules/a/node_modules/b", "node_modules/c"}, a.Requires); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if a.Line != 5 || a.InstallScript == nil || !*a.InstallScript {
		t.Errorf("got line %d and install script %v, want 5 and true", a.Line, a.InstallScript)
	}
	w := entryAt(t, lock, "packages/w")
	want := Entry{
		Name: "w", Version: "3.0.0", Source: Workspace, Resolved: "packages/w", Integrity: []string{},
		Dev: new(false), Optional: new(false), InstallScript: new(false), Line: 9,
		Locations: []string{"node_modules/w", "packages/w"}, Requires: []string{"node_modules/b"},
	}
	if diff := cmp.Diff(want, w); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	projects := []Project{
		{Dir: ".", Dependencies: []Dependency{
			{Name: "a", Spec: "^1.0.0", Kind: "dependencies", Location: "node_modules/a"},
			{Name: "gone", Spec: "1", Kind: "devDependencies"},
		}},
		{Dir: "packages/w", Dependencies: []Dependency{
			{Name: "b", Spec: "^2.0.0", Kind: "devDependencies", Location: "node_modules/b"},
		}},
	}
	if diff := cmp.Diff(projects, lock.Projects); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNPMFlags(t *testing.T) {
	const places = `
		"node_modules/a": {"version": "1.0.0", "dev": true, "dependencies": {"b": "1"}, "optionalDependencies": {"c": "1"}},
		"node_modules/b": {"version": "1.0.0", "dev": true},
		"node_modules/c": {"version": "1.0.0", "dev": true}`
	for _, test := range []struct {
		name, root       string
		wantDev, wantOpt string // of a, b and c
	}{
		{"as written", `"dependencies": {"a": "1"}`, "true true true", "false false false"},
		{"asked for in two groups", `"dependencies": {"a": "1"}, "devDependencies": {"a": "1", "b": "1"}`, "true true true", "false false true"},
		{"asked for as a peer too", `"peerDependencies": {"b": "1"}, "dependencies": {"a": "1", "b": "1"}`, "false false false", "false false true"},
		{"optional in both groups", `"dependencies": {"a": "1"}, "optionalDependencies": {"a": "1"}`, "true true true", "false false false"},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := parseText(t, "package-lock.json", `{"lockfileVersion": 3, "packages": {"": {`+test.root+`},`+places+`}}`)
			var dev, optional []string
			for _, name := range []string{"a", "b", "c"} {
				e := entryAt(t, lock, "node_modules/"+name)
				dev = append(dev, fmt.Sprint(*e.Dev))
				optional = append(optional, fmt.Sprint(*e.Optional))
			}
			if got := strings.Join(dev, " "); got != test.wantDev {
				t.Errorf("got dev %s, want %s", got, test.wantDev)
			}
			if got := strings.Join(optional, " "); got != test.wantOpt {
				t.Errorf("got optional %s, want %s", got, test.wantOpt)
			}
		})
	}
}

func TestNPMSpec(t *testing.T) {
	for text, want := range map[string]specKind{
		"": registrySpec, "*": registrySpec, "^1.2.3 || 2.x": registrySpec, "latest": registrySpec, "1.0.0 - 2": registrySpec,
		"npm:a@1": aliasSpec, "NPM:@s/a": aliasSpec,
		"o/a": gitSpec, "o/a#main": gitSpec, "o/a#semver:^1": gitSpec, "o/a.tgz": gitSpec, "github:o/a": gitSpec, "gist:0123": gitSpec,
		"git+ssh://git@example.net/a.git": gitSpec, "git://example.net/a": gitSpec, "GIT+HTTPS://example.net/a": gitSpec, "git@github.com:o/a.git": gitSpec,
		"https://github.com/o/a": gitSpec, "https://www.github.com/o/a.git#main": gitSpec, "http://x@gitlab.com/o/g/a": gitSpec,
		"https://github.com/o/a/tree/main": gitSpec, "https://bitbucket.org/o/a": gitSpec, "https://git.sr.ht/~o/a": gitSpec, "https://gist.github.com/0123": gitSpec,
		"https://github.com/o/a/archive/x.tar.gz": remoteSpec, "https://github.com/o": remoteSpec, "https://gitlab.com/o/a/-/archive/x.tgz": remoteSpec,
		"https://bitbucket.org/o/a/get/x.tgz": remoteSpec, "https://codeload.github.com/o/a/tar.gz/x": remoteSpec, "https://registry.npmjs.org/a/-/a-1.0.0.tgz": remoteSpec,
		"HTTP://example.net/a": remoteSpec,
		"./a":                  pathSpec, "../a": pathSpec, "/a": pathSpec, "~/a": pathSpec, "file:a": pathSpec, "FILE:a.tgz": pathSpec, "a.tgz": pathSpec, "a.TAR": pathSpec,
		"C:/a": pathSpec, "a/b/c": pathSpec, "@s/a": pathSpec,
		"workspace:*": otherSpec, "catalog:": otherSpec, "link:a": otherSpec, "ftp://example.net/a": otherSpec,
	} {
		if got := npmSpec(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestEscapes(t *testing.T) {
	for p, want := range map[string]bool{
		"a": false, "./a": false, "a/../b": false, "file:a": false, "file:./a": false, "..a": false,
		"..": true, "../a": true, "a/../../b": true, "/a": true, "file:/a": true, "file:///a": true, "file:../a": true, "FILE:../a": true,
		`..\a`: true, `C:\a`: true, "C:a": true, "~/a": true, "%2e%2e/a": true, "a/%2e%2e/%2e%2e/b": true,
	} {
		if got := escapes(p); got != want {
			t.Errorf("%q: got %v, want %v", p, got, want)
		}
	}
}

func TestNPMWorkspaces(t *testing.T) {
	for _, test := range []struct {
		declared string
		want     []string // of the directories below
	}{
		{`["a"]`, []string{"a"}},
		{`["./a/", "/b"]`, []string{"a", "b"}},
		{`["*"]`, []string{"a", "b"}},
		{`["a/*"]`, []string{"a/b"}},
		{`["a/**"]`, []string{"a", "a/b", "a/b/c"}},
		{`["**/c"]`, []string{"a/b/c"}},
		{`["a/**", "!a/b"]`, []string{"a", "a/b/c"}},
		{`["a/**", "!a/b", "a/b"]`, []string{"a", "a/b", "a/b/c"}},
		{`["!!a"]`, []string{"a"}},
		{`["*", "!!!a"]`, []string{"b"}},
		{`{"packages": ["b"], "nohoist": []}`, []string{"b"}},
		{`["[a"]`, nil},
		{`null`, nil},
	} {
		t.Run(test.declared, func(t *testing.T) {
			var w npmWorkspaces
			if err := readJSON([]byte(test.declared), w.read); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, dir := range []string{"a", "a/b", "a/b/c", "b"} {
				if w.declare(dir) {
					got = append(got, dir)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

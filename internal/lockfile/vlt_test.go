package lockfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVLT(t *testing.T) {
	lock := parseText(t, "vlt-lock.json", `{
  "lockfileVersion": 1,
  "nodes": {
    "~npm~@s+a__b@1.0.0-rc.1": [3, "@s/a_b", "sha512-x"],
    "~npm~c@2.0.0~peer.1": [0, "c", null, "https://npm.example/c.tgz"],
    "git~github_co+g~main": [1, "g"],
    "remote~https_c++example.net+r.tgz": [2, "r"],
    "file~lib+f": [0, "f"],
    "file~t.tgz": [0, "t"]
  },
  "edges": {
    "file~_d alias": "prod npm:@s/a_b@^1 || 2 ~npm~@s+a__b@1.0.0-rc.1",
    "file~_d gone": "optional ^1.0.0 MISSING",
    "workspace~packages+w c": "peerOptional >= 2 ~npm~c@2.0.0~peer.1",
    "~npm~@s+a__b@1.0.0-rc.1 w": "prod workspace:* workspace~packages+w"
  }
}`)
	entry := func(source Source, name, version, resolved, id string, line int, flags string) Entry {
		return Entry{
			Name: name, Version: version, Source: source, Resolved: resolved, Integrity: []string{},
			Dev: new(strings.Contains(flags, "dev")), Optional: new(strings.Contains(flags, "optional")),
			Line: line, Locations: []string{id},
		}
	}
	ab := entry(Registry, "@s/a_b", "1.0.0-rc.1", "", "~npm~@s+a__b@1.0.0-rc.1", 4, "dev optional")
	ab.Integrity, ab.Aliases, ab.Requires = []string{"sha512-x"}, []string{"alias"}, []string{"workspace~packages+w"}
	w := entry(Workspace, "w", "", "workspace~packages+w", "workspace~packages+w", 14, "")
	w.Requires = []string{"~npm~c@2.0.0~peer.1"}
	want := []Entry{
		ab,
		entry(Registry, "c", "2.0.0", "https://npm.example/c.tgz", "~npm~c@2.0.0~peer.1", 5, ""),
		entry(Link, "f", "", "file~lib+f", "file~lib+f", 8, ""),
		entry(Git, "g", "", "git~github_co+g~main", "git~github_co+g~main", 6, "optional"),
		entry(URL, "r", "", "remote~https_c++example.net+r.tgz", "remote~https_c++example.net+r.tgz", 7, "dev"),
		entry(File, "t", "", "file~t.tgz", "file~t.tgz", 9, ""),
		w,
	}
	if diff := cmp.Diff(want, lock.Entries); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	projects := []Project{
		{Dir: ".", Dependencies: []Dependency{
			{Name: "alias", Spec: "npm:@s/a_b@^1 || 2", Kind: "dependencies", Location: "~npm~@s+a__b@1.0.0-rc.1"},
			{Name: "gone", Spec: "^1.0.0", Kind: "optionalDependencies"},
		}},
		{Dir: "packages/w", Dependencies: []Dependency{
			{Name: "c", Spec: ">= 2", Kind: "peerDependencies", Location: "~npm~c@2.0.0~peer.1"},
		}},
	}
	if diff := cmp.Diff(projects, lock.Projects); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestVLTRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"unknown version", `{"lockfileVersion": 2, "nodes": {}}`, "unsupported lockfile version: 2"},
		{"unknown kind of id", `{"lockfileVersion": 1, "nodes": {"svn~a": [0]}}`, "id of a node"},
		{"no version", `{"lockfileVersion": 1, "nodes": {"~npm~a": [0, "a"]}}`, "registry package without a version"},
		{"range for a version", `{"lockfileVersion": 1, "nodes": {"~npm~a@^1": [0, "a"]}}`, "not a semantic version"},
		{"illegal name", `{"lockfileVersion": 1, "nodes": {"~npm~a_sb@1.0.0": [0, "a b"]}}`, "invalid package name"},
		{"control character", `{"lockfileVersion": 1, "nodes": {"git~x~\u001b": [0, "a"]}}`, "control character"},
		{"unknown flags", `{"lockfileVersion": 1, "nodes": {"~npm~a@1.0.0": [4, "a"]}}`, "flags of a node"},
		{"no flags", `{"lockfileVersion": 1, "nodes": {"~npm~a@1.0.0": []}}`, "flags of a node"},
		{"edge without a name", `{"lockfileVersion": 1, "edges": {"file~_d": "prod 1 MISSING"}}`, "edge that does not have the form"},
		{"edge without a range", `{"lockfileVersion": 1, "edges": {"file~_d a": "prod MISSING"}}`, "edge that does not have the form"},
		{"edge to nowhere", `{"lockfileVersion": 1, "edges": {"file~_d a": "prod 1 ~npm~a@1.0.0"}}`, "edge of a node that the lockfile does not have"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("vlt-lock.json", []byte(test.text))
			if _, ok := errors.AsType[*SyntaxError](err); !ok || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a syntax error with %q", err, test.want)
			}
		})
	}
}

func TestVLTProblems(t *testing.T) {
	for _, test := range []struct {
		name, nodes, edges string
		want               []string
	}{
		{"alias that is declared", `"~npm~a@1.0.0": [0, "a"]`, `"file~_d b": "prod npm:a@1 ~npm~a@1.0.0"`, nil},
		{
			"alias that is not declared", `"~npm~a@1.0.0": [0, "a"]`, `"file~_d b": "prod ^1.0.0 ~npm~a@1.0.0"`,
			[]string{"lock-drift a: is what a request for b leads to, without an npm: alias"},
		},
		{"other name", `"~npm~a@1.0.0": [0, "b"]`, "", []string{"lock-disagreement a: its id gives another name or version than the rest of it"}},
		{
			"other version", `"~npm~a@1.0.0": [0, "a", null, null, null, {"name": "a", "version": "1.0.1"}]`, "",
			[]string{"lock-disagreement a: its id gives another name or version than the rest of it"},
		},
		{
			"other address", `"remote~https_c++example.net+a.tgz": [0, "a", null, "https://example.net/b.tgz"]`, "",
			[]string{"lock-disagreement a: its id and its address differ, and vlt fetches what the id says"},
		},
		{"directory outside", `"file~..+a": [0, "a"]`, "", []string{"path-escapes-project a: is installed from ../a, outside the project"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := parseText(t, "vlt-lock.json", `{"lockfileVersion": 1, "nodes": {`+test.nodes+`}, "edges": {`+test.edges+`}}`)
			if diff := cmp.Diff(test.want, problemsOf(lock)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseVLTID(t *testing.T) {
	for _, test := range []struct {
		id   string
		want vltID
	}{
		{"~npm~@s+a____b@1.0.0_pc", vltID{"registry", "npm", "@s/a__b@1.0.0+c"}},
		{"~http_c++npm.example+~a@1.0.0~peer.2", vltID{"registry", "http://npm.example/", "a@1.0.0"}},
		{"··a@1.0.0", vltID{"registry", "", "a@1.0.0"}},
		{"·npm·@s§a@1.0.0·extra", vltID{"registry", "npm", "@s/a@1.0.0"}},
		{"git·github%3Ao§a·main", vltID{"git", "github:o/a", "main"}},
		{"file~_d", vltID{"file", ".", ""}},
		{"workspace~a_zb_", vltID{"workspace", "a_zb_", ""}},
	} {
		if got, ok := parseVLTID(test.id); !ok || got != test.want {
			t.Errorf("%s: got %v and %v, want %v", test.id, got, ok, test.want)
		}
	}
	for _, id := range []string{"", "a", "~npm", "~a~b~c~d", "file~a~b~c", "npm~a@1.0.0"} {
		if got, ok := parseVLTID(id); ok {
			t.Errorf("%q: got %v, want none", id, got)
		}
	}
}

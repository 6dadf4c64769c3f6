package lockfile

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// maxSeed keeps the corpus small: large files teach the fuzzer nothing new.
const maxSeed = 20 << 10

// seeds are small lockfiles of every format.
var seeds = []struct{ name, text string }{
	{"package-lock.json", `{
  "lockfileVersion": 1, "requires": true,
  "dependencies": {
    "a": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz", "integrity": "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      "requires": {"b": "^1.0.0"}, "dependencies": {"b": {"version": "1.0.0", "bundled": true, "dev": true}}},
    "c": {"version": "npm:d@1.0.0", "resolved": "https://registry.npmjs.org/d/-/d-1.0.0.tgz"},
    "e": {"version": "git+ssh://git@github.com/o/e.git#0123", "from": "git+ssh://git@github.com/o/e.git"},
    "f": {"version": "file:f", "dependencies": {"g": {"version": "https://example.net/g.tgz"}}},
    "h": {"version": "file:h.tgz"}
  }
}`},
	{"npm-shrinkwrap.json", `{
  "lockfileVersion": 2,
  "packages": {
    "": {"workspaces": ["w"], "dependencies": {"a": "npm:b@^1.0.0", "w": "*"}, "bundleDependencies": ["a"]},
    "node_modules/a": {"name": "b", "version": "1.0.0", "resolved": "https://registry.npmjs.org/b/-/b-1.0.0.tgz", "hasInstallScript": true},
    "node_modules/w": {"resolved": "w", "link": true},
    "w": {"version": "1.0.0", "peerDependencies": {"c": "1"}, "peerDependenciesMeta": {"c": {"optional": true}}}
  },
  "dependencies": {"a": {"version": "npm:b@1.0.0"}, "w": {"version": "file:w"}}
}`},
	{"node_modules/.package-lock.json", `{"lockfileVersion": 3, "packages": {"node_modules/@a/b": {"version": "1.0.0", "dev": true, "integrity": "sha512-x sha1-y"}}}`},
	{"package-lock.json", `{"lockfileVersion": 4, "packages": {"": {}, "node_modules/a": {"version": "1.0.0", "patched": {"path": "../a.patch"}}}}`},
	{"bun.lock", `{
  // comment
  "lockfileVersion": 1,
  "workspaces": {"": {"dependencies": {"a": "^1.0.0",},}, "w": {"name": "w", "dependencies": {"t": "file:t.tgz"}},},
  "overrides": {"a": {"b": "npm:c@1"}},
  "packages": {
    "a": ["a@1.0.0", "", {"dependencies": {"b": "^1.0.0"}, "os": "linux"}, "sha512-x"],
    "a/b": ["b@1.0.0", "https://example.net/b.tgz", {"bundled": true}, ""],
    "g": ["g@github:o/g#0123abc", {}, "o-g-0123abc"],
    "t": ["t@./t.tgz", {}, "sha512-x"],
    "w": ["w@workspace:w"],
  }
}`},
	{"bun.lockb", "#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x02"},
	{"vlt-lock.json", `{
  "lockfileVersion": 1, "options": {},
  "nodes": {
    "~npm~a@1.0.0": [0, "a", "sha512-x"],
    "~npm~@b+c@1.0.0~peer.1": [3, "@b/c", null, "https://registry.npmjs.org/@b/c/-/c-1.0.0.tgz"],
    "git~github_co+p~main": [1, "p"], "remote~https_c++example.net+x.tgz": [2, "x"]
  },
  "edges": {"file~_d a": "prod ^1.0.0 ~npm~a@1.0.0", "~npm~a@1.0.0 d": "peer >= 1 < 2 MISSING", "workspace~w b": "dev npm:@b/c@1 ~npm~@b+c@1.0.0~peer.1"}
}`},
	{"deno.lock", `{
  "version": "5", "specifiers": {"npm:a@^1": "1.0.0_b@1.0.0", "jsr:@x/y@1": "1.0.0"}, "jsr": {"@x/y@1.0.0": {"integrity": "0"}},
  "npm": {"a@1.0.0_b@1.0.0": {"integrity": "sha512-x", "dependencies": ["b", "c@npm:b@1.0.0"], "scripts": true}, "b@1.0.0": {"tarball": "https://example.net/b.tgz"}},
  "workspace": {"dependencies": ["npm:a@^1"], "members": {"w": {"packageJson": {"dependencies": ["npm:b@1"]}}}}
}`},
	{"deno.lock", `{"version": "2", "remote": {}, "npm": {"specifiers": {"a": "a@1.0.0"}, "packages": {"a@1.0.0": {"integrity": "sha512-x", "dependencies": {"a": "a@1.0.0"}}}}}`},
	{"pnpm-lock.yaml", `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(b@1.0.0)
packages:
  a@1.0.0:
    resolution: {integrity: sha512-x}
  b@1.0.0:
    resolution: {tarball: https://example.net/b.tgz}
snapshots:
  a@1.0.0(b@1.0.0):
    dependencies:
      b: 1.0.0
  b@1.0.0: {}
`},
	{"pnpm-lock.yaml", "lockfileVersion: 5.4\nspecifiers:\n  a: ^1.0.0\ndependencies:\n  a: 1.0.0\npackages:\n  /a/1.0.0:\n    resolution: {integrity: sha512-x}\n    dev: false\n"},
	{"pnpm-lock.yaml", "---\nlockfileVersion: '9.0'\nimporters:\n  .: {}\n---\nlockfileVersion: '9.0'\nimporters:\n  .: {}\n"},
	{"yarn.lock", `# yarn lockfile v1


a@^1.0.0, "b@npm:a@^1.0.0":
  version "1.0.0"
  resolved "https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#0123456789012345678901234567890123456789"
  integrity sha512-x
  dependencies:
    c "^1.0.0"

"c@file:./c":
  version "1.0.0"
`},
	{"yarn.lock", `__metadata:
  version: 8
  cacheKey: 10c0

"a@npm:^1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
  dependencies:
    b: "npm:^1.0.0"
  checksum: 10c0/00
  languageName: node
  linkType: hard

"p@workspace:.":
  version: 0.0.0-use.local
  resolution: "p@workspace:."
  dependencies:
    a: "npm:^1.0.0"
  languageName: unknown
  linkType: soft
`},
}

func FuzzParse(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed.name, []byte(seed.text))
	}
	if root := os.Getenv("GATE_FIXTURES"); root != "" {
		addSmallFixtures(f, filepath.Join(root, "lockfiles", "*", "*"))
		addSmallFixtures(f, filepath.Join(root, "lockfiles-hostile", "*"))
	}
	f.Fuzz(parseTwice)
}

// Each JSON format has a target of its own, so that none starves another.

func FuzzNPM(f *testing.F)  { fuzzFile(f, "package-lock.json", "npm") }
func FuzzBun(f *testing.F)  { fuzzFile(f, "bun.lock", "bun") }
func FuzzVlt(f *testing.F)  { fuzzFile(f, "vlt-lock.json", "vlt") }
func FuzzDeno(f *testing.F) { fuzzFile(f, "deno.lock", "deno") }

// fuzzFile fuzzes one format under one name, from the seeds of that format.
func fuzzFile(f *testing.F, name, format string) {
	for _, seed := range seeds {
		if lock, err := Parse(seed.name, []byte(seed.text)); err == nil && lock.Format == format {
			f.Add([]byte(seed.text))
		}
	}
	for _, file := range smallFixtures(f, filepath.Join(os.Getenv("GATE_FIXTURES"), "lockfiles", "*", "*", "*")) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if lock, err := Parse(filepath.Base(file), data); err == nil && lock.Format == format {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { parseTwice(t, name, data) })
}

func parseTwice(t *testing.T, name string, data []byte) {
	lock, err := Parse(name, data)
	if err != nil {
		if lock != nil {
			t.Error("got a lockfile with an error")
		}
		return
	}
	checkInvariants(t, lock)
	again, err := Parse(name, data)
	if err != nil || !reflect.DeepEqual(lock, again) {
		t.Errorf("reading again gives something else: %v", err)
	}
}

// smallFixtures returns the files that match a pattern and are small enough to
// be seeds.
func smallFixtures(f *testing.F, pattern string) []string {
	f.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		f.Fatal(err)
	}
	return slices.DeleteFunc(files, func(file string) bool {
		info, err := os.Stat(file)
		return err != nil || info.IsDir() || info.Size() > maxSeed
	})
}

// addSmallFixtures adds the small lockfiles in the directories of a pattern.
func addSmallFixtures(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join(pattern, "*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			f.Fatal(err)
		}
		switch filepath.Base(file) {
		case "truth.json", "expect.json", "package.json", "gen.json":
		default:
			if info.Size() <= maxSeed {
				f.Add(filepath.Base(file), readTestFile(f, file))
			}
		}
	}
}

func checkInvariants(t *testing.T, lock *Lockfile) {
	t.Helper()
	for i := range lock.Entries {
		e := &lock.Entries[i]
		if i > 0 && compareEntries(lock.Entries[i-1], *e) >= 0 {
			t.Errorf("entries %d and %d are not in order", i-1, i)
		}
		if e.Line < 1 {
			t.Errorf("%q is on line %d", e.Name, e.Line)
		}
		if e.Name == "" || hasControl(e.Name) || hasControl(e.Version) {
			t.Errorf("got %q at %q", e.Name, e.Version)
		}
		if e.Source == "" || len(e.Locations) == 0 {
			t.Errorf("%q has source %q and locations %q", e.Name, e.Source, e.Locations)
		}
	}
	for _, p := range lock.Problems {
		if p.Check == "" || p.Message == "" {
			t.Errorf("problem without a check or message: %+v", p)
		}
	}
}

// TestSeeds keeps the seeds readable: a seed that is refused tests little.
func TestSeeds(t *testing.T) {
	for _, seed := range seeds {
		lock, err := Parse(seed.name, []byte(seed.text))
		if seed.name == "bun.lockb" {
			if err == nil {
				t.Error("bun.lockb is accepted")
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", seed.name, err)
			continue
		}
		checkInvariants(t, lock)
	}
}

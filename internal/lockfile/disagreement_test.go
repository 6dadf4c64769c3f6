package lockfile

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDisagreementsOfNPM(t *testing.T) {
	dir := filepath.Join(fixtures(t, "lockfiles-hostile"), "npm-both-files-disagree")
	files, err := Discover(dir)
	if err != nil {
		t.Fatal(err)
	}
	var locks []*Lockfile
	for _, file := range files {
		lock, err := Read(dir, file)
		if err != nil {
			t.Fatal(err)
		}
		locks = append(locks, lock)
	}
	got := Disagreements(locks, nil)
	if len(got) != 1 || got[0].File != "package-lock.json" || got[0].Check != "lock-disagreement" {
		t.Errorf("got %+v, want one problem of package-lock.json", got)
	}
}

func TestDisagreements(t *testing.T) {
	e := registryEntry
	at := func(e Entry, location string) Entry {
		e.Locations, e.Line = []string{location}, 5
		return e
	}
	in := func(file string, lock *Lockfile) *Lockfile {
		lock.Path = file
		return lock
	}
	npmFile := in("app/package-lock.json", lockOf("npm", at(e("a", "1.0.0", hashA), "node_modules/a"), at(e("deep", "1.0.0", hashA), "node_modules/deep")))
	pnpmFile := func(version string) *Lockfile {
		lock := in("app/pnpm-lock.yaml", lockOf("pnpm", at(e("a", version, hashA), "a@"+version), at(e("deep", "2.0.0", hashA), "deep@2.0.0")))
		lock.Projects = []Project{{Dir: ".", Dependencies: []Dependency{{"a", "^1", "dependencies", "a@" + version}}}}
		return lock
	}
	shrinkwrap := func(entries ...Entry) *Lockfile { return in("app/npm-shrinkwrap.json", lockOf("npm", entries...)) }
	const keepOne = "keep the lockfile of one package manager and name that one as packageManager in package.json"
	tests := []struct {
		name  string
		locks []*Lockfile
		root  string
		want  []FileProblem
	}{
		{"only what the project asks for counts", []*Lockfile{npmFile, pnpmFile("1.0.0")}, `{"dependencies": {"a": "^1"}}`, nil},
		{
			"two package managers",
			[]*Lockfile{npmFile, pnpmFile("1.1.0")},
			`{"dependencies": {"a": "^1"}}`,
			[]FileProblem{{"app/pnpm-lock.yaml", Problem{
				Check: "lock-disagreement", Line: 5, Hint: keepOne,
				Message: "package-lock.json also locks this project, otherwise: a is 1.0.0 there and 1.1.0 here; npm installs from package-lock.json, pnpm from pnpm-lock.yaml",
			}}},
		},
		{
			"one of them is named",
			[]*Lockfile{npmFile, pnpmFile("1.1.0")},
			`{"dependencies": {"a": "^1"}, "packageManager": "pnpm@10.0.0"}`,
			[]FileProblem{{"app/package-lock.json", Problem{
				Check: "lock-disagreement", Line: 5, Hint: "delete package-lock.json",
				Message: "pnpm-lock.yaml also locks this project, otherwise: a is 1.1.0 there and 1.0.0 here; " +
					"pnpm installs from pnpm-lock.yaml, npm from package-lock.json, and package.json names pnpm",
			}}},
		},
		{
			"without package.json",
			[]*Lockfile{npmFile, pnpmFile("1.1.0")},
			"",
			[]FileProblem{{"app/pnpm-lock.yaml", Problem{
				Check: "lock-disagreement", Line: 5, Hint: keepOne,
				Message: "package-lock.json also locks this project, otherwise: a is 1.0.0 there and 1.1.0 here; npm installs from package-lock.json, pnpm from pnpm-lock.yaml",
			}}},
		},
		{"another directory", []*Lockfile{in("package-lock.json", lockOf("npm", at(e("a", "1.0.0"), "node_modules/a"))), pnpmFile("1.1.0")}, "", nil},
		{"branches of pnpm", []*Lockfile{in("app/pnpm-lock.dev.yaml", lockOf("pnpm", e("a", "1.0.0"))), pnpmFile("1.1.0")}, "", nil},
		{"npm's two files agree", []*Lockfile{shrinkwrap(npmFile.Entries...), npmFile}, "", nil},
		{
			"npm's two files differ",
			[]*Lockfile{npmFile, shrinkwrap(e("a", "1.0.0", hashB), e("deep", "0.9.0", hashA), e("x", "1.0.0"), e("y", "1.0.0"), e("z", "1.0.0"))},
			"",
			[]FileProblem{{"app/package-lock.json", Problem{
				Check: "lock-disagreement", Line: 5,
				Message: "npm 11 and earlier install from npm-shrinkwrap.json, npm 12 from package-lock.json, and they differ: " +
					"a@1.0.0 has another hash or address; deep is 0.9.0 in npm-shrinkwrap.json, 1.0.0 in package-lock.json; " +
					"x@1.0.0 is in npm-shrinkwrap.json alone; and 2 more",
				Hint: "delete one of them: npm-shrinkwrap.json, unless the package is published with it",
			}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			roots := map[string]*Manifest{}
			if tt.root != "" {
				roots["app"] = manifest(t, tt.root)
			}
			if diff := cmp.Diff(tt.want, Disagreements(tt.locks, roots)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

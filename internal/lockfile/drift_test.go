package lockfile

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parseText(t *testing.T, file, text string) *Lockfile {
	t.Helper()
	lock, err := Parse(file, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func manifest(t *testing.T, text string) *Manifest {
	t.Helper()
	m, err := ParseManifest([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func messages(problems []Problem) []string {
	var list []string
	for _, p := range problems {
		list = append(list, p.Message)
	}
	return list
}

// npmLock is a lockfile of version 3 with the given members of "packages".
func npmLock(members ...string) string {
	return `{"lockfileVersion": 3, "packages": {"": {"workspaces": ["packages/*"]},` + strings.Join(members, ",\n") + "}}"
}

func TestDriftNPM(t *testing.T) {
	lock := npmLock(
		`"node_modules/lodash": {"version": "4.17.21"}`,
		`"node_modules/old": {"name": "lodash", "version": "3.10.1"}`,
		`"node_modules/swapped": {"name": "is-number", "version": "7.0.0"}`,
		`"node_modules/rc": {"version": "2.0.0-rc.1"}`,
		`"node_modules/git": {"version": "1.0.0", "resolved": "git+ssh://git@github.com/o/git.git#0123456789012345678901234567890123456789"}`,
		`"node_modules/a": {"resolved": "packages/a", "link": true}`,
		`"packages/a": {"version": "1.0.0"}`,
		`"packages/a/node_modules/lodash": {"version": "3.0.0"}`,
	)
	tests := []struct {
		name  string
		root  string
		inner string // package.json of packages/a
		want  []string
	}{
		{name: "in the range", root: `{"dependencies": {"lodash": "^4.17.0"}}`},
		{
			name: "out of the range", root: `{"dependencies": {"lodash": "^5.0.0"}}`,
			want: []string{"package.json asks for lodash@^5.0.0, the lock holds 4.17.21"},
		},
		{
			name: "missing", root: `{"devDependencies": {"mocha": "^10"}}`,
			want: []string{"package.json asks for mocha@^10, the lock does not hold it"},
		},
		{
			name: "missing though optional", root: `{"optionalDependencies": {"fsevents": "^2"}}`,
			want: []string{"package.json asks for fsevents@^2, the lock does not hold it"},
		},
		{name: "peers are a setting", root: `{"peerDependencies": {"react": "*", "lodash": "^5"}}`},
		{name: "one of two groups is met", root: `{"dependencies": {"lodash": "^3"}, "devDependencies": {"lodash": "^4"}}`},
		{name: "an alias", root: `{"dependencies": {"old": "npm:lodash@^3.0.0"}}`},
		{
			name: "an alias out of its range", root: `{"dependencies": {"old": "npm:lodash@^4.0.0"}}`,
			want: []string{"package.json asks for old@npm:lodash@^4.0.0, the lock holds lodash@3.10.1 in its place"},
		},
		{
			name: "an alias of another package", root: `{"dependencies": {"old": "npm:underscore@^3.0.0"}}`,
			want: []string{"package.json asks for old@npm:underscore@^3.0.0, the lock holds lodash@3.10.1 in its place"},
		},
		{
			name: "an alias that nobody asked for", root: `{"dependencies": {"swapped": "*"}}`,
			want: []string{"package.json asks for swapped@*, the lock holds is-number@7.0.0 in its place"},
		},
		{
			name: "another package behind a tag", root: `{"dependencies": {"swapped": "latest"}}`,
			want: []string{"package.json asks for swapped@latest, the lock holds is-number@7.0.0 in its place"},
		},
		{name: "a tag is not judged", root: `{"dependencies": {"lodash": "next"}}`},
		{name: "a star takes prereleases", root: `{"dependencies": {"rc": "*"}}`},
		{
			name: "a range does not", root: `{"dependencies": {"rc": ">=1"}}`,
			want: []string{"package.json asks for rc@>=1, the lock holds 2.0.0-rc.1"},
		},
		{
			name: "git for the registry", root: `{"dependencies": {"git": "^1.0.0"}}`,
			want: []string{"package.json asks for git@^1.0.0, the lock holds a git repository in its place"},
		},
		{name: "git for git", root: `{"dependencies": {"git": "o/git#main"}}`},
		{
			name: "the registry for git", root: `{"dependencies": {"lodash": "git+https://u:secret@github.com/o/lodash.git?token=secret#main"}}`,
			want: []string{"package.json asks for lodash@git+https://github.com/o/lodash.git#main, the lock holds lodash@4.17.21 of the registry in its place"},
		},
		{name: "a workspace", root: `{"dependencies": {"a": "^1.0.0"}}`},
		{name: "a workspace's own", inner: `{"dependencies": {"lodash": "^3.0.0", "old": "npm:lodash@3"}}`},
		{
			name: "a workspace out of range", inner: `{"dependencies": {"lodash": "^4.0.0"}}`,
			want: []string{"packages/a/package.json asks for lodash@^4.0.0, the lock holds 3.0.0"},
		},
		{name: "an override", root: `{"dependencies": {"lodash": "^5"}, "overrides": {"lodash": "4.17.21"}}`},
		{
			name: "an override that is not met", root: `{"dependencies": {"lodash": "^5"}, "overrides": {"lodash": "5.0.0"}}`,
			want: []string{"package.json asks for lodash@^5, the lock holds 4.17.21"},
		},
		{name: "an override that cannot be judged", root: `{"dependencies": {"lodash": "^5"}, "overrides": {"lodash": "$other"}}`},
		{
			name: "npm ignores resolutions", root: `{"dependencies": {"lodash": "^5"}, "resolutions": {"lodash": "4.17.21"}}`,
			want: []string{"package.json asks for lodash@^5, the lock holds 4.17.21"},
		},
		{
			name:  "the overrides of the root apply to workspaces",
			root:  `{"overrides": {"lodash": "3.0.0"}}`,
			inner: `{"dependencies": {"lodash": "^4.0.0"}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			manifests := map[string]*Manifest{}
			for dir, text := range map[string]string{".": tt.root, "packages/a": tt.inner} {
				if text != "" {
					manifests[dir] = manifest(t, text)
				}
			}
			got := messages(Drift(parseText(t, "package-lock.json", lock), manifests))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDriftProblem(t *testing.T) {
	lock := parseText(t, "package-lock.json", npmLock("\n"+`"node_modules/a": {"name": "b", "version": "1.0.0"}`))
	got := Drift(lock, map[string]*Manifest{".": manifest(t, `{"dependencies": {"a": "^1", "c": "^1"}}`)})
	want := []Problem{
		{
			Check: "lock-drift", Name: "b", Version: "1.0.0", Line: 2, Hint: "run npm install --package-lock-only --ignore-scripts",
			Message: "package.json asks for a@^1, the lock holds b@1.0.0 in its place",
		},
		{
			Check: "lock-drift", Name: "c", Hint: "run npm install --package-lock-only --ignore-scripts",
			Message: "package.json asks for c@^1, the lock does not hold it",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDriftNPMVersion1(t *testing.T) {
	lock := parseText(t, "package-lock.json", `{"lockfileVersion": 1, "dependencies": {
		"lodash": {"version": "4.17.21", "dependencies": {"inner": {"version": "1.0.0"}}},
		"local": {"version": "file:local"}}}`)
	got := messages(Drift(lock, map[string]*Manifest{
		".": manifest(t, `{"dependencies": {"lodash": "^3.0.0", "inner": "^1.0.0", "local": "file:local"}}`),
	}))
	want := []string{
		"package.json asks for lodash@^3.0.0, the lock holds 4.17.21",
		"package.json asks for inner@^1.0.0, the lock does not hold it",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// recordingLock is a lockfile of a format that remembers what package.json
// asked for.
func recordingLock(format string) *Lockfile {
	return &Lockfile{
		Format: format,
		Entries: []Entry{
			{Name: "lodash", Version: "4.17.21", Source: Registry, Line: 7, Locations: []string{"lodash@4.17.21"}},
			{Name: "mocha", Version: "10.0.0", Source: Registry, Line: 8, Locations: []string{"mocha@10.0.0"}},
			{Name: "a", Source: Workspace, Line: 9, Locations: []string{"link:packages/a"}},
		},
		Projects: []Project{{Dir: ".", Dependencies: []Dependency{
			{"lodash", "^4.17.0", "dependencies", "lodash@4.17.21"},
			{"mocha", "^10.0.0", "devDependencies", "mocha@10.0.0"},
			{"a", "workspace:*", "dependencies", "link:packages/a"},
			{"react", "catalog:", "dependencies", ""},
			{"node", "runtime:24.0.0", "devDependencies", ""}, // of devEngines.runtime
		}}},
	}
}

func TestDriftRecorded(t *testing.T) {
	const asked = `"lodash": "^4.17.0", "a": "workspace:*", "react": "catalog:"`
	tests := []struct {
		name, format, manifest string
		overridden             []string
		want                   []string
	}{
		{name: "the same", format: "pnpm", manifest: `{"dependencies": {` + asked + `}, "devDependencies": {"mocha": "^10.0.0"}}`},
		{
			name: "another range", format: "pnpm",
			manifest: `{"dependencies": {"lodash": "^4.17.1", "a": "workspace:^", "react": "catalog:"}, "devDependencies": {"mocha": "^11"}}`,
			want: []string{
				"package.json asks for lodash@^4.17.1, the lock was made for lodash@^4.17.0",
				"package.json asks for a@workspace:^, the lock was made for a@workspace:*",
				"package.json asks for mocha@^11, the lock holds 10.0.0",
			},
		},
		{
			name: "another group", format: "bun", manifest: `{"dependencies": {` + asked + `, "mocha": "^10.0.0"}}`,
			want: []string{"package.json asks for mocha@^10.0.0, in dependencies, the lock was made for it in devDependencies"},
		},
		{name: "berry does not record groups", format: "yarn-berry", manifest: `{"dependencies": {` + asked + `, "mocha": "npm:^10.0.0"}}`},
		{
			name: "more and less", format: "pnpm", manifest: `{"dependencies": {` + asked + `, "new": "1"}}`,
			want: []string{
				"package.json asks for new@1, the lock does not hold it",
				"the lock was made for mocha@^10.0.0, package.json does not ask for it",
			},
		},
		{
			name: "peers that were installed", format: "pnpm",
			manifest: `{"dependencies": {` + asked + `}, "peerDependencies": {"mocha": "*", "vue": "*"}}`,
		},
		{
			name: "overrides of package.json", format: "pnpm",
			manifest: `{"dependencies": {"lodash": "^3", "a": "workspace:*", "react": "catalog:"}, "devDependencies": {"mocha": "^11"},
				"pnpm": {"overrides": {"lodash": "^4.17.0", "mocha@^11": "12"}}}`,
			want: []string{"package.json asks for mocha@^11, the lock holds 10.0.0"},
		},
		{
			name: "overrides that only the lockfile knows", format: "pnpm", overridden: []string{"lodash", "mocha", "gone"},
			manifest: `{"dependencies": {"lodash": "^3", "a": "workspace:*", "react": "catalog:", "gone": "1"}}`,
		},
		{name: "a format without projects", format: "deno", manifest: `{"dependencies": {"x": "1"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lock := recordingLock(tt.format)
			lock.Overridden = tt.overridden
			got := messages(Drift(lock, map[string]*Manifest{".": manifest(t, tt.manifest)}))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDriftYarnClassic(t *testing.T) {
	lock := &Lockfile{Format: "yarn-classic", Entries: []Entry{
		{Name: "lodash", Version: "4.17.21", Source: Registry, Locations: []string{"lodash@4.17.21", "lodash@^4.17.0"}},
		{Name: "lodash", Version: "3.10.1", Source: Registry, Aliases: []string{"old"}, Locations: []string{"old@npm:lodash@^3"}},
		{Name: "is-odd", Version: "1.0.0", Source: Registry, Locations: []string{"is-odd"}},
		{Name: "evil", Version: "1.0.0", Source: Registry, Locations: []string{"kind@^1"}},
	}}
	tests := []struct {
		name, manifest string
		want           []string
	}{
		{"patterns", `{"dependencies": {"lodash": "^4.17.0", "old": "npm:lodash@^3", "is-odd": ""}}`, nil},
		{
			"another pattern that the entry would satisfy", `{"dependencies": {"lodash": "^4.0.0"}}`,
			[]string{"package.json asks for lodash@^4.0.0, the lock does not hold it"},
		},
		{
			"a pattern that leads to another package", `{"dependencies": {"kind": "^1"}}`,
			[]string{"package.json asks for kind@^1, the lock holds evil@1.0.0 in its place"},
		},
		{"a resolution", `{"dependencies": {"lodash": "^3"}, "resolutions": {"**/lodash": "4.17.21"}}`, nil},
		{"what yarn does not write down", `{"dependencies": {"a": "link:a", "b": "workspace:*", "c": "./c"}}`, nil},
		{"maybe a workspace", `{"workspaces": ["packages/*"], "dependencies": {"inner": "^1"}}`, nil},
		{
			"not a workspace", `{"workspaces": ["packages/*"], "dependencies": {"lodash": "^5"}}`,
			[]string{"package.json asks for lodash@^5, the lock does not hold it"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := messages(Drift(lock, map[string]*Manifest{".": manifest(t, tt.manifest)}))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAsText(t *testing.T) {
	for spec, want := range map[string]string{
		"^1.0.0":                             "x@^1.0.0",
		"git+ssh://git@github.com/o/r.git#a": "x@git+ssh://github.com/o/r.git#a",
		"https://token@host/x.tgz":           "x@https://host/x.tgz",
		"https://u:p@w@host/x.tgz?sig=1#f":   "x@https://host/x.tgz#f",
		strings.Repeat("é", maxSpecText):     "x@" + strings.Repeat("é", maxSpecText/2) + "…",
	} {
		if got := asText("x", spec); got != want {
			t.Errorf("asText(%q) = %q, want %q", spec, got, want)
		}
	}
}

// projectOf reads the only lockfile of a directory and its package.json.
func projectOf(t *testing.T, dir string) (*Lockfile, *Manifest) {
	t.Helper()
	names, err := Discover(dir)
	if err != nil || len(names) != 1 {
		t.Fatalf("Discover gives %v, %v", names, err)
	}
	lock, err := Read(dir, names[0])
	if err != nil {
		t.Fatal(err)
	}
	m, err := ReadManifest(filepath.Join(dir, "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	return lock, m
}

// TestDriftConformance reads lockfiles of real projects beside the package.json
// that they were written for: none of them has drifted, and each has as soon as
// package.json asks for something else.
func TestDriftConformance(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fixtures(t, "lockfiles"), "*", "*", "package.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no package.json: %v", err)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(filepath.Dir(dir))+"/"+filepath.Base(dir), func(t *testing.T) {
			lock, m := projectOf(t, dir)
			for _, message := range messages(Drift(lock, map[string]*Manifest{".": m})) {
				t.Error(message)
			}
			drifts := 0
			for i, r := range m.Requests {
				changed := *m
				changed.Requests = slices.Clone(m.Requests)
				changed.Requests[i].Spec = "999.0.0"
				if _, isRange := parseRange(r.Spec); isRange && len(Drift(lock, map[string]*Manifest{".": &changed})) > 0 {
					drifts++
				}
			}
			t.Logf("%d requests, %d of them drift when changed", len(m.Requests), drifts)
			if drifts == 0 && slices.ContainsFunc(m.Requests, func(r Request) bool { _, ok := parseRange(r.Spec); return ok }) {
				t.Error("no change of a range is noticed")
			}
		})
	}
}

func TestDriftHostile(t *testing.T) {
	for name, want := range map[string][]string{
		"npm-alias-undeclared": {"package.json asks for lodash@^4.17.21, the lock holds is-number@7.0.0 in its place"},
		"npm-zero-packages":    nil,
	} {
		lock, m := projectOf(t, filepath.Join(fixtures(t, "lockfiles-hostile"), name))
		if diff := cmp.Diff(want, messages(Drift(lock, map[string]*Manifest{".": m}))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

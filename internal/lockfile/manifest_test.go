package lockfile

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sampleManifest = "\xef\xbb\xbf" + `{
  "name": "app",
  "version": "1.0.0",
  "scripts": {"test": "true"},
  "dependencies": {
    "lodash": "^4.17.21",
    "old": "npm:lodash@^3"
  },
  "devDependencies": {"mocha": "^10"},
  "optionalDependencies": {"fsevents": "*"},
  "peerDependencies": {"react": ">=18"},
  "bundledDependencies": ["lodash"],
  "overrides": {"a": "1", "b@2": {".": "2.1.0", "@s/c": "$lodash"}},
  "resolutions": {"**/d": "4", "x/@s/e": "5", "@s/f@npm:^6": "6"},
  "pnpm": {"overrides": {"g@1>@s/h@>=2": "7", "i@>1": "-"}},
  "workspaces": {"packages": ["packages/*", "!packages/old"], "nohoist": ["**"]},
  "packageManager": "pnpm@9.1.0+sha512.abc",
  "devEngines": {"packageManager": [{"name": "npm", "onFail": "warn"}, {"name": "yarn"}]}
}`

func TestManifest(t *testing.T) {
	got, err := ParseManifest([]byte(sampleManifest))
	if err != nil {
		t.Fatal(err)
	}
	want := &Manifest{
		Name: "app", Version: "1.0.0",
		Requests: []Request{
			{"lodash", "^4.17.21", "dependencies", 6},
			{"old", "npm:lodash@^3", "dependencies", 7},
			{"mocha", "^10", "devDependencies", 9},
			{"fsevents", "*", "optionalDependencies", 10},
			{"react", ">=18", "peerDependencies", 11},
		},
		Bundled:           []string{"lodash"},
		Overrides:         []Override{{"a", "1"}, {"b", "2.1.0"}, {"@s/c", "$lodash"}},
		Resolutions:       []Override{{"d", "4"}, {"@s/e", "5"}, {"@s/f", "6"}},
		PnpmOverrides:     []Override{{"@s/h", "7"}, {"i", "-"}},
		Workspaces:        []string{"packages/*", "!packages/old"},
		PackageManager:    "pnpm@9.1.0+sha512.abc",
		DevPackageManager: []string{"npm", "yarn"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestManifestForms(t *testing.T) {
	tests := []struct {
		name, text string
		want       Manifest
	}{
		{"empty", `{}`, Manifest{}},
		{"workspaces as a list", `{"workspaces": ["a", "b"]}`, Manifest{Workspaces: []string{"a", "b"}}},
		{"everything bundled", `{"bundleDependencies": true}`, Manifest{BundlesAll: true}},
		{"nothing bundled", `{"bundleDependencies": false}`, Manifest{}},
		{"one package manager", `{"devEngines": {"packageManager": {"name": "bun"}}}`, Manifest{DevPackageManager: []string{"bun"}}},
	}
	for _, tt := range tests {
		got, err := ParseManifest([]byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(&tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestManager(t *testing.T) {
	tests := []struct {
		m    Manifest
		want string
	}{
		{Manifest{}, ""},
		{Manifest{PackageManager: "yarn@1.22.22+sha512.abc"}, "yarn"},
		{Manifest{PackageManager: "pnpm"}, "pnpm"},
		{Manifest{PackageManager: "pnpm@9.0.0", DevPackageManager: []string{"npm"}}, "pnpm"},
		{Manifest{DevPackageManager: []string{"npm"}}, "npm"},
		{Manifest{DevPackageManager: []string{"npm", "yarn"}}, ""},
	}
	for _, tt := range tests {
		if got := tt.m.Manager(); got != tt.want {
			t.Errorf("%+v.Manager() = %q, want %q", tt.m, got, tt.want)
		}
	}
}

func TestManifestRefused(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no JSON", `name: app`, "malformed"},
		{"a list", `[]`, "line 1"},
		{"a repeated key", "{\"dependencies\": {\"a\": \"1\",\n\"a\": \"2\"}}", "line 2"},
		{"a repeated section", `{"dependencies": {}, "dependencies": {}}`, "twice"},
		{"a key that differs in case", `{"Dependencies": {}}`, "case"},
		{"invalid UTF-8", "{\"name\": \"\xff\"}", "line 1"},
		{"a range that is no string", `{"dependencies": {"a": 1}}`, "string"},
		{"a second document", `{} {}`, "more text"},
		{"deep nesting", `{"overrides": ` + strings.Repeat(`{"a":`, 100), "nested"},
		{"too large", `{"name": "` + strings.Repeat("a", maxManifestSize) + `"}`, "larger"},
	}
	for _, tt := range tests {
		_, err := ParseManifest([]byte(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got error %v, want one with %q", tt.name, err, tt.want)
			continue
		}
		if _, ok := errors.AsType[*SyntaxError](err); !ok {
			t.Errorf("%s: %T is not a *SyntaxError", tt.name, err)
		}
	}
}

func TestReadManifest(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "package.json")
	if _, err := ReadManifest(file); !os.IsNotExist(err) {
		t.Errorf("no file: got error %v", err)
	}
	if _, err := ReadManifest(dir); !errors.Is(err, errNotRegular) {
		t.Errorf("a directory: got error %v", err)
	}
	writeFiles(t, dir, map[string]string{"package.json": `{"name": "app"}`})
	if m, err := ReadManifest(file); err != nil || m.Name != "app" {
		t.Errorf("got %v, %v", m, err)
	}
	writeFiles(t, dir, map[string]string{"package.json": `{`})
	if _, err := ReadManifest(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("malformed: got error %v, want one that names the file", err)
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(sampleManifest))
	f.Add([]byte(`{"dependencies": {"a": null}, "bundleDependencies": true, "workspaces": []}`))
	f.Add([]byte(`{"devEngines": {"packageManager": [[{"name": "npm"}]]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data)
		if err != nil {
			return
		}
		for _, r := range m.Requests {
			if r.Line < 1 || !slices.Contains([]string{"dependencies", "devDependencies", "optionalDependencies", "peerDependencies"}, r.Kind) {
				t.Errorf("request %+v", r)
			}
		}
		Drift(&Lockfile{Format: "npm"}, map[string]*Manifest{".": m})
	})
}

package lockfile

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	pnpm53 = `lockfileVersion: 5.3

importers:

  .:
    specifiers:
      aliased: npm:left-pad@^1.3.0
      tool: workspace:*
    dependencies:
      aliased: /left-pad/1.3.0
    devDependencies:
      tool: link:packages/tool

  packages/tool:
    specifiers:
      eslint-plugin-import: ^2.22.1
    dependencies:
      eslint-plugin-import: 2.22.1_eslint@7.22.0

packages:

  /eslint-plugin-import/2.22.1_eslint@7.22.0:
    resolution: {integrity: sha512-import}
    requiresBuild: true
    dev: false
    dependencies:
      left-pad: 1.3.0

  /left-pad/1.3.0:
    resolution: {integrity: sha512-left}
    dev: true
    optional: true
`
	pnpm60 = `lockfileVersion: '6.0'

dependencies:
  '@scope/a':
    specifier: ^1.0.0
    version: 1.0.0(@scope/b@2.0.0)
  tarball:
    specifier: https://host.example/t.tgz
    version: '@host.example/t.tgz'

packages:

  /@scope/a@1.0.0(@scope/b@2.0.0):
    resolution: {integrity: sha512-a}
    peerDependencies:
      '@scope/b': '*'
    dependencies:
      '@scope/b': 2.0.0
    dev: false

  /@scope/b@2.0.0:
    resolution: {integrity: sha512-b, tarball: https://registry.example/b.tgz}
    os: [linux]
    dev: false

  '@host.example/t.tgz':
    resolution: {tarball: https://host.example/t.tgz}
    name: tarball
    version: 3.0.0
    dev: false
`
	pnpm90 = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      lodash:
        specifier: npm:lodash-es@^4
        version: lodash-es@4.17.21
      repo:
        specifier: github:o/r
        version: https://codeload.github.com/o/r/tar.gz/0123456789012345678901234567890123456789
    devDependencies:
      ms:
        specifier: ^2.0.0
        version: 2.1.3
      private:
        specifier: work:^1.0.0
        version: work:1.0.0

packages:

  lodash-es@4.17.21:
    resolution: {integrity: sha512-lodash}

  ms@2.1.3:
    resolution: {integrity: sha512-ms}

  private@work:1.0.0:
    resolution: {integrity: sha512-private}

  repo@https://codeload.github.com/o/r/tar.gz/0123456789012345678901234567890123456789:
    resolution: {tarball: https://codeload.github.com/o/r/tar.gz/0123456789012345678901234567890123456789}
    version: 1.0.0

  orphan@1.0.0:
    resolution: {integrity: sha512-orphan}

snapshots:

  lodash-es@4.17.21(patch_hash=abc)(react@18.2.0):
    dependencies:
      ms: 2.1.3
    optional: true

  lodash-es@4.17.21: {}

  ms@2.1.3: {}

  private@work:1.0.0: {}

  repo@https://codeload.github.com/o/r/tar.gz/0123456789012345678901234567890123456789: {}

  orphan@1.0.0: {}
`
	pnpm130 = `{
	"lockfileVersion": "13.0",

	"projects": {
		".": {
			"dependencies": {
				"a": "workspace:*",
				"l": "link:dir",
				"num": "npm:is-number@7.0.0",
				"repo": {
					"specifier": "git+ssh://git@host.example/r.git",
					"version": "git+ssh://git@host.example/r.git#0123",
				},
			},
			"devDependencies": {"store": "1.2.0"},
		},

		"packages/a": {
			"name": "a",
			"dependencies": {"b": "workspace:real@^", "local": {"specifier": "file:../../local", "version": "file:local"}},
		},
	},

	"packages": {
		"is-number@7.0.0": {"integrity": "sha512-number"},

		"local@file:local": {
			"dependencies": {"is-number": "7.0.0"},
		},

		"react@17.0.2": {"integrity": "sha512-react17"},

		"repo@git+ssh://git@host.example/r.git#0123": {
			"resolution": {"commit": "0123", "repo": "ssh://git@host.example/r.git", "type": "git"},
			"version": "0.1.0",
		},

		"store@1.2.0": {
			"integrity": "sha512-store",
			"peerDependencies": {"react": "^17 || ^18", "x": {"specifier": "*", "version": "1.0.0", "below": true}},
			"snapshots": [
				{"peerDependencies": {"react": {"version": "17.0.2"}}, "optional": true},
				{"optional": true},
			],
		},
	},
}
`
	pnpmTwo = "---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    configDependencies:\n      ms:\n        specifier: 2.1.3\n        version: 2.1.3\n\n" +
		"packages:\n\n  ms@2.1.3:\n    resolution: {integrity: sha512-tool}\n\nsnapshots:\n\n  ms@2.1.3: {}\n\n---\n" + pnpm90
)

func TestPnpm(t *testing.T) {
	tests := []struct {
		name, text string
		version    string
		want       []string
	}{
		{"5.3", pnpm53, "5.3", []string{
			"22: eslint-plugin-import@2.22.1 registry  [sha512-import] script <- /eslint-plugin-import/2.22.1_eslint@7.22.0 -> /left-pad/1.3.0",
			"29: left-pad@1.3.0 registry  [sha512-left] dev optional as aliased <- /left-pad/1.3.0 -> ",
			"12: tool@ workspace link:packages/tool [] <- link:packages/tool -> ",
		}},
		{"6.0", pnpm60, "6.0", []string{
			"13: @scope/a@1.0.0 registry  [sha512-a] <- /@scope/a@1.0.0(@scope/b@2.0.0) -> /@scope/b@2.0.0",
			"21: @scope/b@2.0.0 registry https://registry.example/b.tgz [sha512-b] <- /@scope/b@2.0.0 -> ",
			"26: tarball@3.0.0 url https://host.example/t.tgz [] <- @host.example/t.tgz -> ",
		}},
		{"9.0", pnpm90, "9.0", []string{
			"23: lodash-es@4.17.21 registry  [sha512-lodash] as lodash <- lodash-es@4.17.21 lodash-es@4.17.21(patch_hash=abc)(react@18.2.0) -> ms@2.1.3",
			"26: ms@2.1.3 registry  [sha512-ms] dev <- ms@2.1.3 -> ",
			"36: orphan@1.0.0 registry  [sha512-orphan] <- orphan@1.0.0 -> ",
			"29: private@1.0.0 registry work:1.0.0 [sha512-private] dev <- private@work:1.0.0 -> ",
			"32: repo@1.0.0 git https://codeload.github.com/o/r/tar.gz/0123456789012345678901234567890123456789 [] <- repo@https://codeload.github.com/o/r/tar.gz/0123456789012345678901234567890123456789 -> ",
		}},
		{"13.0", pnpm130, "13.0", []string{
			"7: a@ workspace link:packages/a [] <- link:packages/a -> ",
			"20: b@ link link:packages/a/real@^ [] <- link:packages/a/real@^ -> ",
			"25: is-number@7.0.0 registry  [sha512-number] as num <- is-number@7.0.0 -> ",
			"8: l@ link link:dir [] <- link:dir -> ",
			"27: local@ file file:local [] <- local@file:local -> is-number@7.0.0",
			"31: react@17.0.2 registry  [sha512-react17] dev <- react@17.0.2 -> ",
			"33: repo@0.1.0 git ssh://git@host.example/r.git#0123 [] <- repo@git+ssh://git@host.example/r.git#0123 -> ",
			"38: store@1.2.0 registry  [sha512-store] dev optional <- store@1.2.0 -> react@17.0.2",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lock, err := Parse("pnpm-lock.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if lock.Version != tt.version {
				t.Errorf("got version %q, want %q", lock.Version, tt.version)
			}
			if diff := cmp.Diff(tt.want, summarize(lock.Entries)); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			if len(lock.Problems) > 0 {
				t.Errorf("got problems %v, want none", lock.Problems)
			}
		})
	}
}

func TestPnpmProjects(t *testing.T) {
	tests := []struct {
		name, text string
		want       []Project
	}{
		{"specifiers apart", pnpm53, []Project{
			{".", []Dependency{
				{"aliased", "npm:left-pad@^1.3.0", "dependencies", "/left-pad/1.3.0"},
				{"tool", "workspace:*", "devDependencies", "link:packages/tool"},
			}},
			{"packages/tool", []Dependency{
				{"eslint-plugin-import", "^2.22.1", "dependencies", "/eslint-plugin-import/2.22.1_eslint@7.22.0"},
			}},
		}},
		{"single project", pnpm60, []Project{{".", []Dependency{
			{"@scope/a", "^1.0.0", "dependencies", "/@scope/a@1.0.0(@scope/b@2.0.0)"},
			{"tarball", "https://host.example/t.tgz", "dependencies", "@host.example/t.tgz"},
		}}}},
		{"short form", pnpm130, []Project{
			{".", []Dependency{
				{"a", "workspace:*", "dependencies", "link:packages/a"},
				{"l", "link:dir", "dependencies", "link:dir"},
				{"num", "npm:is-number@7.0.0", "dependencies", "is-number@7.0.0"},
				{"repo", "git+ssh://git@host.example/r.git", "dependencies", "repo@git+ssh://git@host.example/r.git#0123"},
				{"store", "1.2.0", "devDependencies", "store@1.2.0"},
			}},
			{"packages/a", []Dependency{
				{"b", "workspace:real@^", "dependencies", "link:packages/a/real@^"},
				{"local", "file:../../local", "dependencies", "local@file:local"},
			}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lock, err := Parse("pnpm-lock.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, lock.Projects); diff != "" {
				t.Errorf("projects (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPnpmTwoDocuments(t *testing.T) {
	for name, text := range map[string]string{
		"LF": pnpmTwo, "CRLF and byte order mark": "\ufeff" + strings.ReplaceAll(pnpmTwo, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			lock, err := Parse("pnpm-lock.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			got := summarize(slices.DeleteFunc(lock.Entries, func(e Entry) bool { return e.Name != "ms" }))
			want := []string{
				"47: ms@2.1.3 registry  [sha512-ms] dev <- ms@2.1.3 -> ",
				"14: ms@2.1.3 registry  [sha512-tool] tooling <- ms@2.1.3 -> ",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			if len(lock.Problems) != 1 || lock.Problems[0].Check != "lock-disagreement" || lock.Problems[0].Line != 47 {
				t.Errorf("got problems %v, want one lock-disagreement in line 47", lock.Problems)
			}
			if len(lock.Projects) != 1 || len(lock.Projects[0].Dependencies) != 4 {
				t.Errorf("got projects %v, want that of the second document", lock.Projects)
			}
		})
	}
}

package lockfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPnpmProblems(t *testing.T) {
	runtime := strings.ReplaceAll(pnpm90, "ms@2.1.3", "node@runtime:22.0.0")
	runtime = strings.Replace(runtime, "{integrity: sha512-ms}", "{type: variations, variants: [{targets: [{cpu: x64, os: linux}], "+
		"resolution: {type: binary, archive: tarball, bin: bin/node, integrity: sha256-n, url: 'https://%s/download/release/v22.0.0/node.tar.gz'}}]}", 1)
	tests := []struct{ name, text, check string }{
		{"link out of the project", strings.Replace(pnpm53, "link:packages/tool", "link:../tool", 1), "path-escapes-project"},
		{"absolute link", strings.Replace(pnpm53, "link:packages/tool", "link:/etc", 1), "path-escapes-project"},
		{"directory out of the project", strings.Replace(pnpm130, `"local@file:local"`, `"local@file:../local"`, 1), "path-escapes-project"},
		{"patch out of the project", pnpm90 + "\npatchedDependencies:\n  ms@2.1.3:\n    hash: abc\n    path: ../ms.patch\n", "path-escapes-project"},
		{"missing package", strings.Replace(pnpm90, "        version: 2.1.3", "        version: 2.1.4", 1), "lock-disagreement"},
		{"another package", strings.Replace(pnpm90, "specifier: npm:lodash-es@^4", "specifier: ^4.17.0", 1), "lock-disagreement"},
		{"runtime from elsewhere", fmt.Sprintf(runtime, "nodejs.org.example"), "foreign-registry"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lock, err := Parse("pnpm-lock.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			found := slices.ContainsFunc(lock.Problems, func(p Problem) bool { return p.Check == tt.check && p.Line > 0 })
			if !found {
				t.Errorf("got problems %v, want %s", lock.Problems, tt.check)
			}
		})
	}
	lock, err := Parse("pnpm-lock.yaml", []byte(fmt.Sprintf(runtime, "nodejs.org")))
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(lock.Problems, func(p Problem) bool { return p.Check == "foreign-registry" }) {
		t.Errorf("got problems %v for a runtime from its makers", lock.Problems)
	}
}

// With hashes of uncompressed archives, nothing may be compared with the
// registry's.
func TestPnpmTarHashes(t *testing.T) {
	for name, text := range map[string]string{
		"whole file":  pnpm90 + "\nsettings:\n  integrityTarget: tar\n",
		"one package": strings.Replace(pnpm90, "{integrity: sha512-ms}", "{integrity: sha512-ms, revision: 1}", 1),
	} {
		lock, err := Parse("pnpm-lock.yaml", []byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, e := range lock.Entries {
			if e.Name == "ms" && (e.Checksum != "sha512-ms" || len(e.Integrity) > 0) {
				t.Errorf("%s: got integrity %v and checksum %q, want the hash as checksum", name, e.Integrity, e.Checksum)
			}
		}
	}
}

func TestPnpmRefused(t *testing.T) {
	replace := func(text, old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("%q is not in the text", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	tests := []struct {
		name, text string
		line       int
	}{
		{"empty", "", 1},
		{"list", "- a\n", 1},
		{"no version", "importers: {}\n", 1},
		{"later version", replace(pnpm90, "'9.0'", "'9.1'"), 1},
		{"no importers", "lockfileVersion: '9.0'\n", 1},
		{"importers and a project", replace(pnpm53, "importers:", "dependencies: {}\n\nimporters:"), 3},
		{"sections of another version", replace(pnpm90, "snapshots:", "projects: {}\n\nsnapshots:"), 39},
		{"no project document", "---\n" + pnpm90, 0},
		{"empty project document", "---\n" + pnpm90 + "\n---\n\n", 0},
		{"three documents", "---\n" + pnpm90 + "\n---\n" + pnpm90 + "\n---\n" + pnpm90, 113},
		{"snapshot without package", replace(pnpm90, "  ms@2.1.3: {}", "  ms@2.1.4: {}"), 48},
		{"no resolution", replace(pnpm90, "resolution: {integrity: sha512-ms}", "hasBin: true"), 27},
		{"unknown resolution field", replace(pnpm90, "integrity: sha512-ms", "Integrity: sha512-ms"), 27},
		{"custom resolution", replace(pnpm90, "integrity: sha512-ms", "type: 'custom:cdn'"), 27},
		{"incomplete git", replace(pnpm90, "integrity: sha512-ms", "type: git, repo: https://h/r"), 27},
		{"binary in place of a package", replace(pnpm90, "integrity: sha512-ms", "type: binary, url: https://h/r, integrity: sha256-x"), 26},
		{"nested variations", replace(pnpm90, "integrity: sha512-ms", "type: variations, variants: [{resolution: {type: variations, variants: []}}]"), 27},
		{"version beside a registry key", replace(pnpm90, "resolution: {integrity: sha512-ms}", "resolution: {integrity: sha512-ms}\n    version: 2.1.2"), 28},
		{"name beside a registry key", replace(pnpm53, "    dev: true", "    name: evil"), 31},
		{"illegal name", strings.ReplaceAll(pnpm90, "ms@2.1.3", "../ms@2.1.3"), 26},
		{"illegal alias", replace(pnpm90, "      lodash:", "      ../lodash:"), 7},
		{"illegal dependency", replace(pnpm90, "      ms: 2.1.3", "      ../ms: 2.1.3"), 43},
		{"control character in an escape", replace(pnpm90, "specifier: ^2.0.0", `specifier: "\e[2J"`), 14},
		{"version as a number", replace(pnpm90, "        version: 2.1.3", "        version: 2.1"), 16},
		{"number as a key", replace(pnpm90, "      ms:", "      1e3:"), 14},
		{"optional as a text", replace(pnpm90, "    optional: true", "    optional: 'true'"), 44},
		{"project outside", replace(pnpm90, "  .:", "  ../x:"), 5},
		{"address without tarball", replace(pnpm90, "{tarball: https://codeload.github.com/o/r/tar.gz/0123456789012345678901234567890123456789}", "{integrity: sha512-x}"), 32},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lock, err := Parse("pnpm-lock.yaml", []byte(tt.text))
			if err == nil {
				t.Fatalf("got %d entries, want an error", len(lock.Entries))
			}
			if syntax, ok := errors.AsType[*SyntaxError](err); !ok || syntax.Line != tt.line {
				t.Errorf("got %v, want line %d", err, tt.line)
			}
		})
	}
}

func TestPnpmUnsupported(t *testing.T) {
	for _, version := range []string{"'99.0'", "4", "'5.4-inlineSpecifiers'", "8.0", "[9.0]", "''"} {
		_, err := Parse("pnpm-lock.yaml", []byte("lockfileVersion: "+version+"\nimporters:\n  .: {}\n"))
		if !errors.Is(err, ErrUnsupportedVersion) {
			t.Errorf("version %s: got %v, want ErrUnsupportedVersion", version, err)
		}
	}
}

func TestPnpmKeys(t *testing.T) {
	tests := []struct {
		keys pnpmKeys
		key  string
		want pnpmID
	}{
		{pnpmSlashKeys, "/a/1.0.0", pnpmID{name: "a", version: "1.0.0"}},
		{pnpmSlashKeys, "/@s/a/1.0.0", pnpmID{name: "@s/a", version: "1.0.0"}},
		{pnpmSlashKeys, "/a/1.0.0/b@2.0.0", pnpmID{name: "a", version: "1.0.0"}},
		{pnpmSlashKeys, "/@s/a/1.0.0-rc.1_b@2.0.0+c@3.0.0", pnpmID{name: "@s/a", version: "1.0.0-rc.1"}},
		{pnpmSlashKeys, "npm.example/a/1.0.0", pnpmID{name: "a", version: "1.0.0", host: "npm.example"}},
		{pnpmSlashKeys, "github.com/o/r/0123", pnpmID{ref: "github.com/o/r/0123"}},
		{pnpmSlashKeys, "file:a", pnpmID{ref: "file:a"}},
		{pnpmSlashKeys, "", pnpmID{}},
		{pnpmAtKeys, "/a@1.0.0", pnpmID{name: "a", version: "1.0.0"}},
		{pnpmAtKeys, "/@s/a@1.0.0(b@2.0.0)(c@3.0.0(d@4.0.0))", pnpmID{name: "@s/a", version: "1.0.0"}},
		{pnpmAtKeys, "@github.com/o/r/tarball/1.0.0", pnpmID{ref: "@github.com/o/r/tarball/1.0.0"}},
		{pnpmSnapshotKeys, "@s/a@1.0.0(patch_hash=x)(b@2.0.0(c@3.0.0))", pnpmID{name: "@s/a", version: "1.0.0"}},
		{pnpmSnapshotKeys, "a@work:1.0.0", pnpmID{name: "a", version: "1.0.0", registry: "work"}},
		{pnpmSnapshotKeys, "a@npm:1.0.0", pnpmID{name: "a", ref: "npm:1.0.0"}},
		{pnpmSnapshotKeys, "a@1x:1.0.0", pnpmID{name: "a", ref: "1x:1.0.0"}},
		{pnpmSnapshotKeys, "a@file:dir(x)/b", pnpmID{name: "a", ref: "file:dir(x)/b"}},
		{pnpmSnapshotKeys, "node@runtime:22.0.0", pnpmID{name: "node", ref: "runtime:22.0.0"}},
		{pnpmSnapshotKeys, "a", pnpmID{ref: "a"}},
		{pnpmSnapshotKeys, "", pnpmID{}},
		{pnpmSnapshotKeys, ")", pnpmID{ref: ")"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, tt.keys.parse(tt.key), cmp.AllowUnexported(pnpmID{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.key, diff)
		}
	}
}

func TestCheckAddress(t *testing.T) {
	for address, ok := range map[string]bool{
		"": true, "https://h/a.tgz": true, "HTTPS://h/a.tgz": true, "a/-/a-1.0.0.tgz": true, "/a.tgz": true,
		"git+ssh://git@h/r": true, "file:a.tgz": true,
		"https:h/a.tgz": false, "https:/h/a.tgz": false, "https:///h/a.tgz": false, "//h/a.tgz": false, "https:": false,
		`https:\\h/a.tgz`: false, `https://h\@registry.npmjs.org/a.tgz`: false, " https://h/a.tgz": false, "hTTp:h": false,
	} {
		if err := checkAddress(address); (err == nil) != ok {
			t.Errorf("checkAddress(%q) = %v, want ok = %v", address, err, ok)
		}
	}
}

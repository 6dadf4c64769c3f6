package lockfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// writeFiles writes files below dir, by slash-separated path.
func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func symlink(t *testing.T, target, link string) {
	t.Helper()
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
}

func TestIsLockfileName(t *testing.T) {
	for name, want := range map[string]bool{
		"package-lock.json": true, "npm-shrinkwrap.json": true, "pnpm-lock.yaml": true, "yarn.lock": true,
		"bun.lock": true, "bun.lockb": true, "vlt-lock.json": true, "deno.lock": true,
		"pnpm-lock.feature!x.yaml": true,
		"pnpm-lock..yaml":          false, "pnpm-lock.yml": false, "package.json": false, ".package-lock.json": false,
		"Package-Lock.json": false, "composer.lock": false, "": false,
	} {
		if got := IsLockfileName(name); got != want {
			t.Errorf("IsLockfileName(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestDiscover(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"package-lock.json":                     "",
		"npm-shrinkwrap.json":                   "",
		".gitignore":                            "ignored",
		"ignored/yarn.lock":                     "",
		"apps/web/pnpm-lock.yaml":               "",
		"apps/web/pnpm-lock.dev.yaml":           "",
		"apps/web/node_modules/a/yarn.lock":     "",
		"apps/web/test/fixtures/b/bun.lock":     "",
		"testdata/package-lock.json":            "",
		"lib/__fixtures__/package-lock.json":    "",
		".yarn/cache/yarn.lock":                 "",
		".git/yarn.lock":                        "",
		"yarn.lock/file":                        "a directory of that name",
		"yarn.lock/bun.lock":                    "",
		"node_modules_not/deno.lock":            "",
		"apps/web/package-lock.json.backup":     "",
		".pnpm-store/v3/files/pnpm-lock.yaml":   "",
		"node_modules/.package-lock.json":       "",
		"packages/fixtures.js/vlt-lock.json":    "",
		"packages/with-fixtures/yarn.lock/note": "",
	})
	want := []string{
		"apps/web/pnpm-lock.dev.yaml", "apps/web/pnpm-lock.yaml", "ignored/yarn.lock",
		"node_modules_not/deno.lock", "npm-shrinkwrap.json", "package-lock.json", "packages/fixtures.js/vlt-lock.json",
		"yarn.lock/bun.lock",
	}
	got, err := Discover(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDiscoverNamedRoot(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"testdata/a/package-lock.json": "", "testdata/other.json": ""})
	for root, want := range map[string][]string{
		"testdata":                     {"a/package-lock.json"},
		"testdata/a/package-lock.json": {"package-lock.json"},
		"testdata/other.json":          {"other.json"},
	} {
		got, err := Discover(filepath.Join(dir, root))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", root, diff)
		}
	}
	if _, err := Discover(filepath.Join(dir, "missing")); !os.IsNotExist(err) {
		t.Errorf("missing root: got error %v", err)
	}
}

func TestDiscoverSymlinks(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	writeFiles(t, dir, map[string]string{"real/yarn.lock": "# yarn lockfile v1\n"})
	writeFiles(t, outside, map[string]string{"package-lock.json": ""})
	symlink(t, outside, filepath.Join(dir, "linked"))
	symlink(t, "real", filepath.Join(dir, "alias"))
	symlink(t, "real/yarn.lock", filepath.Join(dir, "yarn.lock"))
	symlink(t, "real", filepath.Join(dir, "bun.lock"))
	got, err := Discover(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"real/yarn.lock", "yarn.lock"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	for name, target := range map[string]string{
		"out of the root": filepath.Join(outside, "package-lock.json"),
		"to nothing":      "missing.json",
	} {
		link := filepath.Join(dir, "package-lock.json")
		symlink(t, target, link)
		if _, err := Discover(dir); err == nil || !strings.Contains(err.Error(), "package-lock.json") {
			t.Errorf("link %s: Discover gives error %v, want one that names the file", name, err)
		}
		if _, err := Read(dir, "package-lock.json"); err == nil {
			t.Errorf("link %s: Read follows it", name)
		}
		if err := os.Remove(link); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDiscoverDepth(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{strings.Repeat("d/", maxDirDepth) + "yarn.lock": ""})
	if found, err := Discover(dir); err != nil || len(found) != 1 {
		t.Errorf("at the limit: got %v, %v", found, err)
	}
	writeFiles(t, dir, map[string]string{strings.Repeat("d/", maxDirDepth+1) + "yarn.lock": ""})
	if _, err := Discover(dir); err == nil || !strings.Contains(err.Error(), "nested") {
		t.Errorf("beyond the limit: got error %v", err)
	}
}

func TestIsIgnoredDir(t *testing.T) {
	for dir, want := range map[string]bool{
		".": false, "a/b": false, "a/node_modules/b": true, "test/fixtures": true, "fixtures.js": false, ".git": true,
	} {
		if got := IsIgnoredDir(dir); got != want {
			t.Errorf("IsIgnoredDir(%q) = %v, want %v", dir, got, want)
		}
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"a/package-lock.json": `{"lockfileVersion": 3, "packages": {"": {}}}`,
		"big/yarn.lock":       "",
	})
	if err := os.Truncate(filepath.Join(dir, "big", "yarn.lock"), MaxSize+1); err != nil {
		t.Fatal(err)
	}
	lock, err := Read(dir, "a/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if lock.Path != "a/package-lock.json" || lock.Format != "npm" {
		t.Errorf("got %s of format %s", lock.Path, lock.Format)
	}
	if _, err := Read(dir, "a"); !errors.Is(err, errNotRegular) {
		t.Errorf("a directory: got error %v", err)
	}
	if _, err := Read(dir, "big/yarn.lock"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a large file: got error %v", err)
	}
	if _, err := Read(dir, "../"+filepath.Base(dir)+"/a/package-lock.json"); err == nil {
		t.Error("a path out of the root is read")
	}
}

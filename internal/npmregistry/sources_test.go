package npmregistry

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMovedFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"user":      "registry=https://moved.example\nprefix=" + filepath.Join(dir, "prefix"),
		"etc/npmrc": "@g:registry=https://unused.example",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	global := filepath.Join(dir, "prefix", "etc")
	if err := os.MkdirAll(global, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(global, "npmrc"), []byte("@g:registry=https://global.example"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := LoadConfig(Sources{
		Global:  filepath.Join(dir, "etc", "npmrc"),
		User:    filepath.Join(dir, "none"),
		Home:    dir,
		Environ: []string{"npm_config_userconfig=~/user"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"https://moved.example/", "https://global.example/"}
	if diff := cmp.Diff(want, c.Registries()); diff != "" {
		t.Errorf("Registries (-want +got):\n%s", diff)
	}
}

func TestDefaultSources(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	node := filepath.Join(dir, "node", "bin", "node")
	if err := os.MkdirAll(filepath.Dir(node), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(node, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "bin")
	if err := os.Mkdir(link, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(node, filepath.Join(link, "node")); err != nil {
		t.Fatal(err)
	}
	environ := []string{"PATH=" + filepath.Join(dir, "none") + string(os.PathListSeparator) + link}
	got := DefaultSources("project", "home", environ)
	want := Sources{
		Builtin: filepath.Join(dir, "node", "lib", "node_modules", "npm", "npmrc"),
		Global:  filepath.Join(dir, "node", "etc", "npmrc"),
		User:    filepath.Join("home", ".npmrc"),
		Project: filepath.Join("project", ".npmrc"),
		Home:    "home",
		Environ: environ,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("DefaultSources (-want +got):\n%s", diff)
	}
}

package npmregistry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	testKey        = cacheKey{url: "https://h.example/@s%2ftool", authorized: false}
	testValidators = validators{ETag: `W/"1"`, LastModified: "Mon, 06 May 2024 07:08:09 GMT"}
)

func TestCache(t *testing.T) {
	cache := DirCache(filepath.Join(t.TempDir(), "below", "cache"))
	if doc, v := cache.load(testKey); doc != nil || v != (validators{}) {
		t.Errorf("empty cache: got %v, %v", doc, v)
	}
	if err := cache.store(testKey, fullPackument(), testValidators); err != nil {
		t.Fatal(err)
	}
	doc, v := cache.load(testKey)
	if diff := cmp.Diff(fullPackument(), doc); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
	if v != testValidators {
		t.Errorf("validators: got %v, want %v", v, testValidators)
	}
	if doc, _ := cache.load(cacheKey{testKey.url, true}); doc != nil {
		t.Error("an answer without credentials was found for a request with them")
	}
	if doc, _ := cache.load(cacheKey{testKey.url + "x", false}); doc != nil {
		t.Error("an answer was found for another address")
	}
}

func TestCacheModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	if err := DirCache(dir).store(testKey, fullPackument(), testValidators); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("got %v, %v, want one file", entries, err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, entries[0].Name()): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s: got %v, want %v", path, got, want)
		}
	}
}

func TestCacheIgnores(t *testing.T) {
	tests := []struct {
		name string
		edit func(text string) string
	}{
		{"empty", func(string) string { return "" }},
		{"truncated", func(s string) string { return s[:len(s)-2] }},
		{"longer", func(s string) string { return s + "x" }},
		{"other format", func(s string) string { return strings.Replace(s, `"format":1`, `"format":2`, 1) }},
		{"other address", func(s string) string { return strings.Replace(s, "h.example/@s", "i.example/@s", 1) }},
		{"long header", func(s string) string { return strings.Repeat(" ", maxCacheHeader) + s }},
		{"no header", func(s string) string { return s[strings.Index(s, "\n"):] }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cache := DirCache(t.TempDir())
			if err := cache.store(testKey, fullPackument(), testValidators); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(cache.file(testKey))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(cache.file(testKey), []byte(tt.edit(string(data))), 0o600); err != nil {
				t.Fatal(err)
			}
			if doc, v := cache.load(testKey); doc != nil || v != (validators{}) {
				t.Errorf("got %v, %v, want nothing", doc, v)
			}
		})
	}
}

func TestCacheNone(t *testing.T) {
	if err := DirCache("").store(testKey, fullPackument(), testValidators); err != nil {
		t.Errorf("no cache: got %v", err)
	}
	if doc, _ := DirCache("").load(testKey); doc != nil {
		t.Errorf("no cache: got %v", doc)
	}
	cache := DirCache(t.TempDir())
	if err := cache.store(testKey, fullPackument(), validators{}); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(string(cache)); err != nil || len(entries) != 0 {
		t.Errorf("an answer without validators: got %v, %v, want no file", entries, err)
	}
}

func TestCacheUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := DirCache(file).store(testKey, fullPackument(), testValidators); err == nil {
		t.Error("got no error where the directory is a file")
	}
}

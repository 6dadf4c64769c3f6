// Package arch holds the import table of the repository. Data flows one way;
// a package that reaches against the stream fails the test here.
package arch

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/install-gate/gate/"

// allowed lists, for each package below internal, the packages of this module
// that it may import.
var allowed = map[string][]string{
	"npm":                      nil,
	"retry":                    nil,
	"finding":                  {"npm"},
	"lockfile":                 {"npm", "finding"},
	"npmregistry":              {"npm", "finding", "retry"},
	"npmregistry/registrytest": {"npm", "npmregistry"},
	"advisory":                 {"npm", "finding", "retry"},
	"provenance":               {"npm"},
	"evidence":                 {"npm", "finding", "lockfile", "npmregistry", "advisory", "provenance"},
	"check":                    {"npm", "finding", "lockfile", "npmregistry", "advisory", "provenance", "evidence"},
	"policy":                   {"npm", "finding"},
	"report":                   {"npm", "finding", "lockfile", "policy"},
	"gate":                     {"npm", "finding", "lockfile", "npmregistry", "evidence", "check", "policy"},
	"arch":                     nil,
}

// pure lists the packages that judge: what they say may depend on nothing but
// their arguments.
var pure = []string{"npm", "finding", "check", "policy"}

// impure lists what a pure package must not import.
var impure = []string{"os", "io/fs", "net", "net/http", "log", "log/slog", "os/exec", "math/rand", "math/rand/v2", "syscall", "path/filepath"}

func TestImports(t *testing.T) {
	for name, imports := range packages(t, "..") {
		permitted, known := allowed[name]
		if !known {
			t.Errorf("internal/%s is not in the import table", name)
		}
		for _, imported := range imports {
			inner, ours := strings.CutPrefix(imported, module+"internal/")
			switch {
			case ours && !slices.Contains(permitted, inner):
				t.Errorf("internal/%s must not import internal/%s", name, inner)
			case strings.HasPrefix(imported, module) && !ours:
				t.Errorf("internal/%s must not import %s", name, imported)
			case slices.Contains(pure, name) && slices.Contains(impure, imported):
				t.Errorf("internal/%s judges and must not import %s", name, imported)
			}
		}
	}
}

// TestClock keeps the time an argument where things are judged.
func TestClock(t *testing.T) {
	for _, name := range append(slices.Clone(pure), "evidence", "gate", "report") {
		for _, file := range sources(t, filepath.Join("..", name)) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "time.Now(") {
				t.Errorf("%s asks the clock; the time is an argument there", file)
			}
		}
	}
}

// packages returns the imports of each package below root, tests left out.
func packages(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || d.Name() == "testdata" {
			return err
		}
		name, err := filepath.Rel(root, dir)
		if err != nil {
			return err
		}
		for _, file := range sources(t, dir) {
			found[path.Clean(filepath.ToSlash(name))] = append(found[filepath.ToSlash(name)], imports(t, file)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func sources(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, "_test.go") })
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, imported)
	}
	return found
}

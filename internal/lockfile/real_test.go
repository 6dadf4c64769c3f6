package lockfile_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/lockfile"
)

var updateReal = flag.Bool("update-real", false, "write the golden files of the real lockfiles")

const realDir = "../../testdata/lockfiles"

// TestReal reads the lockfiles that the package managers made.
func TestReal(t *testing.T) {
	for _, dir := range realDirs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			lock := readReal(t, dir)
			golden := filepath.Join(dir, "packages.golden")
			got := listEntries(lock)
			if *updateReal {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			m, err := lockfile.ReadManifest(filepath.Join(dir, "package.json"))
			if err != nil {
				t.Fatal(err)
			}
			if problems := lockfile.Drift(lock, map[string]*lockfile.Manifest{".": m}); len(problems) > 0 || len(lock.Problems) > 0 {
				t.Errorf("got problems %v and %v, want none", problems, lock.Problems)
			}
		})
	}
}

// TestRealAgree: what the package managers locked for one package.json on one
// day is, to gate, the same set of versions.
func TestRealAgree(t *testing.T) {
	base := readReal(t, filepath.Join(realDir, "npm-11"))
	for _, dir := range realDirs(t) {
		for _, c := range lockfile.Compare(base, readReal(t, dir)) {
			// Yarn patches some packages itself.
			if c.Kind != lockfile.Added && c.Kind != lockfile.Removed {
				t.Errorf("%s: %s %s %s → %s", dir, c.Kind, c.Name, c.From, c.To)
			}
		}
	}
}

func realDirs(t *testing.T) []string {
	t.Helper()
	manifests, err := filepath.Glob(filepath.Join(realDir, "*", "package.json"))
	if err != nil || len(manifests) == 0 {
		t.Fatalf("got %d lockfiles, %v", len(manifests), err)
	}
	dirs := make([]string, len(manifests))
	for i, m := range manifests {
		dirs[i] = filepath.Dir(m)
	}
	return dirs
}

func readReal(t *testing.T, dir string) *lockfile.Lockfile {
	t.Helper()
	files, err := lockfile.Discover(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: got %v, %v, want one lockfile", dir, files, err)
	}
	lock, err := lockfile.Read(dir, files[0])
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func listEntries(lock *lockfile.Lockfile) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", lock.Format, lock.Version)
	for i := range lock.Entries {
		e := &lock.Entries[i]
		fmt.Fprintf(&b, "%s %s line %d", e.ID(), e.Source, e.Line)
		if len(e.Aliases) > 0 {
			fmt.Fprintf(&b, " as %s", strings.Join(e.Aliases, ", "))
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

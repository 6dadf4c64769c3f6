package lockfile

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fixtures returns a directory of GATE_FIXTURES, which names a directory of
// conformance data.
func fixtures(tb testing.TB, name string) string {
	tb.Helper()
	root := os.Getenv("GATE_FIXTURES")
	if root == "" {
		tb.Skip("GATE_FIXTURES is not set")
	}
	return filepath.Join(root, name)
}

// truth is what a package manager's own reader makes of a lockfile.
type truth struct {
	Format   string
	Version  *string
	File     string
	Packages []truthPackage
}

type truthPackage struct {
	Name          string
	Version       string
	Source        Source
	Resolved      string
	Integrity     []string
	Alias         string
	Aliases       []string
	Dev           *bool
	Optional      *bool
	InstallScript *bool
}

func TestConformance(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fixtures(t, "lockfiles"), "*", "*", "truth.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no truth.json: %v", err)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(filepath.Dir(dir))+"/"+filepath.Base(dir), func(t *testing.T) {
			var want truth
			readTestJSON(t, file, &want)
			lock := parseTestFile(t, filepath.Join(dir, want.File))
			if lock.Format != want.Format {
				t.Errorf("got format %q, want %q", lock.Format, want.Format)
			}
			if want.Version != nil && lock.Version != *want.Version || want.Version == nil && lock.Version != "" {
				t.Errorf("got version %q, want %v", lock.Version, want.Version)
			}
			got := asTruth(lock.Entries)
			if want.Format == "vlt" {
				forgetWorkspaces(want.Packages)
				forgetWorkspaces(got)
			}
			sortTruth(want.Packages)
			sortTruth(got)
			if diff := cmp.Diff(want.Packages, got); diff != "" {
				t.Errorf("%d entries, want %d (-want +got):\n%s", len(got), len(want.Packages), firstLines(diff, 60))
			}
			for _, p := range lock.Problems {
				t.Logf("problem: %s %s@%s line %d: %s", p.Check, p.Name, p.Version, p.Line, p.Message)
			}
		})
	}
}

func asTruth(entries []Entry) []truthPackage {
	var list []truthPackage
	for _, e := range entries {
		p := truthPackage{
			Name: e.Name, Version: e.Version, Source: e.Source, Resolved: e.Resolved, Integrity: e.Integrity,
			Dev: e.Dev, Optional: e.Optional, InstallScript: e.InstallScript, Aliases: e.Aliases,
		}
		list = append(list, p)
	}
	return list
}

// forgetWorkspaces drops the names and versions of vlt's workspaces: vlt takes
// them from the workspaces' own package.json, the lockfile does not have them.
func forgetWorkspaces(packages []truthPackage) {
	for i := range packages {
		if packages[i].Source == Workspace {
			packages[i].Name, packages[i].Version = "", ""
		}
	}
}

// sortTruth brings packages into one order and aliases into one form.
func sortTruth(packages []truthPackage) {
	for i := range packages {
		p := &packages[i]
		if p.Alias != "" && len(p.Aliases) == 0 {
			p.Aliases = []string{p.Alias}
		}
		p.Alias = ""
		slices.Sort(p.Aliases)
		if len(p.Integrity) == 0 {
			p.Integrity = nil
		}
	}
	key := func(p truthPackage) string {
		return strings.Join(append([]string{p.Name, p.Version, string(p.Source), p.Resolved}, p.Integrity...), "\x00")
	}
	slices.SortFunc(packages, func(a, b truthPackage) int { return strings.Compare(key(a), key(b)) })
}

// hostileCase is the expect.json of a lockfile that was written to mislead.
type hostileCase struct {
	Expect string
	Accept []string
	Needs  string
}

func TestHostile(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fixtures(t, "lockfiles-hostile"), "*", "expect.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no expect.json: %v", err)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var want hostileCase
			readTestJSON(t, file, &want)
			locks := hostileLockfiles(t, dir)
			if len(locks) == 0 {
				t.Fatal("no lockfile in the case")
			}
			for name, data := range locks {
				lock, err := Parse(name, data)
				switch {
				case want.Expect == "error" && err == nil && !slices.Contains(want.Accept, "finding"):
					t.Errorf("%s is accepted with %d entries", name, len(lock.Entries))
				case want.Expect == "error" && err == nil && len(lock.Problems) == 0:
					t.Errorf("%s is accepted without a problem", name)
				case want.Expect != "error" && err != nil && !slices.Contains(want.Accept, "error"):
					t.Errorf("%s is refused: %v", name, err)
				}
				t.Logf("%s: %v", name, err)
				if lock != nil {
					t.Logf("problems: %+v", lock.Problems)
				}
			}
		})
	}
}

// hostileLockfiles returns the lockfiles of a case by name, made from its
// gen.json if they are too large to store.
func hostileLockfiles(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	locks := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		switch name := entry.Name(); name {
		case "expect.json", "package.json":
		case "gen.json":
			name, data := generate(t, filepath.Join(dir, name))
			locks[name] = data
		default:
			locks[name] = readTestFile(t, filepath.Join(dir, name))
		}
	}
	return locks
}

// generate builds the file that a gen.json describes: its parts one behind the
// other, each repeated, with the running number for {i}.
func generate(t *testing.T, file string) (name string, data []byte) {
	t.Helper()
	var recipe struct {
		File  string
		Parts []struct {
			Text   string
			Repeat int
		}
	}
	readTestJSON(t, file, &recipe)
	for _, part := range recipe.Parts {
		if !strings.Contains(part.Text, "{i}") {
			data = append(data, strings.Repeat(part.Text, max(part.Repeat, 1))...)
			continue
		}
		for i := range part.Repeat {
			data = append(data, strings.ReplaceAll(part.Text, "{i}", strconv.Itoa(i))...)
		}
	}
	return recipe.File, data
}

func parseTestFile(tb testing.TB, file string) *Lockfile {
	tb.Helper()
	lock, err := Parse(file, readTestFile(tb, file))
	if err != nil {
		tb.Fatal(err)
	}
	return lock
}

func readTestFile(tb testing.TB, file string) []byte {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func readTestJSON(tb testing.TB, file string, into any) {
	tb.Helper()
	if err := json.Unmarshal(readTestFile(tb, file), into); err != nil {
		tb.Fatalf("reading %s: %v", file, err)
	}
}

func firstLines(text string, n int) string {
	lines := strings.SplitAfterN(text, "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "")
}

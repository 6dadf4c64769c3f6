package check_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/install-gate/gate/internal/check"
	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npm"
)

var update = flag.Bool("update", false, "rewrite the wanted findings in testdata")

// A testCase is a txtar file in testdata: <check>.txtar or <check>-<what>.txtar for
// one check, all-<what>.txtar for all of them. Its comment is prose with lines
// of the form "key: value" below, see readKey. Its files are lockfiles, the
// same below base/ for what they changed from, package.json, the registry's
// documents as registry/<name>.json, the files of tarballs as
// tarballs/<name>-<version>/…, advisories/<id>.json, and want, which -update
// writes. In every file {sha512 TEXT}, {sha1 TEXT} and {shasum TEXT} stand for a
// hash of TEXT, and {sign ID TEXT} for the registry's signature of a version with
// such a hash. Signatures and attestations are verified in cases of the checks
// that need them: attestations/<name>@<version>.json is what the verifier says.
type testCase struct {
	file       string
	archive    *txtar.Archive
	checks     []*check.Check
	now        time.Time
	asOf       time.Time
	registry   *archiveRegistry
	advisories *archiveAdvisories
	settings   check.Settings
	found      []lockfile.FileProblem
	quiet      []string // name@version of entries that must not be reported
}

func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	finds, quiet := map[string]bool{}, map[string]bool{} // by check
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := readCase(t, file)
			findings, gaps := c.run(t)
			c.compare(t, findings, gaps)
			c.testQuiet(t, findings)
			if len(c.checks) > 1 {
				return
			}
			id := c.checks[0].ID
			finds[id] = finds[id] || slices.ContainsFunc(findings, func(f finding.Finding) bool { return !f.Unknown })
			quiet[id] = quiet[id] || len(c.quiet) > 0 || len(findings) == 0
		})
	}
	for _, c := range check.All {
		if c.Elsewhere == "" && !finds[c.ID] {
			t.Errorf("no case shows a finding of %s", c.ID)
		}
		if c.Elsewhere == "" && !quiet[c.ID] {
			t.Errorf("no case shows what %s must not report", c.ID)
		}
	}
}

func readCase(t *testing.T, file string) *testCase {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	c := &testCase{
		file: file, archive: archive, checks: checksOf(t, file),
		settings:   check.Settings{Cooldown: 72 * time.Hour},
		registry:   &archiveRegistry{files: files, fallback: "https://registry.npmjs.org/", scopes: map[string]string{}},
		advisories: &archiveAdvisories{files: files},
	}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if ok {
			c.readKey(t, key, strings.Fields(value))
		}
	}
	for _, f := range archive.Files {
		files[f.Name] = signatures(hashes(f.Data))
	}
	return c
}

// checksOf returns the check that a file is named after: the longest id that
// its name begins with.
func checksOf(t *testing.T, file string) []*check.Check {
	t.Helper()
	name := strings.TrimSuffix(filepath.Base(file), ".txtar")
	if strings.HasPrefix(name, "all-") {
		return check.All
	}
	var found *check.Check
	for _, c := range check.All {
		if (name == c.ID || strings.HasPrefix(name, c.ID+"-")) && (found == nil || len(c.ID) > len(found.ID)) {
			found = c
		}
	}
	if found == nil {
		t.Fatalf("%s is not named after a check", file)
	}
	return []*check.Check{found}
}

// readKey reads a line of the comment; lines of prose have no known key.
func (c *testCase) readKey(t *testing.T, key string, fields []string) {
	t.Helper()
	var err error
	switch key {
	case "now":
		c.now, err = time.Parse(time.RFC3339, fields[0])
	case "as-of":
		c.asOf, err = time.Parse(time.RFC3339, fields[0])
	case "cooldown":
		c.settings.Cooldown, err = time.ParseDuration(fields[0])
	case "waived":
		c.settings.Waived = func(name string) bool { return slices.Contains(fields, name) }
	case "registry":
		c.registry.fallback = fields[0]
	case "advisories-down":
		c.advisories.down = strings.Join(fields, " ")
	case "scope":
		c.registry.scopes[fields[0]] = fields[1]
	case "declared":
		c.settings.Declared = append(c.settings.Declared, check.DeclaredRegistry{URL: fields[0], Scopes: fields[1:]})
	case "problem": // what the command finds outside the lockfiles: CHECK MESSAGE
		problem := lockfile.Problem{Check: fields[0], Message: strings.Join(fields[1:], " ")}
		c.found = append(c.found, lockfile.FileProblem{File: "package-lock.json", Problem: problem})
	case "quiet":
		c.quiet = append(c.quiet, fields...)
	}
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
}

func (c *testCase) run(t *testing.T) ([]finding.Finding, []check.Missing) {
	t.Helper()
	locks, base := c.lockfiles(t, ""), c.lockfiles(t, "base/")
	req := evidence.Request{
		Lockfiles: locks, Now: c.now, AsOf: c.asOf,
		Registry: func(string) evidence.Registry { return c.registry }, Advisories: c.advisories,
	}
	if slices.ContainsFunc(c.checks[0].Needs, verified) {
		req.Trust = trust(t)
	}
	if len(base) > 0 {
		req.Base = lockfile.NewDelta(base)
	}
	records, err := evidence.Collect(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	subject := &check.Subject{Lockfiles: locks, Records: records, Problems: c.problems(t, locks), HasBase: req.Base != nil}
	return check.Run(c.checks, subject, c.settings, c.now)
}

// lockfiles reads the lockfiles below a directory of the archive.
func (c *testCase) lockfiles(t *testing.T, dir string) []*lockfile.Lockfile {
	t.Helper()
	var locks []*lockfile.Lockfile
	for _, f := range c.archive.Files {
		name, ok := strings.CutPrefix(f.Name, dir)
		if !ok || !lockfile.IsLockfileName(filepath.Base(name)) || dir == "" && strings.HasPrefix(name, "base/") {
			continue
		}
		lock, err := lockfile.Parse(name, hashes(f.Data))
		if err != nil {
			t.Fatalf("reading %s: %v", f.Name, err)
		}
		locks = append(locks, lock)
	}
	return locks
}

// problems returns what the lockfiles' readers found, and what comparing them
// with package.json and with each other does.
func (c *testCase) problems(t *testing.T, locks []*lockfile.Lockfile) []lockfile.FileProblem {
	t.Helper()
	var all []lockfile.FileProblem
	manifests := map[string]*lockfile.Manifest{}
	if data, ok := c.registry.files["package.json"]; ok {
		file := filepath.Join(t.TempDir(), "package.json")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		manifest, err := lockfile.ReadManifest(file)
		if err != nil {
			t.Fatal(err)
		}
		manifests["."] = manifest
	}
	for _, lock := range locks {
		for _, p := range append(lock.Problems, lockfile.Drift(lock, manifests)...) {
			all = append(all, lockfile.FileProblem{File: lock.Path, Problem: p})
		}
	}
	return append(append(all, c.found...), lockfile.Disagreements(locks, manifests)...)
}

// compare compares with the file want of the archive, or rewrites it.
func (c *testCase) compare(t *testing.T, findings []finding.Finding, gaps []check.Missing) {
	t.Helper()
	got := []byte(c.report(findings, gaps))
	i := slices.IndexFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	if i < 0 {
		i = len(c.archive.Files)
		c.archive.Files = append(c.archive.Files, txtar.File{Name: "want"})
	}
	want := string(hashes(c.archive.Files[i].Data))
	if string(got) == want {
		return
	}
	if !*update {
		t.Errorf("findings (-want +got):\n%s", cmp.Diff(strings.Split(want, "\n"), strings.Split(string(got), "\n")))
		return
	}
	c.archive.Files[i].Data = got
	if err := os.WriteFile(c.file, txtar.Format(c.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (c *testCase) report(findings []finding.Finding, gaps []check.Missing) string {
	var out strings.Builder
	for _, f := range findings {
		if len(c.checks) > 1 {
			fmt.Fprintf(&out, "%s ", f.Check)
		}
		fmt.Fprintln(&out, describe(f))
	}
	for _, g := range gaps {
		fmt.Fprintf(&out, "gap %s %s %d %s: %s\n", g.Registry, g.Kind, g.Entries, strings.Join(g.Checks, ","), g.Reason)
	}
	return out.String()
}

// describe prints a finding on one line, as the report does in essence.
func describe(f finding.Finding) string {
	word := string(f.Severity)
	if f.Unknown {
		word = "unknown"
	}
	id := strings.TrimSuffix(npm.ID{Name: f.Name, Version: f.Version}.String(), "@")
	if id == "" && f.Unknown {
		id = f.Registry // of all its packages
	}
	for _, part := range []string{id, f.Position.File} {
		if part != "" {
			word += " " + part
		}
	}
	if f.Position.Line > 0 {
		word += fmt.Sprintf(":%d", f.Position.Line)
	}
	message := f.Message
	if f.Hint != "" {
		message += " | " + f.Hint
	}
	return word + ": " + message
}

// testQuiet looks that the entries named by "quiet" exist and are not reported.
func (c *testCase) testQuiet(t *testing.T, findings []finding.Finding) {
	t.Helper()
	for _, id := range c.quiet {
		isIt := func(e lockfile.Entry) bool { return e.ID().String() == id }
		holdsIt := func(l *lockfile.Lockfile) bool { return slices.ContainsFunc(l.Entries, isIt) }
		if !slices.ContainsFunc(c.lockfiles(t, ""), holdsIt) {
			t.Errorf("no lockfile holds %s", id)
		}
		for _, f := range findings {
			if (npm.ID{Name: f.Name, Version: f.Version}).String() == id {
				t.Errorf("must be quiet: %s", describe(f))
			}
		}
	}
}

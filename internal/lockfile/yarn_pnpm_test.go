package lockfile

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// summarize writes each entry in one line: "line: name@version source resolved
// [hashes] flags <- locations -> requires".
func summarize(entries []Entry) []string {
	var lines []string
	for _, e := range entries {
		line := fmt.Sprintf("%d: %s@%s %s %s %v", e.Line, e.Name, e.Version, e.Source, e.Resolved, e.Integrity)
		if e.Dev != nil && *e.Dev {
			line += " dev"
		}
		if e.Optional != nil && *e.Optional {
			line += " optional"
		}
		if e.InstallScript != nil && *e.InstallScript {
			line += " script"
		}
		if e.Conditional {
			line += " conditional"
		}
		if e.Tooling {
			line += " tooling"
		}
		if e.Checksum != "" {
			line += " checksum=" + e.Checksum
		}
		if len(e.Aliases) > 0 {
			line += " as " + strings.Join(e.Aliases, ",")
		}
		lines = append(lines, line+" <- "+strings.Join(e.Locations, " ")+" -> "+strings.Join(e.Requires, " "))
	}
	return lines
}

// Whatever an entry or project refers to has to exist.
func checkReferences(t *testing.T, lock *Lockfile) {
	t.Helper()
	known := map[string]bool{}
	for _, e := range lock.Entries {
		for _, location := range e.Locations {
			known[location] = true
		}
	}
	for _, e := range lock.Entries {
		for _, location := range e.Requires {
			if !known[location] {
				t.Errorf("%s requires %q, which is no location", e.ID(), location)
			}
		}
	}
	for _, project := range lock.Projects {
		for _, dep := range project.Dependencies {
			if dep.Location != "" && !known[dep.Location] {
				t.Errorf("project %q: %q is no location", project.Dir, dep.Location)
			}
		}
	}
}

// addFixtures adds the smaller files of the conformance data as seeds.
func addFixtures(f *testing.F, patterns ...string) {
	const large = 8 << 10
	if os.Getenv("GATE_FIXTURES") == "" {
		return
	}
	for _, pattern := range patterns {
		for _, file := range fixtureFiles(f, pattern) {
			if data := readTestFile(f, file); len(data) < large {
				f.Add(data)
			}
		}
	}
}

// checkParse holds what is true of every lockfile that is accepted, and that
// reading is repeatable.
func checkParse(t *testing.T, name string, data []byte) {
	t.Helper()
	lock, err := Parse(name, data)
	if err != nil {
		return
	}
	for _, e := range lock.Entries {
		if e.Line < 1 || e.Name == "" || e.Source == "" || len(e.Locations) == 0 {
			t.Errorf("incomplete entry %+v", e)
		}
		if hasControl(e.Name+e.Version+e.Resolved) || e.check() != nil {
			t.Errorf("illegal entry %+v", e)
		}
	}
	checkReferences(t, lock)
	again, err := Parse(name, data)
	if err != nil {
		t.Fatalf("the second reading fails: %v", err)
	}
	if diff := cmp.Diff(lock, again); diff != "" {
		t.Errorf("two readings differ:\n%s", diff)
	}
}

func benchmarkParse(b *testing.B, name string, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(name, data); err != nil {
			b.Fatal(err)
		}
	}
}

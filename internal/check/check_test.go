package check_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/install-gate/gate/internal/check"
	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npmregistry"
)

var kebabCase = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

func TestAll(t *testing.T) {
	ids := check.IDs()
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("All is not sorted by unique ids: %q", ids)
	}
	for _, c := range check.All {
		t.Run(c.ID, func(t *testing.T) {
			if !kebabCase.MatchString(c.ID) {
				t.Error("the id is not in kebab-case")
			}
			if got, ok := check.Lookup(c.ID); !ok || got != c {
				t.Errorf("Lookup gives %v, %v", got, ok)
			}
			testSource(t, c)
			testDoc(t, c)
			testFunctions(t, c)
		})
	}
	if c, ok := check.Lookup("no-such-check"); ok {
		t.Errorf("Lookup knows %v", c)
	}
}

// testSource: the check with the id a-b is in a_b.go.
func testSource(t *testing.T, c *check.Check) {
	file := strings.ReplaceAll(c.ID, "-", "_") + ".go"
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), `"`+c.ID+`"`) {
		t.Errorf("%s does not hold the id", file)
	}
}

func testDoc(t *testing.T, c *check.Check) {
	if c.Title == "" || strings.HasSuffix(c.Title, ".") || strings.Contains(c.Title, "\n") {
		t.Errorf("title %q: want one line without a period", c.Title)
	}
	paragraphs := strings.Split(c.Doc, "\n\n")
	if len(paragraphs) < 2 {
		t.Errorf("the documentation has %d paragraphs, want at least two: why it matters, and what to do", len(paragraphs))
	}
	for _, p := range paragraphs {
		if strings.TrimSpace(p) != p || !strings.HasSuffix(p, ".") {
			t.Errorf("paragraph %q: want sentences without white space around", p)
		}
	}
	for line := range strings.SplitSeq(c.Doc, "\n") {
		if n := len([]rune(line)); n > 120 {
			t.Errorf("a line of the documentation has %d characters, want at most 120: %s", n, line)
		}
	}
}

func testFunctions(t *testing.T, c *check.Check) {
	set := 0
	for _, is := range []bool{c.Entry != nil, c.Project != nil, c.Elsewhere != ""} {
		if is {
			set++
		}
	}
	if set != 1 {
		t.Errorf("%d of Entry, Project and Elsewhere are set, want exactly one", set)
	}
	if c.Entry == nil && (len(c.Needs) > 0 || c.Partial || c.Recheck || c.AnySource) {
		t.Error("Needs, Partial, Recheck and AnySource mean nothing without Entry")
	}
}

// TestProblems: what the readers of lockfiles found wrong is always reported,
// also under the id of a check that judges entries, or under one that no check
// has.
func TestProblems(t *testing.T) {
	for _, id := range []string{"lock-drift", "foreign-registry", "no-such-check"} {
		problem := lockfile.FileProblem{File: "package-lock.json", Problem: lockfile.Problem{Check: id, Line: 3}}
		subject := &check.Subject{Problems: []lockfile.FileProblem{problem}}
		findings, _ := check.Run(check.All, subject, check.Settings{}, time.Time{})
		if len(findings) != 1 || findings[0].Check != id || !findings[0].Blocks() {
			t.Errorf("%s: got %v, want one finding that blocks", id, findings)
		}
	}
}

func TestLevels(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name    string
		level   check.Level
		age     time.Duration // negative for an unknown one
		hasBase bool
		want    finding.Severity
	}{
		{"error", check.Error, 1000 * day, false, finding.Error},
		{"warning", check.Warning, 0, true, finding.Warning},
		{"changed since the base", check.ErrorOnChange, 1000 * day, true, finding.Error},
		{"without a base, young", check.ErrorOnChange, 29 * day, false, finding.Error},
		{"without a base, old", check.ErrorOnChange, 30 * day, false, finding.Warning},
		{"without a base, of unknown age", check.ErrorOnChange, -1, false, finding.Error},
		{"young", check.ErrorWhenYoung, 29 * day, true, finding.Error},
		{"old", check.ErrorWhenYoung, 30 * day, true, finding.Warning},
		{"of unknown age", check.ErrorWhenYoung, -1, true, finding.Error},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &check.Check{ID: "c", Level: tt.level, Entry: func(p *check.Pass) { p.Report("m", "h") }}
			record := evidence.Record{Entry: &lockfile.Entry{Source: lockfile.Registry}, Changed: true}
			if tt.age >= 0 {
				record.Published = now.Add(-tt.age)
			}
			subject := &check.Subject{Records: []evidence.Record{record}, HasBase: tt.hasBase}
			findings, _ := check.Run([]*check.Check{c}, subject, check.Settings{}, now)
			if len(findings) != 1 || findings[0].Severity != tt.want {
				t.Errorf("got %v, want one %s", findings, tt.want)
			}
		})
	}
}

// TestRunAsksOnlyWhatApplies: which entries a check sees.
func TestRunAsksOnlyWhatApplies(t *testing.T) {
	records := []evidence.Record{
		{Entry: &lockfile.Entry{Name: "changed", Source: lockfile.Registry}, Changed: true},
		{Entry: &lockfile.Entry{Name: "unchanged", Source: lockfile.Registry}},
		{Entry: &lockfile.Entry{Name: "git", Source: lockfile.Git}, Changed: true},
		{
			Entry: &lockfile.Entry{Name: "gap", Source: lockfile.Registry}, Changed: true,
			Gaps: []evidence.Gap{{Kind: evidence.Packument, Reason: "gone"}},
		},
	}
	tests := []struct {
		name  string
		check check.Check
		want  string
	}{
		{"by default", check.Check{}, "changed gap"},
		{"recheck", check.Check{Recheck: true}, "changed unchanged gap"},
		{"any source", check.Check{AnySource: true}, "changed git gap"},
		{"what it needs is missing", check.Check{Needs: []evidence.Kind{evidence.Packument}}, "changed"},
		{"something else is missing", check.Check{Needs: []evidence.Kind{evidence.Advisory}}, "changed gap"},
		{"a part is enough", check.Check{Needs: []evidence.Kind{evidence.Packument}, Partial: true}, "changed gap"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var seen []string
			tt.check.Entry = func(p *check.Pass) { seen = append(seen, p.Entry.Name) }
			check.Run([]*check.Check{&tt.check}, &check.Subject{Records: records}, check.Settings{}, time.Time{})
			if got := strings.Join(seen, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestZeroSettings: no check needs a setting.
func TestZeroSettings(*testing.T) {
	manifest := &npmregistry.Manifest{Version: "1.0.0"}
	record := evidence.Record{
		Entry: &lockfile.Entry{Name: "p", Version: "1.0.0", Source: lockfile.Registry}, Changed: true,
		Package: &evidence.Package{Name: "p"}, Manifest: manifest, Published: time.Unix(1, 0),
	}
	subject := &check.Subject{Records: []evidence.Record{record}}
	check.Run(check.All, subject, check.Settings{Cooldown: time.Hour}, time.Unix(2, 0))
}

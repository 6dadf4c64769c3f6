package gate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/install-gate/gate/internal/check"
	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/gate"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npmregistry"
	"github.com/install-gate/gate/internal/policy"
)

// incident is case.json of a replayed change of a lockfile: what the lock was
// before and after, what the registry answered then, and what has to be said.
type incident struct {
	Dir    string    `json:"-"`
	At     time.Time `json:"at"`
	Expect struct {
		MustReport    []string `json:"must_report_checks"`
		MustNotReport []string `json:"must_not_report_checks"`
	} `json:"expect"`
	ApprovedScripts []struct {
		Package string `json:"package"`
		Version string `json:"version"`
	} `json:"approved_scripts"`
}

// TestIncidents replays the attacks and the harmless changes of GATE_FIXTURES,
// a directory of conformance data. Checks that do not exist are not asked for.
func TestIncidents(t *testing.T) {
	fixtures := os.Getenv("GATE_FIXTURES")
	if fixtures == "" {
		t.Skip("GATE_FIXTURES is not set")
	}
	cases, err := filepath.Glob(filepath.Join(fixtures, "incidents", "*", "case.json"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("got %d cases, %v", len(cases), err)
	}
	for _, file := range cases {
		c := incident{Dir: filepath.Dir(file)}
		t.Run(filepath.Base(c.Dir), func(t *testing.T) {
			if err := json.Unmarshal(read(t, file), &c); err != nil {
				t.Fatal(err)
			}
			c.compare(t, c.judge(t).Findings)
		})
	}
}

func (c *incident) judge(t *testing.T) policy.Result {
	t.Helper()
	config, err := npmregistry.LoadConfig(npmregistry.Sources{Project: filepath.Join(c.Dir, ".npmrc")})
	if err != nil {
		t.Fatal(err)
	}
	result, err := gate.Judge(t.Context(), gate.Input{
		Lockfiles: []*lockfile.Lockfile{c.lockfile(t, "after")},
		Base:      lockfile.NewDelta([]*lockfile.Lockfile{c.lockfile(t, "before")}),
		Registry:  func(string) evidence.Registry { return dirRegistry{config, filepath.Join(c.Dir, "registry")} },
		Policy:    c.policy(t),
		Now:       c.At,
		AsOf:      c.At,
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func (c *incident) lockfile(t *testing.T, state string) *lockfile.Lockfile {
	t.Helper()
	lock, err := lockfile.Parse("package-lock.json", read(t, filepath.Join(c.Dir, state, "package-lock.json")))
	if err != nil {
		t.Fatalf("reading the lockfile %s: %v", state, err)
	}
	return lock
}

// policy is the default with the scripts excepted that the project had
// accepted before.
func (c *incident) policy(t *testing.T) *policy.Policy {
	t.Helper()
	var text strings.Builder
	text.WriteString("version: 1\n")
	for i, s := range c.ApprovedScripts {
		if i == 0 {
			text.WriteString("exceptions:\n")
		}
		fmt.Fprintf(&text, "- {check: install-script, package: %q, version: %q, reason: accepted before, by: %q, expires: %s}\n",
			s.Package, s.Version, "@reviewer", c.At.AddDate(0, 1, 0).Format(time.DateOnly))
	}
	p, err := policy.Parse("gate.yaml", []byte(text.String()), check.IDs())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// compare requires the checks that the case names: at any level those that have
// to report, not as an error those that must not.
func (c *incident) compare(t *testing.T, findings []finding.Finding) {
	t.Helper()
	for _, id := range c.Expect.MustReport {
		reports := func(f finding.Finding) bool { return f.Check == id && !f.Unknown }
		if _, exists := check.Lookup(id); exists && !slices.ContainsFunc(findings, reports) {
			t.Errorf("%s does not report", id)
		}
	}
	for _, f := range findings {
		if slices.Contains(c.Expect.MustNotReport, f.Check) && f.Blocks() && !f.Unknown {
			t.Errorf("%s must not report %s@%s: %s", f.Check, f.Name, f.Version, f.Message)
		}
	}
}

// dirRegistry answers with the files of a directory, which are named after
// packages, percent-encoded.
type dirRegistry struct {
	*npmregistry.Config
	dir string
}

func (r dirRegistry) Packument(_ context.Context, name string) (*npmregistry.Packument, error) {
	file, err := os.Open(filepath.Join(r.dir, url.QueryEscape(name)+".json"))
	if os.IsNotExist(err) {
		return nil, npmregistry.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return npmregistry.DecodePackument(file)
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

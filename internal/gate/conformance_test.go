package gate_test

import (
	"encoding/json"
	"fmt"
	"maps"
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
	ID     string    `json:"id"`
	Dir    string    `json:"-"`
	Title  string    `json:"title"`
	Kind   string    `json:"kind"` // attack or benign
	At     time.Time `json:"at"`
	Expect struct {
		Block bool `json:"block"`
		// BlockWithoutAge is nil where it is a matter of taste.
		BlockWithoutAge *bool    `json:"block_without_age"`
		MustReport      []string `json:"must_report_checks"`
		MustNotReport   []string `json:"must_not_report_checks"`
	} `json:"expect"`
	ApprovedScripts []struct {
		Package string            `json:"package"`
		Version string            `json:"version"`
		Scripts map[string]string `json:"scripts"`
	} `json:"approved_scripts"`
}

// withoutAge switches off what judges nothing but age.
const withoutAge = "checks: {too-new: off, first-release: off}\n"

// waiting lists the incidents whose verdict rests on a check that does not exist
// yet, with that check. Once it exists they are judged like the others.
var waiting = map[string]string{
	"ok-trusted-publisher-reconfigured": "identity-changed", // needs provenance
}

// TestIncidents replays the attacks and the harmless changes of GATE_FIXTURES,
// a directory of conformance data. Checks that do not exist are not asked for.
func TestIncidents(t *testing.T) {
	var all []outcome
	cases := incidents(t)
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			o := outcome{incident: c, aged: c.judge(t, ""), ageless: c.judge(t, withoutAge)}
			all = append(all, o)
			o.compareChecks(t)
			o.compareVerdicts(t)
		})
	}
	if len(all) == len(cases) { // -run may ask for some of them
		compareDoc(t, all)
	}
}

// incidents reads the cases, sorted by name.
func incidents(t *testing.T) []*incident {
	t.Helper()
	fixtures := os.Getenv("GATE_FIXTURES")
	if fixtures == "" {
		t.Skip("GATE_FIXTURES is not set")
	}
	files, err := filepath.Glob(filepath.Join(fixtures, "incidents", "*", "case.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d cases, %v", len(files), err)
	}
	var all []*incident
	for _, file := range files {
		c := &incident{Dir: filepath.Dir(file)}
		if err := json.Unmarshal(read(t, file), c); err != nil {
			t.Fatalf("reading %s: %v", file, err)
		}
		all = append(all, c)
	}
	return all
}

// outcome is what the gate says of an incident, with the cooldown and without
// regard to age.
type outcome struct {
	*incident
	aged, ageless policy.Result
}

// judge judges an incident by the default policy with some rules added.
func (c *incident) judge(t *testing.T, rules string) policy.Result {
	t.Helper()
	config, err := npmregistry.LoadConfig(npmregistry.Sources{Project: filepath.Join(c.Dir, ".npmrc")})
	if err != nil {
		t.Fatal(err)
	}
	registry := &dirRegistry{config, c.Dir}
	after := c.lockfile(t, "after")
	result, err := gate.Judge(t.Context(), gate.Input{
		Lockfiles:  []*lockfile.Lockfile{after},
		Base:       lockfile.NewDelta([]*lockfile.Lockfile{c.lockfile(t, "before")}),
		Registry:   func(string) evidence.Registry { return registry },
		Advisories: dirAdvisories{filepath.Join(c.Dir, "advisories")},
		Trust:      trustBeside(t, filepath.Dir(c.Dir)),
		Policy:     parse(t, rules+c.allowedGaps(registry, after)+c.exceptions(t, registry, after)),
		Now:        c.At,
		AsOf:       c.At,
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

// signedSince is when npm began to sign what is published, and had signed what
// had been published before.
var signedSince = time.Date(2022, 4, 1, 0, 0, 0, 0, time.UTC)

// allowedGaps allows what the data does not have: most tarballs, signatures
// before there were any, and what the registries of single scopes do not serve.
func (c *incident) allowedGaps(registry *dirRegistry, lock *lockfile.Lockfile) string {
	gaps := map[string]string{registry.RegistryFor(""): "tarball: allow"}
	if c.At.Before(signedSince) {
		gaps[registry.RegistryFor("")] += ", signature: allow"
	}
	for _, e := range lock.Entries {
		if address := registry.RegistryFor(e.Name); gaps[address] == "" {
			gaps[address] = "tarball: allow, publish-time: allow, publisher: allow, signature: allow"
		}
	}
	text := "registries:\n"
	for _, address := range slices.Sorted(maps.Keys(gaps)) {
		text += fmt.Sprintf("  %q: {gaps: {%s}}\n", address, gaps[address])
	}
	return text
}

// exceptions permits the scripts that the project had accepted before, in every
// version that has the same texts: approvals are for the content.
func (c *incident) exceptions(t *testing.T, registry *dirRegistry, lock *lockfile.Lockfile) string {
	t.Helper()
	var text strings.Builder
	for _, s := range c.ApprovedScripts {
		doc, err := registry.Packument(t.Context(), s.Package)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range lock.Entries {
			manifest := doc.Versions[e.Version]
			if e.Name != s.Package || manifest == nil || !maps.Equal(manifest.Scripts, s.Scripts) {
				continue
			}
			for _, id := range []string{"install-script", "implicit-build"} {
				if _, exists := check.Lookup(id); exists {
					fmt.Fprintf(&text, "- {check: %s, package: %q, version: %q, reason: accepted before, by: '@reviewer', expires: %s}\n",
						id, e.Name, e.Version, c.At.AddDate(0, 1, 0).Format(time.DateOnly))
				}
			}
		}
	}
	if text.Len() == 0 {
		return ""
	}
	return "exceptions:\n" + text.String()
}

// compareChecks requires the checks that the case names: at any level those that
// have to report, not as an error those that must not.
func (o *outcome) compareChecks(t *testing.T) {
	t.Helper()
	for _, id := range o.Expect.MustReport {
		reports := func(f finding.Finding) bool { return f.Check == id && !f.Unknown }
		if _, exists := check.Lookup(id); exists && !slices.ContainsFunc(o.aged.Findings, reports) {
			t.Errorf("%s does not report", id)
		}
	}
	for _, f := range o.aged.Findings {
		if slices.Contains(o.Expect.MustNotReport, f.Check) && f.Blocks() && !f.Unknown {
			t.Errorf("%s must not report %s@%s: %s", f.Check, f.Name, f.Version, f.Message)
		}
	}
}

// compareVerdicts requires that the gate blocks exactly the cases that it has
// to, and lets the others pass.
func (o *outcome) compareVerdicts(t *testing.T) {
	t.Helper()
	if id := waiting[o.ID]; id != "" {
		if _, exists := check.Lookup(id); !exists {
			return
		}
		t.Errorf("%s exists: remove the case from waiting", id)
	}
	block := o.Expect.Block
	for _, tt := range []struct {
		name   string
		block  *bool
		result policy.Result
	}{
		{"with the cooldown", &block, o.aged},
		{"without it", o.Expect.BlockWithoutAge, o.ageless},
	} {
		want := policy.Pass
		if tt.block != nil && *tt.block {
			want = policy.Blocked
		}
		if tt.block != nil && tt.result.Verdict != want {
			t.Errorf("%s: got %s by %q, want %s", tt.name, tt.result.Verdict, summary(tt.result), want)
		}
	}
}

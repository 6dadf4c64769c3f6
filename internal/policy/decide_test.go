package policy

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/finding"
)

const registry = "https://npm.example/"

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// on makes a finding of a check on foo@1.2.3.
func on(check string, severity finding.Severity) finding.Finding {
	return finding.Finding{
		Check: check, Severity: severity, Name: "foo", Version: "1.2.3", Integrity: integrity,
		Position: finding.Position{File: "package-lock.json", Line: 12}, Message: "something is wrong",
	}
}

// unknown makes the finding that a check could not be asked about a registry.
func unknown(check, evidence string) finding.Finding {
	return finding.Finding{
		Check: check, Severity: finding.Error, Unknown: true, Evidence: evidence, Registry: registry, Message: "it does not say",
	}
}

// unknownOn makes the finding that a check could not be asked about foo@1.2.3.
func unknownOn(check, evidence string) finding.Finding {
	f := unknown(check, evidence)
	f.Name, f.Version = "foo", "1.2.3"
	return f
}

// parse reads a gate.yaml without its first line.
func parse(t *testing.T, text string) *Policy {
	t.Helper()
	p, err := Parse("gate.yaml", []byte("version: 1\n"+text), known)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDecideVerdict(t *testing.T) {
	errorFinding, warning := on("too-new", finding.Error), on("deprecated", finding.Warning)
	gap := unknown("deprecated", "packument")
	careless := gap // a check that gave what it could not judge its own level
	careless.Severity = finding.Warning
	judged := errorFinding // a finding may name the evidence that it rests on
	judged.Evidence, judged.Registry = "packument", registry
	const allowed = `registries: {"https://npm.example": {gaps: {packument: allow, publisher: block}}}`
	tests := []struct {
		name     string
		policy   string
		findings []finding.Finding
		want     Verdict
		kept     int
	}{
		{"nothing", "", nil, Pass, 0},
		{"error", "", []finding.Finding{errorFinding, warning}, Blocked, 2},
		{"warning", "", []finding.Finding{warning}, Pass, 1},
		{"gap", "", []finding.Finding{gap, warning}, Unknown, 2},
		{"an error outweighs a gap", "", []finding.Finding{gap, errorFinding}, Blocked, 2},
		{"error made a warning", "checks: {too-new: warning}", []finding.Finding{errorFinding}, Pass, 1},
		{"warning made an error", "checks: {deprecated: error}", []finding.Finding{warning}, Blocked, 1},
		{"off", "checks: {too-new: off}", []finding.Finding{errorFinding, warning}, Pass, 1},
		{"a gap does not take over a warning level", "checks: {deprecated: warning}", []finding.Finding{gap}, Unknown, 1},
		{"a gap blocks at any severity", "checks: {deprecated: warning}", []finding.Finding{careless}, Unknown, 1},
		{"off drops a gap", "checks: {deprecated: off}", []finding.Finding{gap}, Pass, 0},
		{"gap allowed", allowed, []finding.Finding{gap, unknownOn("too-new", "packument")}, Pass, 0},
		{"other evidence", allowed, []finding.Finding{unknown("new-publisher", "publisher")}, Unknown, 1},
		{"other registry", `registries: {"https://other.example/": {gaps: {packument: allow}}}`, []finding.Finding{gap}, Unknown, 1},
		{"an allowed gap allows nothing else", allowed, []finding.Finding{gap, errorFinding, judged}, Blocked, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Decide(tt.findings, nil, parse(t, tt.policy), now)
			if got.Verdict != tt.want || len(got.Findings) != tt.kept {
				t.Errorf("got %s with %d findings, want %s with %d: %v", got.Verdict, len(got.Findings), tt.want, tt.kept, got.Findings)
			}
		})
	}
}

func TestDefaultBlocks(t *testing.T) {
	for _, p := range []*Policy{Default(), {}} {
		if got := Decide([]finding.Finding{on("too-new", finding.Error)}, nil, p, now); got.Verdict != Blocked {
			t.Errorf("an error: got %s, want blocked", got.Verdict)
		}
		if got := Decide([]finding.Finding{unknown("too-new", "publish-time")}, nil, p, now); got.Verdict != Unknown {
			t.Errorf("a gap: got %s, want unknown", got.Verdict)
		}
	}
}

func TestDecideSorts(t *testing.T) {
	first, second := on("deprecated", finding.Warning), on("too-new", finding.Error)
	findings := []finding.Finding{second, first, second}
	before := slices.Clone(findings)
	got := Decide(findings, nil, parse(t, "checks: {deprecated: error}"), now)
	first.Severity = finding.Error
	if diff := cmp.Diff([]finding.Finding{first, second}, got.Findings); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, findings); diff != "" {
		t.Errorf("Decide changed its argument:\n%s", diff)
	}
}

func TestDecideGaps(t *testing.T) {
	gaps := []Gap{
		{Evidence: "publisher", Registry: registry, Reason: "b", Checks: []string{"maintainers-changed", "new-publisher"}},
		{Evidence: "publish-time", Registry: registry, Reason: "a", Checks: []string{"too-new"}},
		{Evidence: "packument", Registry: "https://a.example/", Reason: "a", Checks: []string{"deprecated"}},
		{Evidence: "publisher", Registry: registry, Reason: "a", Checks: []string{"maintainers-changed"}},
	}
	checks := slices.Clone(gaps[0].Checks)
	p := parse(t, "checks: {maintainers-changed: off, deprecated: warning}\n"+
		`registries: {"https://npm.example": {gaps: {publish-time: allow}}}`)
	want := []Gap{
		{Evidence: "packument", Registry: "https://a.example/", Reason: "a", Checks: []string{"deprecated"}},
		{Evidence: "publish-time", Registry: registry, Reason: "a", Checks: []string{"too-new"}, Allowed: true},
		{Evidence: "publisher", Registry: registry, Reason: "b", Checks: []string{"new-publisher"}},
	}
	if diff := cmp.Diff(want, Decide(nil, gaps, p, now).Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(checks, gaps[0].Checks); diff != "" || gaps[0].Reason != "b" || gaps[1].Allowed {
		t.Errorf("Decide changed its argument: %v\n%s", gaps, diff)
	}
}

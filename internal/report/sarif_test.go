package report_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

// sarifRun is the part of a SARIF log that the tests look at.
type sarifRun struct {
	Invocations []struct {
		Notifications []any `json:"toolExecutionNotifications"`
	}
	Results []struct {
		RuleID, Level string
		Message       struct{ Text string }
		Locations     []struct {
			PhysicalLocation struct {
				ArtifactLocation struct{ URI string }
				Region           struct{ StartLine int }
			}
		}
		PartialFingerprints struct{ PrimaryLocationLineHash string }
		Suppressions        []struct{ Justification string }
		Properties          struct{ Unknown bool }
	}
}

func readSARIF(t *testing.T, out []byte) sarifRun {
	t.Helper()
	var log struct{ Runs []sarifRun }
	if err := json.Unmarshal(out, &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 {
		t.Fatalf("got %d runs, want 1", len(log.Runs))
	}
	return log.Runs[0]
}

func TestSARIFSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("testdata/sarif/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, r policy.Result, o report.Options) {
		t.Run(name, func(t *testing.T) {
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(render(t, report.SARIF, r, o)))
			if err != nil {
				t.Fatalf("reading the report: %v", err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Error(err)
			}
		})
	}
	check("zero but for the verdict", policy.Result{Verdict: policy.Pass}, report.Options{})
	check("everything", everything(), options())
	for name, text := range hostile {
		check("hostile "+name, hostileResult(text), hostileOptions(text))
	}
}

func TestSARIFResults(t *testing.T) {
	run := readSARIF(t, render(t, report.SARIF, everything(), options()))
	last := run.Results[len(run.Results)-1]
	if last.Level != "note" || len(last.Suppressions) != 1 || last.Suppressions[0].Justification == "" {
		t.Errorf("got %+v for an exception, want a note that is suppressed with its reason", last)
	}
	for _, result := range run.Results {
		if len(result.Locations) != 1 || result.Locations[0].PhysicalLocation.Region.StartLine < 1 {
			t.Errorf("got locations %+v, want one with a line: GitHub asks for it", result.Locations)
		}
		if result.Properties.Unknown && result.Level != "error" {
			t.Errorf("got level %q for what could not be judged, want error", result.Level)
		}
	}
}

func TestSARIFLocation(t *testing.T) {
	f := blocked().Findings[0]
	tests := []struct {
		name, root, file, want string
	}{
		{"root", "", "package-lock.json", "package-lock.json"},
		{"subdirectory", "packages/web", "package-lock.json", "packages/web/package-lock.json"},
		{"space and others", "", "a b/50%/ü#?/yarn.lock", "a%20b/50%25/%C3%BC%23%3F/yarn.lock"},
		{"colon", "", "a:b/yarn.lock", "./a:b/yarn.lock"},
		{"no file", "", "", "package-lock.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f.Position.File = tt.file
			run := readSARIF(t, render(t, report.SARIF, result(policy.Blocked, f), report.Options{Root: tt.root}))
			if got := run.Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSARIFText(t *testing.T) {
	f := blocked().Findings[0]
	f.Message, f.Hint = "see [here](https://evil.example) {0}", ""
	run := readSARIF(t, render(t, report.SARIF, result(policy.Blocked, f), report.Options{}))
	if got, want := run.Results[0].Message.Text, "size-sensor@1.0.4: see [here] (https://evil.example) {{0}}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSARIFLimit(t *testing.T) {
	r := blocked()
	for range 9_000 {
		r.Findings = append(r.Findings, blocked().Findings[:3]...)
	}
	run := readSARIF(t, render(t, report.SARIF, r, report.Options{}))
	if len(run.Results) != 25_000 || len(run.Invocations[0].Notifications) != 1 {
		t.Errorf("got %d results and %d notifications, want 25000 and 1", len(run.Results), len(run.Invocations[0].Notifications))
	}
}

// fingerprints returns those of a format for findings.
func fingerprints(t *testing.T, format string, findings ...finding.Finding) []string {
	t.Helper()
	r := policy.Result{Verdict: policy.Blocked, Findings: findings}
	var all []string
	if format == "sarif" {
		for _, result := range readSARIF(t, render(t, report.SARIF, r, report.Options{})).Results {
			all = append(all, result.PartialFingerprints.PrimaryLocationLineHash)
		}
		return all
	}
	var issues []struct{ Fingerprint string }
	if err := json.Unmarshal(render(t, report.GitLab, r, report.Options{}), &issues); err != nil {
		t.Fatal(err)
	}
	for _, issue := range issues {
		all = append(all, issue.Fingerprint)
	}
	return all
}

// TestFingerprints checks what makes a finding another one.
func TestFingerprints(t *testing.T) {
	base := on("size-sensor", "1.0.4", 412, tooNew("2026-05-22T01:39:00Z"))
	project := projectFindings().Findings[0]
	tests := []struct {
		name   string
		of     finding.Finding
		change func(*finding.Finding)
		same   bool
	}{
		{"line", base, func(f *finding.Finding) { f.Position.Line = 9 }, true},
		{"message about a package", base, func(f *finding.Finding) { f.Message = "published 42 minutes ago" }, true},
		{"severity", base, func(f *finding.Finding) { f.Severity = finding.Warning }, true},
		{"exception", base, func(f *finding.Finding) { f.Excepted, f.Reason = true, "reviewed" }, true},
		{"version", base, func(f *finding.Finding) { f.Version = "1.0.5" }, false},
		{"package", base, func(f *finding.Finding) { f.Name = "size" }, false},
		{"check", base, func(f *finding.Finding) { f.Check = "deprecated" }, false},
		{"lockfile", base, func(f *finding.Finding) { f.Position.File = "yarn.lock" }, false},
		{"line of a project's finding", project, func(f *finding.Finding) { f.Position.Line++ }, true},
		{"message about the project", project, func(f *finding.Finding) { f.Message = "another" }, false},
	}
	for _, tt := range tests {
		for _, format := range []string{"sarif", "gitlab"} {
			t.Run(tt.name+"/"+format, func(t *testing.T) {
				changed := tt.of
				tt.change(&changed)
				before, after := fingerprints(t, format, tt.of), fingerprints(t, format, changed)
				if got := slices.Equal(before, after); got != tt.same {
					t.Errorf("same fingerprint: got %v, want %v", got, tt.same)
				}
			})
		}
	}
}

func TestFingerprintsAreUnique(t *testing.T) {
	twice := on("size-sensor", "1.0.4", 412, tooNew("2026-05-22T01:39:00Z"))
	again := twice
	again.Position.Line = 900
	for _, format := range []string{"sarif", "gitlab"} {
		all := fingerprints(t, format, append(everything().Findings, twice, again)...)
		slices.Sort(all)
		if unique := slices.Compact(slices.Clone(all)); len(unique) != len(all) {
			t.Errorf("%s: got %d fingerprints for %d findings, want one each:\n%s", format, len(unique), len(all), strings.Join(all, "\n"))
		}
	}
}

package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

const schemaFile = "../../docs/result.schema.json"

func TestJSONSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	results := map[string]policy.Result{
		"zero but for the verdict": {Verdict: policy.Pass},
		"everything":               everything(),
		"gaps without checks":      {Verdict: policy.Unknown, Gaps: []policy.Gap{{}}, Lockfiles: []policy.Lockfile{{}}},
	}
	for name, text := range hostile {
		results["hostile "+name] = hostileResult(text[:min(len(text), 1000)])
	}
	for name, r := range results {
		t.Run(name, func(t *testing.T) {
			out := render(t, report.JSON, r, report.Options{})
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
			if err != nil {
				t.Fatalf("reading the report: %v", err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestJSONKeepsText checks that what is escaped reads back as it was.
func TestJSONKeepsText(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			text = text[:min(len(text), 1000)]
			out := render(t, report.JSON, hostileResult(text), report.Options{})
			var got struct{ Gaps []struct{ Reason string } }
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			// One replacement character for each byte that is not UTF-8.
			want := string([]rune(text))
			if diff := cmp.Diff(want, got.Gaps[0].Reason); diff != "" {
				t.Errorf("reason differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestJSONKeys holds what other programs rely on beyond the schema.
func TestJSONKeys(t *testing.T) {
	project := policy.Result{Verdict: policy.Blocked, Findings: []finding.Finding{{Check: "lock-drift", Severity: finding.Error}}}
	out := string(render(t, report.JSON, project, report.Options{}))
	tests := []struct {
		name string
		want string
		has  bool
	}{
		{"empty list of lockfiles", `"lockfiles": []`, true},
		{"empty list of gaps", `"gaps": []`, true},
		{"empty name", `"name": ""`, true},
		{"line 0", `"line": 0`, true},
		{"flags", `"unknown": false`, true},
		{"no reason", `"reason"`, false},
		{"no hint", `"hint"`, false},
		{"no null", "null", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Contains(out, tt.want); got != tt.has {
				t.Errorf("contains %q: got %v, want %v in\n%s", tt.want, got, tt.has, out)
			}
		})
	}
	if !strings.HasSuffix(out, "}\n") {
		t.Error("got no newline at the end, want one")
	}
}

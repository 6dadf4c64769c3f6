package report_test

import (
	"encoding/xml"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

// suite is a test suite as a CI system reads it.
type suite struct {
	Name     string `xml:"name,attr"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Cases    []struct {
		Class   string    `xml:"classname,attr"`
		Name    string    `xml:"name,attr"`
		Failure *struct{} `xml:"failure"`
		Error   *struct{} `xml:"error"`
		Skipped *struct{} `xml:"skipped"`
	} `xml:"testcase"`
}

func readJUnit(t *testing.T, out []byte) []suite {
	t.Helper()
	var all struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []suite  `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out, &all); err != nil {
		t.Fatalf("reading the report: %v", err)
	}
	for _, s := range all.Suites {
		checkSuite(t, s)
	}
	return all.Suites
}

// checkSuite checks the counts, and that no two cases are taken for one.
func checkSuite(t *testing.T, s suite) {
	t.Helper()
	got := suite{Name: s.Name, Tests: len(s.Cases), Cases: s.Cases}
	seen := map[string]bool{}
	for _, c := range s.Cases {
		if seen[c.Class+"\x00"+c.Name] {
			t.Errorf("got two cases %q in %q, want one", c.Name, c.Class)
		}
		seen[c.Class+"\x00"+c.Name] = true
		if c.Failure != nil {
			got.Failures++
		}
		if c.Error != nil {
			got.Errors++
		}
		if c.Skipped != nil {
			got.Skipped++
		}
	}
	if diff := cmp.Diff(got, s); diff != "" {
		t.Errorf("the counts differ from the cases (-cases +counts):\n%s", diff)
	}
}

func TestJUnit(t *testing.T) {
	type counts struct {
		name                             string
		tests, failures, errors, skipped int
	}
	withPackages := pass()
	withPackages.Packages = packages()
	tests := []struct {
		name   string
		result policy.Result
		want   []counts
	}{
		{"pass", withPackages, []counts{{"package-lock.json", 13, 0, 0, 1}}},
		{"blocked", blocked(), []counts{{"package-lock.json", 2, 2, 0, 0}}},
		{"warnings pass", manyWarnings(3), []counts{{"package-lock.json", 3, 0, 0, 0}}},
		{"exceptions pass", excepted(), []counts{{"package-lock.json", 2, 0, 0, 0}}},
		{"gaps are errors", unknownRegistry(), []counts{{"package-lock.json", 0, 0, 0, 0}, {"https://npm.example/", 4, 0, 4, 0}}},
		{"two lockfiles", withBase(), []counts{{"package-lock.json", 2, 2, 0, 0}, {"web/yarn.lock", 1, 1, 0, 0}}},
		{"files of the project", projectFindings(), []counts{{"package-lock.json", 1, 1, 0, 0}, {"gate.yaml", 1, 1, 0, 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []counts
			for _, s := range readJUnit(t, render(t, report.JUnit, tt.result, report.Options{})) {
				got = append(got, counts{s.Name, s.Tests, s.Failures, s.Errors, s.Skipped})
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(counts{})); diff != "" {
				t.Errorf("suites differ (-want +got):\n%s", diff)
			}
		})
	}
}

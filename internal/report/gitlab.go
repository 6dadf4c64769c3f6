// The format "gitlab" is what GitLab reads as a Code Quality report: a JSON
// array of issues with paths relative to the root of the repository. GitLab
// compares the reports of two branches by the fingerprints alone, which have to
// be unique in a report.

package report

import (
	"cmp"
	"fmt"
	"io"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
)

type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// GitLab writes the findings as a Code Quality report.
func GitLab(w io.Writer, r policy.Result, o Options) error {
	issues := make([]gitlabIssue, 0, len(r.Findings))
	ids := newIdentities()
	for _, f := range r.Findings {
		hash, occurrence := ids.of(f)
		issues = append(issues, gitlabIssue{
			Description: Printable(placeOf(f).title) + ": " + Printable(f.Message),
			CheckName:   Printable(f.Check),
			Fingerprint: fmt.Sprintf("%s-%d", hash, occurrence),
			Severity:    gitlabSeverity(f),
			Location: gitlabLocation{
				Path:  Printable(o.inRepository(fileOf(f, r))),
				Lines: gitlabLines{Begin: max(f.Position.Line, 1)},
			},
		})
	}
	return EncodeJSON(w, issues)
}

// gitlabSeverity returns one of GitLab's words, which are info, minor, major,
// critical and blocker.
func gitlabSeverity(f finding.Finding) string {
	switch {
	case f.Excepted:
		return "info"
	case f.Blocks():
		return "blocker"
	default:
		return "minor"
	}
}

// fileOf returns the file to show a finding in. One about a registry is in no
// file; code hosts ask for one, so it is shown in the first lockfile.
func fileOf(f finding.Finding, r policy.Result) string {
	first := "package.json"
	if len(r.Lockfiles) > 0 {
		first = r.Lockfiles[0].Path
	}
	return cmp.Or(f.Position.File, first)
}

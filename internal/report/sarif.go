// The format "sarif" is SARIF 2.1.0, an OASIS standard for the results of
// analysis tools. What readers of it really do:
//
//   - GitHub refuses a run with more than 25,000 results and asks for a location
//     with a line in each.
//   - GitHub knows a result again by ruleId, path and the partial fingerprint
//     called primaryLocationLineHash, by nothing else. Its upload action fills
//     that in from the text of the line if it is missing; ours does not change
//     when the line does.
//   - Suppressed results are shown by some viewers as if nobody had suppressed
//     them, so their level is "note".
//   - [text](address) in a plain message is a link by the standard, and { and }
//     in a message are written twice.

package report

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifRoot   = "%SRCROOT%" // by convention, the root of the repository
)

// maxSARIFResults is how many results of a run GitHub takes.
const maxSARIFResults = 25_000

// SARIF writes the findings as a SARIF log.
func SARIF(w io.Writer, r policy.Result, o Options) error {
	run := sarifRun{
		Tool:        sarifTool{Driver: sarifDriver{Name: "gate", Version: Printable(o.Version), Rules: sarifRules(o.Rules)}},
		Invocations: []sarifInvocation{{ExecutionSuccessful: true}},
		Results:     []sarifResult{},
		Properties:  map[string]any{"verdict": r.Verdict},
	}
	ids := newIdentities()
	for _, f := range byRank(r.Findings) {
		run.Results = append(run.Results, newSARIFResult(f, ids, r, o))
	}
	if n := len(run.Results) - maxSARIFResults; n > 0 {
		run.Results = run.Results[:maxSARIFResults]
		text := fmt.Sprintf("%s left out, the least important; %s", count(n, "result", "results"), seeAll)
		run.Invocations[0].Notifications = []sarifNotification{{Level: "warning", Message: sarifMessage{Text: text}}}
	}
	return EncodeJSON(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// byRank returns the findings with errors first and what is excepted last.
func byRank(findings []finding.Finding) []finding.Finding {
	sorted := slices.Clone(findings)
	order := func(f finding.Finding) int {
		if f.Excepted {
			return int(rankCount)
		}
		return int(rankOf(f))
	}
	slices.SortStableFunc(sorted, func(a, b finding.Finding) int { return order(a) - order(b) })
	return sorted
}

func sarifRules(rules []Rule) []sarifRule {
	all := make([]sarifRule, 0, len(rules))
	for _, rule := range rules {
		title, doc := sarifText("Reports that "+rule.Title+"."), unwrap(rule.Doc)
		all = append(all, sarifRule{
			ID:               rule.ID,
			ShortDescription: sarifMessage{Text: title},
			FullDescription:  sarifMessage{Text: title},
			Help:             sarifMessage{Text: sarifText(doc), Markdown: doc},
			Configuration:    sarifConfiguration{Level: sarifLevel(rule.Level)},
			Properties:       map[string]any{"tags": []string{"security", "supply-chain"}},
		})
	}
	return all
}

// unwrap makes one line of each paragraph: GitHub keeps the line breaks.
func unwrap(doc string) string {
	paragraphs := strings.Split(doc, "\n\n")
	for i, text := range paragraphs {
		paragraphs[i] = strings.Join(strings.Fields(text), " ")
	}
	return strings.Join(paragraphs, "\n\n")
}

func newSARIFResult(f finding.Finding, ids *identities, r policy.Result, o Options) sarifResult {
	hash, occurrence := ids.of(f)
	result := sarifResult{
		RuleID:              Printable(f.Check),
		Level:               sarifLevel(f.Severity),
		Message:             sarifMessage{Text: sarifResultText(f)},
		Locations:           []sarifLocation{newSARIFLocation(o.inRepository(fileOf(f, r)), f.Position.Line)},
		PartialFingerprints: map[string]string{"primaryLocationLineHash": fmt.Sprintf("%s:%d", hash, occurrence)},
		Properties:          sarifProperties(f),
	}
	if f.Excepted {
		result.Level = "note"
		result.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted", Justification: Printable(f.Reason)}}
	}
	return result
}

func sarifResultText(f finding.Finding) string {
	text := Printable(placeOf(f).title) + ": " + Printable(f.Message)
	if f.Hint != "" {
		text += " (" + Printable(f.Hint) + ")"
	}
	return sarifText(text)
}

// sarifText keeps a plain text from being read as a link or a placeholder.
func sarifText(text string) string {
	return strings.NewReplacer("](", "] (", "{", "{{", "}", "}}").Replace(text)
}

func sarifLevel(s finding.Severity) string {
	switch s {
	case finding.Warning:
		return "warning"
	case finding.Off:
		return "none"
	default:
		return "error"
	}
}

// sarifProperties holds what the standard has no place for.
func sarifProperties(f finding.Finding) map[string]any {
	properties := map[string]any{}
	if f.Name != "" {
		properties["package"], properties["version"] = Printable(f.Name), Printable(f.Version)
	}
	if f.Unknown {
		properties["unknown"] = true
		properties["evidence"], properties["registry"] = Printable(f.Evidence), Printable(f.Registry)
	}
	return properties
}

func newSARIFLocation(file string, line int) sarifLocation {
	uri := (&url.URL{Path: file}).String()
	return sarifLocation{Physical: sarifPhysicalLocation{
		Artifact: sarifArtifact{URI: uri, URIBaseID: sarifRoot},
		Region:   sarifRegion{StartLine: max(line, 1)},
	}}
}

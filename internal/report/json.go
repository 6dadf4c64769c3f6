// The format "json" is a contract with other programs: its keys and their
// meaning stand in docs/result.schema.json. Keys may be added, with the schema;
// none is renamed or removed.

package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/install-gate/gate/internal/policy"
)

type jsonResult struct {
	Verdict   policy.Verdict `json:"verdict"`
	Lockfiles []jsonLockfile `json:"lockfiles"`
	Findings  []jsonFinding  `json:"findings"`
	Gaps      []jsonGap      `json:"gaps"`
}

type jsonLockfile struct {
	Path    string         `json:"path"`
	Format  string         `json:"format"`
	Version string         `json:"version"`
	Entries int            `json:"entries"`
	Unique  int            `json:"unique"`
	Changed int            `json:"changed"`
	Unbound int            `json:"unbound"`
	Skipped map[string]int `json:"skipped"`
}

type jsonFinding struct {
	Check    string `json:"check"`
	Severity string `json:"severity"`
	Unknown  bool   `json:"unknown"`
	Excepted bool   `json:"excepted"`
	Reason   string `json:"reason,omitempty"`
	Name     string `json:"name"`
	Version  string `json:"version"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

type jsonGap struct {
	Evidence string   `json:"evidence"`
	Registry string   `json:"registry"`
	Reason   string   `json:"reason"`
	Entries  int      `json:"entries"`
	Checks   []string `json:"checks"`
	Allowed  bool     `json:"allowed"`
}

// JSON writes the result as one indented JSON document. Strings are whole, but
// bytes that are not UTF-8 become U+FFFD.
func JSON(w io.Writer, r policy.Result, _ Options) error { return EncodeJSON(w, newJSONResult(r)) }

// EncodeJSON writes a value as one indented JSON document in which every
// character that a terminal or a CI log would obey or hide is escaped.
func EncodeJSON(w io.Writer, value any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return fmt.Errorf("encoding JSON: %w", err)
	}
	_, err := w.Write(escapeJSON(b.Bytes()))
	return err
}

func newJSONResult(r policy.Result) jsonResult {
	out := jsonResult{
		Verdict:   r.Verdict,
		Lockfiles: make([]jsonLockfile, 0, len(r.Lockfiles)),
		Findings:  make([]jsonFinding, 0, len(r.Findings)),
		Gaps:      make([]jsonGap, 0, len(r.Gaps)),
	}
	for _, l := range r.Lockfiles {
		if l.Skipped == nil {
			l.Skipped = map[string]int{}
		}
		out.Lockfiles = append(out.Lockfiles, jsonLockfile(l))
	}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, jsonFinding{
			Check: f.Check, Severity: string(f.Severity), Unknown: f.Unknown, Excepted: f.Excepted, Reason: f.Reason,
			Name: f.Name, Version: f.Version, File: f.Position.File, Line: f.Position.Line, Message: f.Message, Hint: f.Hint,
		})
	}
	for _, g := range r.Gaps {
		if g.Checks == nil {
			g.Checks = []string{}
		}
		out.Gaps = append(out.Gaps, jsonGap(g))
	}
	return out
}

// escapeJSON escapes in a JSON document what a terminal or a CI log would obey
// or hide. Such characters occur in strings only, where an escape means the
// same, except for the line feeds of the indentation.
func escapeJSON(doc []byte) []byte {
	doc = logCommand.ReplaceAll(doc, []byte(`#\u0023$1`))
	out := make([]byte, 0, len(doc))
	for _, r := range string(doc) {
		switch {
		case r == '\n' || isVisible(r):
			out = utf8.AppendRune(out, r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// Package report writes the result of a judgement for those who read it. One
// format is one file and one line in Formats.
//
// A result is full of bytes that an attacker chose: names, versions, paths,
// deprecation messages, scripts. Each writer escapes them for its own medium;
// nothing is escaped before.
package report

import (
	"io"
	"path"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
)

// Options says how to write a report. The zero value is right for a file or a
// CI log.
type Options struct {
	Color   bool   // use terminal colours, in the formats for people
	Base    string // what the lockfiles were compared with; empty for nothing
	Version string // the version of gate, for formats that name their tool

	// Root is the directory that was judged, seen from the root of the
	// repository and with forward slashes; empty if it is the root. The formats
	// that a code host reads put it before every path.
	Root  string
	Diffs []Diff // what changed in the lockfiles, for the formats that show it
	Rules []Rule // every check, for the formats that describe them
}

// inRepository returns the path of a file as the code host has it.
func (o Options) inRepository(file string) string {
	if file == "" {
		return ""
	}
	return path.Join(o.Root, file)
}

// Rule describes a check. The texts are gate's own, not an attacker's.
type Rule struct {
	ID    string
	Title string // finishes "reports that …"
	// Doc says why the check matters and what to do. Paragraphs are separated
	// by empty lines.
	Doc   string
	Level finding.Severity // without a policy; Error if it depends on the entry
}

// A Writer writes a result in one format. The same result and options give the
// same bytes. The only errors are those of w.
type Writer func(w io.Writer, r policy.Result, o Options) error

// Format is a format with the name that --format takes.
type Format struct {
	Name  string
	Write Writer
	// AppendTo is an environment variable in which a CI system names the file
	// that it shows to people. The report belongs at the end of that file: the
	// steps of a job share it. Empty for the formats without such a file.
	AppendTo string
}

// Formats is the one list of formats; the first is the default.
var Formats = []Format{
	{Name: "text", Write: Text},
	{Name: "json", Write: JSON},
	{Name: "github", Write: GitHub},
	{Name: "summary", Write: Summary, AppendTo: "GITHUB_STEP_SUMMARY"},
	{Name: "comment", Write: Comment},
	{Name: "sarif", Write: SARIF},
	{Name: "html", Write: HTML},
	{Name: "junit", Write: JUnit},
	{Name: "gitlab", Write: GitLab},
}

// Lookup returns the format with a name.
func Lookup(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// Names returns the names of all formats, in the order of Formats.
func Names() []string {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = f.Name
	}
	return names
}

// Package check holds the rules of the gate. One check is one value in one
// file, which carries its own documentation, and one line in All.
//
// Checks are pure: they see the evidence, the settings and the time that they
// are given, and nothing else. What could not be asked is a finding too: where
// a check's evidence is missing, its Entry function is not called and Run
// reports the check as not judgeable.
package check

import (
	"cmp"
	"time"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/lockfile"
)

// Level is a check's severity before any policy.
type Level int

// The levels. A release is young for youngFor after its publication.
const (
	// Error always blocks.
	Error Level = iota
	// Warning never blocks.
	Warning
	// ErrorOnChange blocks for entries that the base does not have. Without a
	// base every entry is new to the gate: there it blocks for young releases
	// and warns about the rest.
	ErrorOnChange
	// ErrorWhenYoung blocks for young releases and warns about the rest.
	ErrorWhenYoung
)

// youngFor is how long after its publication a release is young: nearly all
// malicious versions that were ever found were found within that time.
const youngFor = 30 * 24 * time.Hour

// Check is one rule.
type Check struct {
	ID    string // kebab-case, for ever; the file's name with hyphens
	Title string // finishes "reports …"
	// Doc says why the rule matters, then how to make the finding go away.
	// Paragraphs are separated by empty lines.
	Doc   string
	Level Level
	// Young replaces how long a release is young to ErrorWhenYoung.
	Young time.Duration

	// Needs lists the evidence without which the check cannot be asked.
	Needs []evidence.Kind
	// Partial makes the check run in spite of a gap, which is reported all the
	// same: what it then finds is true, but may not be all.
	Partial bool
	// Recheck makes the check run on entries that the base already has.
	Recheck bool
	// AnySource makes the check run on entries that no registry serves.
	AnySource bool

	// Entry judges one entry. Exactly one of Entry, Project and Elsewhere is set.
	Entry func(*Pass)
	// Project judges the lockfiles as a whole.
	Project func(*ProjectPass)
	// Elsewhere says which part of the program makes the findings instead.
	Elsewhere string
}

// Settings are the parameters that a policy may set.
type Settings struct {
	Cooldown time.Duration
	// SecurityFixWarns makes a young version that fixes a vulnerability of the
	// version that the base locks a warning.
	SecurityFixWarns bool
	// Waived reports whether the cooldown does not apply to a package. Nil
	// waives it for none.
	Waived func(name string) bool
	// Declared lists the registries that the policy accepts beside npm's
	// configuration.
	Declared []DeclaredRegistry
}

func (s Settings) waives(name string) bool { return s.Waived != nil && s.Waived(name) }

// DeclaredRegistry is a registry that gate.yaml names.
type DeclaredRegistry struct {
	URL    string   // with a slash at its end
	Scopes []string // the scopes that may come from it; empty for all packages
}

// Subject is everything that is judged.
type Subject struct {
	Lockfiles []*lockfile.Lockfile
	Records   []evidence.Record
	// Problems are those of the lockfiles and those found by comparing them
	// with each other and with the project's manifests.
	Problems []lockfile.FileProblem
	HasBase  bool
}

// All lists every check, sorted by id.
var All = []*Check{
	deprecated,
	dormantRevival,
	exception,
	exoticDependency,
	exoticSource,
	firstRelease,
	foreignRegistry,
	implicitBuild,
	insecureURL,
	installScript,
	integrityMismatch,
	knownMalware,
	lockDisagreement,
	lockDrift,
	maintainersChanged,
	manifestMismatch,
	missingIntegrity,
	nameConfusion,
	newDependency,
	newPublisher,
	pathEscapesProject,
	provenanceInvalid,
	provenanceLost,
	publisherBurst,
	publisherDowngrade,
	registryChanged,
	registrySignature,
	releaseBurst,
	removedVersion,
	resolvedMismatch,
	scriptAdded,
	scriptChanged,
	sizeJump,
	tooNew,
	weakIntegrity,
}

// Lookup returns the check with an id.
func Lookup(id string) (*Check, bool) {
	for _, c := range All {
		if c.ID == id {
			return c, true
		}
	}
	return nil, false
}

// IDs returns the ids of all checks, sorted.
func IDs() []string {
	ids := make([]string, len(All))
	for i, c := range All {
		ids[i] = c.ID
	}
	return ids
}

// Pass is one call of a check's Entry function.
type Pass struct {
	*evidence.Record
	Settings Settings
	Now      time.Time

	check   *Check
	hasBase bool
	index   *index
	report  func(finding.Finding)
}

// Report reports a finding on the entry at the check's own level.
func (p *Pass) Report(message, hint string) { p.ReportAs(p.severity(), message, hint) }

// ReportAs reports a finding on the entry with another severity.
func (p *Pass) ReportAs(severity finding.Severity, message, hint string) {
	f := p.at()
	f.Severity, f.Message, f.Hint = severity, message, hint
	p.report(f)
}

// Unjudged reports that the entry could not be judged for want of evidence
// that only turned out to be needed while judging.
func (p *Pass) Unjudged(kind evidence.Kind, reason string) {
	f := p.at()
	f.Severity, f.Unknown, f.Evidence, f.Registry = finding.Error, true, string(kind), p.Registry
	f.Message = reason
	p.report(f)
}

func (p *Pass) at() finding.Finding {
	f := finding.Finding{
		Check:    p.check.ID,
		Name:     p.Entry.Name,
		Version:  p.Entry.Version,
		Position: finding.Position{File: p.File, Line: p.Entry.Line},
	}
	if hashes, err := p.Entry.Hashes(); err == nil {
		f.Integrity = hashes.Strongest().String()
	}
	return f
}

func (p *Pass) severity() finding.Severity {
	switch p.check.Level {
	case Warning:
		return finding.Warning
	case ErrorOnChange:
		if p.hasBase || p.isYoung() {
			return finding.Error
		}
		return finding.Warning
	case ErrorWhenYoung:
		if p.isYoung() {
			return finding.Error
		}
		return finding.Warning
	default:
		return finding.Error
	}
}

// isYoung reports whether the locked version is a young release. A release of
// unknown age is taken for young.
func (p *Pass) isYoung() bool {
	return p.Published.IsZero() || p.Now.Sub(p.Published) < cmp.Or(p.check.Young, youngFor)
}

// ProjectPass is one call of a check's Project function.
type ProjectPass struct {
	*Subject
	check  *Check
	report func(finding.Finding)
}

// Report reports a finding about a lockfile as a whole.
func (p *ProjectPass) Report(file, message, hint string, severity finding.Severity) {
	p.report(finding.Finding{
		Check: p.check.ID, Severity: severity, Position: finding.Position{File: file}, Message: message, Hint: hint,
	})
}

// reportProblems is the Project function of the checks whose work is done by
// the readers of lockfiles: it reports the problems that carry the check's id.
func reportProblems(p *ProjectPass) {
	for _, problem := range p.Problems {
		if problem.Check == p.check.ID {
			p.report(ofProblem(problem))
		}
	}
}

func ofProblem(p lockfile.FileProblem) finding.Finding {
	return finding.Finding{
		Check: p.Check, Severity: finding.Error,
		Name: p.Name, Version: p.Version,
		Position: finding.Position{File: p.File, Line: p.Line},
		Message:  p.Message, Hint: p.Hint,
	}
}

// String describes the level as the documentation does.
func (l Level) String() string {
	switch l {
	case Warning:
		return "warning"
	case ErrorOnChange:
		return "error on changed entries and on young releases, else warning"
	case ErrorWhenYoung:
		return "error on young releases, else warning"
	default:
		return "error"
	}
}

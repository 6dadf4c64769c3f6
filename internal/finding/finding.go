// Package finding holds the words in which the gate reports: a Finding is what
// one check says about one entry of a lockfile or about the project as a whole.
//
// It is the meeting point of the checks, which make findings, and of the policy
// and the reports, which see nothing else.
package finding

import (
	"cmp"
	"slices"
)

// Severity says how much a finding weighs in the verdict.
type Severity string

// The severities, from the one that says nothing to the one that blocks.
const (
	Off     Severity = "off"     // not reported at all; only a policy sets it
	Warning Severity = "warning" // reported, never blocks
	Error   Severity = "error"   // blocks
)

// Position is a place in a file of the project. Line is 1-based; 0 means that
// the finding concerns the whole file.
type Position struct {
	File string
	Line int
}

// Finding is one statement of one check.
//
// Every string in it may hold bytes that an attacker chose: the writers in
// package report escape them, nobody before.
type Finding struct {
	Check    string   // id of the check, such as "too-new"
	Severity Severity // what the check thinks; a policy may change it

	// Unknown says that the check could not be asked for want of evidence. Its
	// severity is then always Error: a gap never inherits a warning level.
	Unknown  bool
	Evidence string // the kind of evidence that is missing, when Unknown
	Registry string // the registry that did not supply it, when Unknown

	// Name and Version are empty for findings about the project.
	Name      string
	Version   string
	Integrity string // the lock's strongest hash, for exceptions that pin it

	Position Position

	Message string // one line: what is wrong and what is normal
	Hint    string // one line: what to do or type; empty if Message says it all

	// Excepted is set by the policy when a reviewed exception covers the
	// finding; Reason is that exception's.
	Excepted bool
	Reason   string
}

// Blocks reports whether the finding keeps the install from running.
func (f Finding) Blocks() bool { return f.Severity == Error && !f.Excepted }

// Sort orders findings by file, line, package, check and message and drops
// exact repetitions, so that the same input gives the same report.
func Sort(fs []Finding) []Finding {
	slices.SortFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Position.File, b.Position.File),
			cmp.Compare(a.Position.Line, b.Position.Line),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Version, b.Version),
			cmp.Compare(a.Check, b.Check),
			cmp.Compare(a.Registry, b.Registry),
			cmp.Compare(a.Evidence, b.Evidence),
			cmp.Compare(a.Message, b.Message),
			cmp.Compare(a.Hint, b.Hint),
		)
	})
	return slices.Compact(fs)
}

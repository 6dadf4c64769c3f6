// Package policy decides: it applies a project's gate.yaml to the findings of
// the checks and gives the verdict. It is pure; the time is an argument.
package policy

import (
	"time"

	"github.com/install-gate/gate/internal/finding"
)

// Verdict is the answer of the gate. It alone decides the exit code.
type Verdict string

// The verdicts. Unknown means that something could not be judged and nothing
// judged was bad; it keeps the install from running like Blocked does.
const (
	Pass    Verdict = "pass"
	Blocked Verdict = "blocked"
	Unknown Verdict = "unknown"
)

// Result is everything that a report may show.
type Result struct {
	Verdict   Verdict
	Lockfiles []Lockfile
	Findings  []finding.Finding // sorted
	Gaps      []Gap             // sorted by registry and evidence

	// Judged is the time at which everything was judged, Cooldown the release
	// age that the policy asks for.
	Judged   time.Time
	Cooldown time.Duration
	// Packages are the entries of the lockfiles, in their order.
	Packages []Package
}

// Package is what a report may say of an entry that no check found fault with.
type Package struct {
	File      string
	Line      int
	Name      string
	Version   string
	Source    string
	Changed   bool      // the base does not have it
	Published time.Time // zero if unknown
	// Path names the packages through which it comes into the project, from a
	// direct dependency to itself; empty if nothing leads to it.
	Path []string
}

// Lockfile counts what was read of one lockfile.
type Lockfile struct {
	Path    string
	Format  string
	Version string
	Entries int // packages as locked, all sources
	Unique  int // distinct name and version among those judged
	Changed int // entries that the base does not have; all without a base
	// Unbound counts the entries whose checksum cannot be compared with the
	// registry's, so that only name and version bind them to it.
	Unbound int
	// Skipped counts the entries that no registry can judge, by source.
	Skipped map[string]int
}

// Gap is a kind of evidence that one registry did not supply.
type Gap struct {
	Evidence string
	Registry string
	Reason   string
	Entries  int      // entries that could not be judged for it
	Checks   []string // ids of the checks that needed it, sorted
	Allowed  bool     // gate.yaml accepts the gap
}

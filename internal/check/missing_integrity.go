package check

import (
	"strings"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npm"
)

var missingIntegrity = &Check{
	ID:    "missing-integrity",
	Title: "a locked package has no hash",
	Doc: `Without a hash the package manager installs whatever the address gives on the day, and nobody can tell afterwards
whether that is what was reviewed.

Remove node_modules and the entry, then let the package manager write it again: some versions of npm leave hashes out
when they build the lockfile from an installed tree.`,
	Level:     Error,
	AnySource: true,
	Entry: func(p *Pass) {
		if p.Entry.Source != lockfile.Registry && p.Entry.Source != lockfile.URL {
			return
		}
		if len(p.Entry.Integrity) > 0 || p.Entry.Checksum != "" {
			return
		}
		if _, ok := fragmentHash(p.Entry.Resolved); ok || checksumLeftOut(p.Record) {
			return
		}
		p.Report("has no hash, so anything may be installed in its place", writeAgain)
	},
}

// fragmentHash reads the sha1 that yarn classic writes behind an address.
func fragmentHash(resolved string) (npm.Hash, bool) {
	_, fragment, _ := strings.Cut(resolved, "#")
	hash, err := npm.FromShasum(fragment)
	return hash, err == nil
}

// checksumLeftOut reports whether yarn berry leaves the checksum out of its own
// accord: it does for packages of other platforms, which it never fetched.
func checksumLeftOut(r *evidence.Record) bool {
	return r.Entry.Conditional
}

// Package evidence gathers what can be known about the entries of a lockfile.
//
// Collect is the only place of the program that fans out: it asks the registry
// once for each package name, keeps of the answer what the checks need, and
// returns one Record for each entry, in the lockfile's order. What could not
// be had is a Gap in the record, with the reason; never an empty fact.
package evidence

import (
	"time"

	"github.com/install-gate/gate/internal/advisory"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npmregistry"
	"github.com/install-gate/gate/internal/provenance"
)

// Kind names a kind of evidence, as gate.yaml does.
type Kind string

// The kinds of evidence.
const (
	Packument   Kind = "packument"    // the registry's document of the package
	PublishTime Kind = "publish-time" // when the registry took the version in
	Publisher   Kind = "publisher"    // which account published it
	Signed      Kind = "signature"    // the registry's signature of the version's hash
	Attested    Kind = "attestation"  // what is attested of how the version was made
	Tarball     Kind = "tarball"      // the package's content
	Advisory    Kind = "advisory"     // what is publicly known to be malware
)

// Gap is evidence that could not be had.
type Gap struct {
	Kind   Kind
	Reason string // one line, the same for all entries with the same cause
	// Source is who did not supply the evidence, if not the entry's registry.
	Source string
	// Whole says that the source supplies nothing at all.
	Whole bool
}

// Record is everything learned about one entry of one lockfile.
type Record struct {
	File   string // the lockfile's path
	Format string // the lockfile's format, such as "npm" or "yarn-berry"
	Entry  *lockfile.Entry

	// Changed says that the base does not have the entry; without a base every
	// entry is changed. BaseVersion is the version that the base holds in its
	// place; empty if the package is new there or no base was given.
	Changed     bool
	BaseVersion string
	// Skipped says that nobody was asked about the entry, because it did not
	// change; what follows is then empty and says nothing.
	Skipped bool

	// Registry is the registry that npm would ask for the package; empty if the
	// entry does not come from one.
	Registry string
	// ScopedRegistry says that the registry is configured for the package's
	// scope alone.
	ScopedRegistry bool

	// Package is nil if the entry is not from a registry, or with a gap.
	Package *Package
	// Manifest is the registry's document of the locked version; nil if the
	// registry does not offer that version.
	Manifest *npmregistry.Manifest
	// Published is when the locked version was published; zero with a gap.
	Published time.Time

	// Before is what a change is measured against: the version that the base
	// locked if the registry still has it, else the same as Line. Nil for a
	// first release.
	Before *npmregistry.Manifest
	// Line is the newest settled release before the locked one in the same
	// release line, else in any line below. Nil for a first release.
	Line *npmregistry.Manifest

	// Signature is how the registry's signature of the locked hash turned out;
	// nil if it was not verified. Provenance is the same of the attestations,
	// which are asked for if the entry changed since a base or is young.
	Signature  *Signature
	Provenance *provenance.Result

	// Content is what the version's tarball holds. It is nil if the checks do
	// not look at the entry's content, or with a gap; WrongContent says that the
	// registry's tarball is not the locked one. BeforeContent is the same of
	// Before, where both run code at install.
	Content       *npmregistry.Tarball
	BeforeContent *npmregistry.Tarball
	WrongContent  bool

	// Advisories are the malware advisories that mean the locked version.
	Advisories []advisory.Hit
	// Fixes are the published vulnerabilities that BaseVersion has and the
	// locked version has not, by id.
	Fixes []string

	Gaps []Gap
}

// Gap returns the gap of a kind, if there is one.
func (r *Record) Gap(kind Kind) (Gap, bool) {
	for _, g := range r.Gaps {
		if g.Kind == kind {
			return g, true
		}
	}
	return Gap{}, false
}

// Package is what is known of a package over all its versions.
type Package struct {
	Name string
	// Unknown says that the registry has no such package.
	Unknown bool
	// OwnTimes says that the publish times are npm's, not a mirror's dates.
	OwnTimes bool
	// Releases are all versions known to the registry, removed ones included,
	// by publish time and then by version.
	Releases []Release
}

// Release is one version in a package's history.
type Release struct {
	Version   string
	Published time.Time // zero if unknown
	Removed   bool      // was published, cannot be installed any more
	// Publisher is the account that published it; empty if unknown.
	Publisher string
	// Trusted says that a CI's OIDC identity published it, not a token.
	Trusted bool
	// UnpackedSize is the size of its files in bytes; 0 if unknown.
	UnpackedSize int64
}

// Release returns the release of a version.
func (p *Package) Release(version string) (Release, bool) {
	for _, r := range p.Releases {
		if r.Version == version {
			return r, true
		}
	}
	return Release{}, false
}

package check

import (
	"fmt"
	"slices"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
)

var integrityMismatch = &Check{
	ID:    "integrity-mismatch",
	Title: "the lockfile's hash is not the registry's",
	Doc: `The hash in the lockfile decides which bytes are installed. If it is not the one that the registry publishes for this
version, the lockfile was edited, or the registry serves other bytes than when it was written. Both have to be explained
before anything is installed. The checksums of yarn 2 and later are over yarn's own archives and cannot be compared with
the registry; yarn itself compares them when it installs.

Remove the entry, let the package manager write it again, and compare.`,
	Level: Error,
	Needs: []evidence.Kind{evidence.Packument},
	Entry: func(p *Pass) {
		if p.WrongContent {
			p.Report("the registry sends another tarball than the locked hash says", "do not install it; "+writeAgain)
		}
		locked := lockedHashes(p.Record)
		if p.Manifest == nil || len(locked) == 0 {
			return
		}
		published, err := publishedHashes(p.Manifest.Dist.Integrity, p.Manifest.Dist.Shasum)
		if err != nil || len(published) == 0 {
			p.Unjudged(evidence.Tarball, "the registry publishes no readable hash for the version")
			return
		}
		switch locked.Compare(published) {
		case npm.Different:
			a, b := compared(locked, published)
			p.Report(fmt.Sprintf("the lock has %s, the registry publishes %s", a, b),
				"find out which one is right before you install; then "+writeAgain)
		case npm.Incomparable:
			p.Unjudged(evidence.Tarball, fmt.Sprintf("the lock has only a %s hash, the registry only %s",
				locked.Strongest()[0].Algorithm, published.Strongest()[0].Algorithm))
		}
	},
}

// compared returns the hashes of both for the strongest algorithm that both
// have, by which they are compared.
func compared(a, b npm.Integrity) (npm.Integrity, npm.Integrity) {
	for len(a) > 0 {
		strongest := a.Strongest()
		algorithm := strongest[0].Algorithm
		if other := b.Of(algorithm); other != nil {
			return strongest, other
		}
		a = slices.DeleteFunc(slices.Clone(a), func(h npm.Hash) bool { return h.Algorithm == algorithm })
	}
	return nil, nil
}

// publishedHashes joins the registry's integrity with its older sha1 field.
func publishedHashes(integrity, shasum string) (npm.Integrity, error) {
	hashes, err := npm.ParseIntegrity(integrity)
	if err != nil || shasum == "" {
		return hashes, err
	}
	sha1, err := npm.FromShasum(shasum)
	return append(hashes, sha1), err
}

// lockedHashes returns the hashes that the package manager will check. Yarn
// classic falls back to the sha1 that it writes behind the address. Malformed
// ones are weak-integrity's business.
func lockedHashes(r *evidence.Record) npm.Integrity {
	hashes, err := r.Entry.Hashes()
	if err != nil || len(hashes) > 0 {
		return hashes
	}
	if hash, ok := fragmentHash(r.Entry.Resolved); ok {
		return npm.Integrity{hash}
	}
	return nil
}

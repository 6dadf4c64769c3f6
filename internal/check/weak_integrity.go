package check

import (
	"fmt"

	"github.com/install-gate/gate/internal/npm"
)

var weakIntegrity = &Check{
	ID:    "weak-integrity",
	Title: "a locked package's hash does not bind it to one content",
	Doc: `sha1 and md5 can be made to collide. Two different hashes of one algorithm are no better: package managers accept a
tarball that matches either. A malformed hash is skipped by some of them, which leaves no hash at all.

Let the package manager write the entry again; the registry publishes sha512 for every version.`,
	Level:     Error,
	AnySource: true,
	Entry: func(p *Pass) {
		if _, err := p.Entry.Hashes(); err != nil {
			p.Report("has a malformed hash, which package managers may skip", writeAgain)
			return
		}
		strongest := lockedHashes(p.Record).Strongest()
		if len(strongest) == 0 {
			return
		}
		switch algorithm := strongest[0].Algorithm; {
		case algorithm == "sha1" || algorithm == "md5":
			p.Report(fmt.Sprintf("is locked by %s alone, which can be forged; the registry has sha512", algorithm),
				writeAgain)
		case !allEqual(strongest):
			p.Report(fmt.Sprintf("has %d different %s hashes; a tarball that matches any of them is installed", len(strongest), algorithm),
				"keep only the one that the registry publishes")
		}
	},
}

func allEqual(hashes npm.Integrity) bool {
	for _, h := range hashes {
		if h != hashes[0] {
			return false
		}
	}
	return true
}

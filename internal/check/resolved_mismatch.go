package check

import (
	"fmt"
	"net/url"

	"github.com/install-gate/gate/internal/npm"
)

var resolvedMismatch = &Check{
	ID:    "resolved-mismatch",
	Title: "the tarball's address belongs to another package or version",
	Doc: `Package managers install what lies at the address, under the name that the lockfile gives it. An address of another
package is therefore a way to swap a dependency that no diff of names and versions shows.

Remove the entry and let the package manager write it again.`,
	Level: Error,
	Entry: func(p *Pass) {
		if !isAddress(p.Entry.Resolved) {
			return
		}
		got, conventional := npm.ParseTarballURL(p.Entry.Resolved)
		if conventional && got.ID == p.Entry.ID() {
			return
		}
		if p.Manifest != nil && samePath(p.Entry.Resolved, p.Manifest.Dist.Tarball) {
			return
		}
		if conventional {
			p.Report(fmt.Sprintf("its address is that of %s", cut(got.ID.String())), writeAgain)
			return
		}
		p.Report("its address is neither of the usual form nor the one that the registry gives for it", writeAgain)
	},
}

// samePath reports whether two tarball addresses have the same path. Host and
// scheme differ behind mirrors and are other checks' business.
func samePath(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && ua.Path != "" && ua.Path == ub.Path
}

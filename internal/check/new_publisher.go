package check

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/install-gate/gate/internal/evidence"
)

var newPublisher = &Check{
	ID:    "new-publisher",
	Title: "an account published this package for the first time",
	Doc: `Nobody of that name had published the package before: neither up to the version that the base locks nor until a month
before this release. It catches hand-overs and accounts that were given rights long ago and never used them. A CI's
trusted publisher that takes over from a person is no finding.

Look in the project's repository whether the account is a known maintainer and the release is announced.`,
	Level: ErrorWhenYoung,
	Needs: []evidence.Kind{evidence.Packument, evidence.Publisher, evidence.PublishTime},
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Manifest.Publisher == nil || p.Manifest.Publisher.TrustedPublisher != "" {
			return
		}
		known := p.earlierPublishers()
		name := p.Manifest.Publisher.Name
		if len(known) == 0 || known[name] {
			return
		}
		p.Report(
			fmt.Sprintf("published by %q, who had never published this package; until then it was %s",
				cut(name), listSome(slices.Sorted(maps.Keys(known)))),
			"look in the project's repository whether that account is a maintainer and announced the release")
	},
}

// acquainted is how long an account must have published a package to be known:
// an attacker's first release does not make the second one familiar.
const acquainted = 30 * 24 * time.Hour

// earlierPublishers returns the accounts that had published the package up to
// the version that the base locks, or a month before the locked version.
func (p *Pass) earlierPublishers() map[string]bool {
	until := p.Published.Add(-acquainted)
	base, ok := p.Package.Release(p.BaseVersion)
	if ok && base.Published.After(until) && base.Published.Before(p.Published) {
		until = base.Published
	}
	known := map[string]bool{}
	for _, r := range p.Package.Releases {
		if r.Publisher != "" && !r.Published.IsZero() && !r.Published.After(until) {
			known[r.Publisher] = true
		}
	}
	return known
}

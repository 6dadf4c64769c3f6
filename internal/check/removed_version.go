package check

import (
	"fmt"

	"github.com/install-gate/gate/internal/evidence"
)

var removedVersion = &Check{
	ID:    "removed-version",
	Title: "a locked version is not, or no longer, in the registry",
	Doc: `The registry has a publish time for the version but does not offer it any more: its owner or the registry took it
down, which is how attacks end. Or the registry has never heard of the version or the package: then the name is free for
anyone to take.

Move to a version that exists. Find out why the locked one went before you trust what it left behind.`,
	Level:   Error,
	Needs:   []evidence.Kind{evidence.Packument},
	Recheck: true,
	Entry: func(p *Pass) {
		if p.Manifest != nil {
			return
		}
		release, published := p.Package.Release(p.Entry.Version)
		switch {
		case p.Package.Unknown:
			p.Report(fmt.Sprintf("%s does not know the package", p.Registry),
				"check the name; for a private package configure its scope's registry in .npmrc")
		case published && release.Removed:
			p.Report(fmt.Sprintf("was published on %s and has been removed from the registry", day(release.Published)),
				"move to another version and find out why this one was removed")
		default:
			p.Report(fmt.Sprintf("%s knows the package but not this version", p.Registry), writeAgain)
		}
	},
}

package check

import (
	"fmt"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
)

var publisherDowngrade = &Check{
	ID:    "publisher-downgrade",
	Title: "a person's token published what a trusted publisher published before",
	Doc: `The release before in the same release line was published by the project's CI through its own identity; this one by an
account with a token. A stolen token looks exactly like that. Projects that moved back on purpose say so somewhere.

Look for the release in the project's repository. If there is no tag and no workflow run, do not install it.`,
	Level: Error,
	Needs: []evidence.Kind{evidence.Packument, evidence.Publisher},
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Manifest.Publisher == nil || p.Manifest.Publisher.TrustedPublisher != "" {
			return
		}
		if p.Line == nil || p.Line.Publisher == nil || p.Line.Publisher.TrustedPublisher == "" || !npm.SameLine(p.Line.Version, p.Entry.Version) {
			return
		}
		p.Report(
			fmt.Sprintf("published by %q with a token; %s before it came from a trusted publisher (%s)",
				cut(p.Manifest.Publisher.Name), p.Line.Version, cut(p.Line.Publisher.TrustedPublisher)),
			"look for the release's tag and workflow run in the project's repository")
	},
}

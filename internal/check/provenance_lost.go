package check

import (
	"fmt"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

var provenanceLost = &Check{
	ID:    "provenance-lost",
	Title: "the version has no provenance, which the one before had",
	Doc: `The version that the base locked, or without one the version before in the same release line, came with an attestation
of the workflow that made it; this one has none and was not published by a trusted publisher either. That is what a
release with a stolen token looks like, past the project's own workflow. It also happens when a project moves or changes
how it publishes. Prereleases do not count, and neither does going back to a lower version.

Look for the release in the project's repository. If there is no tag and no workflow run, do not install it.`,
	Level: ErrorOnChange,
	Needs: []evidence.Kind{evidence.Packument},
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Before == nil || !lostProvenance(p.Before, p.Manifest) {
			return
		}
		// Only what the project itself had before is worth comparing across
		// release lines, which a project may well publish in different ways.
		if p.Before.Version != p.BaseVersion && !npm.SameLine(p.Before.Version, p.Manifest.Version) {
			return
		}
		p.Report(fmt.Sprintf("has no provenance, which %s had, and no trusted publisher", p.Before.Version),
			"look for the release's tag and workflow run in the project's repository")
	},
}

// lostProvenance reports whether a version lacks the attestation that a lower
// one had.
func lostProvenance(before, after *npmregistry.Manifest) bool {
	if isPrerelease(before.Version) || isPrerelease(after.Version) || npm.CompareVersions(before.Version, after.Version) >= 0 {
		return false
	}
	trusted := after.Publisher != nil && after.Publisher.TrustedPublisher != ""
	return evidence.IsAttested(before) && !evidence.IsAttested(after) && !trusted
}

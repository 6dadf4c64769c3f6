package evidence

import (
	"slices"
	"strings"
	"time"

	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

// settledAfter is how much older than a release another one has to be to count as
// what was normal before it. Bad releases come in bursts: measured against its
// neighbour, the second bad one would look unchanged.
const settledAfter = 24 * time.Hour

// publishersSince is when the npm registry had recorded the publisher of every
// release for a while. Older releases without one are no gap.
var publishersSince = time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC)

// Reasons for gaps. They do not name the package, so that a report can say
// them once for a registry.
const (
	noTimes     = "the registry does not serve publish times"
	foreignTime = "the registry serves its own dates in place of npm's publish times"
	noTime      = "the registry has no publish time for the version"
	noPublisher = "the registry does not say who published a version"
)

// history is one packument while records are filled from it.
type history struct {
	doc      *npmregistry.Packument
	asOf     time.Time
	pkg      *Package
	versions []string // those that can be installed, lowest first
}

// newHistory sorts a packument. Versions published after asOf are left out,
// if asOf is not zero.
func newHistory(doc *npmregistry.Packument, asOf time.Time) *history {
	h := &history{doc: doc, asOf: asOf, pkg: &Package{Name: doc.Name}}
	h.pkg.OwnTimes = doc.Times != nil && !h.hasForeignTimes()
	for version, manifest := range doc.Versions {
		if h.isLater(version) {
			continue
		}
		release := Release{Version: version, Published: doc.Times[version], UnpackedSize: manifest.Dist.UnpackedSize}
		if manifest.Publisher != nil {
			release.Publisher = manifest.Publisher.Name
			release.Trusted = manifest.Publisher.TrustedPublisher != ""
		}
		h.pkg.Releases = append(h.pkg.Releases, release)
		h.versions = append(h.versions, version)
	}
	for version, published := range doc.Times {
		if _, ok := doc.Versions[version]; !ok && !h.isLater(version) {
			h.pkg.Releases = append(h.pkg.Releases, Release{Version: version, Published: published, Removed: true})
		}
	}
	npm.SortVersions(h.versions)
	slices.SortFunc(h.pkg.Releases, func(a, b Release) int {
		if c := a.Published.Compare(b.Published); c != 0 {
			return c
		}
		return npm.CompareVersions(a.Version, b.Version)
	})
	return h
}

// isLater reports whether a version was published after the time that is asked
// about.
func (h *history) isLater(version string) bool {
	return !h.asOf.IsZero() && h.doc.Times[version].After(h.asOf)
}

// fill writes what the packument says into a record.
func (h *history) fill(r *Record) {
	r.Package = h.pkg
	version := r.Entry.Version
	if slices.Contains(h.versions, version) {
		r.Manifest = h.doc.Versions[version]
	}
	if reason := h.timeGap(version); reason != "" {
		r.Gaps = append(r.Gaps, Gap{Kind: PublishTime, Reason: reason})
	} else if !h.isLater(version) {
		r.Published = h.doc.Times[version]
	}
	r.Line = h.before(version)
	r.Before = r.Line
	if r.BaseVersion != "" && r.BaseVersion != version && slices.Contains(h.versions, r.BaseVersion) {
		r.Before = h.doc.Versions[r.BaseVersion]
	}
	at, known := h.published(version)
	if r.Manifest != nil && r.Manifest.Publisher == nil && !(known && at.Before(publishersSince)) {
		r.Gaps = append(r.Gaps, Gap{Kind: Publisher, Reason: noPublisher})
	}
}

// published returns npm's own publish time of a version, if it is known.
func (h *history) published(version string) (time.Time, bool) {
	at, ok := h.doc.Times[version]
	return at, ok && !h.hasForeignTimes()
}

// hasForeignTimes reports whether the times are dates of a mirror.
func (h *history) hasForeignTimes() bool { return h.doc.Created.IsZero() || h.doc.Modified.IsZero() }

// timeGap says why the publish time of a version is not known; it is empty if
// the time is known or there is no such version.
func (h *history) timeGap(version string) string {
	switch _, ok := h.doc.Times[version]; {
	case len(h.versions) == 0 && h.doc.Times == nil:
		return "" // the package is unknown
	case h.doc.Times == nil:
		return noTimes
	case h.hasForeignTimes():
		return foreignTime
	case !ok && slices.Contains(h.versions, version):
		return noTime
	}
	return ""
}

// before returns the newest settled release below version in its release line,
// else the newest settled one of any line; the same without being settled if
// there is none. What came out later than version was not before it, and a
// prerelease counts only if version is one itself.
func (h *history) before(version string) *npmregistry.Manifest {
	best, bestRank := "", -1
	for _, candidate := range slices.Backward(h.below(version)) {
		if isPrerelease(candidate) && !isPrerelease(version) || h.wait(candidate, version) < 0 {
			continue
		}
		rank := h.rank(candidate, version)
		if rank > bestRank {
			best, bestRank = candidate, rank
		}
		if rank == sameLine+isSettled {
			break
		}
	}
	return h.doc.Versions[best]
}

// below returns the versions lower than version, lowest first.
func (h *history) below(version string) []string {
	end := slices.Index(h.versions, version)
	if end < 0 {
		end, _ = slices.BinarySearchFunc(h.versions, version, npm.CompareVersions)
	}
	return h.versions[:end]
}

// What makes a lower version serve as the one before. Being settled weighs more:
// in a burst that opens a release line, the neighbour is as bad as the version.
const (
	sameLine  = 1
	isSettled = 2
)

func (h *history) rank(candidate, version string) int {
	rank := 0
	if npm.SameLine(candidate, version) {
		rank += sameLine
	}
	if h.wait(candidate, version) >= settledAfter {
		rank += isSettled
	}
	return rank
}

// wait returns how long after candidate version was published; settledAfter if
// that is not known, so that every lower version counts.
func (h *history) wait(candidate, version string) time.Duration {
	c, okC := h.published(candidate)
	v, okV := h.published(version)
	if !okC || !okV {
		return settledAfter
	}
	return v.Sub(c)
}

func isPrerelease(version string) bool {
	core, _, _ := strings.Cut(version, "+")
	return strings.Contains(core, "-")
}

package check

import (
	"time"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
)

// oneBurst is within how long before a release others belong to the same event
// and say nothing about what was normal before it.
const oneBurst = 24 * time.Hour

// newsFor is how long after a release it is still worth a warning how it came
// about. Later everybody has installed it.
const newsFor = 180 * 24 * time.Hour

// isNews reports whether what a release changed is worth a warning: always for
// entries that the base does not have, without a base only for some time after
// a publication of which the time is known.
func (p *Pass) isNews() bool {
	return p.hasBase || !p.Published.IsZero() && p.Now.Sub(p.Published) <= newsFor
}

// earlier returns the releases that were out well before the locked one, oldest
// first: what was normal for the package until then.
func (p *Pass) earlier() []evidence.Release {
	var all []evidence.Release
	for _, r := range p.Package.Releases {
		if !r.Published.IsZero() && r.Published.Before(p.Published.Add(-oneBurst)) {
			all = append(all, r)
		}
	}
	return all
}

// stable returns the releases with a publish time that are no prereleases.
func stable(releases []evidence.Release) []evidence.Release {
	var all []evidence.Release
	for _, r := range releases {
		if !r.Published.IsZero() && !isPrerelease(r.Version) {
			all = append(all, r)
		}
	}
	return all
}

func isPrerelease(version string) bool {
	v, err := npm.ParseVersion(version)
	return err == nil && v.Prerelease() != ""
}

// pauses returns how long each of the releases came out after the one before.
func pauses(releases []evidence.Release) []time.Duration {
	var all []time.Duration
	for i := 1; i < len(releases); i++ {
		all = append(all, releases[i].Published.Sub(releases[i-1].Published))
	}
	return all
}

// firstPublished returns when the oldest release of a package came out; false
// if that is not known.
func firstPublished(p *evidence.Package) (time.Time, bool) {
	if !p.OwnTimes {
		return time.Time{}, false
	}
	for _, r := range p.Releases {
		if !r.Published.IsZero() {
			return r.Published, true
		}
	}
	return time.Time{}, false
}

package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
)

var releaseBurst = &Check{
	ID:    "release-burst",
	Title: "several versions of a package came out within hours, as never before",
	Doc: `Whoever steals a package publishes into every release line that people use, or again and again until the payload
works. Reported are two versions within an hour and two release lines within six hours. Many projects do either now and
then: a package that has done it before is not reported, nor one with fewer than two earlier releases, of which nothing
is known. Prereleases do not count.

Look whether the project announced the releases. Lock an older version until it is clear.`,
	Level: ErrorWhenYoung,
	Young: burstNews,
	Needs: []evidence.Kind{evidence.Packument, evidence.PublishTime},
	Entry: func(p *Pass) {
		if p.Published.IsZero() || isPrerelease(p.Entry.Version) || !p.isNews() {
			return
		}
		burst := burstAround(p.Package, p.Entry.Version, p.Published)
		// Bad releases are taken down; they are no example of what is normal.
		earlier := slices.DeleteFunc(stable(p.earlier()), func(r evidence.Release) bool { return r.Removed })
		if len(burst) < 2 || len(earlier) < minHistory || hadBurst(earlier, countLines(burst) > 1) {
			return
		}
		p.Report(describeBurst(burst, earlier), "look whether the project announced these releases; lock an older version until then")
	},
}

// How close together releases have to be for a burst.
const (
	burstVersions = time.Hour     // two stable versions
	burstLines    = 6 * time.Hour // two release lines
)

// minHistory is how many earlier releases it takes to say what is normal.
const minHistory = 2

// together reports whether two releases are close enough for a burst.
func together(a, b evidence.Release) bool {
	gap := b.Published.Sub(a.Published).Abs()
	return gap <= burstVersions || gap <= burstLines && !npm.SameLine(a.Version, b.Version)
}

// burstAround returns the releases that came out together with a version, the
// version included, oldest first.
func burstAround(p *evidence.Package, version string, published time.Time) []evidence.Release {
	this := evidence.Release{Version: version, Published: published}
	return slices.DeleteFunc(stable(p.Releases), func(r evidence.Release) bool { return !together(this, r) })
}

// hadBurst reports whether any two releases came out together; of two release
// lines, if that is asked.
func hadBurst(releases []evidence.Release, ofLines bool) bool {
	for i, a := range releases {
		for _, b := range releases[i+1:] {
			if b.Published.Sub(a.Published) > burstLines {
				break
			}
			if together(a, b) && !(ofLines && npm.SameLine(a.Version, b.Version)) {
				return true
			}
		}
	}
	return false
}

func countLines(releases []evidence.Release) int {
	var firsts []string // the first version of each line
	for _, r := range releases {
		if !slices.ContainsFunc(firsts, func(v string) bool { return npm.SameLine(v, r.Version) }) {
			firsts = append(firsts, r.Version)
		}
	}
	return len(firsts)
}

// describeBurst says what happened and what was normal.
func describeBurst(burst, earlier []evidence.Release) string {
	versions := make([]string, len(burst))
	for i, r := range burst {
		versions[i] = r.Version
	}
	what, limit := fmt.Sprintf("%d versions", len(burst)), burstVersions
	if lines := countLines(burst); lines > 1 {
		what, limit = fmt.Sprintf("%d release lines", lines), burstLines
	}
	span := burst[len(burst)-1].Published.Sub(burst[0].Published)
	text := fmt.Sprintf("%s came out within %s (%s); ", what, age(span), listSome(versions))
	if closest := slices.Min(pauses(earlier)); closest > limit {
		return text + fmt.Sprintf("its %d earlier releases were at least %s apart", len(earlier), age(closest))
	}
	return text + fmt.Sprintf("in its %d earlier releases no two lines came out within %s", len(earlier), age(limit))
}

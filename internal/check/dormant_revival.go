package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/install-gate/gate/internal/evidence"
)

var dormantRevival = &Check{
	ID:    "dormant-revival",
	Title: "a package was released after a year of silence",
	Doc: `Nobody had released the package for a year. Accounts that are no longer watched are easier to take over, and an old
package with many dependants is worth it. Most revivals are honest maintenance all the same, so this alone is a warning,
for half a year after the release.

Look whether the project's repository has commits and an announcement that belong to the release.`,
	Level: Warning,
	Needs: []evidence.Kind{evidence.Packument, evidence.PublishTime},
	Entry: func(p *Pass) {
		// The releases of one day belong together: the second of a burst did
		// not come after a silence, but the burst did.
		earlier := p.earlier()
		if len(earlier) == 0 || p.Now.Sub(p.Published) > newsFor {
			return
		}
		silence := p.Published.Sub(earlier[len(earlier)-1].Published)
		if silence > dormantAfter {
			p.Report(fmt.Sprintf("first release after %s; %s", age(silence), describePauses(earlier)),
				"look whether the project's repository has the commits that belong to it")
		}
	},
}

// dormantAfter is how long a package without a release is asleep.
const dormantAfter = 365 * 24 * time.Hour

// describePauses says how often a package was released until its last release.
func describePauses(releases []evidence.Release) string {
	last := releases[len(releases)-1]
	if len(releases) == 1 {
		return fmt.Sprintf("the only one before, %s, came out on %s", cut(last.Version), day(last.Published))
	}
	return fmt.Sprintf("its %d earlier releases, the last of them %s on %s, were at most %s apart",
		len(releases), cut(last.Version), day(last.Published), age(slices.Max(pauses(releases))))
}

package check

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
)

// cohort is a group of packages of one owner that were released together.
type cohort struct {
	owner    string
	packages int
	span     time.Duration
	// before is how many of them came out together at most until then.
	before int
}

// What makes releases a cohort.
const (
	cohortSize = 5
	cohortSpan = time.Hour
)

// findCohorts finds for each changed release the largest cohort that it belongs
// to, unless more than half of the cohort came out together before: the packages
// of a monorepo do so again and again. Packages without an earlier release have
// no habits and are left out.
func findCohorts(records []evidence.Record) map[*evidence.Record]cohort {
	groups := map[string][]*evidence.Record{}
	for i := range records {
		r := &records[i]
		if !r.Changed || r.Line == nil || r.Published.IsZero() {
			continue
		}
		for _, owner := range owners(r) {
			groups[owner] = append(groups[owner], r)
		}
	}
	found := map[*evidence.Record]cohort{}
	for _, owner := range slices.Sorted(maps.Keys(groups)) {
		addCohorts(found, owner, groups[owner])
	}
	return found
}

// owners names who may stand behind a release: the account, the scope and, for
// a trusted publisher, whose account names only the CI, the repository's owner.
func owners(r *evidence.Record) []string {
	var all []string
	m := r.Manifest
	if scope := npm.Scope(r.Entry.Name); scope != "" {
		all = append(all, "the scope "+scope)
	}
	if m == nil || m.Publisher == nil {
		return all
	}
	if m.Publisher.TrustedPublisher == "" {
		return append(all, "the account "+cut(m.Publisher.Name))
	}
	if owner := repositoryOwner(m.Repository); owner != "" {
		all = append(all, "the repository owner "+cut(owner))
	}
	return all
}

// repositoryOwner returns host and first path segment of a repository's
// address, such as github.com/owner; empty if the address is of another form.
func repositoryOwner(address string) string {
	u, err := url.Parse(strings.TrimPrefix(address, "git+"))
	if err != nil || u.Host == "" {
		return ""
	}
	owner, _, ok := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if !ok || owner == "" {
		return ""
	}
	return strings.ToLower(u.Hostname() + "/" + owner)
}

// addCohorts looks at the releases of one owner through a window of an hour.
func addCohorts(found map[*evidence.Record]cohort, owner string, records []*evidence.Record) {
	slices.SortFunc(records, func(a, b *evidence.Record) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(a.Entry.Name, b.Entry.Name))
	})
	for start, end := 0, 0; start < len(records); start++ {
		gained := false
		for end < len(records) && records[end].Published.Sub(records[start].Published) <= cohortSpan {
			end, gained = end+1, true
		}
		if !gained {
			continue // a part of the window before
		}
		window := records[start:end]
		c := cohort{owner: owner, packages: countNames(window)}
		if c.packages < cohortSize {
			continue
		}
		c.span = window[len(window)-1].Published.Sub(window[0].Published)
		if c.before = mostTogether(earlierReleases(window)); 2*c.before > c.packages {
			continue
		}
		for _, r := range window {
			if found[r].packages < c.packages {
				found[r] = c
			}
		}
	}
}

func countNames(records []*evidence.Record) int {
	names := map[string]bool{}
	for _, r := range records {
		names[r.Entry.Name] = true
	}
	return len(names)
}

// dated is a release of some package.
type dated struct {
	name string
	at   time.Time
}

// earlierReleases returns what came out of the packages before the day on which
// they came out together, oldest first. Releases that were taken down since, as
// those of a worm are, do not count.
func earlierReleases(records []*evidence.Record) []dated {
	var all []dated
	until, seen := records[0].Published.Add(-oneBurst), map[string]bool{}
	for _, r := range records {
		if seen[r.Entry.Name] {
			continue
		}
		seen[r.Entry.Name] = true
		for _, e := range r.Package.Releases {
			if !e.Removed && !e.Published.IsZero() && e.Published.Before(until) {
				all = append(all, dated{r.Entry.Name, e.Published})
			}
		}
	}
	slices.SortFunc(all, func(a, b dated) int { return a.at.Compare(b.at) })
	return all
}

// mostTogether returns of how many packages the releases lie within an hour at
// most.
func mostTogether(releases []dated) int {
	most, start, inWindow := 0, 0, map[string]int{}
	for _, r := range releases {
		inWindow[r.name]++
		for ; r.at.Sub(releases[start].at) > cohortSpan; start++ {
			first := releases[start].name
			if inWindow[first]--; inWindow[first] == 0 {
				delete(inWindow, first)
			}
		}
		most = max(most, len(inWindow))
	}
	return most
}

package lockfile

import (
	"cmp"
	"fmt"
)

// maxDisagreements bounds the problems that are listed one by one.
const maxDisagreements = 20

// compareNPMSections reports where "packages", which npm 7 and later read, and
// "dependencies", which npm 6 and earlier read, do not lock the same.
func compareNPMSections(f *npmFile, lock *Lockfile) {
	if !f.hasDependencies {
		return
	}
	older := make(map[string]*npmPlace, len(f.dependencies))
	for _, p := range f.dependencies {
		older[p.location] = p
	}
	count := 0
	report := func(p *npmPlace, what string) {
		if count++; count <= maxDisagreements {
			lock.Problems = append(lock.Problems, p.problem("lock-disagreement", what, npmUpdate))
		}
	}
	for _, p := range f.packages {
		other := older[p.location]
		delete(older, p.location)
		switch {
		case !p.inModules:
		case other == nil:
			report(p, `is in "packages" but not in "dependencies", which npm 6 reads`)
		default:
			if what := p.difference(other); what != "" {
				report(p, fmt.Sprintf(`"packages" and "dependencies", which npm 6 reads, differ in its %s`, what))
			}
		}
	}
	for _, p := range f.dependencies {
		if older[p.location] == p && p.locate() == nil && p.inModules {
			report(p, `is in "dependencies", which npm 6 reads, but not in "packages"`)
		}
	}
	if count > maxDisagreements {
		lock.Problems = append(lock.Problems, Problem{
			Check:   "lock-disagreement",
			Message: fmt.Sprintf(`"packages" and "dependencies" differ in %d more places`, count-maxDisagreements),
			Hint:    npmUpdate,
		})
	}
}

// difference names what two entries for one place do not agree on. The older
// form has no version for links, git and other addresses.
func (p *npmPlace) difference(older *npmPlace) string {
	switch {
	case p.link != older.link, p.linksTo != older.linksTo:
		return "link"
	case p.link:
		return ""
	case older.version != "" && p.realName() != cmp.Or(older.name, p.treeName):
		return "name"
	case older.version != "" && p.version != older.version:
		return "version"
	case p.resolved != older.resolved:
		return "address"
	case p.integrity != older.integrity && npmSpec(p.resolved) != gitSpec: // npm drops it for git
		return "integrity"
	}
	return ""
}

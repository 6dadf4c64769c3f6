package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

var newDependency = &Check{
	ID:    "new-dependency",
	Title: "a release brings in a dependency that the version before did not have",
	Doc: `A payload often comes as a new dependency that nothing imports, published a few hours earlier. A dependency that is
itself younger than a month is an error, or a warning if it belongs to a scope that the package itself or one of its
earlier dependencies is in: native modules add packages for new platforms like that. A dependency that is older is
ordinary in a larger release, and from another scope a warning in a patch release.

Look whether the code uses the dependency and who publishes it.`,
	Level: Warning,
	Needs: []evidence.Kind{evidence.Packument},
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Before == nil {
			return
		}
		had := packagesAsked(p.Before)
		for _, name := range slices.Sorted(maps.Keys(packagesAsked(p.Manifest))) {
			if !had[name] {
				p.reportDependency(name)
			}
		}
	},
}

// packagesAsked returns the packages that a version asks a registry for, by the
// names that they have there: an alias would hide what is new.
func packagesAsked(m *npmregistry.Manifest) map[string]bool {
	all := map[string]bool{}
	for name, spec := range requested(m) {
		if real, ok := aliased(spec); ok {
			name = real
		}
		if !isExotic(spec) {
			all[name] = true
		}
	}
	return all
}

// reportDependency reports an added dependency if it is young or the release
// is a patch.
func (p *Pass) reportDependency(name string) {
	message := fmt.Sprintf("depends on %s, which %s did not", cut(name), cut(p.Before.Version))
	hint := fmt.Sprintf("look whether its code uses that dependency and who publishes it; lock %s until then", cut(p.Before.Version))
	if held := p.index.record(p.File, name); held != nil {
		first, known := firstPublished(held.Package)
		if known && p.Now.Sub(first) < youngFor {
			severity := finding.Error
			if p.isScopeKnown(name) {
				severity = finding.Warning
			}
			p.ReportAs(severity, fmt.Sprintf("%s; that package was first published %s ago", message, age(p.Now.Sub(first))), hint)
			return
		}
	}
	if isPatch(p.Before.Version, p.Entry.Version) && p.isNews() && !p.isScopeKnown(name) {
		p.Report("is a patch release and "+message, hint)
	}
}

// isScopeKnown reports whether a package belongs to the scope of this one, or to
// one that the version before had dependencies from. Nobody else can publish
// there, and whoever can needs no new package to bring in code.
func (p *Pass) isScopeKnown(name string) bool {
	scope := npm.Scope(name)
	if scope == "" {
		return false
	}
	for before := range packagesAsked(p.Before) {
		if npm.Scope(before) == scope {
			return true
		}
	}
	return npm.Scope(p.Entry.Name) == scope
}

// isPatch reports whether two versions differ in the patch number alone.
func isPatch(from, to string) bool {
	a, errA := npm.ParseVersion(from)
	b, errB := npm.ParseVersion(to)
	return errA == nil && errB == nil && a.Major() == b.Major() && a.Minor() == b.Minor() && a.Patch() < b.Patch()
}

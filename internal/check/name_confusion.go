package check

import (
	_ "embed" // for the list of well-known names
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
)

var nameConfusion = &Check{
	ID:    "name-confusion",
	Title: "a new package has a name that is easily taken for another one's",
	Doc: `The package is new to the lockfile and to the registry, and its name differs from that of an older package in the
lockfile, or of a well-known one, by one letter, by hyphens or by how the scope is written. Names like that are
registered to be typed by mistake. Names in the same scope, and packages that an account publishes which has published
the older one, are not reported.

Check the name. If it is the one that you mean, add an exception.

Well-known are the names in internal/check/popular.txt.`,
	Level: Error,
	Needs: []evidence.Kind{evidence.Packument, evidence.PublishTime},
	Entry: func(p *Pass) {
		first, known := firstPublished(p.Package)
		if !known || p.BaseVersion != "" || p.Now.Sub(first) > newName {
			return
		}
		for _, other := range p.index.confusedWith(p.Entry.Name) {
			if !p.isByPublisherOf(other) {
				p.Report(fmt.Sprintf("the name is easily taken for that of %s; this package was first published %s ago", other, age(p.Now.Sub(first))),
					"check that this is the package you mean; if it is, add an exception to gate.yaml")
				return
			}
		}
	},
}

// newName is how long a name is new. Look-alikes that have lived on for longer
// are known to the registry and to those who depend on them.
const newName = 90 * 24 * time.Hour

// isByPublisherOf reports whether the account that published the locked version
// has published the other package, if the lockfile holds that one. A trusted
// publisher's account is the CI's and says nothing.
func (p *Pass) isByPublisherOf(other string) bool {
	held := p.index.record(p.File, other)
	if held == nil || p.Manifest == nil || p.Manifest.Publisher == nil || p.Manifest.Publisher.TrustedPublisher != "" {
		return false
	}
	return slices.ContainsFunc(held.Package.Releases, func(r evidence.Release) bool {
		return r.Publisher == p.Manifest.Publisher.Name
	})
}

// popular lists, one in a line, the names that at least 15 of 79 lockfiles of
// public projects hold, 2017 to 2026, of all package managers.
//
//go:embed popular.txt
var popular string

// confusedWith returns the names that another one is easily taken for, sorted.
func (x *index) confusedWith(name string) []string {
	var others []string
	plain, scope := plainName(name), npm.Scope(name)
	for _, other := range x.names() {
		if other.name == name || scope != "" && scope == npm.Scope(other.name) {
			continue // itself, or by those who own the scope
		}
		if other.plain == plain || oneEdit(name, other.name) {
			others = append(others, other.name)
		}
	}
	return others
}

// knownName is a name that others are taken for.
type knownName struct{ name, plain string }

// names returns the well-known names and those in the lockfiles of packages
// that are not new themselves, sorted.
func (x *index) names() []knownName {
	if x.known != nil {
		return x.known
	}
	names := strings.Fields(popular)
	for at, r := range x.records {
		if first, ok := firstPublished(r.Package); ok && x.now.Sub(first) > newName {
			names = append(names, at.name)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		x.known = append(x.known, knownName{name, plainName(name)})
	}
	return x.known
}

// forgettable is what people do not remember of a name.
var forgettable = strings.NewReplacer("@", "", "/", "", "-", "", "_", "", ".", "")

func plainName(name string) string { return forgettable.Replace(strings.ToLower(name)) }

// shortName is the length below which one letter makes another word.
const shortName = 5

// oneEdit reports whether two names without a scope, or two scopes of the same
// name, differ by one letter that is missing, changed or swapped with its
// neighbour.
func oneEdit(a, b string) bool {
	scopeA, scopeB, baseA, baseB := npm.Scope(a), npm.Scope(b), npm.BaseName(a), npm.BaseName(b)
	switch {
	case scopeA == "" && scopeB == "":
		return min(len(a), len(b)) >= shortName && editedOnce(a, b)
	case baseA == baseB && scopeA != "" && scopeB != "":
		return min(len(scopeA), len(scopeB)) > shortName && editedOnce(scopeA, scopeB)
	}
	return false
}

// editedOnce reports whether one edit makes a of b.
func editedOnce(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	if len(a) > len(b) {
		return a[i+1:] == b[i:]
	}
	swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	return swapped || i < len(a) && a[i+1:] == b[i+1:]
}

package lockfile

import (
	"fmt"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// npmUpdate is how to have npm write a lockfile again without running anything.
const npmUpdate = "run npm install --package-lock-only --ignore-scripts"

// fill puts the tree's entries, projects and problems into the lockfile.
func (t *npmTree) fill(lock *Lockfile) error {
	lock.Entries = make([]Entry, 0, len(t.places))
	for _, p := range t.places {
		if p.targeted && p.isTop() && p.resolved == "" {
			continue // its link is the entry
		}
		entry, err := t.entry(p)
		if err != nil {
			return err
		}
		lock.Entries = append(lock.Entries, entry)
		lock.Problems = append(lock.Problems, t.problems(p, entry.Source)...)
	}
	if t.rooted {
		lock.Projects = t.projects()
	}
	return nil
}

func (t *npmTree) entry(p *npmPlace) (Entry, error) {
	source, err := t.source(p)
	if err != nil {
		return Entry{}, err
	}
	facts, locations := p, []string{p.location}
	if p.link && p.target != t.root {
		facts, locations = p.target, append(locations, p.target.location)
	}
	e := Entry{
		Name: facts.realName(), Version: facts.version,
		Source: source, Resolved: p.resolved, Integrity: strings.Fields(p.integrity),
		Dev: new(facts.dev), Optional: new(facts.optional),
		Line: p.line, Locations: locations, Requires: facts.requires(),
	}
	if t.flagsScripts {
		e.InstallScript = new(facts.script)
	}
	if p.inModules && p.treeName != e.Name {
		e.Aliases = []string{p.treeName}
	}
	return e, e.check()
}

// source says where npm takes the package from. npm fetches what "resolved"
// asks for, so that text which is no address but a version or an alias would
// fetch something else than the entry says.
func (t *npmTree) source(p *npmPlace) (Source, error) {
	switch {
	case p.workspace:
		return Workspace, nil
	case p.link, p.isTop() && p.resolved == "":
		return Link, nil
	case p.isBundled():
		return Bundled, nil
	case p.resolved == "":
		return Registry, nil
	}
	switch npmSpec(p.resolved) {
	case gitSpec:
		return Git, nil
	case pathSpec:
		return File, nil
	case remoteSpec:
		if !p.byAddress {
			return Registry, nil
		}
		if _, conventional := npm.ParseTarballURL(p.resolved); conventional {
			return Registry, nil
		}
		return URL, nil
	}
	return "", p.errorf("resolved is neither an address nor a path")
}

// requires returns the locations that answer the requests, each once.
func (p *npmPlace) requires() []string {
	var locations []string
	for _, want := range p.wants {
		if want.to != nil {
			locations = append(locations, want.to.location)
		}
	}
	return unique(locations)
}

// projects returns the project and the directories in it that are linked into
// its tree.
func (t *npmTree) projects() []Project {
	projects := []Project{t.root.project(".")}
	for _, p := range t.places {
		if p.targeted && p.isTop() && !escapes(p.location) && !strings.Contains("/"+p.location, "/node_modules/") {
			projects = append(projects, p.project(p.location))
		}
	}
	return projects
}

func (p *npmPlace) project(dir string) Project {
	project := Project{Dir: dir}
	for _, want := range p.wants {
		d := Dependency{Name: want.name, Spec: want.spec, Kind: want.kind}
		if want.to != nil {
			d.Location = want.to.location
		}
		project.Dependencies = append(project.Dependencies, d)
	}
	return project
}

// problems reports what is wrong with one place although npm accepts it.
func (t *npmTree) problems(p *npmPlace, source Source) []Problem {
	var found []Problem
	report := func(check, message, hint string) { found = append(found, p.problem(check, message, hint)) }
	switch {
	case p.link && escapes(p.linksTo):
		report("path-escapes-project", "is linked to "+p.linksTo+", outside the project", "move it into the project")
	case source == File && escapes(p.resolved):
		report("path-escapes-project", "is installed from "+p.resolved+", outside the project", "move it into the project")
	case escapes(p.location) && !t.isInLinked(p):
		report("path-escapes-project", "is installed to "+p.location+", outside the project", npmUpdate)
	}
	if p.patch != "" && escapes(p.patch) {
		report("path-escapes-project", "is patched with "+p.patch+", outside the project", "move the patch into the project")
	}
	if p.twoAddresses {
		report("lock-disagreement", `"version" and "resolved" give two addresses, and versions of npm differ in which one they fetch`, npmUpdate)
	}
	if source != Registry {
		return found
	}
	if p.version == "" {
		report("lock-drift", "is locked to no version, so npm chooses one when it installs", npmUpdate)
	}
	if p.name != "" && p.name != p.treeName && !p.aliased && t.knowsDependants(p) {
		report("lock-drift", fmt.Sprintf("lies at %s, but nothing there asks for it by an npm: alias", p.location), npmUpdate)
		found[len(found)-1].Alias = p.treeName
	}
	return found
}

// isInLinked reports whether p lies in a linked directory or below a package
// that does.
func (t *npmTree) isInLinked(p *npmPlace) bool {
	for p != nil && !p.targeted {
		p = p.parent
	}
	return p != nil
}

// knowsDependants reports whether the lockfile holds the requests of everything
// that can reach p. Some do not hold those of the project.
func (t *npmTree) knowsDependants(p *npmPlace) bool {
	return t.rooted || p.parent != nil && !p.parent.isTop()
}

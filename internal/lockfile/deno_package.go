package lockfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// denoPackage is an entry.
type denoPackage struct {
	id   string
	line int

	integrity, tarball string
	scripts            bool
	wants              []string // as in the list of versions 4 and 5

	name, version string
	requires      []string
}

var denoPackageFields = fields[denoPackage]{
	{"integrity", textField(func(p *denoPackage) *string { return &p.integrity })},
	{"tarball", textField(func(p *denoPackage) *string { return &p.tarball })},
	{"scripts", flagField(func(p *denoPackage) *bool { return &p.scripts })},
	{"dependencies", readDenoRequests},
	{"optionalDependencies", readDenoRequests},
}

func readDenoRequests(r *jsonReader, p *denoPackage) error {
	if r.next() == '{' {
		return r.textDictionary(func(name, id string) {
			p.wants = append(p.wants, name+"@npm:"+id)
		})
	}
	wants, err := r.texts()
	p.wants = append(p.wants, wants...)
	return err
}

func (p *denoPackage) entry(flagsScripts bool) Entry {
	e := Entry{
		Name: p.name, Version: p.version, Source: Registry,
		Resolved: p.tarball, Integrity: strings.Fields(p.integrity),
		Line: p.line, Locations: []string{p.id},
		Requires: unique(p.requires),
	}
	if flagsScripts {
		e.InstallScript = new(p.scripts)
	}
	return e
}

func (p *denoPackage) errorf(format string, args ...any) error {
	return &SyntaxError{p.line, fmt.Errorf(format, args...)}
}

// denoGraph finds packages by id and, where the lockfile has one version of
// them, by name.
type denoGraph struct {
	byID   map[string]*denoPackage
	byName map[string][]*denoPackage
}

func newDenoGraph(f *denoFile) (*denoGraph, error) {
	g := &denoGraph{byID: map[string]*denoPackage{}, byName: map[string][]*denoPackage{}}
	for _, p := range f.packages {
		var ok bool
		if p.name, p.version, ok = cutDenoID(p.id); !ok {
			return nil, p.errorf("id of a package that does not have the form name@version")
		}
		if g.byID[p.id] != nil {
			return nil, p.errorf("the package occurs in two sections")
		}
		g.byID[p.id] = p
		g.byName[p.name] = append(g.byName[p.name], p)
	}
	for _, p := range f.packages {
		for _, want := range p.wants {
			if err := g.answer(p, want); err != nil {
				return nil, err
			}
		}
	}
	return g, nil
}

// answer records which package a request leads to. deno refuses a lockfile in
// which that cannot be told.
func (g *denoGraph) answer(p *denoPackage, want string) error {
	id := want
	if _, real, isAlias := strings.Cut(want, "@npm:"); isAlias {
		id = real
	}
	to := g.byID[id]
	if to == nil && len(g.byName[id]) == 1 {
		to = g.byName[id][0]
	}
	if to == nil {
		return p.errorf("needs a package that the lockfile does not have, or has in several versions")
	}
	p.requires = append(p.requires, to.id)
	return nil
}

// projects returns the workspace and its members; without a workspace section,
// one project that asks for every specifier.
func (g *denoGraph) projects(f *denoFile) []Project {
	listed := f.projects
	if len(listed) == 0 {
		var requests []string
		for request := range f.specifiers {
			requests = append(requests, request)
		}
		slices.Sort(requests)
		listed = []denoProject{{".", requests}}
	}
	byDir := map[string]*Project{}
	var projects []*Project
	for _, project := range listed {
		p := byDir[project.dir]
		if p == nil {
			p = &Project{Dir: project.dir}
			byDir[p.Dir] = p
			projects = append(projects, p)
		}
		for _, request := range project.requests {
			if d, ok := g.dependency(f, request); ok {
				p.Dependencies = append(p.Dependencies, d)
			}
		}
	}
	var list []Project
	for _, p := range projects {
		list = append(list, *p)
	}
	slices.SortStableFunc(list, func(a, b Project) int { return cmp.Compare(a.Dir, b.Dir) })
	return list
}

// dependency reads a request such as "npm:chalk@^5.0.0"; version 2 leaves the
// prefix out. It is false for requests to jsr.
func (g *denoGraph) dependency(f *denoFile, request string) (Dependency, bool) {
	text, isNPM := strings.CutPrefix(request, "npm:")
	if !isNPM && f.version != "2" {
		return Dependency{}, false
	}
	d := Dependency{Name: text, Kind: "dependencies"}
	if at := strings.LastIndexByte(text, '@'); at > 0 {
		d.Name, d.Spec = text[:at], text[at+1:]
	}
	version := strings.TrimPrefix(f.specifiers[request], "npm:")
	for _, id := range []string{d.Name + "@" + version, version} {
		if g.byID[id] != nil {
			d.Location = id
		}
	}
	return d, true
}

package lockfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// vltUpdate is how to have vlt write a lockfile again; it runs no scripts.
const vltUpdate = "run vlt install --lockfile-only"

// vltGraph is what nodes and edges make up.
type vltGraph struct {
	nodes map[string]*vltNode
	order []*vltNode // the nodes of the file, then the workspaces
	edges []*vltEdge
}

func newVLTGraph(f *vltFile) (*vltGraph, error) {
	g := &vltGraph{nodes: make(map[string]*vltNode, len(f.nodes)), order: f.nodes, edges: f.edges}
	for _, n := range f.nodes {
		var ok bool
		if n.parts, ok = parseVLTID(n.id); !ok {
			return nil, n.errorf("id of a node that does not have the form of one")
		}
		g.nodes[n.id] = n
	}
	for _, e := range f.edges {
		from, err := g.end(e, e.from)
		if err != nil {
			return nil, err
		}
		if e.to == "MISSING" {
			continue
		}
		to, err := g.end(e, e.to)
		if err != nil {
			return nil, err
		}
		from.requires = append(from.requires, to.id)
		switch {
		case to.parts.kind == "workspace":
			to.name = cmp.Or(to.name, e.name)
		case e.name != to.name:
			to.aliases = append(to.aliases, e.name)
		}
	}
	return g, nil
}

// end returns the node at one end of an edge. Project and workspaces become
// nodes by being there.
func (g *vltGraph) end(e *vltEdge, id string) (*vltNode, error) {
	if n := g.nodes[id]; n != nil {
		return n, nil
	}
	parts, ok := parseVLTID(id)
	if !ok || parts.kind != "workspace" && parts.kind != "file" {
		return nil, &SyntaxError{e.line, fmt.Errorf("edge of a node that the lockfile does not have")}
	}
	n := &vltNode{id: id, line: e.line, flags: "0", parts: parts}
	g.nodes[id] = n
	g.order = append(g.order, n)
	return n, nil
}

func (g *vltGraph) fill(lock *Lockfile) error {
	for _, n := range g.order {
		if n.isRoot() {
			continue
		}
		e, err := n.entry()
		if err != nil {
			return err
		}
		lock.Entries = append(lock.Entries, e)
		lock.Problems = append(lock.Problems, n.problems(&e)...)
	}
	lock.Problems = append(lock.Problems, g.undeclaredAliases()...)
	lock.Projects = g.projects()
	return nil
}

func (n *vltNode) isRoot() bool { return n.parts.kind == "file" && n.parts.first == "." }

func (n *vltNode) entry() (Entry, error) {
	e := Entry{
		Name: n.name, Resolved: cmp.Or(n.resolved, n.id), Integrity: strings.Fields(n.integrity),
		Line: n.line, Locations: []string{n.id}, Requires: unique(n.requires), Aliases: unique(n.aliases),
	}
	switch n.flags {
	case "0", "1", "2", "3":
		e.Dev, e.Optional = new(n.flags >= "2"), new(n.flags == "1" || n.flags == "3")
	default:
		return e, n.errorf("flags of a node that are none of 0 to 3")
	}
	switch n.parts.kind {
	case "registry":
		var ok bool
		if e.Name, e.Version, ok = n.parts.nameVersion(); !ok || e.Version == "" {
			return e, n.errorf("registry package without a version")
		}
		e.Source, e.Resolved = Registry, n.resolved
	case "git":
		e.Source = Git
	case "remote":
		e.Source = URL
	case "workspace":
		e.Source = Workspace
	case "file":
		e.Source = Link
		if isTarballName(n.parts.first) {
			e.Source = File
		}
	}
	// Workspaces that nobody asks for have no name in the lockfile.
	e.Name = cmp.Or(e.Name, n.parts.first)
	return e, e.check()
}

// problems reports what is wrong with a node although vlt accepts it.
func (n *vltNode) problems(e *Entry) []Problem {
	var found []Problem
	report := func(check, message, hint string) {
		found = append(found, Problem{Check: check, Name: e.Name, Version: e.Version, Line: n.line, Message: message, Hint: hint})
	}
	switch n.parts.kind {
	case "file", "workspace":
		if escapes(n.parts.first) {
			report("path-escapes-project", "is installed from "+n.parts.first+", outside the project", "move it into the project")
		}
	case "remote":
		if n.resolved != "" && n.resolved != n.parts.first {
			report("lock-disagreement", "its id and its address differ, and vlt fetches what the id says", vltUpdate)
		}
	case "registry":
		otherName := n.name != "" && n.name != e.Name || n.manifestName != "" && n.manifestName != e.Name
		if otherName || n.manifestVersion != "" && n.manifestVersion != e.Version {
			report("lock-disagreement", "its id gives another name or version than the rest of it", vltUpdate)
		}
	}
	return found
}

// undeclaredAliases reports requests of a plain range that lead to a package of
// another name. Ranges with a colon may stand for an alias, in a catalog or at
// a named registry.
func (g *vltGraph) undeclaredAliases() []Problem {
	var found []Problem
	for _, e := range g.edges {
		to := g.nodes[e.to]
		if to == nil || to.parts.kind != "registry" || strings.Contains(e.spec, ":") {
			continue
		}
		if name, version, _ := to.parts.nameVersion(); name != e.name {
			found = append(found, Problem{
				Check: "lock-drift", Name: name, Version: version, Line: e.line,
				Message: "is what a request for " + e.name + " leads to, without an npm: alias", Hint: vltUpdate,
			})
		}
	}
	return found
}

var vltKinds = map[string]string{
	"prod": "dependencies", "dev": "devDependencies", "optional": "optionalDependencies",
	"peer": "peerDependencies", "peerOptional": "peerDependencies",
}

// projects returns the project and its workspaces with what they ask for.
func (g *vltGraph) projects() []Project {
	byDir := map[string]*Project{}
	for _, e := range g.edges {
		from := g.nodes[e.from]
		if from.parts.kind != "workspace" && !from.isRoot() {
			continue
		}
		p := byDir[from.parts.first]
		if p == nil {
			p = &Project{Dir: from.parts.first}
			byDir[p.Dir] = p
		}
		d := Dependency{Name: e.name, Spec: e.spec, Kind: cmp.Or(vltKinds[e.kind], e.kind)}
		if g.nodes[e.to] != nil {
			d.Location = e.to
		}
		p.Dependencies = append(p.Dependencies, d)
	}
	var projects []Project
	for _, p := range byDir {
		projects = append(projects, *p)
	}
	slices.SortFunc(projects, func(a, b Project) int { return cmp.Compare(a.Dir, b.Dir) })
	return projects
}

func (n *vltNode) errorf(format string, args ...any) error {
	return &SyntaxError{n.line, fmt.Errorf(format, args...)}
}

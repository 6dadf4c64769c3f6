package lockfile

import (
	"errors"
	"slices"
	"strings"
)

// pnpm-lock.yaml is YAML with two lists: what the projects ask for
// ("importers", or the top level itself for a single project before 7.0) and
// what is installed ("packages"). An entry is known by its key:
//
//	5, 5.1 … 5.4   /name/1.2.3_peers, host/path for what is not in the registry
//	6.0, 6.1       /name@1.2.3(peer@2.0.0)
//	7.0, 9.0       name@1.2.3 in "packages", name@1.2.3(peer@2.0.0) in "snapshots"
//	13.0           name@1.2.3; JSON-like, "projects", one entry with all its snapshots
//
// From 7.0 on, pnpm installs the snapshots; a package without one is not
// installed. 5 is a number in the file and later versions are strings. 7.0 was
// only written by prereleases, 13.0 is written on request since pnpm 12.19.
//
// Since pnpm 11 the file may hold two documents. It then begins with "---"; the
// first document locks pnpm itself and its configDependencies, which run code
// at every install, the second one the projects. pnpm cuts the file at the
// first line that is just "---", whatever surrounds it.
//
// An entry with nothing but an integrity comes from whatever registry is
// configured for its name. Only 5 and 6 say which packages have install
// scripts; from 9.0 on nothing says which are for development only, so that is
// found by walking the importers as pnpm does.

var pnpmFormat = format{
	name: "pnpm",
	matches: func(base string, _ []byte) bool {
		return base == "pnpm-lock.yaml" || strings.HasPrefix(base, "pnpm-lock.") && strings.HasSuffix(base, ".yaml")
	},
	parse: parsePnpm,
}

// pnpmUpdate is how to have pnpm write a lockfile again without running
// anything.
const pnpmUpdate = "run pnpm install --lockfile-only --ignore-scripts"

var errNoProject = errors.New(`the file begins with "---" but has no second document: pnpm takes the first one for its own tooling and finds no project`)

func parsePnpm(data []byte, lock *Lockfile) error {
	text, err := yamlText(data)
	if err != nil {
		return err
	}
	texts, lines, err := splitPnpm(text)
	if err != nil {
		return err
	}
	var docs []*pnpmDocument
	for i, text := range texts {
		root, err := parseYAML(text, lines[i])
		if err != nil {
			return err
		}
		doc, err := readPnpm(&root, i < len(texts)-1)
		if err != nil {
			return err
		}
		if err := doc.fill(lock); err != nil {
			return err
		}
		docs = append(docs, doc)
		lock.Overridden = append(lock.Overridden, pnpmOverridden(&root)...)
	}
	lock.Version = docs[len(docs)-1].version
	if len(docs) > 1 {
		lock.Problems = append(lock.Problems, docs[0].disagreements(docs[1])...)
	}
	return nil
}

// splitPnpm cuts a file into its documents and says in which lines they begin.
func splitPnpm(text string) (texts []string, lines []int, err error) {
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return []string{text}, []int{1}, nil
	}
	tooling, project, _ := strings.Cut(rest, "\n---\n")
	if strings.TrimSpace(project) == "" {
		return nil, nil, errNoProject
	}
	return []string{tooling, project}, []int{2, strings.Count(tooling, "\n") + 4}, nil
}

// fill puts a document's entries, projects and problems into the lockfile.
func (d *pnpmDocument) fill(lock *Lockfile) error {
	lock.Entries = slices.Grow(lock.Entries, len(d.packages))
	for _, p := range d.packages {
		p.entry.Tooling = d.tooling
		slices.Sort(p.entry.Aliases)
		p.entry.Aliases = slices.Compact(p.entry.Aliases)
		if err := p.entry.check(); err != nil {
			return err
		}
		lock.Entries = append(lock.Entries, p.entry)
	}
	if !d.tooling {
		for i := range d.importers {
			links, err := d.links(&d.importers[i])
			if err != nil {
				return err
			}
			lock.Entries = append(lock.Entries, links...)
			lock.Projects = append(lock.Projects, d.importers[i].project())
		}
	}
	lock.Problems = append(lock.Problems, d.problems...)
	return nil
}

func (i *pnpmImporter) project() Project {
	project := Project{Dir: i.dir}
	for _, dep := range i.deps {
		location := ""
		if dep.to != nil || dep.link != "" {
			location = dep.key
		}
		project.Dependencies = append(project.Dependencies, Dependency{
			Name: dep.name, Spec: dep.spec, Kind: dep.kind, Location: location,
		})
	}
	return project
}

// links returns an entry for each directory that a project links to. It is a
// workspace if it has an importer of its own.
func (d *pnpmDocument) links(importer *pnpmImporter) ([]Entry, error) {
	var entries []Entry
	for _, dep := range importer.deps {
		if dep.link == "" {
			continue
		}
		e := Entry{
			Name: dep.name, Source: Link, Resolved: dep.key,
			Line: dep.line, Locations: []string{dep.key},
		}
		if d.dirs[dep.link] {
			e.Source = Workspace
		}
		if err := e.check(); err != nil {
			return nil, err
		}
		if escapes(dep.link) {
			d.escapes(&e, "links to a directory outside the project")
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func (d *pnpmDocument) escapes(e *Entry, message string) {
	d.problems = append(d.problems, Problem{
		Check: "path-escapes-project", Name: e.Name, Version: e.Version, Line: e.Line,
		Message: message + ": " + e.Resolved,
		Hint:    "move it into the project, or run gate on the directory that holds both",
	})
}

// disagreements compares what the tooling's document and the projects' say
// about the same key.
func (d *pnpmDocument) disagreements(project *pnpmDocument) []Problem {
	var problems []Problem
	for _, p := range d.packages {
		other := project.index[p.key]
		if other == nil {
			continue
		}
		a, b := &p.entry, &other.entry
		if slices.Equal(a.Integrity, b.Integrity) && a.Resolved == b.Resolved && a.Source == b.Source {
			continue
		}
		problems = append(problems, Problem{
			Check: "lock-disagreement", Name: b.Name, Version: b.Version, Line: b.Line,
			Message: "the two documents of the lockfile give this package different contents",
			Hint:    pnpmUpdate,
		})
	}
	return problems
}

// pnpmOverridden returns the names that the project's settings override or
// leave out: pnpm writes them down, wherever they are set.
func pnpmOverridden(root *yamlNode) []string {
	var names []string
	for _, pair := range root.get("overrides").pairs {
		names = append(names, overriddenName(pair.key))
	}
	for _, item := range root.get("ignoredOptionalDependencies").items {
		names = append(names, item.text)
	}
	return names
}

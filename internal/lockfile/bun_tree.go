package lockfile

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// bunUpdate is how to have bun write a lockfile again without running anything.
const bunUpdate = "run bun install --lockfile-only --ignore-scripts"

// bunTree is the install tree that the keys of "packages" make up.
type bunTree struct {
	packages   []*bunPackage
	workspaces []*bunWorkspace
	at         map[string]*bunPackage
	// within has the packages directly below each key, by name.
	within map[string]map[string]*bunPackage
}

// newBunTree checks the packages and finds what answers each request.
func newBunTree(f *bunFile) (*bunTree, error) {
	t := &bunTree{
		packages: f.packages, workspaces: f.workspaces,
		at: make(map[string]*bunPackage, len(f.packages)), within: map[string]map[string]*bunPackage{},
	}
	for _, p := range t.packages {
		if err := p.split(); err != nil {
			return nil, err
		}
		t.at[p.key] = p
	}
	for _, p := range t.packages {
		if err := t.connect(p); err != nil {
			return nil, err
		}
		p.aliased = f.aliases[bunAlias{p.treeName, p.name}]
	}
	for _, p := range t.packages {
		t.answer(p.key, p.wants)
		for _, want := range p.wants {
			if want.to != nil && want.to.parent == p {
				want.to.neededByParent = true
			}
		}
	}
	for _, w := range t.workspaces {
		if err := t.answerWorkspace(w); err != nil {
			return nil, err
		}
	}
	t.bundle()
	return t, nil
}

// connect puts a package below the one that its key names.
func (t *bunTree) connect(p *bunPackage) error {
	around := ""
	around, p.treeName = cutBunKey(p.key)
	if err := p.checkKey(); err != nil {
		return err
	}
	p.parent = t.at[around]
	if t.within[around] == nil {
		t.within[around] = map[string]*bunPackage{}
	}
	t.within[around][p.treeName] = p
	return nil
}

// answerWorkspace finds what answers a workspace, which lies in the tree under
// its name.
func (t *bunTree) answerWorkspace(w *bunWorkspace) error {
	around := w.name
	if w.dir == "" {
		around = ""
	}
	if strings.Count(around, "/") > 1 {
		return errors.New("a workspace has a name with more than one slash")
	}
	t.answer(around, w.wants)
	for _, want := range w.wants {
		if want.to != nil {
			want.to.askedFrom = append(want.to.askedFrom, w.dir)
		}
	}
	return nil
}

// answer finds packages from a key upwards, as node does from a directory.
func (t *bunTree) answer(key string, wants []bunRequest) {
	visible := t.visibleFrom(key)
	for i := range wants {
		for _, packages := range visible {
			if wants[i].to = packages[wants[i].name]; wants[i].to != nil {
				break
			}
		}
		if real, _, ok := npmAlias(wants[i].spec); ok && wants[i].to != nil && real == wants[i].to.name {
			wants[i].to.aliased = true
		}
	}
}

// visibleFrom returns the packages that the package with a key can see, by
// name, from the nearest to the outermost.
func (t *bunTree) visibleFrom(key string) []map[string]*bunPackage {
	var visible []map[string]*bunPackage
	for {
		if packages := t.within[key]; packages != nil {
			visible = append(visible, packages)
		}
		if key == "" {
			return visible
		}
		key, _ = cutBunKey(key)
	}
}

// bundle decides which packages come in the tarball of another one. bun takes
// the "bundled" flag for a mark on the request of the package directly around:
// without that request the flag means nothing, and anyone outside who is
// answered by the package gets it from the registry.
func (t *bunTree) bundle() {
	var queue []*bunPackage
	for _, p := range t.packages {
		p.bundled = p.bundledFlag && p.neededByParent
		if !p.bundled {
			queue = append(queue, p)
		}
	}
	release := func(wants []bunRequest, from *bunPackage) {
		for _, want := range wants {
			if to := want.to; to != nil && to.bundled && !from.isWithin(to.parent) {
				to.bundled = false
				queue = append(queue, to)
			}
		}
	}
	for _, w := range t.workspaces {
		release(w.wants, nil)
	}
	for len(queue) > 0 {
		p := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		release(p.wants, p)
	}
}

// isWithin reports whether p is a package or lies somewhere below it.
func (p *bunPackage) isWithin(other *bunPackage) bool {
	for ; p != nil; p = p.parent {
		if p == other {
			return true
		}
	}
	return false
}

func (t *bunTree) fill(lock *Lockfile) error {
	for _, p := range t.packages {
		if p.isRoot() {
			continue
		}
		e, err := p.entry()
		if err != nil {
			return err
		}
		lock.Entries = append(lock.Entries, e)
		lock.Problems = append(lock.Problems, p.problems()...)
	}
	for _, w := range t.workspaces {
		lock.Projects = append(lock.Projects, w.project())
	}
	return nil
}

func (w *bunWorkspace) project() Project {
	project := Project{Dir: w.dir}
	if w.dir == "" {
		project.Dir = "."
	}
	for _, want := range w.wants {
		d := Dependency{Name: want.name, Spec: want.spec, Kind: want.kind}
		if want.to != nil {
			d.Location = want.to.key
		}
		project.Dependencies = append(project.Dependencies, d)
	}
	return project
}

// problems reports what is wrong with a package although bun accepts it.
func (p *bunPackage) problems() []Problem {
	problem := Problem{Name: p.name, Line: p.line}
	switch p.source() {
	case File, Workspace:
		if !p.escapes() {
			return nil
		}
		problem.Check = "path-escapes-project"
		problem.Message = "is installed from " + p.resolution + ", outside the project"
		problem.Hint = "move it into the project"
		return []Problem{problem}
	case Registry:
		if p.treeName == p.name || p.aliased {
			return nil
		}
		problem.Check, problem.Version = "lock-drift", p.resolution
		problem.Message = "lies at " + p.key + ", but nothing there asks for it by an npm: alias"
		problem.Hint = bunUpdate
		return []Problem{problem}
	}
	return nil
}

// escapes reports whether a path leads out of the project. Directories are
// relative to the project, tarballs to the workspace that asks for them.
func (p *bunPackage) escapes() bool {
	target, isWorkspace := strings.CutPrefix(p.resolution, "workspace:")
	if isWorkspace || hasFoldedPrefix(target, "file:") || len(p.askedFrom) == 0 || path.IsAbs(target) {
		return escapes(target)
	}
	for _, dir := range p.askedFrom {
		if !escapes(path.Join(dir, target)) {
			return false
		}
	}
	return true
}

func (p *bunPackage) errorf(format string, args ...any) error {
	return &SyntaxError{p.line, fmt.Errorf(format, args...)}
}

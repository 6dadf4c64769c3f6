package lockfile

import (
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// connect finds the package behind each dependency, and with it the names that
// packages have in the tree.
func (d *pnpmDocument) connect() error {
	for i := range d.importers {
		if err := d.follow(d.importers[i].deps); err != nil {
			return err
		}
	}
	for _, p := range d.packages {
		if err := d.follow(p.deps); err != nil {
			return err
		}
		for _, dep := range p.deps {
			if dep.to != nil {
				p.entry.Requires = append(p.entry.Requires, dep.key)
			}
		}
	}
	return nil
}

func (d *pnpmDocument) follow(deps []pnpmDependency) error {
	for i := range deps {
		dep := &deps[i]
		dep.to = d.index[dep.key]
		if dep.to != nil && dep.to.entry.Name == dep.name {
			continue
		}
		if err := npm.CheckName(dep.name); err != nil {
			return &SyntaxError{dep.line, err}
		}
		isRange := dep.spec != "" && !strings.ContainsAny(dep.spec, ":/")
		switch {
		case dep.to != nil && isRange:
			d.disagree(dep, "the project asks for this package, the lockfile answers with "+dep.key)
		case dep.to == nil && dep.link == "" && (dep.kind == "dependencies" || dep.kind == "devDependencies"):
			d.disagree(dep, "the lockfile asks for this package but does not hold it")
		}
		if dep.to != nil {
			dep.to.entry.Aliases = append(dep.to.entry.Aliases, dep.name)
		}
	}
	return nil
}

func (d *pnpmDocument) disagree(dep *pnpmDependency, message string) {
	d.problems = append(d.problems, Problem{
		Check: "lock-disagreement", Name: dep.name, Line: dep.line, Message: message, Hint: pnpmUpdate,
	})
}

// walk finds which packages only devDependencies lead to. What nothing leads
// to stays unknown.
func (d *pnpmDocument) walk() {
	for i := range d.importers {
		for _, dep := range d.importers[i].deps {
			if dep.kind == "devDependencies" {
				reach(dep.to, func(p *pnpmPackage) *bool { return &p.inDev })
				continue
			}
			reach(dep.to, func(p *pnpmPackage) *bool { return &p.inProd })
		}
	}
	for _, p := range d.packages {
		if p.inDev || p.inProd {
			dev := !p.inProd
			p.entry.Dev = &dev
		}
	}
}

// reach marks a package and all that it depends on.
func reach(from *pnpmPackage, mark func(*pnpmPackage) *bool) {
	for queue := []*pnpmPackage{from}; len(queue) > 0; {
		p := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if p == nil || *mark(p) {
			continue
		}
		*mark(p) = true
		for _, dep := range p.deps {
			queue = append(queue, dep.to)
		}
	}
}

package lockfile

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// FileProblem is a problem with the path of the lockfile that it is about.
type FileProblem struct {
	File string
	Problem
}

// maxExamples bounds the packages that one message names.
const maxExamples = 3

// Disagreements compares the lockfiles that lie in one directory with each
// other. There each install reads one of them, and what was reviewed may have
// been another.
//
// npm's two files have to lock the same: npm 11 and earlier read
// npm-shrinkwrap.json, npm 12 package-lock.json. Lockfiles of different package
// managers resolve what lies deeper in their own ways; they have to agree on
// the versions of what the project asks for itself. Roots holds the package.json
// files by directory, as far as there are any.
func Disagreements(locks []*Lockfile, roots map[string]*Manifest) []FileProblem {
	var problems []FileProblem
	for i, a := range locks {
		for _, b := range locks[i+1:] {
			if path.Dir(a.Path) != path.Dir(b.Path) {
				continue
			}
			if p, ok := disagreement(a, b, roots[path.Dir(a.Path)]); ok {
				problems = append(problems, p)
			}
		}
	}
	return problems
}

func disagreement(a, b *Lockfile, root *Manifest) (FileProblem, bool) {
	switch {
	case a.Format != b.Format:
		return compareManagers(a, b, root)
	case isNPMPair(a, b):
		return compareNPMFiles(a, b)
	}
	return FileProblem{}, false // pnpm's lockfiles of two branches
}

func isNPMPair(a, b *Lockfile) bool {
	names := []string{path.Base(a.Path), path.Base(b.Path)}
	return slices.Contains(names, "package-lock.json") && slices.Contains(names, "npm-shrinkwrap.json")
}

// compareNPMFiles compares all that two lockfiles of npm hold.
func compareNPMFiles(a, b *Lockfile) (FileProblem, bool) {
	if path.Base(a.Path) != "npm-shrinkwrap.json" {
		a, b = b, a
	}
	var differing []string
	line := 0
	for _, c := range Compare(a, b) {
		if e := c.After; e != nil && line == 0 {
			line = e.Line
		}
		differing = append(differing, difference(c))
	}
	if len(differing) == 0 {
		return FileProblem{}, false
	}
	return FileProblem{b.Path, Problem{
		Check: "lock-disagreement", Line: line,
		Message: fmt.Sprintf("npm 11 and earlier install from npm-shrinkwrap.json, npm 12 from package-lock.json, and they differ: %s",
			examples(differing)),
		Hint: "delete one of them: npm-shrinkwrap.json, unless the package is published with it",
	}}, true
}

// difference describes a change from npm-shrinkwrap.json to package-lock.json.
func difference(c Change) string {
	switch c.Kind {
	case Added:
		return fmt.Sprintf("%s@%s is in package-lock.json alone", c.Name, c.To)
	case Removed:
		return fmt.Sprintf("%s@%s is in npm-shrinkwrap.json alone", c.Name, c.From)
	case ReResolved, MovedRegistry:
		return fmt.Sprintf("%s@%s has another hash or address", c.Name, c.To)
	}
	return fmt.Sprintf("%s is %s in npm-shrinkwrap.json, %s in package-lock.json", c.Name, c.From, c.To)
}

func examples(list []string) string {
	if len(list) <= maxExamples {
		return strings.Join(list, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(list[:maxExamples], "; "), len(list)-maxExamples)
}

// managerNames are the package managers by format.
var managerNames = map[string]string{
	"npm": "npm", "pnpm": "pnpm", "yarn-classic": "yarn", "yarn-berry": "yarn", "bun": "bun", "vlt": "vlt", "deno": "deno",
}

// compareManagers compares the versions of what the project asks for itself.
// The problem is reported at the lockfile that the project's own package
// manager does not read, if that is known.
func compareManagers(a, b *Lockfile, root *Manifest) (FileProblem, bool) {
	manager := ""
	if root != nil {
		manager = root.Manager()
	}
	if manager == managerNames[b.Format] {
		a, b = b, a
	}
	inA, inB := newAnswers(a), newAnswers(b)
	var differing []string
	line := 0
	for _, r := range rootRequests(root, a, b) {
		x, y := inA.entry(".", r.Name, r.Spec), inB.entry(".", r.Name, r.Spec)
		if x == nil || y == nil || x.Version == y.Version || x.Version == "" || y.Version == "" {
			continue
		}
		if line == 0 {
			line = y.Line
		}
		differing = append(differing, fmt.Sprintf("%s is %s there and %s here", r.Name, x.Version, y.Version))
	}
	if len(differing) == 0 {
		return FileProblem{}, false
	}
	return FileProblem{b.Path, Problem{
		Check: "lock-disagreement", Line: line,
		Message: fmt.Sprintf("%s also locks this project, otherwise: %s; %s", path.Base(a.Path), examples(differing), readers(a, b, manager)),
		Hint:    managerHint(a, b, manager),
	}}, true
}

// readers says which package manager reads which file.
func readers(a, b *Lockfile, manager string) string {
	text := fmt.Sprintf("%s installs from %s, %s from %s",
		managerNames[a.Format], path.Base(a.Path), managerNames[b.Format], path.Base(b.Path))
	if manager == managerNames[a.Format] {
		text += ", and package.json names " + manager
	}
	return text
}

func managerHint(a, b *Lockfile, manager string) string {
	if manager == managerNames[a.Format] {
		return "delete " + path.Base(b.Path)
	}
	return "keep the lockfile of one package manager and name that one as packageManager in package.json"
}

// rootRequests returns what the project asks for: by its package.json or, if
// there is none, as the lockfiles remember it.
func rootRequests(root *Manifest, locks ...*Lockfile) []Request {
	var requests []Request
	if root != nil {
		requests = slices.Clone(root.Requests)
	}
	for _, lock := range locks {
		if len(requests) > 0 {
			break
		}
		for _, p := range lock.Projects {
			if p.Dir != "." {
				continue
			}
			for _, d := range p.Dependencies {
				requests = append(requests, Request{Name: d.Name, Spec: d.Spec, Kind: d.Kind})
			}
		}
	}
	return requests
}

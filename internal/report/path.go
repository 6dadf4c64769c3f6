package report

import "github.com/install-gate/gate/internal/policy"

// newPaths returns what leads to each package, by its place.
func newPaths(packages []policy.Package) map[place][]string {
	paths := make(map[place][]string, len(packages))
	for _, p := range packages {
		if len(p.Path) > 0 {
			paths[place{title(p.Name, p.Version), p.File, p.Line}] = p.Path
		}
	}
	return paths
}

package lockfile

import (
	"slices"
	"strings"
)

// WithoutOverridden leaves out the problems with aliases that the overrides of
// the root's package.json declare: lockfiles of npm do not hold those.
func WithoutOverridden(problems []Problem, root *Manifest) []Problem {
	if root == nil {
		return problems
	}
	return slices.DeleteFunc(slices.Clone(problems), func(p Problem) bool {
		return p.Alias != "" && slices.ContainsFunc(root.Overrides, func(o Override) bool {
			return o.Name == p.Alias && (o.Spec == "npm:"+p.Name || strings.HasPrefix(o.Spec, "npm:"+p.Name+"@"))
		})
	})
}

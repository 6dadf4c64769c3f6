package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/npm"
)

// EvidenceKinds lists the kinds of evidence by the names that gate.yaml uses
// for them under gaps.
var EvidenceKinds = []string{
	"packument", "publish-time", "publisher", "signature", "attestation", "tarball", "advisory",
}

// defaultCooldown is the minimum release age without a gate.yaml.
const defaultCooldown = 72 * time.Hour

// Policy is what a project's gate.yaml says. Default and Parse make it; a
// Policy made otherwise has no cooldown.
type Policy struct {
	File       string // the file's name, for positions; empty without a file
	Cooldown   Cooldown
	Checks     map[string]finding.Severity // replace the checks' own levels, by id
	Registries map[string]Registry         // by address, with a slash at its end
	Exceptions []Exception                 // in the order written
}

// Default returns the policy of a project without a gate.yaml: every check at
// its own level, every gap blocks, nothing is excepted.
func Default() *Policy {
	return &Policy{Cooldown: Cooldown{Age: defaultCooldown}}
}

// Cooldown is how old a release has to be.
type Cooldown struct {
	Age     time.Duration
	Exclude []string // package names, and "@scope/*" for all of a scope
	// SecurityFixWarns makes a young version that fixes a known vulnerability of
	// the base's version a warning.
	SecurityFixWarns bool
}

// Excludes reports whether the cooldown does not apply to a package.
func (c Cooldown) Excludes(name string) bool {
	for _, pattern := range c.Exclude {
		scope, wide := strings.CutSuffix(pattern, "/*")
		if pattern == name || wide && scope != "" && scope == npm.Scope(name) {
			return true
		}
	}
	return false
}

// Registry is what the policy says about one registry.
type Registry struct {
	Scopes []string        // the scopes that may come from it; empty for all packages
	Gaps   map[string]bool // the kinds of evidence that it may lack
}

// Concerning returns the policy without the exceptions for packages that were
// not judged. Whether those still match something cannot be told.
func (p *Policy) Concerning(judged func(npm.ID) bool) *Policy {
	part := *p
	part.Exceptions = slices.DeleteFunc(slices.Clone(p.Exceptions), func(e Exception) bool {
		return !judged(npm.ID{Name: e.Package, Version: e.Version})
	})
	return &part
}

// Lists reports whether the policy names a registry, by its address with a
// slash at its end.
func (p *Policy) Lists(registry string) bool {
	_, ok := p.Registries[registry]
	return ok
}

// allows reports whether a registry may lack a kind of evidence.
func (p *Policy) allows(registry, evidence string) bool {
	return p.Registries[registry].Gaps[evidence]
}

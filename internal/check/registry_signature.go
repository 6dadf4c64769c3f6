package check

import (
	"fmt"

	"github.com/install-gate/gate/internal/evidence"
)

var registrySignature = &Check{
	ID:    "registry-signature",
	Title: "the registry did not sign the locked hash",
	Doc: `The registry signs each version: its name, number and hash together. A signature that does not cover the lockfile's hash
means that the registry never published these bytes under this name and number, whatever its document or a mirror in
between says now. The keys are those that the registry publishes, and npm's where it publishes none. npm has signed all
that is public, so a version without a signature cannot be judged. A signature says who took the version in, not that
its code is good.

Do not install the version. Find out who changed the lockfile or the answer of the registry.`,
	Level: Error,
	Needs: []evidence.Kind{evidence.Packument, evidence.Signed},
	Entry: func(p *Pass) {
		s := p.Signature
		if s == nil || s.Problem == "" {
			return
		}
		whose, hint := "locked", "do not install it; "+writeAgain
		if !s.Locked {
			whose, hint = "published", "do not install it; ask who runs the registry"
		}
		p.Report(fmt.Sprintf("the %s hash %s: %s", whose, s.Hash, cut(s.Problem)), hint)
	},
}

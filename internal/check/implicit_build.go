package check

import (
	"fmt"

	"github.com/install-gate/gate/internal/evidence"
)

var implicitBuild = &Check{
	ID:    "implicit-build",
	Title: "a package is built at install without a script that says so",
	Doc: `The package has a binding.gyp beside its package.json and no script that would replace the build, so npm up to version
11 runs "node-gyp rebuild", and a binding.gyp can run any command. Neither package.json nor the lockfile shows it. Real
native modules do this; so did attacks that were meant to pass checks for install scripts.

Install with scripts off. If the package needs its build, read the binding.gyp and add an exception.`,
	Level: Error,
	Needs: []evidence.Kind{evidence.Packument, evidence.Tarball},
	Entry: func(p *Pass) {
		if p.Manifest == nil || !p.buildsImplicitly() {
			return
		}
		message := `is built by "node-gyp rebuild" at install, which no script declares`
		if p.Before != nil && !p.Before.GypFile {
			message += fmt.Sprintf("; %s did not say that it is built", p.Before.Version)
		}
		p.Report(message, "read its binding.gyp; if the build is needed, add an exception to gate.yaml")
	},
}

// buildsImplicitly takes the tarball's word where it was looked at, else the
// registry's.
func (p *Pass) buildsImplicitly() bool {
	if p.Content != nil {
		return p.Content.GypFile
	}
	return p.Manifest.GypFile
}

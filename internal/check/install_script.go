package check

import (
	"fmt"
	"strings"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/lockfile"
)

var installScript = &Check{
	ID:    "install-script",
	Title: "a package runs code when it is installed",
	Doc: `The package has a preinstall, install or postinstall script. It runs before tests and scanners, with everything that
the installing process can read. Few packages need one, and many attacks through npm have used one. The registry's
word decides, not the lockfile's own flag, which anyone who edits a lockfile can remove.

Install with scripts off. If the package does not work without its script, read it and add an exception.`,
	Level:     Error,
	Needs:     []evidence.Kind{evidence.Packument},
	AnySource: true,
	Entry: func(p *Pass) {
		flag := p.Entry.InstallScript
		if p.Entry.Source != lockfile.Registry {
			if flag != nil && *flag {
				p.Report("runs code at install, says the lockfile; no registry has the script", readScript)
			}
			return
		}
		if p.Manifest == nil || len(p.Manifest.Scripts) == 0 {
			return
		}
		message := "runs code at install: " + describeScripts(p.Manifest.Scripts)
		if flag != nil && !*flag {
			message += "; the lockfile does not say so"
		}
		p.Report(message, readScript)
	},
}

const readScript = "read the script; if it is needed, add an exception to gate.yaml"

// stages are the lifecycle scripts that run when a package is installed as a
// dependency, in the order in which they run.
var stages = []string{"preinstall", "install", "postinstall"}

// describeScripts lists the lifecycle scripts with their texts.
func describeScripts(scripts map[string]string) string {
	var parts []string
	for _, stage := range stages {
		if text, ok := scripts[stage]; ok {
			parts = append(parts, fmt.Sprintf("%s %q", stage, cut(text)))
		}
	}
	return strings.Join(parts, ", ")
}

package check

import (
	"fmt"

	"github.com/install-gate/gate/internal/evidence"
)

var scriptAdded = &Check{
	ID:    "script-added",
	Title: "a package runs code at install that it did not run before",
	Doc: `The version before had no lifecycle script, this one has. It is the commonest sign of a stolen package. The version
before is the one that the base locks, else the newest earlier release of the same release line that was out for a day.

Read the script and look for its commit in the project's repository before you install.`,
	Level: ErrorOnChange,
	Needs: []evidence.Kind{evidence.Packument},
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Before == nil || len(p.Before.Scripts) > 0 || len(p.Manifest.Scripts) == 0 {
			return
		}
		p.Report(fmt.Sprintf("runs code at install, which %s did not: %s", p.Before.Version, describeScripts(p.Manifest.Scripts)),
			"read the script and find its commit in the project's repository")
	},
}

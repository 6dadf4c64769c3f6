package check

import (
	"fmt"
	"maps"

	"github.com/install-gate/gate/internal/evidence"
)

var scriptChanged = &Check{
	ID:    "script-changed",
	Title: "a package's install script is another one than before",
	Doc: `Both this version and the one before have lifecycle scripts, and their texts differ. Packages that are known to need
a script are on many allow-lists by name, so a changed text is how an attack on them looks.

Compare the two texts, and the files that they run, before you install.`,
	Level: ErrorOnChange,
	Needs: []evidence.Kind{evidence.Packument},
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Before == nil || len(p.Before.Scripts) == 0 || len(p.Manifest.Scripts) == 0 {
			return
		}
		if maps.Equal(p.Manifest.Scripts, p.Before.Scripts) {
			return
		}
		p.Report(fmt.Sprintf("now runs %s; %s ran %s",
			describeScripts(p.Manifest.Scripts), p.Before.Version, describeScripts(p.Before.Scripts)),
			"compare the two scripts and the files that they run")
	},
}

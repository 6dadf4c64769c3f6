package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
)

var scriptChanged = &Check{
	ID:    "script-changed",
	Title: "a package's install script is another one than before",
	Doc: `Both this version and the one before have lifecycle scripts, and their texts differ, or the files that they name do.
Packages that are known to need a script are on many allow-lists by name, so a changed text is how an attack on them
looks. A changed text is weightier than a changed file, which is a warning: files change with ordinary development.

Compare the two texts, and the files that they run, before you install.`,
	Level: ErrorOnChange,
	Needs: []evidence.Kind{evidence.Packument},
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Before == nil || len(p.Before.Scripts) == 0 || len(p.Manifest.Scripts) == 0 {
			return
		}
		if maps.Equal(p.Manifest.Scripts, p.Before.Scripts) {
			p.compareScriptFiles()
			return
		}
		p.Report(fmt.Sprintf("now runs %s; %s ran %s",
			describeScripts(p.Manifest.Scripts), p.Before.Version, describeScripts(p.Before.Scripts)),
			"compare the two scripts and the files that they run")
	},
}

// compareScriptFiles warns where the same scripts run other files than before.
func (p *Pass) compareScriptFiles() {
	if p.Content == nil || p.BeforeContent == nil {
		return
	}
	var changed []string
	for _, file := range slices.Sorted(maps.Keys(p.Content.ScriptFiles)) {
		if p.BeforeContent.ScriptFiles[file] != p.Content.ScriptFiles[file] {
			changed = append(changed, file)
		}
	}
	if len(changed) > 0 {
		p.ReportAs(finding.Warning, fmt.Sprintf("runs the same install script as %s, but the file that it runs is another: %s",
			p.Before.Version, listSome(changed)), "compare the files of the two versions")
	}
}

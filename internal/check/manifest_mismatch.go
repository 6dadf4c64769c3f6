package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
)

var manifestMismatch = &Check{
	ID:    "manifest-mismatch",
	Title: "the tarball is not what the registry says it is",
	Doc: `The registry's manifest and the package.json in the tarball are sent separately by whoever publishes, and nobody
compares them. Tools that read the manifest see other scripts and dependencies than what is installed. It is an error
if the tarball has scripts or dependencies that the manifest does not have, and a warning if it has commands: packages
that list those by directory were published without them for years. The other way round happens by accident as well:
npm itself adds a build script to the manifest.

Do not install the version until its publisher has explained the difference.`,
	Level: Error,
	Needs: []evidence.Kind{evidence.Packument, evidence.Tarball},
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Content == nil {
			return
		}
		const hint = "do not install it before its publisher has explained the difference"
		var hidden []string
		hidden = appendList(hidden, "scripts", unlike(p.Content.Scripts, p.Manifest.Scripts))
		hidden = appendList(hidden, "dependencies", unlike(p.Content.Dependencies, requested(p.Manifest)))
		hidden = appendList(hidden, "optional dependencies", unlike(p.Content.OptionalDependencies, requested(p.Manifest)))
		if len(hidden) > 0 {
			p.Report(hiddenText+strings.Join(hidden, "; "), hint)
		}
		if commands := unknownNames(p.Content.Bin, p.Manifest.Bin); len(commands) > 0 {
			p.ReportAs(finding.Warning, hiddenText+"commands "+listSome(commands), hint)
		}
	},
}

const hiddenText = "the tarball has what the registry's manifest does not show: "

// unlike returns the names whose text the registry does not have, sorted.
func unlike(tarball, manifest map[string]string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(tarball)) {
		if manifest[name] != tarball[name] {
			names = append(names, name)
		}
	}
	return names
}

// unknownNames returns the names that the registry does not have at all: it
// writes the paths of commands in another form.
func unknownNames(tarball, manifest map[string]string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(tarball)) {
		if _, known := manifest[name]; !known {
			names = append(names, name)
		}
	}
	return names
}

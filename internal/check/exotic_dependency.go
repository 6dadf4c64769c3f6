package check

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

var exoticDependency = &Check{
	ID:    "exotic-dependency",
	Title: "a published version depends on git, a URL or a file",
	Doc: `The version's own manifest asks for a package that no registry serves. Whoever controls that address decides at any
time what is installed, and the code that scanners of the registry see is not the code that runs. About two of a
thousand published packages do it.

Lock a version without such a dependency, or read what the address holds and add an exception.`,
	Level: Error,
	Needs: []evidence.Kind{evidence.Packument},
	Entry: func(p *Pass) {
		if p.Manifest == nil {
			return
		}
		asked := requested(p.Manifest)
		for _, name := range slices.Sorted(maps.Keys(asked)) {
			if isExotic(asked[name]) {
				p.Report(fmt.Sprintf("depends on %s from %q%s", cut(name), address(asked[name]), p.askedBefore(name, asked[name])),
					"lock a version without that dependency, or read what is there and add an exception to gate.yaml")
			}
		}
	},
}

// askedBefore says what the version before asked for in place of a request.
func (p *Pass) askedBefore(name, now string) string {
	if p.Before == nil {
		return ""
	}
	switch was, had := requested(p.Before)[name]; {
	case !had:
		return fmt.Sprintf(", which %s did not", cut(p.Before.Version))
	case was != now:
		return fmt.Sprintf("; %s asked for %q", cut(p.Before.Version), address(was))
	}
	return fmt.Sprintf(", as %s did", cut(p.Before.Version))
}

// requested returns what a version asks to be installed with it. npm prefers
// the optional dependency of two with the same name.
func requested(m *npmregistry.Manifest) map[string]string {
	all := map[string]string{}
	maps.Copy(all, m.Dependencies)
	maps.Copy(all, m.OptionalDependencies)
	return all
}

// isExotic reports whether npm would fetch a request from elsewhere than a
// registry. What is left is a version, a range or a tag, none of which npm allows
// a colon or a slash in, or begins with a dot. "owner/repository" is GitHub to
// npm, "x.tgz" a file.
func isExotic(spec string) bool {
	spec = strings.ToLower(strings.TrimSpace(spec))
	if _, alias := aliased(spec); alias || strings.HasPrefix(spec, "workspace:") || strings.HasPrefix(spec, "catalog:") {
		return false
	}
	return strings.ContainsAny(spec, ":/") || strings.HasPrefix(spec, ".") || archiveName.MatchString(spec)
}

var archiveName = regexp.MustCompile(`\.(tgz|tar\.gz|tar)$`)

// aliased returns the package that a request of the form "npm:name@range" names.
func aliased(spec string) (string, bool) {
	const scheme = "npm:"
	if len(spec) < len(scheme) || !strings.EqualFold(spec[:len(scheme)], scheme) {
		return "", false
	}
	name := spec[len(scheme):]
	if at := strings.LastIndexByte(name, '@'); at > 0 {
		name = name[:at]
	}
	return name, npm.CheckName(name) == nil
}

// userInfo and query are the parts of an address that can hold credentials.
var (
	userInfo = regexp.MustCompile(`//[^/?#]*@`)
	query    = regexp.MustCompile(`\?[^#]*`)
)

// address quotes a request without the parts that can hold a credential.
func address(spec string) string {
	return cut(query.ReplaceAllString(userInfo.ReplaceAllString(spec, "//"), ""))
}

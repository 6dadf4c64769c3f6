package lockfile

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// berryPackage is one entry of a lockfile of yarn 2 or later.
type berryPackage struct {
	entry     Entry
	locator   string
	workspace string   // its directory, if it is one
	paths     []string // of a local package or of patches
	wants     []berryRequest
}

// berryRequest is one dependency of an entry.
type berryRequest struct {
	name, spec, kind string
}

// maxPatches bounds how many patches may lie on top of each other.
const maxPatches = 8

// berrySources are the protocols of locators.
var berrySources = map[string]Source{
	"npm": Registry, "workspace": Workspace, "link": Link, "portal": Link, "file": File, "exec": File,
	"git": Git, "ssh": Git, "git+ssh": Git, "git+http": Git, "git+https": Git, "git+file": Git, "http": URL, "https": URL,
}

func readBerryPackage(pair *yamlPair) (*berryPackage, error) {
	node := &pair.value
	if node.kind != yamlMapping || hasControl(pair.key) {
		return nil, pair.errorf("an entry that is not a mapping of fields")
	}
	p := &berryPackage{entry: Entry{Line: pair.line}}
	var conditions string
	for _, field := range []struct {
		name string
		text *string
	}{
		{"version", &p.entry.Version},
		{"resolution", &p.locator},
		{"checksum", &p.entry.Checksum},
		{"conditions", &conditions},
	} {
		value := node.get(field.name)
		if value.kind != yamlScalar && value.kind != yamlNull || hasControl(value.text) {
			return nil, value.errorf("%s is not a text", field.name)
		}
		*field.text = value.text
	}
	p.entry.Conditional = conditions != ""
	for descriptor := range strings.SplitSeq(pair.key, ",") {
		p.entry.Locations = append(p.entry.Locations, strings.Trim(descriptor, " "))
	}
	if err := p.locate(); err != nil {
		return nil, &SyntaxError{pair.line, err}
	}
	if err := p.nameAliases(); err != nil {
		return nil, &SyntaxError{pair.line, err}
	}
	return p, p.readRequests(node)
}

// locate derives name, source and address from the locator.
func (p *berryPackage) locate() error {
	name, reference := cutYarnPattern(p.locator)
	if reference == "" {
		return errors.New("an entry without a resolution")
	}
	if err := npm.CheckName(name); err != nil {
		return err
	}
	e := &p.entry
	e.Name = name
	bare, parameters, err := cutParameters(reference)
	if err != nil {
		return err
	}
	protocol, rest, _ := strings.Cut(bare, ":")
	switch protocol {
	case "npm":
		if rest != e.Version {
			return errors.New("the version differs from the one in the resolution")
		}
		e.Source, e.Resolved = Registry, parameters.Get("__archiveUrl")
		return nil
	case "patch":
		e.Resolved = reference
		return p.locatePatch(rest, baseOf(parameters))
	}
	e.Source, e.Resolved = berrySource(protocol, bare), reference
	switch e.Source {
	case "":
		return fmt.Errorf("a resolution with the unknown protocol %.40q", protocol)
	case Workspace:
		p.workspace = rest
	case Link, File:
		p.addLocal(baseOf(parameters), rest)
	}
	return nil
}

// berrySource finds the source by protocol. Yarn writes a repository as its
// address with the commit in the fragment.
func berrySource(protocol, reference string) Source {
	if strings.Contains(reference, "#commit=") || strings.HasPrefix(reference, "git@") {
		return Git
	}
	return berrySources[protocol]
}

// locatePatch reads "LOCATOR#FILES", the locator escaped: the package comes
// from where the locator says and is changed by the files.
func (p *berryPackage) locatePatch(text, base string) error {
	for range maxPatches {
		inner, files, _ := strings.Cut(text, "#")
		p.addPatches(base, files)
		inner, err := url.PathUnescape(inner)
		if err != nil {
			return fmt.Errorf("the package of a patch: %w", err)
		}
		name, reference := cutYarnPattern(inner)
		if name != p.entry.Name {
			return errors.New("a patch of a package with another name")
		}
		bare, parameters, err := cutParameters(reference)
		if err != nil {
			return err
		}
		protocol, rest, _ := strings.Cut(bare, ":")
		if protocol == "patch" {
			text, base = rest, baseOf(parameters)
			continue
		}
		return p.locatePatched(protocol, bare, rest, parameters)
	}
	return errors.New("too many patches on top of each other")
}

// locatePatched reads what a patch changes.
func (p *berryPackage) locatePatched(protocol, bare, rest string, parameters url.Values) error {
	e := &p.entry
	switch e.Source = berrySource(protocol, bare); {
	case e.Source == "":
		return fmt.Errorf("a patch of something with the unknown protocol %.40q", protocol)
	case e.Source == Registry && rest != e.Version:
		return errors.New("the version differs from the one that is patched")
	case parameters.Has("__archiveUrl"): // the host matters more than the patch
		e.Resolved = parameters.Get("__archiveUrl")
	}
	return nil
}

// addPatches notes the files of a patch, which stand behind each other with
// "&" between them. Flags end in "!"; yarn's own patches are no files; "~/" is
// the project itself.
func (p *berryPackage) addPatches(base, files string) {
	for file := range strings.SplitSeq(files, "&") {
		file = strings.TrimPrefix(file[strings.LastIndexByte(file, '!')+1:], "~")
		switch inProject, ok := strings.CutPrefix(file, "/"); {
		case strings.HasPrefix(file, "builtin<"):
		case ok:
			p.addLocal(".", inProject)
		default:
			p.addLocal(base, file)
		}
	}
}

// addLocal notes a path, relative to a directory of the project.
func (p *berryPackage) addLocal(base, file string) {
	if !escapes(file) || strings.HasPrefix(file, ".") {
		file = path.Join(base, file)
	}
	p.paths = append(p.paths, file)
}

// baseOf returns the directory of the workspace to which a locator is bound.
func baseOf(parameters url.Values) string {
	if _, dir, ok := strings.Cut(parameters.Get("locator"), "@workspace:"); ok {
		return dir
	}
	return "."
}

// cutParameters splits "REFERENCE::NAME=VALUE&…".
func cutParameters(reference string) (string, url.Values, error) {
	bare, query, _ := strings.Cut(reference, "::")
	parameters, err := url.ParseQuery(query)
	if err != nil {
		return "", nil, fmt.Errorf("parameters of a resolution: %w", err)
	}
	for name, values := range parameters {
		if len(values) > 1 {
			return "", nil, fmt.Errorf("the parameter %.40q twice in a resolution", name)
		}
	}
	return bare, parameters, checkAddress(parameters.Get("__archiveUrl"))
}

// nameAliases notes the names under which the descriptors ask for the package.
func (p *berryPackage) nameAliases() error {
	for _, descriptor := range p.entry.Locations {
		name, spec := cutYarnPattern(descriptor)
		if spec == "" {
			return errors.New("a key that is not a list of descriptors")
		}
		if name == p.entry.Name {
			continue
		}
		if err := npm.CheckName(name); err != nil {
			return err
		}
		p.entry.Aliases = append(p.entry.Aliases, name)
	}
	slices.Sort(p.entry.Aliases)
	p.entry.Aliases = slices.Compact(p.entry.Aliases)
	return nil
}

// problems compares what is asked for with what answers.
func (p *berryPackage) problems() []Problem {
	e := &p.entry
	var list []Problem
	if i := slices.IndexFunc(p.paths, escapes); i >= 0 {
		list = append(list, Problem{
			Check: "path-escapes-project", Name: e.Name, Version: e.Version, Line: e.Line,
			Message: "comes from or is patched by a file outside the project: " + p.paths[i],
			Hint:    "move it into the project, or run gate on the directory that holds both",
		})
	}
	for _, descriptor := range e.Locations {
		pattern := parseYarnPattern(descriptor)
		isAlias := pattern.spec != "" && pattern.real != "" && npm.CheckName(pattern.real) == nil
		if pattern.name == e.Name || isAlias && pattern.real == e.Name {
			continue
		}
		list = append(list, Problem{
			Check: "lock-disagreement", Name: e.Name, Version: e.Version, Line: e.Line,
			Message: "answers a request for another package: " + descriptor,
			Hint:    yarnBerryUpdate,
		})
	}
	return list
}

// readRequests reads the dependencies of an entry.
func (p *berryPackage) readRequests(node *yamlNode) error {
	for _, kind := range []string{"dependencies", "optionalDependencies", "peerDependencies"} {
		section := node.get(kind)
		if section.kind != yamlMapping && section.kind != yamlNull {
			return section.errorf("%s is not a mapping", kind)
		}
		for i := range section.pairs {
			pair := &section.pairs[i]
			if pair.value.kind != yamlScalar || hasControl(pair.key) || hasControl(pair.value.text) {
				return pair.errorf("a dependency that is not a text")
			}
			p.wants = append(p.wants, berryRequest{pair.key, pair.value.text, kind})
		}
	}
	return nil
}

// berryBuiltin stands for the patches that yarn brings along.
const berryBuiltin = "builtin"

// boundKey returns under what a descriptor with parameters is found: its text
// without them and the locator they name. Yarn binds relative paths to the
// package that asks for them. Its own patches are found by what they change.
func boundKey(descriptor string) string {
	bare, query, _ := strings.Cut(descriptor, "::")
	if parameters, err := url.ParseQuery(query); err == nil && parameters.Has("locator") {
		return boundTo(bare, parameters.Get("locator"))
	}
	_, patch, _ := strings.Cut(bare, "@patch:")
	inner, files, _ := strings.Cut(patch, "#")
	if !strings.Contains(files, "builtin<") {
		return ""
	}
	inner, err := url.PathUnescape(inner)
	if err != nil {
		return ""
	}
	return boundTo(inner, berryBuiltin)
}

// boundTo joins a descriptor and a locator to a key that no descriptor equals.
func boundTo(descriptor, locator string) string { return descriptor + "\x00" + locator }

package lockfile

import (
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// bunPackage is a member of "packages".
type bunPackage struct {
	key  string
	line int

	texts       []string // the strings of the array
	infoAt      int      // the index of INFO in the array; -1 without one
	wants       []bunRequest
	bundledFlag bool

	// Set by newBunTree.
	name, resolution string // the first string, split
	parent           *bunPackage
	treeName         string // the last name in the key
	neededByParent   bool
	bundled          bool
	aliased          bool     // something asks for it by an npm: alias of its name
	askedFrom        []string // directories of the workspaces that ask for it
}

// bunWorkspace is the project or one of its workspaces.
type bunWorkspace struct {
	dir, name string // dir is "" for the project
	wants     []bunRequest
}

// bunRequest is one dependency of a package or workspace.
type bunRequest struct {
	name, spec, kind string
	to               *bunPackage // nil if the lockfile has none
}

var bunWorkspaceFields = fields[bunWorkspace]{
	{"name", textField(func(w *bunWorkspace) *string { return &w.name })},
	{"dependencies", bunRequests("dependencies", func(w *bunWorkspace) *[]bunRequest { return &w.wants })},
	{"devDependencies", bunRequests("devDependencies", func(w *bunWorkspace) *[]bunRequest { return &w.wants })},
	{"optionalDependencies", bunRequests("optionalDependencies", func(w *bunWorkspace) *[]bunRequest { return &w.wants })},
	{"peerDependencies", bunRequests("peerDependencies", func(w *bunWorkspace) *[]bunRequest { return &w.wants })},
}

var bunInfoFields = fields[bunPackage]{
	{"bundled", flagField(func(p *bunPackage) *bool { return &p.bundledFlag })},
	{"dependencies", bunRequests("dependencies", func(p *bunPackage) *[]bunRequest { return &p.wants })},
	{"devDependencies", bunRequests("devDependencies", func(p *bunPackage) *[]bunRequest { return &p.wants })},
	{"optionalDependencies", bunRequests("optionalDependencies", func(p *bunPackage) *[]bunRequest { return &p.wants })},
	{"peerDependencies", bunRequests("peerDependencies", func(p *bunPackage) *[]bunRequest { return &p.wants })},
}

func bunRequests[T any](kind string, at func(*T) *[]bunRequest) func(*jsonReader, *T) error {
	return func(r *jsonReader, into *T) error {
		return r.textDictionary(func(name, spec string) {
			*at(into) = append(*at(into), bunRequest{name: name, spec: spec, kind: kind})
		})
	}
}

// read reads the array of a package.
func (p *bunPackage) read(r *jsonReader) error {
	p.infoAt = -1
	return r.array(func(i int) error {
		if r.next() == '{' && p.infoAt < 0 {
			p.infoAt = i
			return bunInfoFields.read(r, p)
		}
		text, err := r.text()
		p.texts = append(p.texts, text)
		return err
	})
}

// split takes the first string apart and checks that the array has the form
// that belongs to it: bun reads the elements by position.
func (p *bunPackage) split() error {
	if len(p.texts) == 0 || p.infoAt == 0 {
		return p.errorf("array without a name")
	}
	if p.texts[0] == "@root:" { // a project without a name
		p.resolution = "root:"
		return nil
	}
	at := strings.IndexByte(p.texts[0][min(1, len(p.texts[0])):], '@') + 1
	if at == 0 {
		return p.errorf("package without a resolution")
	}
	p.name, p.resolution = p.texts[0][:at], p.texts[0][at+1:]
	infoAt, least, most := 1, 1, 2
	switch p.source() {
	case Registry:
		infoAt, least, most = 2, 3, 3
	case Git:
		least, most = 2, 3
	case Workspace:
		if p.infoAt < 0 {
			infoAt = -1
		}
		most = 1
	case Link, File:
		if strings.HasPrefix(p.resolution, "file:") || strings.HasPrefix(p.resolution, "link:") {
			most = 1
		}
	}
	if n := len(p.texts); p.infoAt != infoAt || n < least || n > most {
		return p.errorf("array that does not have the form of a package from %s", p.source())
	}
	return nil
}

func (p *bunPackage) isRoot() bool { return strings.HasPrefix(p.resolution, "root:") }

// source tells where the package comes from by its resolution.
func (p *bunPackage) source() Source {
	switch {
	case strings.HasPrefix(p.resolution, "workspace:"):
		return Workspace
	case strings.HasPrefix(p.resolution, "link:"):
		return Link
	case strings.HasPrefix(p.resolution, "file:"):
		return File
	}
	switch npmSpec(p.resolution) {
	case gitSpec:
		return Git
	case remoteSpec:
		return URL
	case pathSpec:
		return File
	}
	return Registry
}

func (p *bunPackage) entry() (Entry, error) {
	e := Entry{
		Name: p.name, Source: p.source(), Resolved: p.resolution,
		Line: p.line, Locations: []string{p.key}, Requires: locationsOf(p.wants),
	}
	switch e.Source {
	case Registry:
		e.Version, e.Resolved = p.resolution, p.texts[1]
		e.Integrity = strings.Fields(p.texts[2])
		if e.Version == "" {
			return e, p.errorf("package without a version")
		}
	case Git:
		e.Integrity = strings.Fields(strings.Join(p.texts[2:], ""))
	default:
		e.Integrity = strings.Fields(strings.Join(p.texts[1:], ""))
	}
	if p.bundled {
		e.Source = Bundled
	}
	if p.treeName != p.name {
		e.Aliases = []string{p.treeName}
	}
	return e, e.check()
}

func locationsOf(wants []bunRequest) []string {
	var locations []string
	for _, want := range wants {
		if want.to != nil {
			locations = append(locations, want.to.key)
		}
	}
	return unique(locations)
}

// cutBunKey splits a key into the key of the package around it and the name.
func cutBunKey(key string) (around, name string) {
	i := strings.LastIndexByte(key, '/')
	if i < 0 {
		return "", key
	}
	if j := strings.LastIndexByte(key[:i], '/'); strings.HasPrefix(key[j+1:], "@") {
		return key[:max(j, 0)], key[j+1:]
	}
	return key[:i], key[i+1:]
}

func (p *bunPackage) checkKey() error {
	if err := npm.CheckName(p.treeName); err != nil {
		return &SyntaxError{p.line, err}
	}
	if strings.Count(p.key, "/") > maxSegments || hasControl(p.key) {
		return p.errorf("the place of an entry is not a plain path")
	}
	return nil
}

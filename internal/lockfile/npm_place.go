package lockfile

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// maxSegments bounds the depth of a location. Real ones stay below 40.
const maxSegments = 128

// npmPlace is one place in npm's install tree: a member of "packages", or an
// entry of the older "dependencies" put into that form.
type npmPlace struct {
	location  string // path from the project, "" for the project itself
	line      int
	name      string // only where the lockfile gives one
	version   string
	resolved  string
	integrity string
	patch     string // path of a patch file

	link, dev, optional, script bool
	workspaces                  npmWorkspaces
	bundles                     []string // names that its tarball brings along
	wants                       []npmRequest
	optionalPeers               []string

	inBundle     bool   // "bundled" of an older entry
	linksTo      string // the location of a link's target
	byAddress    bool   // asked for by address, not by range
	twoAddresses bool   // of an older entry

	// Set by newNPMTree.
	treeName  string // the name that its location gives it
	inModules bool   // in a node_modules directory, so installed by name
	follows   bool   // comes behind its parent in the file
	parent    *npmPlace
	children  []*npmPlace
	target    *npmPlace // of a link
	workspace bool      // a link to a workspace
	targeted  bool      // a link leads here
	bundler   *npmPlace // whose tarball brings it along
	seenFrom  *npmPlace // a mark of isNeededWithin

	neededByParent bool
	aliased        bool // someone asks for it by an npm: alias of its name
}

// npmRequest is one dependency of a place.
type npmRequest struct {
	name, spec string
	kind       string    // as in Dependency
	to         *npmPlace // the place that answers it; nil if there is none

	optionalPeer bool
}

var npmPlaceFields = fields[npmPlace]{
	{"name", textField(func(p *npmPlace) *string { return &p.name })},
	{"version", textField(func(p *npmPlace) *string { return &p.version })},
	{"resolved", textField(func(p *npmPlace) *string { return &p.resolved })},
	{"integrity", textField(func(p *npmPlace) *string { return &p.integrity })},
	{"link", flagField(func(p *npmPlace) *bool { return &p.link })},
	{"dev", flagField(func(p *npmPlace) *bool { return &p.dev })},
	{"optional", flagField(func(p *npmPlace) *bool { return &p.optional })},
	{"hasInstallScript", flagField(func(p *npmPlace) *bool { return &p.script })},

	// A hint that npm does not read.
	{"inBundle", skipField[npmPlace]},

	{"dependencies", requestsField("dependencies")},
	{"devDependencies", requestsField("devDependencies")},
	{"optionalDependencies", requestsField("optionalDependencies")},
	{"peerDependencies", requestsField("peerDependencies")},

	{"peerDependenciesMeta", func(r *jsonReader, p *npmPlace) error {
		if r.next() != '{' {
			return r.skip()
		}
		return r.dictionary(func(name string) error {
			if r.next() != '{' {
				return r.skip()
			}
			var peer npmPeer
			if err := npmPeerFields.read(r, &peer); err != nil {
				return err
			}
			if peer.optional {
				p.optionalPeers = append(p.optionalPeers, name)
			}
			return nil
		})
	}},
	{"bundleDependencies", func(r *jsonReader, p *npmPlace) (err error) {
		if r.next() != '[' { // npm ignores true and everything else
			return r.skip()
		}
		p.bundles, err = r.texts()
		return err
	}},
	{"workspaces", func(r *jsonReader, p *npmPlace) error {
		if p.location != "" { // left over from a published package.json
			return r.skip()
		}
		return p.workspaces.read(r)
	}},
	{"patched", func(r *jsonReader, p *npmPlace) error { return npmPatchFields.read(r, p) }},
}

var npmPatchFields = fields[npmPlace]{
	{"path", textField(func(p *npmPlace) *string { return &p.patch })},
}

// npmPeer is what "peerDependenciesMeta" says about one peer dependency.
type npmPeer struct{ optional bool }

var npmPeerFields = fields[npmPeer]{
	{"optional", flagField(func(p *npmPeer) *bool { return &p.optional })},
}

func requestsField(kind string) func(*jsonReader, *npmPlace) error {
	return func(r *jsonReader, p *npmPlace) error { return p.readRequests(r, kind) }
}

// readRequests adds the members of an object of ranges by name.
func (p *npmPlace) readRequests(r *jsonReader, kind string) error {
	return r.textDictionary(func(name, spec string) {
		p.wants = append(p.wants, npmRequest{name: name, spec: spec, kind: kind})
	})
}

// locate derives the name from the location and refuses locations that are not
// plain paths: npm would resolve "node_modules/../x" to another place.
func (p *npmPlace) locate() error {
	if p.location == "" {
		return nil
	}
	if hasControl(p.location) || strings.Contains(p.location, `\`) || path.Clean(p.location) != p.location || path.IsAbs(p.location) {
		return p.errorf("the place of an entry is not a plain path from the project")
	}
	if strings.Count(p.location, "/") > maxSegments {
		return p.errorf("the place of an entry is more than %d directories deep", maxSegments)
	}
	name := p.location
	if i := strings.LastIndex("/"+p.location, "/node_modules/"); i >= 0 {
		name = p.location[i+len("node_modules/"):]
		p.inModules = npm.Scope(name) != "" || !strings.Contains(name, "/")
	}
	if p.inModules {
		p.treeName = name
		return p.checkName(name)
	}
	// A directory of the project, or one inside a package.
	dir, base := path.Split(name)
	p.treeName = base
	if scope := path.Base(dir); strings.HasPrefix(scope, "@") {
		p.treeName = scope + "/" + base
	}
	return nil
}

// owner returns the location whose node_modules directory the place is in.
func (p *npmPlace) owner() string {
	owner := strings.TrimSuffix(strings.TrimSuffix(p.location, p.treeName), "node_modules/")
	return strings.TrimSuffix(owner, "/")
}

// isTop reports whether the place is the project or one of its directories
// rather than an installed package.
func (p *npmPlace) isTop() bool { return !p.inModules }

// realName returns the name of the package, which an alias hides.
func (p *npmPlace) realName() string { return cmp.Or(p.name, p.treeName) }

func (p *npmPlace) checkName(name string) error {
	if err := npm.CheckName(name); err != nil {
		return &SyntaxError{p.line, err}
	}
	return nil
}

func (p *npmPlace) errorf(format string, args ...any) error {
	return &SyntaxError{p.line, fmt.Errorf(format, args...)}
}

func (p *npmPlace) problem(check, message, hint string) Problem {
	return Problem{Check: check, Name: p.realName(), Version: p.version, Line: p.line, Message: message, Hint: hint}
}

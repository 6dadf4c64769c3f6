package lockfile

import (
	"path"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// npmDependency is an entry of "dependencies", the form of npm 6 and earlier:
// a tree by name in which everything that is not a plain version hides in the
// "version" field. There it can be
//
//	1.2.3                    a version; "resolved" has the tarball's address
//	npm:name@1.2.3           the same behind an alias
//	https://…/a-1.2.3.tgz    an address, often one of the registry
//	git+ssh://…#commit       a git address, and no version anywhere
//	file:a.tgz, file:a       a tarball, or a directory that is linked
//
// npm 4 and earlier put the address into "from" instead.
type npmDependency struct {
	name                               string
	line                               int
	version, resolved, integrity, from string
	dev, optional, bundled             bool
	requires                           []npmRequest
	dependencies                       []*npmDependency
}

// readNPMDependencies reads the tree and returns its places.
func readNPMDependencies(r *jsonReader) ([]*npmPlace, error) {
	var root npmDependency
	if err := root.readNested(r); err != nil {
		return nil, err
	}
	var places []*npmPlace
	for _, d := range root.dependencies {
		places = d.places(places, "")
	}
	return places, nil
}

func (d *npmDependency) readNested(r *jsonReader) error {
	return r.dictionary(func(name string) error {
		child := &npmDependency{name: name, line: r.here()}
		d.dependencies = append(d.dependencies, child)
		return npmDependencyFields().read(r, child)
	})
}

// npmDependencyFields is a function because entries nest: a variable would
// refer to itself.
func npmDependencyFields() fields[npmDependency] {
	return fields[npmDependency]{
		{"version", textField(func(d *npmDependency) *string { return &d.version })},
		{"resolved", textField(func(d *npmDependency) *string { return &d.resolved })},
		{"integrity", textField(func(d *npmDependency) *string { return &d.integrity })},
		{"from", textField(func(d *npmDependency) *string { return &d.from })},
		{"dev", flagField(func(d *npmDependency) *bool { return &d.dev })},
		{"optional", flagField(func(d *npmDependency) *bool { return &d.optional })},
		{"bundled", flagField(func(d *npmDependency) *bool { return &d.bundled })},
		{"requires", func(r *jsonReader, d *npmDependency) error { return d.readRequires(r) }},
		{"dependencies", func(r *jsonReader, d *npmDependency) error { return d.readNested(r) }},
	}
}

func (d *npmDependency) readRequires(r *jsonReader) error {
	if r.next() != '{' { // true where nothing was recorded
		return r.skip()
	}
	return r.textDictionary(func(name, spec string) {
		d.requires = append(d.requires, npmRequest{name: name, spec: spec, kind: "dependencies"})
	})
}

// places adds the entry and what it nests, as npm 7 and later place them:
// dependencies of a link lie in the directory that it leads to.
func (d *npmDependency) places(to []*npmPlace, parent string) []*npmPlace {
	p := d.place(parent + "node_modules/" + d.name)
	if p.link || p.integrity == "" && npmSpec(p.resolved) == gitSpec {
		p.inBundle = false // npm drops the flag here
	}
	to = append(to, p)
	below := p.location
	if p.link && p.linksTo != "" {
		below = p.linksTo
		to = append(to, &npmPlace{
			location: below, line: d.line, name: d.name, dev: d.dev, optional: d.optional, wants: p.wants,
		})
		p.wants = nil
	}
	for _, child := range d.dependencies {
		to = child.places(to, below+"/")
	}
	return to
}

func (d *npmDependency) place(location string) *npmPlace {
	p := &npmPlace{
		location: location, line: d.line, resolved: d.resolved, integrity: d.integrity,
		dev: d.dev, optional: d.optional, inBundle: d.bundled, wants: d.requires,
	}
	switch npmSpec(d.version) {
	case registrySpec:
		p.version = d.version
		p.resolveFrom(strings.TrimPrefix(d.from, d.name+"@"))
		return p
	case aliasSpec:
		p.name, p.version, _ = npmAlias(d.version)
		return p
	case remoteSpec:
		conventional, ok := npm.ParseTarballURL(d.version)
		p.name, p.version = conventional.ID.Name, conventional.ID.Version
		if p.byAddress = !ok; p.byAddress {
			p.version = d.tarballVersion()
		}
	case pathSpec:
		p.link = !isTarballName(d.version)
		p.linksTo = cleanPath(d.version)
		p.version = d.tarballVersion()
	}
	p.resolved = d.version
	p.twoAddresses = d.resolved != "" && d.resolved != d.version
	return p
}

// tarballVersion returns the version in the name of a tarball that is called
// like the package.
func (d *npmDependency) tarballVersion() string {
	version, ok := strings.CutPrefix(path.Base(cleanPath(d.version)), npm.BaseName(d.name)+"-")
	if version, isTarball := strings.CutSuffix(version, ".tgz"); ok && isTarball {
		if _, err := npm.ParseVersion(version); err == nil {
			return version
		}
	}
	return ""
}

// resolveFrom takes the address of npm 4 and earlier, where the entry has no
// other.
func (p *npmPlace) resolveFrom(from string) {
	kind := npmSpec(from)
	if kind == registrySpec || kind == aliasSpec {
		return
	}
	p.byAddress = true
	if p.resolved == "" && p.integrity == "" {
		p.resolved = from
	}
}

// cleanPath turns a path or file: address into a location, "" for the project
// itself.
func cleanPath(p string) string {
	if hasFoldedPrefix(p, "file:") {
		p = p[len("file:"):]
	}
	p = path.Clean(strings.ReplaceAll(p, `\`, "/"))
	if p == "." {
		return ""
	}
	return p
}

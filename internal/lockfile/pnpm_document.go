package lockfile

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// pnpmDocument is one document of a pnpm lockfile.
type pnpmDocument struct {
	version   string
	keys      pnpmKeys
	tooling   bool
	tarHashes bool // hashes are those of the uncompressed archives
	importers []pnpmImporter
	dirs      map[string]bool   // of the importers
	names     map[string]string // directory of each named project, 13.0 only
	packages  []*pnpmPackage
	index     map[string]*pnpmPackage
	problems  []Problem
}

// pnpmImporter is the project itself or one of its workspaces.
type pnpmImporter struct {
	dir  string
	deps []pnpmDependency
}

// pnpmPackage is an installed package, or a snapshot of one: a combination
// with certain peers.
type pnpmPackage struct {
	key   string
	entry Entry
	deps  []pnpmDependency

	inDev, inProd bool // reached from devDependencies, from the other ones
}

// pnpmDependency is an edge from a project or a package.
type pnpmDependency struct {
	name, spec, kind string
	key              string       // of a package, or "link:" and a directory
	link             string       // directory from the lockfile's, for a link
	to               *pnpmPackage // nil for links and where nothing answers
	line             int
}

var pnpmKinds = []string{"dependencies", "devDependencies", "optionalDependencies"}

// readPnpm reads one document and connects its dependencies.
func readPnpm(root *yamlNode, tooling bool) (*pnpmDocument, error) {
	d := &pnpmDocument{
		tooling: tooling, dirs: map[string]bool{}, names: map[string]string{}, index: map[string]*pnpmPackage{},
	}
	if _, err := root.dictionary(); err != nil {
		return nil, err
	}
	for _, read := range []func(*yamlNode) error{
		d.readVersion, d.readImporters, d.readPackages, d.readPatches,
	} {
		if err := read(root); err != nil {
			return nil, err
		}
	}
	if err := d.connect(); err != nil {
		return nil, err
	}
	if !tooling && (d.version == "9.0" || d.version == "13.0") {
		d.walk()
	}
	return d, nil
}

func (d *pnpmDocument) readVersion(root *yamlNode) error {
	node := root.get("lockfileVersion")
	keys, known := pnpmVersions[node.text]
	if node.kind != yamlScalar || !known {
		return &SyntaxError{node.line, fmt.Errorf("%w: %.20q", ErrUnsupportedVersion, node.text)}
	}
	d.version, d.keys = node.text, keys
	d.tarHashes = root.get("settings").get("integrityTarget").text == "tar"
	return d.checkSections(root)
}

// checkSections refuses sections that belong to another version: pnpm would
// not look at them.
func (d *pnpmDocument) checkSections(root *yamlNode) error {
	foreign := map[pnpmKeys][]string{
		pnpmSlashKeys:    {"projects", "snapshots"},
		pnpmAtKeys:       {"projects", "snapshots"},
		pnpmSnapshotKeys: {"projects", "specifiers", "dependencies", "devDependencies", "optionalDependencies"},
		pnpmJSONKeys:     {"importers", "snapshots", "specifiers", "dependencies", "devDependencies", "optionalDependencies"},
	}
	names := foreign[d.keys]
	if root.get("importers").kind != yamlNull {
		names = append(slices.Clip(names), pnpmKinds...)
	}
	for _, name := range names {
		if node := root.get(name); node.kind != yamlNull {
			return node.errorf("the section %q has no place in version %s", name, d.version)
		}
	}
	return nil
}

func (d *pnpmDocument) readImporters(root *yamlNode) error {
	section := "importers"
	if d.keys == pnpmJSONKeys {
		section = "projects"
	}
	node := root.get(section)
	if node.kind == yamlNull {
		if d.keys >= pnpmSnapshotKeys {
			return node.errorf("no %s: the lockfile names no project", section)
		}
		return d.readImporter(".", root)
	}
	pairs, err := node.dictionary()
	if err != nil {
		return err
	}
	for i := range pairs {
		d.dirs[pairs[i].key] = true
		if name := pairs[i].value.get("name").text; name != "" {
			d.names[name] = pairs[i].key
		}
	}
	for i := range pairs {
		dir := pairs[i].key
		if hasControl(dir) || escapes(dir) {
			return pairs[i].errorf("a project outside the lockfile's directory")
		}
		if err := d.readImporter(dir, &pairs[i].value); err != nil {
			return err
		}
	}
	return nil
}

func (d *pnpmDocument) readImporter(dir string, node *yamlNode) error {
	importer := pnpmImporter{dir: dir}
	if _, err := node.dictionary(); err != nil {
		return err
	}
	specifiers, err := readSpecifiers(node.get("specifiers"))
	if err != nil {
		return err
	}
	for _, kind := range pnpmKinds {
		pairs, err := node.get(kind).dictionary()
		if err != nil {
			return err
		}
		for i := range pairs {
			dep, err := d.readRequest(dir, &pairs[i], specifiers)
			if err != nil {
				return err
			}
			dep.kind = kind
			importer.deps = append(importer.deps, dep)
		}
	}
	d.importers = append(d.importers, importer)
	return nil
}

// readSpecifiers reads the requests of a project where they have a section of
// their own.
func readSpecifiers(node *yamlNode) (map[string]string, error) {
	pairs, err := node.dictionary()
	if err != nil {
		return nil, err
	}
	specifiers := make(map[string]string, len(pairs))
	for i := range pairs {
		if specifiers[pairs[i].key], err = pairs[i].value.str(); err != nil {
			return nil, err
		}
	}
	return specifiers, nil
}

// readRequest reads a dependency of a project. Up to 6.0 it may be the version
// alone, with the request in a section of its own; 13.0 writes one text where
// request and version say the same.
func (d *pnpmDocument) readRequest(dir string, p *yamlPair, specifiers map[string]string) (pnpmDependency, error) {
	dep := pnpmDependency{name: p.key, line: p.line}
	var ref string
	var err error
	switch {
	case p.value.kind == yamlMapping:
		ref, err = p.value.get("version").str()
		if err == nil {
			dep.spec, err = p.value.get("specifier").str()
		}
	case d.keys == pnpmJSONKeys:
		dep.spec, err = p.value.str()
		ref, dir = d.expand(dir, p.key, dep.spec)
	case d.keys < pnpmSnapshotKeys:
		dep.spec = specifiers[p.key]
		ref, err = p.value.str()
	default:
		err = p.errorf("a dependency without specifier and version")
	}
	if err != nil {
		return dep, err
	}
	return dep, d.refer(&dep, dir, ref)
}

// expand turns the short form of 13.0 into a version text and the directory
// that a link in it is relative to.
func (d *pnpmDocument) expand(dir, name, spec string) (ref, base string) {
	if real, ok := strings.CutPrefix(spec, "npm:"); ok {
		return real, dir
	}
	wanted, ok := strings.CutPrefix(spec, "workspace:")
	if !ok {
		return spec, dir
	}
	if alias := strings.LastIndexByte(wanted, '@'); alias > 0 {
		name = wanted[:alias]
	}
	if project, ok := d.names[name]; ok {
		return "link:" + project, "."
	}
	return "link:" + wanted, dir
}

// refer finds the key that a dependency's version text means. The links of a
// project are relative to it.
func (d *pnpmDocument) refer(dep *pnpmDependency, dir, ref string) error {
	if hasControl(ref) || hasControl(dep.spec) {
		return &SyntaxError{dep.line, errors.New("control character in a dependency")}
	}
	if err := npm.CheckName(dep.name); err != nil {
		return &SyntaxError{dep.line, err}
	}
	target, isLink := strings.CutPrefix(ref, "link:")
	if !isLink {
		dep.key = d.keys.key(dep.name, ref)
		return nil
	}
	dep.link = target
	if !path.IsAbs(target) {
		dep.link = path.Join(dir, target)
	}
	dep.key = "link:" + dep.link
	return nil
}

// readPatches notes patches from outside the project. They are a hash, or a
// hash and a path.
func (d *pnpmDocument) readPatches(root *yamlNode) error {
	pairs, err := root.get("patchedDependencies").dictionary()
	if err != nil {
		return err
	}
	for i := range pairs {
		file := pairs[i].value.get("path")
		if file.kind == yamlNull {
			continue
		}
		text, err := file.str()
		if err != nil {
			return err
		}
		if escapes(text) {
			id := parseSnapshotKey(pairs[i].key)
			d.escapes(&Entry{Name: id.name, Version: id.version, Line: file.line, Resolved: text}, "is patched by a file outside the project")
		}
	}
	return nil
}

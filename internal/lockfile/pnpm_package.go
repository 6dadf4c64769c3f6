package lockfile

import (
	"errors"
	"strings"
)

// readPackages reads what is installed: the snapshots where the version has
// them, and the packages themselves elsewhere.
func (d *pnpmDocument) readPackages(root *yamlNode) error {
	pairs, err := root.get("packages").dictionary()
	if err != nil {
		return err
	}
	if d.keys == pnpmSnapshotKeys {
		return d.readSnapshots(root, pairs)
	}
	for i := range pairs {
		p, err := d.newPackage(pairs[i].key, &pairs[i])
		if err != nil {
			return err
		}
		node := &pairs[i].value
		if err := d.readSnapshot(p, node); err != nil {
			return err
		}
		if d.keys < pnpmSnapshotKeys {
			script, err := node.get("requiresBuild").flag()
			if err != nil {
				return err
			}
			p.entry.InstallScript = &script
		}
	}
	return nil
}

// readSnapshots pairs each snapshot with its package.
func (d *pnpmDocument) readSnapshots(root *yamlNode, packages []yamlPair) error {
	infos := make(map[string]*yamlPair, len(packages))
	for i := range packages {
		infos[packages[i].key] = &packages[i]
	}
	pairs, err := root.get("snapshots").dictionary()
	if err != nil {
		return err
	}
	for i := range pairs {
		base := withoutSuffix(pairs[i].key)
		info := infos[base]
		if info == nil {
			if !strings.HasPrefix(d.keys.parse(base).ref, "file:") {
				return pairs[i].errorf("a snapshot without its package")
			}
			info = &yamlPair{line: pairs[i].line, key: base} // a pruned lockfile; the key says it all
		}
		p, err := d.newPackage(pairs[i].key, info)
		if err != nil {
			return err
		}
		if err := d.readSnapshot(p, &pairs[i].value); err != nil {
			return err
		}
	}
	return nil
}

// newPackage makes an entry from its member of "packages"; key is the one that
// dependencies refer to.
func (d *pnpmDocument) newPackage(key string, pair *yamlPair) (*pnpmPackage, error) {
	info := &pair.value
	if _, err := info.dictionary(); err != nil {
		return nil, err
	}
	if hasControl(key) {
		return nil, pair.errorf("control character in a key")
	}
	id := d.keys.parse(pair.key)
	p := &pnpmPackage{key: key, entry: Entry{Line: pair.line, Locations: []string{key}}}
	if err := identify(&p.entry, &id, info); err != nil {
		return nil, err
	}
	res, err := d.resolution(&id, info)
	if err != nil {
		return nil, err
	}
	if err := res.apply(&p.entry, id); err != nil {
		return nil, err
	}
	if p.entry.Source == Registry && (d.tarHashes || res.revised) {
		p.entry.Checksum, p.entry.Integrity = res.integrity, nil
	}
	d.judgeSource(p, &res)
	d.packages = append(d.packages, p)
	d.index[p.key] = p
	return p, nil
}

// identify gives an entry its name and version. The fields of that name belong
// to packages from outside the registry; pnpm prefers them to the key, so a
// registry key with other fields would be fetched as something else than it
// says.
func identify(e *Entry, id *pnpmID, info *yamlNode) error {
	e.Name, e.Version = id.name, id.version
	for _, field := range []struct {
		name string
		text *string
	}{{"name", &e.Name}, {"version", &e.Version}} {
		node := info.get(field.name)
		if node.kind == yamlNull {
			continue
		}
		own, err := node.str()
		if err != nil {
			return err
		}
		if id.version != "" && own != *field.text {
			return node.errorf("the %s differs from the one in the entry's key", field.name)
		}
		*field.text = own
	}
	if runtime, ok := strings.CutPrefix(id.ref, "runtime:"); ok && e.Version == "" {
		e.Version = runtime
	}
	id.name = e.Name
	return nil
}

// resolution reads where a package comes from. 13.0 puts the integrity of a
// registry package into the entry itself, and directories have nothing at all.
func (d *pnpmDocument) resolution(id *pnpmID, info *yamlNode) (pnpmResolution, error) {
	node := info.get("resolution")
	if node.kind != yamlNull {
		return readResolution(node)
	}
	if integrity := info.get("integrity"); d.keys == pnpmJSONKeys && integrity.kind != yamlNull {
		text, err := integrity.str()
		return pnpmResolution{line: integrity.line, integrity: text}, err
	}
	dir, ok := strings.CutPrefix(id.ref, "file:")
	if !ok || isTarballName(dir) {
		return pnpmResolution{}, &SyntaxError{info.line, errors.New("a package without a resolution")}
	}
	return pnpmResolution{line: info.line, kind: "directory", directory: dir}, nil
}

// judgeSource notes addresses that no check of entries would see.
func (d *pnpmDocument) judgeSource(p *pnpmPackage, res *pnpmResolution) {
	switch e := &p.entry; e.Source {
	case File:
		if escapes(e.Resolved) {
			d.escapes(e, "comes from outside the project")
		}
	case Runtime:
		if res.foreign(e.Name) == "" {
			return
		}
		d.problems = append(d.problems, Problem{
			Check: "foreign-registry", Name: e.Name, Version: e.Version, Line: e.Line,
			Message: "the runtime comes from an address that is not its makers'",
			Hint:    "remove the mirror from the settings and " + pnpmUpdate,
		})
	}
}

// readSnapshot reads the part of an entry that depends on its peers.
func (d *pnpmDocument) readSnapshot(p *pnpmPackage, node *yamlNode) error {
	if _, err := node.dictionary(); err != nil {
		return err
	}
	optional, err := node.get("optional").flag()
	if err != nil {
		return err
	}
	p.entry.Optional = &optional
	if d.keys < pnpmSnapshotKeys || d.version == "7.0" {
		dev, err := node.get("dev").flag()
		if err != nil {
			return err
		}
		p.entry.Dev = &dev
	}
	if err := d.readEdges(p, node); err != nil || d.keys != pnpmJSONKeys {
		return err
	}
	return d.readJSONSnapshots(p, node.get("snapshots"))
}

// readJSONSnapshots adds the snapshots inside an entry of 13.0. It is optional
// if all of them are.
func (d *pnpmDocument) readJSONSnapshots(p *pnpmPackage, list *yamlNode) error {
	if list.kind == yamlNull {
		return nil
	}
	if list.kind != yamlSequence {
		return list.errorf("snapshots are not a list")
	}
	all := true
	for i := range list.items {
		node := &list.items[i]
		optional, err := node.get("optional").flag()
		if err != nil {
			return err
		}
		all = all && optional
		if err := d.readEdges(p, node); err != nil {
			return err
		}
	}
	*p.entry.Optional = *p.entry.Optional || all && len(list.items) > 0
	return nil
}

// readEdges adds a package's dependencies. 13.0 keeps its peers apart and
// gives them as {specifier, version}; one that is below belongs to a package
// further down.
func (d *pnpmDocument) readEdges(p *pnpmPackage, node *yamlNode) error {
	kinds := []string{"dependencies", "optionalDependencies"}
	if d.keys == pnpmJSONKeys {
		kinds = append(kinds, "peerDependencies")
	}
	for _, kind := range kinds {
		pairs, err := node.get(kind).dictionary()
		if err != nil {
			return err
		}
		for i := range pairs {
			if err := d.readEdge(p, &pairs[i], kind); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *pnpmDocument) readEdge(p *pnpmPackage, pair *yamlPair, kind string) error {
	node := &pair.value
	if d.keys == pnpmJSONKeys && node.kind == yamlMapping {
		if node = node.get("version"); node.kind == yamlNull || pair.value.get("below").text == "true" {
			return nil
		}
	} else if kind == "peerDependencies" {
		return nil
	}
	ref, err := node.str()
	if err != nil {
		return err
	}
	if strings.HasPrefix(ref, "link:") {
		return nil
	}
	if real, ok := strings.CutPrefix(ref, "npm:"); ok && d.keys == pnpmJSONKeys {
		ref = real
	}
	p.deps = append(p.deps, pnpmDependency{
		name: pair.key, kind: kind, key: d.keys.key(pair.key, ref), line: pair.line,
	})
	return nil
}

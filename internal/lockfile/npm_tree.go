package lockfile

import "strings"

// npmTree is the install tree that the places make up.
type npmTree struct {
	root   *npmPlace // without requests if the lockfile has no entry for it
	rooted bool      // the lockfile has one

	flagsScripts bool        // the format has hasInstallScript
	places       []*npmPlace // in the order of the file, without the root
	at           map[string]*npmPlace
	// modules has the packages in each node_modules by the location of the
	// directory around it and by name.
	modules map[string]map[string]*npmPlace
}

// newNPMTree links the places with each other: links to their targets, places
// to the package that they lie in, requests to what answers them.
func newNPMTree(places []*npmPlace) (*npmTree, error) {
	t := &npmTree{root: &npmPlace{}, at: make(map[string]*npmPlace, len(places)), modules: map[string]map[string]*npmPlace{}}
	for _, p := range places {
		if err := p.locate(); err != nil {
			return nil, err
		}
		switch {
		case p.location == "":
			t.root, t.rooted = p, true
		case p.isTop() && t.at[p.location] != nil:
			continue // the target of two links of an older lockfile
		default:
			t.places = append(t.places, p)
		}
		_, p.follows = t.at[p.owner()]
		t.at[p.location] = p
	}
	t.at[""] = t.root
	for _, p := range t.places {
		if err := t.connect(p); err != nil {
			return nil, err
		}
	}
	t.answer(t.root)
	for _, p := range t.places {
		t.answer(p)
	}
	t.bundle()
	if t.flagsAreSuspect() {
		t.computeFlags()
	}
	return t, nil
}

func (t *npmTree) connect(p *npmPlace) error {
	if p.inModules {
		owner := p.owner()
		if t.modules[owner] == nil {
			t.modules[owner] = map[string]*npmPlace{}
		}
		t.modules[owner][p.treeName] = p
		if p.parent = t.at[owner]; p.parent != nil {
			p.parent.children = append(p.parent.children, p)
		}
		if p.parent != nil && p.parent != t.root && !p.follows {
			return p.errorf("entry that precedes the one that it lies in: npm sorts them, and may read them differently otherwise")
		}
	}
	if !p.link {
		return nil
	}
	if p.linksTo == "" {
		p.linksTo = cleanPath(p.resolved)
	}
	target := t.at[p.linksTo]
	if target == nil || target.link {
		return p.errorf("link to a directory that the lockfile has no entry for, so npm refuses the file")
	}
	p.target, target.targeted = target, true
	// npm links workspaces under their own name.
	p.workspace = p.parent == t.root && p.treeName == target.realName() && t.root.workspaces.declare(target.location)
	return nil
}

// answer finds the places that the requests of p lead to: as for node, those in
// the node_modules of its directory or of the nearest one above it.
func (t *npmTree) answer(p *npmPlace) {
	optional := make(map[string]bool, len(p.optionalPeers))
	for _, name := range p.optionalPeers {
		optional[name] = true
	}
	visible := t.visibleFrom(p.location)
	for i := range p.wants {
		want := &p.wants[i]
		want.optionalPeer = want.kind == "peerDependencies" && optional[want.name]
		for _, modules := range visible {
			if to := modules[want.name]; to != nil {
				want.answerBy(to)
				to.neededByParent = to.neededByParent || to.parent == p
				break
			}
		}
	}
}

func (want *npmRequest) answerBy(to *npmPlace) {
	want.to = to
	switch npmSpec(want.spec) {
	case aliasSpec:
		name, _, _ := npmAlias(want.spec)
		to.aliased = to.aliased || name == to.realName()
	case remoteSpec:
		to.byAddress = true
	}
}

// visibleFrom returns the packages that a directory can see, by name, from the
// nearest node_modules to the outermost.
func (t *npmTree) visibleFrom(dir string) []map[string]*npmPlace {
	var visible []map[string]*npmPlace
	for {
		if modules := t.modules[dir]; modules != nil {
			visible = append(visible, modules)
		}
		if dir == "" {
			return visible
		}
		dir = dir[:max(strings.LastIndexByte(dir, '/'), 0)]
	}
}

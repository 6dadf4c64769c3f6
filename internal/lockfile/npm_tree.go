package lockfile

import (
	"fmt"
	"slices"
	"strings"
)

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
	if err := t.bundle(); err != nil {
		return nil, err
	}
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

// maxBundlers bounds the packages that bundle others, each of which costs a
// walk through the tree. Real lockfiles have a handful.
const maxBundlers = 256

// bundle finds out whose tarball each package comes in. Bundled are the names
// that a package lists, whatever they need that was not placed further up, and
// everything nested below those. The outermost package that bundles counts.
func (t *npmTree) bundle() error {
	t.listBundles()
	var bundlers []*npmPlace
	for _, p := range t.at {
		if len(p.bundles) > 0 {
			bundlers = append(bundlers, p)
		}
	}
	if len(bundlers) > maxBundlers {
		return fmt.Errorf("more than %d packages bundle others", maxBundlers)
	}
	// An outer location is shorter than those inside it.
	slices.SortFunc(bundlers, func(a, b *npmPlace) int { return len(a.location) - len(b.location) })
	for _, p := range bundlers {
		if p.bundler == nil {
			p.bundle(p.isNeededWithin())
		}
	}
	return nil
}

// bundle marks what comes in the tarball of p. Where something inside needs p
// itself, npm's search goes in circles and may or may not find that what is
// merely needed inside is bundled; it is not trusted to be then.
func (p *npmPlace) bundle(listedOnly bool) {
	listed := make(map[string]bool, len(p.bundles))
	for _, name := range p.bundles {
		listed[name] = true
	}
	var queue []*npmPlace
	for _, child := range p.children {
		if listed[child.treeName] {
			queue = append(queue, child)
		}
	}
	for len(queue) > 0 {
		next := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if next.bundler != nil {
			continue
		}
		next.bundler = p
		queue = append(queue, next.children...)
		for _, want := range next.wants {
			if !listedOnly && want.to != nil && want.to.parent == p {
				queue = append(queue, want.to)
			}
		}
	}
}

// isNeededWithin reports whether what lies below p leads back to p.
func (p *npmPlace) isNeededWithin() bool {
	seen := map[*npmPlace]bool{}
	queue := slices.Clone(p.children)
	for len(queue) > 0 {
		next := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if next == p {
			return true
		}
		if seen[next] {
			continue
		}
		seen[next] = true
		queue = append(queue, next.children...)
		for _, want := range next.wants {
			if want.to != nil {
				queue = append(queue, want.to)
			}
		}
		if next.link {
			queue = append(queue, next.target)
		}
	}
	return false
}

// listBundles turns the flags of older entries into what npm 7 and later make
// of them: a flagged entry is one that its parent lists if the parent asks for
// it and is not flagged itself.
func (t *npmTree) listBundles() {
	for _, p := range t.places {
		parent := p.parent
		if !p.inBundle || parent == nil || parent.inBundle {
			continue
		}
		if slices.ContainsFunc(parent.wants, func(want npmRequest) bool { return want.name == p.treeName }) {
			parent.bundles = append(parent.bundles, p.treeName)
		}
	}
}

// isBundled reports whether the package comes in the tarball of another one.
// What the project itself bundles is installed from the registry.
func (p *npmPlace) isBundled() bool { return p.bundler != nil && !p.bundler.isTop() }

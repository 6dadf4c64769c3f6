package lockfile

import (
	"cmp"
	"slices"
)

// maxSearches bounds the searches of isNeededWithin, each of which may visit the
// whole tree. Real lockfiles have a handful of packages that bundle others.
const maxSearches = 32

// bundle finds out whose tarball each package comes in. Bundled are the names
// that a package lists, whatever they need that was not placed further up, and
// everything nested below those. The outermost package that bundles counts.
func (t *npmTree) bundle() {
	t.listBundles()
	var bundlers []*npmPlace
	for _, p := range t.at {
		if len(p.bundles) > 0 {
			bundlers = append(bundlers, p)
		}
	}
	// An outer location sorts before those inside it.
	slices.SortFunc(bundlers, func(a, b *npmPlace) int { return cmp.Compare(a.location, b.location) })
	searches := 0
	for _, p := range bundlers {
		if p.bundler != nil {
			continue
		}
		searches++
		p.bundle(searches > maxSearches || p.isNeededWithin())
	}
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
	queue := slices.Clone(p.children)
	for len(queue) > 0 {
		next := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if next == p {
			return true
		}
		if next.seenFrom == p {
			continue
		}
		next.seenFrom = p
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
		if p.inBundle && p.neededByParent && !p.parent.inBundle {
			p.parent.bundles = append(p.parent.bundles, p.treeName)
		}
	}
}

// isBundled reports whether the package comes in the tarball of another one.
// What the project itself bundles is installed from the registry.
func (p *npmPlace) isBundled() bool { return p.bundler != nil && !p.bundler.isTop() }

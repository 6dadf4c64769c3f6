package lockfile

// npm trusts the "dev" and "optional" flags of a lockfile only where the
// project's entry asks for each name once. Where a name is in two groups, or a
// workspace is asked for as well, npm computes the flags of all entries anew:
// dev is what can only be reached through devDependencies, optional what can
// only be reached through optional dependencies.

// flagsAreSuspect reports whether npm would compute the flags anew.
func (t *npmTree) flagsAreSuspect() bool {
	kinds := map[string]string{}
	for _, want := range t.root.wants {
		if want.kind == "optionalDependencies" {
			kinds[want.name] = want.kind
		}
	}
	for _, want := range t.root.wants {
		kind, seen := kinds[want.name]
		switch {
		case !seen:
			kinds[want.name] = want.kind
		case kind != want.kind && (kind != "optionalDependencies" || want.kind != "dependencies"):
			return true
		}
	}
	for _, child := range t.root.children {
		if _, seen := kinds[child.treeName]; seen && child.workspace {
			return true
		}
	}
	return false
}

// computeFlags sets the flags of every place by walking the tree.
func (t *npmTree) computeFlags() {
	for _, p := range t.places {
		p.dev, p.optional = true, true
	}
	t.root.dev, t.root.optional = false, false
	queue := []*npmPlace{t.root}
	reach := func(p *npmPlace, dev, optional bool) {
		if p.dev && !dev || p.optional && !optional {
			p.dev, p.optional = p.dev && dev, p.optional && optional
			queue = append(queue, p)
		}
	}
	for len(queue) > 0 {
		p := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if p.link {
			reach(p.target, p.dev, p.optional)
			continue
		}
		for _, want := range t.edges(p) {
			dev := p.dev || want.kind == "devDependencies"
			optional := p.optional || want.kind == "optionalDependencies" || want.optionalPeer
			reach(want.to, dev, optional)
		}
	}
}

// edges returns the requests that are answered, one for each name. A later
// group wins over an earlier one, a workspace over all of them.
func (t *npmTree) edges(p *npmPlace) map[string]npmRequest {
	edges := make(map[string]npmRequest, len(p.wants))
	for _, kind := range []string{"peerDependencies", "dependencies", "optionalDependencies", "devDependencies"} {
		if kind == "devDependencies" && !p.isTop() {
			continue
		}
		for _, want := range p.wants {
			if want.kind == kind && want.to != nil {
				edges[want.name] = want
			}
		}
	}
	if p != t.root {
		return edges
	}
	for _, child := range p.children {
		if child.workspace {
			edges[child.treeName] = npmRequest{name: child.treeName, to: child}
		}
	}
	return edges
}

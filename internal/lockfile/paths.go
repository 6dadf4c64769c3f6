package lockfile

import "slices"

// Paths says how the packages of a lockfile come into the project.
type Paths struct {
	of map[*Entry][]string
}

// NewPaths finds the shortest paths to all entries of a lockfile, in one walk.
//
// They begin with what the projects ask for. Where the lockfile does not
// remember that, as npm's version 1 and yarn classic, they begin with the
// entries that nothing requires, so that a package that is asked for directly
// and through another one seems to come through the other one alone.
func NewPaths(lock *Lockfile) *Paths {
	w := walk{at: newAnswers(lock).at, paths: Paths{of: make(map[*Entry][]string, len(lock.Entries))}}
	roots := w.asked(lock)
	if len(roots) == 0 {
		roots = w.unrequired(lock)
	}
	for _, e := range roots {
		w.reach(nil, e)
	}
	for len(w.queue) > 0 {
		e := w.queue[0]
		w.queue = w.queue[1:]
		for _, location := range slices.Sorted(slices.Values(e.Requires)) {
			w.reach(w.paths.of[e], w.at[location])
		}
	}
	return &w.paths
}

// To returns the names from a dependency of a project to the entry, which is
// one of the lockfile's. Of several shortest paths it is always the same one.
// It is empty if nothing leads to the entry.
func (p *Paths) To(e *Entry) []string { return p.of[e] }

// IsDirect reports whether a project asks for the entry itself.
func (p *Paths) IsDirect(e *Entry) bool { return len(p.of[e]) == 1 }

type walk struct {
	at    map[string]*Entry
	paths Paths
	queue []*Entry
}

// reach notes the first path that leads to an entry: in a walk in breadth, the
// shortest.
func (w *walk) reach(path []string, e *Entry) {
	if e == nil || w.paths.of[e] != nil {
		return
	}
	w.paths.of[e] = append(slices.Clip(path), e.Name)
	w.queue = append(w.queue, e)
}

// asked returns what the projects ask for.
func (w *walk) asked(lock *Lockfile) []*Entry {
	var found []*Entry
	for _, p := range lock.Projects {
		for _, d := range p.Dependencies {
			if e := w.at[d.Location]; e != nil {
				found = append(found, e)
			}
		}
	}
	return found
}

func (w *walk) unrequired(lock *Lockfile) []*Entry {
	required := map[*Entry]bool{}
	for i := range lock.Entries {
		for _, location := range lock.Entries[i].Requires {
			required[w.at[location]] = true
		}
	}
	var found []*Entry
	for i := range lock.Entries {
		if e := &lock.Entries[i]; !required[e] {
			found = append(found, e)
		}
	}
	return found
}

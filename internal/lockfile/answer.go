package lockfile

import "path"

// answers finds the entries of a lockfile that answer the requests of its
// projects.
type answers struct {
	lock *Lockfile
	at   map[string]*Entry // by location
	// recorded holds what the lockfile remembers of each package.json, by
	// directory and name.
	recorded map[string]map[string][]Dependency
}

func newAnswers(lock *Lockfile) *answers {
	a := &answers{
		lock:     lock,
		at:       make(map[string]*Entry, len(lock.Entries)),
		recorded: make(map[string]map[string][]Dependency, len(lock.Projects)),
	}
	for i := range lock.Entries {
		for _, location := range lock.Entries[i].Locations {
			a.at[location] = &lock.Entries[i]
		}
	}
	for _, p := range lock.Projects {
		byName := make(map[string][]Dependency, len(p.Dependencies))
		for _, d := range p.Dependencies {
			byName[d.Name] = append(byName[d.Name], d)
		}
		a.recorded[p.Dir] = byName
	}
	return a
}

// entry returns what is installed for a request of the package.json in dir;
// nil if there is nothing or it cannot be told.
//
// npm looks at places in the tree and not at what the lockfile remembers of
// package.json, yarn classic at the pattern that it would resolve.
func (a *answers) entry(dir, name, spec string) *Entry {
	switch a.lock.Format {
	case "npm":
		return a.installed(dir, name)
	case "yarn-classic":
		if spec == "" {
			return a.at[name]
		}
		return a.at[name+"@"+spec]
	}
	for _, d := range a.recorded[dir][name] {
		if e := a.at[d.Location]; e != nil {
			return e
		}
	}
	return nil
}

// installed finds a package from a directory as node does.
func (a *answers) installed(dir, name string) *Entry {
	for {
		if e := a.at[path.Join(dir, "node_modules", name)]; e != nil {
			return e
		}
		if dir == "." || dir == "/" {
			return nil
		}
		dir = path.Dir(dir)
	}
}

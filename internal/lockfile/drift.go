package lockfile

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// A frozenMode says what a package manager compares before it installs from a
// lockfile without changing it, and refuses to.
//
// npm ci (measured with npm 11) asks whether what lies at a package's place in
// the tree satisfies the range in package.json. It does not mind when the
// lockfile's own copy of package.json says something else, nor does it look at
// the name of what lies there: that comparison is the gate's. Yarn classic
// looks its pattern up. The others remember what package.json asked for when
// they wrote the lockfile and want to find the same.
type frozenMode struct {
	update string // how to have the lockfile written again

	specs bool // the lockfile has to remember the same ranges
	kinds bool // and the same groups of dependencies

	// overrides are those of the root that the package manager heeds.
	overrides func(root *Manifest) []Override
}

// frozenModes lists the formats whose projects can be compared with their
// package.json.
var frozenModes = map[string]frozenMode{
	"npm": {
		update:    npmUpdate,
		overrides: func(m *Manifest) []Override { return m.Overrides },
	},
	"pnpm": {
		update: pnpmUpdate, specs: true, kinds: true,
		overrides: func(m *Manifest) []Override { return slices.Concat(m.PnpmOverrides, m.Resolutions) },
	},
	"yarn-classic": {
		update:    "run yarn install --ignore-scripts",
		overrides: func(m *Manifest) []Override { return m.Resolutions },
	},
	"yarn-berry": {
		update: "run yarn install --mode=update-lockfile", specs: true,
		overrides: func(m *Manifest) []Override { return m.Resolutions },
	},
	"bun": {
		update: bunUpdate, specs: true, kinds: true,
		overrides: func(m *Manifest) []Override { return slices.Concat(m.Overrides, m.Resolutions) },
	},
	"vlt": {
		update: vltUpdate, specs: true,
		overrides: func(*Manifest) []Override { return nil },
	},
}

// Drift compares a lockfile with the package.json files that it was made for,
// by directory relative to the lockfile, and reports what the lockfile does
// not hold as they ask for it. What cannot be compared, such as a tag or a
// catalog's range, is not reported; peer dependencies are not either, since it
// is a setting whether they are installed.
func Drift(lock *Lockfile, manifests map[string]*Manifest) []Problem {
	mode, ok := frozenModes[lock.Format]
	if !ok {
		return nil
	}
	d := newDrift(mode, lock, manifests["."])
	for _, dir := range slices.Sorted(maps.Keys(manifests)) {
		d.compare(dir, manifests[dir])
	}
	return d.problems
}

type drift struct {
	mode    frozenMode
	answers *answers

	hasWorkspaces bool
	locked        map[string]bool     // the names in the tree
	overrides     map[string][]string // the specs by name; none if unknown
	problems      []Problem

	dir string // of the package.json that is being compared
}

func newDrift(mode frozenMode, lock *Lockfile, root *Manifest) *drift {
	d := &drift{mode: mode, answers: newAnswers(lock), locked: map[string]bool{}, overrides: map[string][]string{}}
	for _, e := range lock.Entries {
		d.locked[e.Name] = true
		for _, alias := range e.Aliases {
			d.locked[alias] = true
		}
	}
	for _, name := range lock.Overridden {
		d.overrides[name] = []string{}
	}
	if root == nil {
		return d
	}
	d.hasWorkspaces = len(root.Workspaces) > 0
	for _, o := range mode.overrides(root) {
		d.overrides[o.Name] = append(d.overrides[o.Name], o.Spec)
	}
	return d
}

func (d *drift) compare(dir string, m *Manifest) {
	d.dir = dir
	byName := map[string][]Request{}
	var names []string
	for _, r := range m.Requests {
		if byName[r.Name] == nil {
			names = append(names, r.Name)
		}
		byName[r.Name] = append(byName[r.Name], r)
	}
	for _, name := range names {
		isPeer := func(r Request) bool { return r.Kind == "peerDependencies" }
		if requests := slices.DeleteFunc(slices.Clone(byName[name]), isPeer); len(requests) > 0 {
			d.compareName(name, requests)
		}
	}
	if d.mode.specs {
		d.reportUnasked(byName)
	}
}

// compareName compares one name, which may be asked for in several groups. One
// of the requests has to be met: which of them counts differs.
func (d *drift) compareName(name string, requests []Request) {
	overrides, overridden := d.overrides[name]
	if d.mode.specs && !overridden && !d.isRecorded(name, requests) {
		return
	}
	specs := slices.Clone(overrides)
	for _, r := range requests {
		specs = append(specs, r.Spec)
	}
	entry := d.entry(name, specs)
	switch {
	case entry == nil:
		if !d.mode.specs && !overridden && !d.isElsewhere(requests[0]) {
			d.report(nil, requests[0], "the lock does not hold it")
		}
	case overridden && len(overrides) == 0:
	case !slices.ContainsFunc(specs, func(spec string) bool { return mayMeet(entry, name, spec) }):
		d.report(entry, requests[0], describe(entry, name, requests[0].Spec))
	}
}

// isRecorded reports whether the lockfile was made for one of the requests.
func (d *drift) isRecorded(name string, requests []Request) bool {
	recorded := d.answers.recorded[d.dir][name]
	switch {
	case len(recorded) == 0:
		d.report(nil, requests[0], "the lock does not hold it")
		return false
	case !d.agree(requests, recorded):
		d.reportRecorded(requests[0], recorded[0])
		return false
	}
	return true
}

func (d *drift) entry(name string, specs []string) *Entry {
	for _, spec := range specs {
		if e := d.answers.entry(d.dir, name, spec); e != nil {
			return e
		}
	}
	return nil
}

// isElsewhere reports whether a request can be met without an entry: yarn
// classic writes none for links, nor for a workspace that a range is met by.
func (d *drift) isElsewhere(r Request) bool {
	if d.answers.lock.Format != "yarn-classic" {
		return false
	}
	switch npmSpec(r.Spec) {
	case pathSpec, otherSpec:
		return true
	}
	return d.hasWorkspaces && !d.locked[r.Name]
}

// agree reports whether the lockfile remembers one of the requests.
func (d *drift) agree(requests []Request, recorded []Dependency) bool {
	return slices.ContainsFunc(requests, func(r Request) bool {
		return slices.ContainsFunc(recorded, func(l Dependency) bool {
			return bareSpec(r.Spec) == bareSpec(l.Spec) && (!d.mode.kinds || r.Kind == l.Kind)
		})
	})
}

func (d *drift) reportRecorded(r Request, l Dependency) {
	entry := d.answers.at[l.Location]
	if bareSpec(r.Spec) == bareSpec(l.Spec) {
		d.report(entry, r, fmt.Sprintf("in %s, the lock was made for it in %s", r.Kind, l.Kind))
		return
	}
	if entry != nil && !mayMeet(entry, r.Name, r.Spec) {
		d.report(entry, r, describe(entry, r.Name, r.Spec))
		return
	}
	d.report(entry, r, fmt.Sprintf("the lock was made for %s", asText(l.Name, l.Spec)))
}

// reportUnasked reports what the lockfile was made for and package.json does
// not ask for. A runtime is asked for by devEngines, which pnpm turns into a
// dependency.
func (d *drift) reportUnasked(asked map[string][]Request) {
	recorded := d.answers.recorded[d.dir]
	for _, name := range slices.Sorted(maps.Keys(recorded)) {
		l := recorded[name][0]
		_, overridden := d.overrides[name]
		if overridden || asked[name] != nil || l.Kind == "peerDependencies" || strings.HasPrefix(l.Spec, "runtime:") {
			continue
		}
		p := d.problem(d.answers.at[l.Location], name)
		p.Message = fmt.Sprintf("the lock was made for %s, %s does not ask for it", asText(name, l.Spec), d.file())
		d.problems = append(d.problems, p)
	}
}

// report reports a request that is not met; held says what is there instead.
func (d *drift) report(entry *Entry, r Request, held string) {
	p := d.problem(entry, r.Name)
	p.Message = fmt.Sprintf("%s asks for %s, %s", d.file(), asText(r.Name, r.Spec), held)
	d.problems = append(d.problems, p)
}

func (d *drift) problem(entry *Entry, name string) Problem {
	p := Problem{Check: "lock-drift", Name: name, Hint: d.mode.update}
	if entry != nil {
		p.Name, p.Version, p.Line = entry.Name, entry.Version, entry.Line
	}
	return p
}

func (d *drift) file() string { return path.Join(d.dir, "package.json") }

package lockfile

import "fmt"

// yarn.lock of yarn 2 and later is YAML in which every scalar is a text:
//
//	__metadata:
//	  version: 8
//	"strip-ansi-cjs@npm:strip-ansi@^6.0.1, strip-ansi@npm:^6.0.0":
//	  version: 6.0.1
//	  resolution: "strip-ansi@npm:6.0.1"
//	  dependencies:
//	    ansi-regex: "npm:^5.0.1"
//	  checksum: 10c0/…
//	  conditions: os=linux
//
// The key lists descriptors (what is asked for), the resolution is a locator
// (what is installed); in both, a name comes before the first at sign and a
// protocol behind it. Parameters may follow a "::": "locator" says which
// package a relative path belongs to, "__archiveUrl" that a registry package
// comes from another address than the conventional one, the only place where a
// foreign host can appear for it.
//
// The checksum is that of the zip archive that yarn makes of a package, so it
// cannot be compared with the registry's; it is absent for workspaces and often
// where conditions exclude the platform. Workspaces are entries like others;
// their dependencies are those for production and development together. Before
// version 7, dependencies lack the "npm:" of descriptors.

var yarnBerryFormat = format{
	name: "yarn-berry",
	matches: func(base string, data []byte) bool {
		return base == "yarn.lock" && isYarnBerry(data)
	},
	parse: parseYarnBerry,
}

// yarnBerryVersions are those of yarn 2.0 to 4.18. Yarn itself migrates older
// ones before it reads them.
var yarnBerryVersions = map[string]bool{"4": true, "5": true, "6": true, "7": true, "8": true, "9": true, "10": true}

// yarnBerryUpdate is how to have yarn write an entry again.
const yarnBerryUpdate = "delete the entry and run yarn install --mode=update-lockfile"

func parseYarnBerry(data []byte, lock *Lockfile) error {
	text, err := yamlText(data)
	if err != nil {
		return err
	}
	root, err := parseYAML(text, 1)
	if err != nil {
		return err
	}
	version := root.get("__metadata").get("version")
	if version.kind != yamlScalar || !yarnBerryVersions[version.text] {
		return &SyntaxError{version.line, fmt.Errorf("%w: %.20q", ErrUnsupportedVersion, version.text)}
	}
	lock.Version = version.text
	berry := berryLock{
		index: map[string]*berryPackage{}, byName: map[string][]*berryPackage{}, locators: map[string]bool{},
	}
	for i := range root.pairs {
		if root.pairs[i].key == "__metadata" {
			continue
		}
		if err := berry.read(&root.pairs[i]); err != nil {
			return err
		}
	}
	return berry.fill(lock)
}

// berryLock is a whole lockfile.
type berryLock struct {
	packages []*berryPackage
	index    map[string]*berryPackage // by descriptor, and by boundKey
	byName   map[string][]*berryPackage
	locators map[string]bool
}

// read reads one entry. Yarn would let the last of two entries count that have
// a descriptor or a locator in common.
func (l *berryLock) read(pair *yamlPair) error {
	p, err := readBerryPackage(pair)
	if err != nil {
		return err
	}
	if l.locators[p.locator] {
		return pair.errorf("two entries with the same resolution")
	}
	l.locators[p.locator] = true
	l.packages = append(l.packages, p)
	for _, text := range p.entry.Locations {
		if l.index[text] != nil {
			return pair.errorf("two entries for the same descriptor")
		}
		l.index[text] = p
		if key := boundKey(text); key != "" {
			l.index[key] = p
		}
	}
	l.byName[p.entry.Name] = append(l.byName[p.entry.Name], p)
	return nil
}

// fill connects the entries and puts them into the lockfile. The project
// itself is none.
func (l *berryLock) fill(lock *Lockfile) error {
	for _, p := range l.packages {
		project := Project{Dir: p.workspace}
		for _, want := range p.wants {
			answers := l.answers(p, want)
			p.entry.Requires = append(p.entry.Requires, answers...)
			dep := Dependency{Name: want.name, Spec: want.spec, Kind: want.kind}
			if len(answers) > 0 {
				dep.Location = answers[0]
			}
			project.Dependencies = append(project.Dependencies, dep)
		}
		lock.Problems = append(lock.Problems, p.problems()...)
		if p.workspace != "" {
			lock.Projects = append(lock.Projects, project)
		}
		if p.workspace == "." {
			continue
		}
		if err := p.entry.check(); err != nil {
			return err
		}
		lock.Entries = append(lock.Entries, p.entry)
	}
	return nil
}

// answers returns the descriptors of the entries that answer a request. A
// patch that yarn itself applies, such as the one for fsevents, answers beside
// the package that it changes. A request that the project's "resolutions"
// change has no descriptor; it is answered by the only entry of that name.
func (l *berryLock) answers(p *berryPackage, want berryRequest) []string {
	var found []string
	plain := want.name + "@" + want.spec
	prefixed := want.name + "@npm:" + want.spec
	for _, key := range []string{
		plain, prefixed, boundTo(plain, p.locator), boundTo(plain, berryBuiltin), boundTo(prefixed, berryBuiltin),
	} {
		if answer := l.index[key]; answer != nil && answer.workspace != "." {
			found = append(found, answer.entry.Locations[0])
		}
	}
	if only := l.byName[want.name]; len(found) == 0 && len(only) == 1 && only[0].workspace != "." {
		found = append(found, only[0].entry.Locations[0])
	}
	return found
}

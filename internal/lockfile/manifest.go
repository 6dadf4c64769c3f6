package lockfile

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// A project's package.json is JSON, but each package manager reads its own
// choice of fields from it, and each in its own way:
//
//   - workspaces is a list of patterns, or an object that holds one as
//     "packages" beside other things (yarn, bun).
//   - bundleDependencies is a list of names or true for all of them, and may
//     be spelled bundledDependencies.
//   - Overrides have three places: "overrides" (npm, bun; nested by dependant),
//     "resolutions" (yarn, pnpm, bun; keys such as "**/name" or "a/b") and
//     "pnpm.overrides" (keys such as "a@1>b@2").
//   - packageManager is NAME@VERSION[+HASH]; devEngines.packageManager is one
//     object with a name, or a list of them.
//
// A value that is not of its field's type makes npm ignore the field or fail,
// depending on the field; here it is an error.

// maxManifestSize bounds a package.json. Real ones stay below 1 MB.
const maxManifestSize = 4 << 20

// Manifest is what a project's package.json says about what is to be
// installed. Of the workspaces of a project, package managers heed overrides,
// resolutions and packageManager only in the root.
type Manifest struct {
	Name    string
	Version string

	Requests   []Request // in the order of the file
	Bundled    []string  // bundleDependencies
	BundlesAll bool      // bundleDependencies is true

	Overrides     []Override // "overrides", for npm and bun
	Resolutions   []Override // "resolutions", for yarn, pnpm and bun
	PnpmOverrides []Override // "pnpm.overrides"

	Workspaces []string // patterns, as written

	PackageManager    string   // as written: NAME@VERSION[+HASH]
	DevPackageManager []string // the names in devEngines.packageManager
}

// Request is one dependency that a package.json asks for.
type Request struct {
	Name string // possibly an alias
	Spec string // as written
	Kind string // as in Dependency
	Line int    // in package.json, 1-based
}

// Override replaces what is asked for under a name.
type Override struct {
	Name string // of the package that is overridden, without its dependants
	Spec string
}

// Manager returns the name of the package manager that the project is to be
// installed with, such as "pnpm"; empty if package.json names none or several.
func (m *Manifest) Manager() string {
	if name, _, _ := strings.Cut(m.PackageManager, "@"); name != "" {
		return name
	}
	if len(m.DevPackageManager) == 1 {
		return m.DevPackageManager[0]
	}
	return ""
}

// ReadManifest reads a package.json. A file that is not there gives an error
// for which os.IsNotExist is true; what is wrong in the file is a *SyntaxError.
func ReadManifest(file string) (*Manifest, error) {
	f, err := os.OpenFile(file, openFlags, 0)
	if err != nil {
		return nil, err
	}
	data, err := readAll(f, maxManifestSize)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	m, err := ParseManifest(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	return m, nil
}

// ParseManifest reads the package.json in data. Errors are of type
// *SyntaxError.
func ParseManifest(data []byte) (*Manifest, error) {
	if len(data) > maxManifestSize {
		return nil, &SyntaxError{Err: fmt.Errorf("larger than %d MiB", maxManifestSize>>20)}
	}
	m := &Manifest{}
	err := readJSON(trimByteOrderMark(data), func(r *jsonReader) error { return manifestFields.read(r, m) })
	if err != nil {
		return nil, err
	}
	return m, nil
}

var manifestFields = fields[Manifest]{
	{"name", textField(func(m *Manifest) *string { return &m.Name })},
	{"version", textField(func(m *Manifest) *string { return &m.Version })},
	{"dependencies", manifestRequests("dependencies")},
	{"devDependencies", manifestRequests("devDependencies")},
	{"optionalDependencies", manifestRequests("optionalDependencies")},
	{"peerDependencies", manifestRequests("peerDependencies")},
	{"bundleDependencies", readBundled},
	{"bundledDependencies", readBundled},
	{"workspaces", readWorkspaces},
	{"packageManager", textField(func(m *Manifest) *string { return &m.PackageManager })},
	{"devEngines", fields[Manifest]{{"packageManager", readDevPackageManager}}.read},
	{"overrides", overridesField(func(m *Manifest) *[]Override { return &m.Overrides })},
	{"resolutions", overridesField(func(m *Manifest) *[]Override { return &m.Resolutions })},
	{"pnpm", fields[Manifest]{
		{"overrides", overridesField(func(m *Manifest) *[]Override { return &m.PnpmOverrides })},
	}.read},
}

func manifestRequests(kind string) func(*jsonReader, *Manifest) error {
	return func(r *jsonReader, m *Manifest) error {
		return r.dictionary(func(name string) error {
			request := Request{Name: name, Kind: kind, Line: r.here()}
			var err error
			request.Spec, err = r.text()
			m.Requests = append(m.Requests, request)
			return err
		})
	}
}

func readBundled(r *jsonReader, m *Manifest) error {
	if r.next() != '[' {
		all, err := r.flag()
		m.BundlesAll = m.BundlesAll || all
		return err
	}
	names, err := r.texts()
	m.Bundled = append(m.Bundled, names...)
	return err
}

func readWorkspaces(r *jsonReader, m *Manifest) (err error) {
	if r.next() == '{' {
		return fields[Manifest]{{"packages", readWorkspaces}}.read(r, m)
	}
	m.Workspaces, err = r.texts()
	return err
}

func readDevPackageManager(r *jsonReader, m *Manifest) error {
	if r.next() == '[' {
		return r.array(func(int) error { return readDevPackageManager(r, m) })
	}
	return fields[Manifest]{{"name", func(r *jsonReader, m *Manifest) error {
		name, err := r.text()
		m.DevPackageManager = append(m.DevPackageManager, name)
		return err
	}}}.read(r, m)
}

func overridesField(at func(*Manifest) *[]Override) func(*jsonReader, *Manifest) error {
	return func(r *jsonReader, m *Manifest) error { return readOverrides(r, "", at(m)) }
}

// readOverrides reads overrides of any of the three places. What is nested
// below a name applies to that package's dependencies, and "." to the package
// itself; the dependants are dropped.
func readOverrides(r *jsonReader, parent string, to *[]Override) error {
	return r.dictionary(func(key string) error {
		name := parent
		if key != "." {
			name = overriddenName(key)
		}
		if r.next() == '{' {
			return readOverrides(r, name, to)
		}
		spec, err := r.text()
		*to = append(*to, Override{Name: name, Spec: spec})
		return err
	})
}

// lastName finds the last name in "name", "name@range", "**/name" and
// "parent@range/name".
var lastName = regexp.MustCompile(`(?:^|/)((?:@[^/@]+/)?[^/@]+)(?:@[^/]*)?$`)

// overriddenName returns the name of the package that the key of an override
// selects. pnpm puts an arrow between a dependant and its dependency, which is
// not the one that begins a range.
func overriddenName(key string) string {
	for i := len(key) - 1; i > 0; i-- {
		if key[i] == '>' && !strings.ContainsRune(" |@", rune(key[i-1])) {
			key = key[i+1:]
			break
		}
	}
	if m := lastName.FindStringSubmatch(key); m != nil {
		return m[1]
	}
	return key
}

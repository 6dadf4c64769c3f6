package lockfile

import (
	"fmt"
	"slices"
)

// npm's format is called package-lock.json, npm-shrinkwrap.json or
// node_modules/.package-lock.json, with the same content. What its version
// really decides is little: npm 7 and later read "packages" wherever it is
// there and "dependencies" only where it is not, npm 6 and earlier know
// "dependencies" alone. A file may hold both, and nothing keeps them equal.
//
//	none    npm 4 and earlier: "dependencies", a tree
//	1       npm 5 and 6: the same
//	2       both
//	3       "packages", a flat list of places in the tree
//	4       npm 12: the same, with patches
//
// The place decides the name unless the entry has a "name" of its own. What is
// fetched is what "resolved" asks for, whatever the name. The flag "inBundle" is
// not read, what counts is who bundles whom; "dev" and "optional" are read only
// if the project's own entry is sound, see npm_flags.go.
var npmFormat = format{
	name: "npm",
	matches: func(base string, _ []byte) bool {
		return slices.Contains([]string{"package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"}, base)
	},
	parse: parseNPM,
}

// npmFile is the file as written.
type npmFile struct {
	version      string
	packages     []*npmPlace
	dependencies []*npmPlace // as places of "packages", see npm_v1.go

	hasPackages, hasDependencies bool
}

var npmFileFields = fields[npmFile]{
	{"requires", skipField[npmFile]},
	{"lockfileVersion", func(r *jsonReader, f *npmFile) (err error) {
		f.version, err = r.number()
		return err
	}},
	{"packages", func(r *jsonReader, f *npmFile) error {
		f.hasPackages = true
		return r.dictionary(func(location string) error {
			place := &npmPlace{location: location, line: r.here()}
			f.packages = append(f.packages, place)
			return npmPlaceFields.read(r, place)
		})
	}},
	{"dependencies", func(r *jsonReader, f *npmFile) (err error) {
		f.hasDependencies = true
		f.dependencies, err = readNPMDependencies(r)
		return err
	}},
}

func parseNPM(data []byte, lock *Lockfile) error {
	var f npmFile
	if err := readJSON(data, func(r *jsonReader) error { return npmFileFields.read(r, &f) }); err != nil {
		return err
	}
	lock.Version = f.version
	places := f.packages
	switch f.version {
	case "", "1":
		if !f.hasPackages {
			places = f.dependencies
		}
	case "2", "3", "4":
		if !f.hasPackages {
			return fmt.Errorf(`lockfileVersion %s without "packages"`, f.version)
		}
	default:
		return fmt.Errorf("%w: %s", ErrUnsupportedVersion, f.version)
	}
	tree, err := newNPMTree(places)
	if err != nil {
		return err
	}
	tree.flagsScripts = f.hasPackages
	if err := tree.fill(lock); err != nil {
		return err
	}
	if f.hasPackages && f.version < "2" {
		lock.Problems = append(lock.Problems, Problem{
			Check:   "lock-disagreement",
			Message: `is of version 1 but has "packages", which npm 6 does not read and npm 7 prefers`,
			Hint:    npmUpdate,
		})
	}
	if f.hasPackages {
		compareNPMSections(&f, lock)
	}
	return nil
}

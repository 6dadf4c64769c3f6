package lockfile

import (
	"fmt"
	"strings"
)

// deno.lock is JSON. Its packages of npm are an object by id, name@version with
// the peers behind an underscore, and lie in another section in each version:
//
//	2      npm.packages, npm.specifiers
//	3      packages.npm, packages.specifiers
//	4, 5   npm, specifiers
//
// Up to version 3 "dependencies" is an object of ids by name, from 4 on a list
// in which an entry is a name, if the lockfile has one version of it, an id, or
// ALIAS@npm:ID. From version 5 on an entry says whether it has install scripts
// and gives the address of its tarball where that is not the usual one.
// "specifiers" gives the version that each request leads to. Packages of jsr
// and remote modules, which deno fetches by their own rules, are none of npm's.
var denoFormat = format{
	name:    "deno",
	matches: func(base string, _ []byte) bool { return base == "deno.lock" },
	parse:   parseDeno,
}

// denoFile is the file as written, in the form of version 5.
type denoFile struct {
	version    string
	packages   []*denoPackage
	specifiers map[string]string // version by request, both as written
	projects   []denoProject
}

// denoProject is the workspace or one of its members.
type denoProject struct {
	dir      string
	requests []string // such as "npm:chalk@^5.0.0"
}

var denoFileFields = fields[denoFile]{
	{"version", textField(func(f *denoFile) *string { return &f.version })},
	{"specifiers", readDenoSpecifiers},
	{"npm", func(r *jsonReader, f *denoFile) error {
		// Version 2 has no other member than these two, neither of which can be
		// an id.
		return r.dictionary(func(id string) error {
			switch id {
			case "packages":
				return readDenoPackages(r, f)
			case "specifiers":
				return readDenoSpecifiers(r, f)
			}
			return readDenoPackage(r, f, id)
		})
	}},
	{"packages", func(r *jsonReader, f *denoFile) error { return denoV3Fields.read(r, f) }},
	{"workspace", func(r *jsonReader, f *denoFile) error {
		return denoWorkspaceFields(".").read(r, f)
	}},
}

var denoV3Fields = fields[denoFile]{
	{"specifiers", readDenoSpecifiers},
	{"npm", readDenoPackages},
}

func readDenoSpecifiers(r *jsonReader, f *denoFile) error {
	return r.textDictionary(func(request, version string) { f.specifiers[request] = version })
}

func readDenoPackages(r *jsonReader, f *denoFile) error {
	return r.dictionary(func(id string) error { return readDenoPackage(r, f, id) })
}

func readDenoPackage(r *jsonReader, f *denoFile, id string) error {
	p := &denoPackage{id: id, line: r.here()}
	f.packages = append(f.packages, p)
	return denoPackageFields.read(r, p)
}

// denoWorkspaceFields reads the requests of the workspace, of its package.json
// and of its members.
func denoWorkspaceFields(dir string) fields[denoFile] {
	requests := func(r *jsonReader, f *denoFile) error {
		texts, err := r.texts()
		f.projects = append(f.projects, denoProject{dir, texts})
		return err
	}
	return fields[denoFile]{
		{"dependencies", requests},
		{"packageJson", func(r *jsonReader, f *denoFile) error {
			return fields[denoFile]{{"dependencies", requests}}.read(r, f)
		}},
		{"members", func(r *jsonReader, f *denoFile) error {
			return r.dictionary(func(dir string) error { return denoWorkspaceFields(dir).read(r, f) })
		}},
	}
}

func parseDeno(data []byte, lock *Lockfile) error {
	f := denoFile{specifiers: map[string]string{}}
	if err := readJSON(data, func(r *jsonReader) error { return denoFileFields.read(r, &f) }); err != nil {
		return err
	}
	switch lock.Version = f.version; f.version {
	case "2", "3", "4", "5":
	case "":
		return fmt.Errorf("%w: 1, which has no packages of npm", ErrUnsupportedVersion)
	default:
		return fmt.Errorf("%w: %s", ErrUnsupportedVersion, f.version)
	}
	g, err := newDenoGraph(&f)
	if err != nil {
		return err
	}
	for _, p := range f.packages {
		entry := p.entry(f.version == "5")
		if err := entry.check(); err != nil {
			return err
		}
		lock.Entries = append(lock.Entries, entry)
	}
	lock.Projects = g.projects(&f)
	return nil
}

// cutDenoID splits name@version_peers.
func cutDenoID(id string) (name, version string, ok bool) {
	if id == "" {
		return "", "", false
	}
	at := strings.IndexByte(id[1:], '@') + 1
	if at == 0 {
		return id, "", false
	}
	version, _, _ = strings.Cut(id[at+1:], "_")
	return id[:at], version, version != ""
}

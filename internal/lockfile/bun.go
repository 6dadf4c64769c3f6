package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// bun.lock is JSON with comments and trailing commas. "packages" has one member
// for each place in the install tree: the key is the names on the way there,
// joined by slashes, the value an array whose form depends on its first
// element:
//
//	["name@1.2.3", "", INFO, "sha512-…"]         the registry's own address
//	["name@1.2.3", "https://…", INFO, "sha512-…"]
//	["name@https://….tgz", INFO, "sha512-…"]     also a path; the hash is optional
//	["name@github:o/r#0123abc", INFO, "o-r-0123abc", "sha512-…"]  also git+…
//	["name@file:dir", INFO], ["name@link:dir", INFO]
//	["name@workspace:dir"]                       in version 0 with INFO
//	["name@root:", INFO]                         the project itself
//
// INFO holds the package's dependencies, os and cpu, and "bundled" for what the
// tarball of the package one level up brings along. Versions 1 to 3 differ in
// nothing that matters here. bun skips an integrity that it cannot read.
var bunFormat = format{
	name: "bun",
	matches: func(base string, data []byte) bool {
		return base == "bun.lock" && !isBunBinary(data)
	},
	parse: parseBun,
}

// bun.lockb is a binary dump of bun's memory, which other versions of bun read
// differently. It is recognized only to say what to do about it.
var bunBinaryFormat = format{
	name: "bun",
	matches: func(base string, data []byte) bool {
		return base == "bun.lockb" || isBunBinary(data)
	},
	parse: func([]byte, *Lockfile) error {
		return errors.New("binary lockfile that cannot be reviewed: " +
			"run bun install --save-text-lockfile --frozen-lockfile --lockfile-only and delete bun.lockb")
	},
}

func isBunBinary(data []byte) bool {
	return bytes.HasPrefix(data, []byte("#!/usr/bin/env bun\nbun-lockfile-format-"))
}

// bunFile is the file as written.
type bunFile struct {
	version    string
	workspaces []*bunWorkspace
	packages   []*bunPackage
	aliases    map[bunAlias]bool
	problems   []Problem
}

// bunAlias is an alias that an override or a catalog declares.
type bunAlias struct{ name, real string }

var bunFileFields = fields[bunFile]{
	{"lockfileVersion", func(r *jsonReader, f *bunFile) (err error) {
		f.version, err = r.number()
		return err
	}},
	{"workspaces", func(r *jsonReader, f *bunFile) error {
		return r.dictionary(func(dir string) error {
			w := &bunWorkspace{dir: dir}
			f.workspaces = append(f.workspaces, w)
			return bunWorkspaceFields.read(r, w)
		})
	}},
	{"overrides", func(r *jsonReader, f *bunFile) error { return f.readAliases(r, "") }},
	{"catalog", func(r *jsonReader, f *bunFile) error { return f.readAliases(r, "") }},
	{"catalogs", func(r *jsonReader, f *bunFile) error { return f.readAliases(r, "") }},
	{"patchedDependencies", func(r *jsonReader, f *bunFile) error {
		return r.textDictionary(func(_, patch string) {
			if escapes(patch) {
				f.problems = append(f.problems, Problem{
					Check: "path-escapes-project", Line: r.here(),
					Message: "a package is patched with " + patch + ", outside the project",
					Hint:    "move the patch into the project",
				})
			}
		})
	}},
	{"packages", func(r *jsonReader, f *bunFile) error {
		return r.dictionary(func(key string) error {
			p := &bunPackage{key: key, line: r.here()}
			f.packages = append(f.packages, p)
			return p.read(r)
		})
	}},
}

// readAliases reads ranges by name, which may be nested, and keeps those that
// name another package. A name may have a range behind it.
func (f *bunFile) readAliases(r *jsonReader, name string) error {
	if r.next() == '{' {
		return r.dictionary(func(name string) error { return f.readAliases(r, name) })
	}
	spec, err := r.text()
	if real, _, ok := npmAlias(spec); ok {
		if at := strings.LastIndexByte(name, '@'); at > 0 {
			name = name[:at]
		}
		f.aliases[bunAlias{name, real}] = true
	}
	return err
}

func parseBun(data []byte, lock *Lockfile) error {
	f := bunFile{aliases: map[bunAlias]bool{}}
	if err := readJSON(plainJSON(data), func(r *jsonReader) error { return bunFileFields.read(r, &f) }); err != nil {
		return err
	}
	lock.Version = f.version
	if !slices.Contains([]string{"0", "1", "2", "3"}, f.version) {
		return fmt.Errorf("%w: %s", ErrUnsupportedVersion, f.version)
	}
	tree, err := newBunTree(&f)
	if err != nil {
		return err
	}
	lock.Problems = f.problems
	return tree.fill(lock)
}

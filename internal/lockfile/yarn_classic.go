package lockfile

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// yarn.lock of yarn 1 is written in a syntax of its own (see yarn_classic_syntax.go):
//
//	# yarn lockfile v1
//	"string-width-cjs@npm:string-width@^4.2.0", string-width@^4.1.0:
//	  version "4.2.3"
//	  resolved "https://registry.yarnpkg.com/string-width/-/string-width-4.2.3.tgz#269c71…"
//	  integrity sha512-…
//	  dependencies:
//	    strip-ansi "^6.0.1"
//
// The key lists the requests, called patterns, that the entry answers: a name
// and what a package.json asks for under it. Yarn installs the entry under the
// name of each pattern, and nothing ties the address in "resolved" to that
// name. The fragment of an address is the sha1 of a tarball or the commit of a
// repository. "integrity" is absent in files older than yarn 1.10 and for git;
// "resolved" is absent for local directories and in offline mirrors. The file
// says nothing about projects, scripts, platforms or development.

var yarnClassicFormat = format{
	name: "yarn-classic",
	matches: func(base string, data []byte) bool {
		return base == "yarn.lock" && !isYarnBerry(data)
	},
	parse: parseYarnClassic,
}

// maxYarnNames bounds how many packages one entry may answer for. Real ones
// answer for one.
const maxYarnNames = 16

// yarnClassicUpdate is how to have yarn 1 write an entry again.
const yarnClassicUpdate = "delete the entry and run yarn install --ignore-scripts"

func parseYarnClassic(data []byte, lock *Lockfile) error {
	blocks, err := readYarnClassic(data)
	if err != nil {
		return err
	}
	lock.Version = yarnClassicVersion
	patterns := map[string]bool{}
	for _, b := range blocks {
		for _, pattern := range b.patterns {
			if patterns[pattern] {
				return &SyntaxError{b.line, errDuplicate}
			}
			patterns[pattern] = true
		}
	}
	for i := range blocks {
		b := &blocks[i]
		b.requires = slices.DeleteFunc(b.requires, func(pattern string) bool { return !patterns[pattern] })
		entries, err := b.entries()
		if err != nil {
			return err
		}
		lock.Entries = append(lock.Entries, entries...)
		lock.Problems = append(lock.Problems, b.problems...)
	}
	return nil
}

// entries returns one entry for each name that the block's patterns ask for,
// usually one.
func (b *yarnBlock) entries() ([]Entry, error) {
	if b.version == "" {
		return nil, &SyntaxError{b.line, errors.New("an entry without a version")}
	}
	if err := checkAddress(b.resolved); err != nil {
		return nil, &SyntaxError{b.line, err}
	}
	var entries []Entry
	for _, text := range b.patterns {
		pattern := parseYarnPattern(text)
		name := cmp.Or(b.name, pattern.real)
		i := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == name })
		if i < 0 && len(entries) == maxYarnNames {
			return nil, &SyntaxError{b.line, fmt.Errorf("an entry for more than %d packages", maxYarnNames)}
		}
		if i < 0 {
			i = len(entries)
			entries = append(entries, Entry{
				Name: name, Version: b.version, Source: b.source(pattern.spec), Resolved: b.resolved,
				Integrity: strings.Fields(b.integrity), Line: b.line, Requires: b.requires,
			})
		}
		if err := b.addPattern(&entries[i], text, pattern); err != nil {
			return nil, err
		}
	}
	for i := range entries {
		e := &entries[i]
		slices.Sort(e.Aliases)
		e.Aliases = slices.Compact(e.Aliases)
		if err := e.check(); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// addPattern adds what one pattern says about an entry.
func (b *yarnBlock) addPattern(e *Entry, text string, pattern yarnPattern) error {
	e.Locations = append(e.Locations, text)
	if hasControl(text) {
		return &SyntaxError{b.line, errControl}
	}
	if e.Source == File && (escapes(e.Resolved) || escapes(pattern.spec)) {
		b.problems = append(b.problems, Problem{
			Check: "path-escapes-project", Name: e.Name, Version: e.Version, Line: e.Line,
			Message: "comes from outside the project: " + cmp.Or(e.Resolved, pattern.spec),
			Hint:    "move it into the project, or run gate on the directory that holds both",
		})
	}
	if pattern.real != e.Name && e.Source == Registry {
		b.problems = append(b.problems, Problem{
			Check: "lock-disagreement", Name: e.Name, Version: e.Version, Line: e.Line,
			Message: "answers a request for another package: " + text,
			Hint:    yarnClassicUpdate,
		})
	}
	if pattern.name == e.Name {
		return nil
	}
	if err := npm.CheckName(pattern.name); err == nil {
		e.Aliases = append(e.Aliases, pattern.name)
	} else if b.name == "" { // with a name of its own, an address may stand as the pattern
		return &SyntaxError{b.line, err}
	}
	return nil
}

// A yarnPattern is one request: NAME@SPEC.
type yarnPattern struct {
	name string // in the tree
	real string // in the registry; it differs for an alias
	spec string // range, tag or address
}

// parseYarnPattern splits a pattern as yarn does: at the first at sign that
// does not begin a scope.
func parseYarnPattern(text string) yarnPattern {
	name, spec := cutYarnPattern(text)
	p := yarnPattern{name, name, spec}
	if alias, ok := strings.CutPrefix(spec, "npm:"); ok {
		p.real, p.spec = cutYarnPattern(alias)
	}
	return p
}

func cutYarnPattern(text string) (name, spec string) {
	i := strings.IndexByte(text[min(1, len(text)):], '@') + 1
	if i < 1 {
		return text, ""
	}
	return text[:i], text[i+1:]
}

// source decides by the address, and by the request where there is none.
func (b *yarnBlock) source(spec string) Source {
	switch {
	case b.resolved == "" && strings.HasPrefix(spec, "link:"):
		return Link
	case b.resolved == "" && isYarnPath(spec), strings.HasPrefix(b.resolved, "file:"), isYarnPath(b.resolved):
		return File
	case b.resolved == "" && isYarnGit(spec), isYarnGit(b.resolved), isGitArchive(b.resolved):
		return Git
	case b.resolved == "" || !strings.Contains(spec, "://") || isPublicTarball(b.resolved):
		return Registry
	}
	return URL
}

func isYarnPath(spec string) bool {
	return strings.HasPrefix(spec, "file:") || strings.HasPrefix(spec, ".") || strings.HasPrefix(spec, "/")
}

// isYarnGit reports whether yarn 1 clones an address: it has a git protocol,
// ends in .git or is that of a repository, two segments, on a known code host.
func isYarnGit(address string) bool {
	protocol, rest, _ := strings.Cut(address, ":")
	switch protocol {
	case "git", "ssh":
		return true
	case "http", "https":
	default:
		return strings.HasPrefix(protocol, "git+")
	}
	if rest, _, _ = strings.Cut(rest, "#"); strings.HasSuffix(rest, ".git") {
		return true
	}
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Hostname()) {
	case "github.com", "gitlab.com", "bitbucket.com", "bitbucket.org":
		return strings.Count(strings.Trim(u.Path, "/"), "/") == 1
	}
	return false
}

// isPublicTarball reports whether an address is that of a package of the public
// registry, even if a project asks for it by address.
func isPublicTarball(address string) bool {
	tarball, ok := npm.ParseTarballURL(address)
	return ok && (tarball.Registry == "https://registry.npmjs.org/" || tarball.Registry == "https://registry.yarnpkg.com/")
}

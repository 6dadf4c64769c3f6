// Package lockfile reads the lockfiles of npm, pnpm, yarn, bun, vlt and deno.
//
// A gate that reads a lockfile differently from the program that installs from
// it is a bypass. Every parser therefore follows the package manager's own
// reader, and refuses what readers are known to disagree about: repeated keys,
// keys that differ in case alone, merge conflict markers, YAML anchors and
// tags, unknown versions of a format. The bytes are hostile; sizes and depths
// are bounded by the constants of this package.
//
// One format is one file and one line in the table formats.
package lockfile

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// Source says where a package comes from.
type Source string

// The sources. Runtime is a JavaScript runtime that pnpm installs like a
// package; it does not come from the npm registry.
const (
	Registry  Source = "registry"
	Git       Source = "git"
	URL       Source = "url"
	File      Source = "file"
	Link      Source = "link"
	Workspace Source = "workspace"
	Bundled   Source = "bundled"
	Runtime   Source = "runtime"
)

// Entry is one locked package. Text is kept as the lockfile has it; an empty
// string or nil pointer means that the format does not carry the fact.
type Entry struct {
	Name      string // the real registry name; aliases are resolved
	Version   string
	Source    Source
	Resolved  string
	Integrity []string // one hash each; see Hashes

	// Checksum is a hash over something else than the registry's tarball: yarn
	// berry's own zip archive, or the unpacked archive in some lockfiles of pnpm.
	Checksum string

	Aliases       []string // names in the tree that differ from Name, sorted
	Dev           *bool
	Optional      *bool
	InstallScript *bool // a hint by whoever wrote the lockfile, never proof

	// Conditional says that yarn berry installs the package on some platforms
	// only. It writes no checksum for those that it did not fetch.
	Conditional bool
	// Tooling says that the entry belongs to the package manager itself:
	// pnpm's first document, which holds configDependencies.
	Tooling bool

	Line      int      // 1-based line of the entry's key
	Locations []string // places in the install tree, or the format's own keys
	Requires  []string // locations of the packages that it depends on
}

// ID returns name and version.
func (e *Entry) ID() npm.ID { return npm.ID{Name: e.Name, Version: e.Version} }

// Hashes reads the entry's integrity. The error wraps
// npm.ErrMalformedIntegrity.
func (e *Entry) Hashes() (npm.Integrity, error) {
	return npm.ParseIntegrity(strings.Join(e.Integrity, " "))
}

// Project is the project itself or one of its workspaces: what the lockfile
// remembers of its package.json.
type Project struct {
	Dir          string // relative to the lockfile, "." for the root
	Dependencies []Dependency
}

// Dependency is one request of a project as the lockfile remembers it.
type Dependency struct {
	Name     string // as in package.json, so possibly an alias
	Spec     string // the range or address asked for
	Kind     string // "dependencies", "devDependencies", "optionalDependencies" or "peerDependencies"
	Location string // the entry that answers it; empty where there is none
}

// Problem is something wrong with a lockfile that can still be read. The check
// with the same id reports it.
type Problem struct {
	Check   string
	Name    string
	Version string
	Line    int
	Message string
	Hint    string
	// Alias is the name in the tree for which nothing in the lockfile declares
	// that it stands for Name; empty if the problem is another.
	Alias string
}

// Lockfile is a lockfile as its package manager reads it.
type Lockfile struct {
	Path     string // as given to Parse
	Format   string // a name of the table formats
	Version  string // the format's own version text; empty if it has none
	Entries  []Entry
	Projects []Project
	Problems []Problem

	// Overridden are the names that the project's settings override or leave
	// out, where the lockfile records them, in no order. Only pnpm does.
	Overridden []string
}

// Limits on what is read. The largest lockfiles in public repositories are
// below 10 MB and nest below 20 levels.
const (
	MaxSize  = 32 << 20
	maxDepth = 64
)

// Reasons for refusing a lockfile, for callers that branch on them.
var (
	ErrUnknownFormat      = errors.New("not a known lockfile")
	ErrUnsupportedVersion = errors.New("unsupported lockfile version")
	ErrConflictMarkers    = errors.New("unresolved merge conflict markers")
	ErrTooLarge           = fmt.Errorf("larger than %d MiB", MaxSize>>20)
)

// SyntaxError says where a lockfile cannot be read and why.
type SyntaxError struct {
	Line int // 1-based; 0 if the file as a whole is meant
	Err  error
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("line %d: %v", e.Line, e.Err)
}

// Unwrap returns the reason without the line.
func (e *SyntaxError) Unwrap() error { return e.Err }

// A format is one kind of lockfile.
type format struct {
	name string
	// matches reports whether the format writes a file of that base name that
	// begins like data.
	matches func(base string, data []byte) bool
	// parse fills Version, Entries (one for each location), Projects and
	// Problems. The data has no byte order mark and no conflict markers.
	parse func(data []byte, lock *Lockfile) error
}

// formats is the one list of lockfile formats. The first match reads the file.
var formats = []format{
	pnpmFormat,
	yarnBerryFormat,
	yarnClassicFormat,
	npmFormat,
	bunFormat,
	bunBinaryFormat,
	vltFormat,
	denoFormat,
}

// Parse reads the lockfile in data. The name of the file decides the format;
// path may carry directories, which are kept for the report only. Errors are
// of type *SyntaxError, or wrap ErrUnknownFormat.
func Parse(file string, data []byte) (*Lockfile, error) {
	if len(data) > MaxSize {
		return nil, &SyntaxError{Err: ErrTooLarge}
	}
	text := trimByteOrderMark(data)
	base := path.Base(strings.ReplaceAll(file, `\`, "/"))
	for _, f := range formats {
		if !f.matches(base, text) {
			continue
		}
		if line := conflictMarker(text); line > 0 {
			return nil, &SyntaxError{line, ErrConflictMarkers}
		}
		lock := &Lockfile{Path: file, Format: f.name}
		if err := f.parse(text, lock); err != nil {
			return nil, asSyntaxError(err)
		}
		lock.Entries = merge(lock.Entries)
		return lock, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrUnknownFormat, base)
}

func asSyntaxError(err error) error {
	if syntax, ok := errors.AsType[*SyntaxError](err); ok {
		return syntax
	}
	return &SyntaxError{Err: err}
}

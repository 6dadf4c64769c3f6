package lockfile

import (
	"fmt"
	"strings"
)

// vlt-lock.json is JSON. "nodes" has the packages by id, each an array
//
//	[flags, name, integrity, address, location, manifest, …, platform, bins]
//
// of which all behind the flags may be null or missing; flags are 1 for
// optional and 2 for dev. "edges" has the requests: "FROM-ID NAME" is the key,
// "KIND RANGE TO-ID" the value. The project and its workspaces are ids that
// occur in edges alone, so that their names and versions are not recorded. A
// range may hold spaces. See vlt_id.go for the ids.
var vltFormat = format{
	name:    "vlt",
	matches: func(base string, _ []byte) bool { return base == "vlt-lock.json" },
	parse:   parseVLT,
}

// vltFile is the file as written.
type vltFile struct {
	version string
	nodes   []*vltNode
	edges   []*vltEdge
}

// vltNode is a package.
type vltNode struct {
	id   string
	line int

	flags                     string
	name, integrity, resolved string
	manifestName              string
	manifestVersion           string

	parts    vltID
	aliases  []string
	requires []string
}

// vltEdge is a request.
type vltEdge struct {
	from, name     string
	kind, spec, to string
	line           int
}

var vltFileFields = fields[vltFile]{
	{"lockfileVersion", func(r *jsonReader, f *vltFile) (err error) {
		f.version, err = r.number()
		return err
	}},
	{"nodes", func(r *jsonReader, f *vltFile) error {
		return r.dictionary(func(id string) error {
			n := &vltNode{id: id, line: r.here()}
			f.nodes = append(f.nodes, n)
			return n.read(r)
		})
	}},
	{"edges", func(r *jsonReader, f *vltFile) error {
		return r.dictionary(func(key string) error {
			e := &vltEdge{line: r.here()}
			f.edges = append(f.edges, e)
			value, err := r.text()
			if err == nil && !e.set(key, value) {
				err = r.errorf("edge that does not have the form of one")
			}
			return err
		})
	}},
}

var vltManifestFields = fields[vltNode]{
	{"name", textField(func(n *vltNode) *string { return &n.manifestName })},
	{"version", textField(func(n *vltNode) *string { return &n.manifestVersion })},
}

func (n *vltNode) read(r *jsonReader) error {
	return r.array(func(i int) (err error) {
		switch i {
		case 0:
			n.flags, err = r.number()
		case 1:
			n.name, err = r.text()
		case 2:
			n.integrity, err = r.text()
		case 3:
			n.resolved, err = r.text()
		case 5:
			if r.next() == '{' {
				return vltManifestFields.read(r, n)
			}
			return r.skip()
		default:
			return r.skip()
		}
		return err
	})
}

func (e *vltEdge) set(key, value string) bool {
	var ok1, ok2 bool
	e.from, e.name, ok1 = strings.Cut(key, " ")
	e.kind, value, ok2 = strings.Cut(value, " ")
	space := strings.LastIndexByte(value, ' ')
	if !ok1 || !ok2 || space < 0 {
		return false
	}
	e.spec, e.to = value[:space], value[space+1:]
	return true
}

func parseVLT(data []byte, lock *Lockfile) error {
	var f vltFile
	if err := readJSON(data, func(r *jsonReader) error { return vltFileFields.read(r, &f) }); err != nil {
		return err
	}
	if lock.Version = f.version; f.version != "1" {
		return fmt.Errorf("%w: %s", ErrUnsupportedVersion, f.version)
	}
	g, err := newVLTGraph(&f)
	if err != nil {
		return err
	}
	return g.fill(lock)
}

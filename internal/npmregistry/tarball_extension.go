package npmregistry

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// errTwice is the reason to refuse what unpackers resolve in different ways.
var errTwice = errors.New("two paths or sizes for one entry")

// extension is what pax and GNU headers say about the entry that follows.
type extension struct {
	path   string // empty if they say nothing
	size   int64  // -1 if they say nothing
	pax    bool   // there was a pax header
	target bool   // they have the target of a link
}

// extend reads the content of a pax or GNU header.
func (a *archive) extend(x *extension, e entry) error {
	switch {
	case e.size > maxExtension:
		return fmt.Errorf("an extended header larger than %d bytes", maxExtension)
	case x.pax: // npm would take the size in it for that of this header
		return errors.New("an extended header between a pax header and its entry")
	}
	content, err := io.ReadAll(a)
	if err != nil {
		return err
	}
	switch e.kind {
	case kindLongPath:
		path, err := field(content)
		return errors.Join(err, x.setPath(path))
	case kindPax:
		x.pax = true
		return paxRecords(content, x.set)
	case kindGlobalPax:
		return paxRecords(content, checkGlobal)
	}
	x.target = true
	return nil
}

// apply lets the headers before an entry decide about it.
func (x *extension) apply(e *entry) error {
	if x.path != "" {
		e.path = x.path
	}
	switch {
	case x.size >= 0 && x.size != e.size:
		return errTwice
	case x.target && !e.isLink():
		return errTarget // npm may pass over the entry for it
	case len(e.path) > maxPath:
		return fmt.Errorf("a path longer than %d bytes", maxPath)
	}
	return e.check()
}

func (x *extension) setPath(path string) error {
	switch {
	case x.path != "":
		return errTwice
	case path == "" || strings.ContainsAny(path, "\x00\n\r\u2028\u2029"):
		return errors.New("a path that is empty or has a line end")
	}
	x.path = path
	return nil
}

// set takes a pax record. Records that unpackers agree to ignore are many:
// times, owners, extended attributes.
func (x *extension) set(key, value string) error {
	switch {
	case key == "path":
		return x.setPath(value)
	case key == "size" && x.size >= 0:
		return errTwice
	case key == "size":
		size, err := strconv.ParseUint(value, 10, 62)
		x.size = int64(size)
		return err
	case key == "linkpath":
		x.target = true
	case key == "type", strings.HasPrefix(key, "GNU.sparse."):
		return fmt.Errorf("the pax record %q, which unpackers treat in different ways", key)
	}
	return nil
}

// checkGlobal checks a record for all entries that follow. git writes one with
// a comment, the commit.
func checkGlobal(key, _ string) error {
	switch {
	case key == "path", key == "linkpath", key == "size", key == "type", strings.HasPrefix(key, "GNU.sparse."):
		return fmt.Errorf("the pax record %q for all entries", key)
	}
	return nil
}

// paxRecords calls set for each record, "LENGTH KEY=VALUE\n", where the length
// is that of the record as a whole. Splitting at line ends, as npm does, has to
// give the same records.
func paxRecords(content []byte, set func(key, value string) error) error {
	for line := range bytes.Lines(content) {
		length, record, ok := strings.Cut(string(line), " ")
		key, value, isPair := strings.Cut(strings.TrimSuffix(record, "\n"), "=")
		if !ok || !isPair || key == "" || length != strconv.Itoa(len(line)) || line[len(line)-1] != '\n' {
			return errors.New("a pax record that cannot be read")
		}
		if err := set(key, value); err != nil {
			return err
		}
	}
	return nil
}

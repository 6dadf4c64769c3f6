package advisory

// This file reads collections of OSV records, one JSON file for each. The export
// for npm (https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip) is a
// zip of some 230,000 such files without folders: in September 2026 it had 222 MB
// and 360 MB unpacked. A checkout of ossf/malicious-packages is the same in
// folders, for several ecosystems, with other files between.

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"
)

// Bounds on a collection. A file that is out of bounds counts as unreadable; a
// collection that is, is refused.
const (
	maxFiles    = 4_000_000
	maxUnpacked = 8 << 30 // bytes
	// maxRatio bounds how much larger a file of a zip is unpacked, for files
	// from ratioFloor bytes on. For the export as a whole it is less than 2.
	maxRatio   = 200
	ratioFloor = 64 << 10
)

// Source is a collection of OSV records.
type Source struct {
	name  string
	files iter.Seq2[file, error]
}

// file is one file of a source.
type file struct {
	path   string
	packed uint64 // the size inside a zip; 0 if it is not packed
	open   func() (io.ReadCloser, error)
}

// Dir returns the records in a directory and all below it: the files that end
// in .json. The name is how an index will tell where it comes from.
func Dir(name string, fsys fs.FS) Source {
	return Source{name, func(yield func(file, error) bool) {
		err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !isRecord(path) {
				return err
			}
			if !yield(file{path: path, open: func() (io.ReadCloser, error) { return openRegular(fsys, path, d) }}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(file{}, err)
		}
	}}
}

// openRegular keeps away from what is no file; opening a pipe could take for ever.
func openRegular(fsys fs.FS, path string, d fs.DirEntry) (io.ReadCloser, error) {
	if !d.Type().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return fsys.Open(path)
}

// Zip returns the records in a zip: the files that end in .json. Their paths are
// only ever printed. The name is how an index will tell where it comes from.
func Zip(name string, archive *zip.Reader) Source {
	return Source{name, func(yield func(file, error) bool) {
		for _, f := range archive.File {
			if isRecord(f.Name) && !yield(file{f.Name, f.CompressedSize64, f.Open}, nil) {
				return
			}
		}
	}}
}

func isRecord(name string) bool { return strings.EqualFold(path.Ext(name), ".json") }

// read unpacks a file into a buffer, never more than maxRecord bytes.
func (f *file) read(buffer *bytes.Buffer) error {
	in, err := f.open()
	if err != nil {
		return err
	}
	defer in.Close()
	buffer.Reset()
	n, err := buffer.ReadFrom(io.LimitReader(in, maxRecord+1))
	switch {
	case err != nil:
		return err
	case n > maxRecord:
		return fmt.Errorf("the file is larger than %d bytes", maxRecord)
	case f.packed > 0 && n > ratioFloor && uint64(n) > maxRatio*f.packed:
		return fmt.Errorf("the file is packed by more than %d to 1", maxRatio)
	}
	return nil
}

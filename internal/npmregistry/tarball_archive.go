package npmregistry

// The tar archive inside a package's tarball, as npm (node-tar 7) reads it:
//
//   - A header is a block of 512 bytes, followed by the entry's content in
//     whole blocks. Two empty blocks end the archive; the rest is ignored.
//   - A header that npm dislikes is passed over without its content, which is
//     then taken for headers: one with a wrong checksum (a signed sum is wrong),
//     no name, a number beyond 2⁵³, a link's target where there is no link or
//     none where there is one.
//   - A directory has no content whatever its size says; a link has.
//   - The next entry's path can come from a pax header ("x"), where the record
//     "size" replaces the size and "type" the type, or from a GNU header ("L").
//     A global pax header ("g") gives the size of all that follow. Records are
//     split at line ends, so a value with one is lost.
//   - GNU's sparse files are not known: their content is taken as it stands.
//
// Other package managers and Go's archive/tar decide most of these otherwise,
// and who reads one header otherwise reads all that follow otherwise. That can
// show one package to a scanner and install another. An archive which leaves
// such a choice is refused here, so that whatever unpacks the rest finds the
// same files in it.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

const (
	blockSize = 512
	// maxEntries bounds the headers of an archive. A large package of icons has
	// 43,000 files.
	maxEntries = 200_000
	// maxPath bounds the path of an entry in bytes.
	maxPath = 1024
	// maxExtension bounds the content of a pax or GNU header. npm ignores what
	// is longer.
	maxExtension = 1 << 20
)

// The kinds of entries that archives of packages can hold.
const (
	kindFile      = '0'
	kindHardLink  = '1'
	kindSymlink   = '2'
	kindCharacter = '3'
	kindBlock     = '4'
	kindDirectory = '5'
	kindFIFO      = '6'
	kindPax       = 'x'
	kindGlobalPax = 'g'
	kindLongLink  = 'K'
	kindLongPath  = 'L'
)

// archive reads the entries of a tar archive one after the other.
type archive struct {
	r       io.Reader
	block   [blockSize]byte
	left    int64 // what is left of the entry's content
	padding int64 // what stands between it and the next header
	headers int

	// trailing says that there are bytes other than zero behind the end.
	trailing bool
}

// entry is one entry of an archive.
type entry struct {
	kind byte
	path string
	size int64
}

// next goes to the next file, directory, link or device. The error is io.EOF
// at the end of the archive.
func (a *archive) next() (entry, error) {
	extended := extension{size: -1}
	for {
		e, err := a.header()
		if err != nil {
			return e, err
		}
		isExtension := e.isExtension()
		if isExtension {
			err = a.extend(&extended, e)
		} else {
			err = extended.apply(&e)
		}
		if err != nil {
			return e, fmt.Errorf("at %q: %w", e.path, err)
		}
		if !isExtension {
			return e, nil
		}
	}
}

// isExtension reports whether an entry says something about the next one.
func (e *entry) isExtension() bool {
	switch e.kind {
	case kindPax, kindGlobalPax, kindLongPath, kindLongLink:
		return true
	}
	return false
}

func (e *entry) isLink() bool { return e.kind == kindHardLink || e.kind == kindSymlink }

// header passes over what is left of an entry and reads the next header.
func (a *archive) header() (entry, error) {
	if rest := a.left + a.padding; rest > 0 {
		if _, err := io.CopyN(io.Discard, a.r, rest); err != nil {
			return entry{}, unexpected(err)
		}
		a.left, a.padding = 0, 0
	}
	if _, err := io.ReadFull(a.r, a.block[:]); err != nil {
		return entry{}, err // io.EOF: npm does not miss the empty blocks
	}
	if a.block == [blockSize]byte{} {
		return entry{}, a.end()
	}
	if a.headers++; a.headers > maxEntries {
		return entry{}, fmt.Errorf("more than %d entries", maxEntries)
	}
	e, err := parseHeader(&a.block)
	switch {
	case err != nil:
		return e, fmt.Errorf("header %d: %w", a.headers, err)
	case e.size > maxUnpacked:
		return e, errUnpacked
	}
	a.left, a.padding = e.size, -e.size&(blockSize-1)
	return e, nil
}

// end reads what follows an empty block; there must be another one.
func (a *archive) end() error {
	switch _, err := io.ReadFull(a.r, a.block[:]); {
	case err != nil:
		return err
	case a.block != [blockSize]byte{}:
		return errors.New("an empty block between entries")
	}
	for {
		n, err := a.r.Read(a.block[:])
		a.trailing = a.trailing || len(bytes.Trim(a.block[:n], "\x00")) > 0
		if err != nil {
			return err
		}
	}
}

// Read reads the content of the entry that next returned.
func (a *archive) Read(p []byte) (int, error) {
	if a.left == 0 {
		return 0, io.EOF
	}
	n, err := a.r.Read(p[:min(int64(len(p)), a.left)])
	if a.left -= int64(n); a.left == 0 && errors.Is(err, io.EOF) {
		return n, nil
	}
	return n, unexpected(err)
}

// unexpected turns the end of the stream in the middle of an entry into an
// error that is not taken for the end of the archive.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

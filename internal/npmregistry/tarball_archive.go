package npmregistry

// The tar archive inside a package's tarball, as npm (node-tar 7) reads it:
//
//   - A header is a block of 512 bytes, followed by the entry's content in
//     whole blocks. Two empty blocks end the archive; the rest is ignored.
//   - A header that npm dislikes is passed over without its content, which is
//     then taken for headers: one with a wrong checksum (signed sums are wrong), no
//     name, a number beyond 2⁵³, a link's target where there is no link or none
//     where there is one.
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
	"strconv"
	"strings"
)

const (
	blockSize = 512
	// maxEntries bounds the headers of an archive. Large packages of icons have
	// some 50,000 files.
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

// errTarget is the reason to refuse a target of a link where there is no link.
var errTarget = errors.New("a target of a link where there is no link")

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
	a.left -= int64(n)
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

// parseHeader reads a header block. The offsets are those of POSIX.
func parseHeader(block *[blockSize]byte) (entry, error) {
	e := entry{kind: block[156]}
	if e.kind == 0 {
		e.kind = kindFile // as V7 wrote it
	}
	if err := checkSum(block); err != nil {
		return e, err
	}
	if err := checkNumbers(block); err != nil {
		return e, err
	}
	name, err := field(block[0:100])
	if err != nil {
		return e, err
	}
	target, err := field(block[157:257])
	if err != nil {
		return e, err
	}
	prefix, err := prefix(block)
	if err != nil {
		return e, err
	}
	if e.path = name; prefix != "" {
		e.path = prefix + "/" + name
	}
	if e.size, err = octal(block[124:136]); err != nil {
		return e, errors.New("the size is no octal number")
	}
	switch {
	case name == "":
		return e, errors.New("no name")
	case e.isLink() && target == "":
		return e, errors.New("a link without a target")
	case !e.isLink() && target != "":
		return e, errTarget
	}
	return e, nil
}

// check refuses kinds of entries that unpackers treat in different ways.
func (e *entry) check() error {
	if e.kind == kindFile && strings.HasSuffix(e.path, "/") {
		e.kind = kindDirectory // as V7 wrote it
	}
	switch e.kind {
	case kindFile:
		return nil
	case kindHardLink, kindSymlink, kindCharacter, kindBlock, kindDirectory, kindFIFO:
		if e.size != 0 {
			return errors.New("content where an entry cannot have any")
		}
		return nil
	}
	return fmt.Errorf("an entry of the unknown kind %q", e.kind)
}

// checkSum compares the sum of the bytes with the one that the header states.
// In the sum its own place counts as spaces.
func checkSum(block *[blockSize]byte) error {
	var sum int64
	for i, b := range block {
		if 148 <= i && i < 156 {
			b = ' '
		}
		sum += int64(b)
	}
	stated, err := octal(block[148:156])
	if last := block[155]; err != nil || stated != sum || last != ' ' && last != 0 {
		return errors.New("a wrong checksum")
	}
	return nil
}

// checkNumbers refuses binary numbers that JavaScript cannot represent: mode,
// owner and times.
func checkNumbers(block *[blockSize]byte) error {
	numbers := [][]byte{block[100:108], block[108:116], block[116:124], block[136:148]}
	if isUSTAR(block) {
		numbers = append(numbers, block[329:337], block[337:345])
		if block[475] == 0 { // else the prefix reaches up to here
			numbers = append(numbers, block[476:488], block[488:500])
		}
	}
	for _, n := range numbers {
		if n[0] >= 0x80 && !isSafeBinary(n) {
			return errors.New("a number that is too large")
		}
	}
	return nil
}

// isSafeBinary reports whether a number in GNU's binary format lies between
// -2⁵³ and 2⁵³. Its first byte is a mark, the others are big-endian.
func isSafeBinary(n []byte) bool {
	high, low := n[1:len(n)-7], n[len(n)-7]
	switch n[0] {
	case 0x80:
		return len(bytes.Trim(high, "\x00")) == 0 && low < 0x20
	case 0xff:
		return len(bytes.Trim(high, "\xff")) == 0 && low >= 0xe0
	}
	return false
}

// octal reads a number: digits in front of spaces and NULs. None count as zero.
func octal(field []byte) (int64, error) {
	text := strings.TrimLeft(strings.TrimRight(string(field), " \x00"), " ")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 8, 62)
	return int64(n), err
}

// field reads a text that ends at a NUL or fills its place.
func field(raw []byte) (string, error) {
	text, rest, _ := bytes.Cut(raw, []byte{0})
	if len(bytes.Trim(rest, "\x00")) > 0 {
		return "", errors.New("text behind the end of a name")
	}
	return string(text), nil
}

func isUSTAR(block *[blockSize]byte) bool { return string(block[257:265]) == "ustar\x0000" }

// prefix reads the part of the path that stands in a place of its own. Only
// POSIX has it; in other formats that place should be empty.
func prefix(block *[blockSize]byte) (string, error) {
	raw := block[345:500]
	if block[475] == 0 {
		raw = block[345:475] // times may follow
	}
	text, err := field(raw)
	if err == nil && text != "" && !isUSTAR(block) {
		err = errors.New("a prefix in a format that has none")
	}
	return text, err
}

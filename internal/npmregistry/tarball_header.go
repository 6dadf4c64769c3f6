package npmregistry

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// errTarget is the reason to refuse a target of a link where there is no link.
var errTarget = errors.New("a target of a link where there is no link")

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

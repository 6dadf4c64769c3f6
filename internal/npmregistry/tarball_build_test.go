package npmregistry

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
)

// pack makes a tarball of the parts of an archive, which it ends.
func pack(parts ...[]byte) []byte {
	return zip(slices.Concat(slices.Concat(parts...), make([]byte, 2*blockSize)))
}

func zip(archive []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(archive); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// file makes a file of an archive.
func file(path, content string) []byte { return item(kindFile, path, content) }

// manifest makes a package.json.
func manifest(text string) []byte { return file("package/package.json", text) }

// item makes an entry of an archive. The edits change the header before its
// checksum is computed.
func item(kind byte, path, content string, edits ...func(block []byte)) []byte {
	block := make([]byte, blockSize)
	copy(block[0:100], path)
	copy(block[100:], "0000644\x000000000\x000000000\x00")
	copy(block[124:], fmt.Sprintf("%011o\x00", len(content)))
	copy(block[136:], "00000000000\x00")
	block[156] = kind
	copy(block[257:], "ustar\x0000")
	if kind == kindHardLink || kind == kindSymlink {
		copy(block[157:257], "package/target")
	}
	for _, edit := range edits {
		edit(block)
	}
	seal(block)
	padding := make([]byte, -len(content)&(blockSize-1))
	return slices.Concat(block, []byte(content), padding)
}

// seal writes the checksum.
func seal(block []byte) {
	copy(block[148:156], "        ")
	sum := 0
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:156], fmt.Sprintf("%06o\x00 ", sum))
}

// put returns an edit that writes text at an offset of a header.
func put(offset int, text string) func(block []byte) {
	return func(block []byte) { copy(block[offset:], text) }
}

// pax makes an extended header of records "KEY=VALUE".
func pax(records ...string) []byte {
	var text strings.Builder
	for _, r := range records {
		length := len(r) + len(" \n")
		for n := 0; n != length; {
			n = length
			length = len(r) + len(" \n") + len(fmt.Sprint(n))
		}
		fmt.Fprintf(&text, "%d %s\n", length, r)
	}
	return item(kindPax, "package/PaxHeader/x", text.String())
}

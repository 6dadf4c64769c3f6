package lockfile

import "bytes"

// trimByteOrderMark removes the UTF-8 byte order mark that every package
// manager ignores.
func trimByteOrderMark(data []byte) []byte {
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
}

// conflictMarker returns the 1-based line of the first merge conflict marker,
// or 0. npm, pnpm and yarn classic merge such files silently, each by its own
// rules, so none of their readings is the one that was reviewed.
func conflictMarker(data []byte) int {
	for line := 1; len(data) > 0; line++ {
		text, rest, _ := bytes.Cut(data, []byte("\n"))
		for _, marker := range []string{"<<<<<<<", ">>>>>>>", "|||||||"} {
			if bytes.HasPrefix(text, []byte(marker)) {
				return line
			}
		}
		data = rest
	}
	return 0
}

package lockfile

import "bytes"

// plainJSON turns JSON with comments and trailing commas into plain JSON of the
// same length: what JSON does not allow becomes spaces, so that offsets and
// lines stay. Everything else, correct or not, is left to the JSON reader.
func plainJSON(data []byte) []byte {
	plain := bytes.Clone(data)
	comma := -1         // a comma that nothing but space and comments follow so far
	afterValue := false // a comma may follow
	for i := 0; i < len(plain); i++ {
		switch c := plain[i]; c {
		case ' ', '\t', '\r', '\n':
			continue
		case '/':
			if end := commentEnd(plain, i); end > i {
				blank(plain[i:end])
				i = end - 1
				continue
			}
		case '"':
			i = stringEnd(plain, i)
		case ',':
			comma = -1
			if afterValue {
				comma = i
			}
			afterValue = false
			continue
		case '}', ']':
			if comma >= 0 {
				plain[comma] = ' '
			}
		}
		comma, afterValue = -1, plain[i] != '{' && plain[i] != '['
	}
	return plain
}

// blank overwrites text with spaces, except for the ends of lines.
func blank(text []byte) {
	for i, c := range text {
		if c != '\n' {
			text[i] = ' '
		}
	}
}

// stringEnd returns the index of the quote that closes the string at start, or
// the last index if nothing does.
func stringEnd(data []byte, start int) int {
	for i := start + 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(data) - 1
}

// commentEnd returns the index behind the comment at start, or start if there
// is none. A comment that is not closed is none.
func commentEnd(data []byte, start int) int {
	rest := data[start:]
	switch {
	case bytes.HasPrefix(rest, []byte("//")):
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			return start + n
		}
		return len(data)
	case bytes.HasPrefix(rest, []byte("/*")):
		if n := bytes.Index(rest[2:], []byte("*/")); n >= 0 {
			return start + 2 + n + 2
		}
	}
	return start
}

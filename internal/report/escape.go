// What a terminal and a CI log do with the bytes they are sent:
//
//   - A terminal obeys escape sequences, in their C0 and C1 forms, and lets
//     bidirectional controls reorder what is read.
//   - The GitHub Actions runner obeys a line that begins with "::" after white
//     space, and "##[command]" wherever it stands in a line. The Azure Pipelines
//     agent obeys "##vso[command]" wherever it stands; TeamCity has
//     "##teamcity[".
//   - Readers see nothing of zero-width characters, variation selectors and tag
//     characters, which can hide text and tell apart names that look the same.

package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPrinted bounds how much of one text is printed, in runes.
const maxPrinted = 500

// logCommand matches what CI systems take for a command anywhere in a line.
var logCommand = regexp.MustCompile(`##([A-Za-z]*\[)`)

// Printable makes text safe to print as part of one line of a terminal or a CI
// log. Characters that cannot be seen are written as \u{…}, bytes that are not
// UTF-8 as \x{…}; the beginning of a CI command is written likewise. Long text
// is cut, which an ellipsis shows.
func Printable(text string) string {
	var b strings.Builder
	for n := 0; text != ""; n++ {
		if n == maxPrinted {
			b.WriteString("…")
			break
		}
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x{%02x}`, text[0])
		case isVisible(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
		text = text[size:]
	}
	return disarm(b.String())
}

// disarm breaks up what a CI system would take for a command. White space other
// than U+0020 has been made visible before.
func disarm(text string) string {
	text = logCommand.ReplaceAllString(text, `#\u{23}$1`)
	if rest := strings.TrimLeft(text, " "); strings.HasPrefix(rest, "::") {
		text = text[:len(text)-len(rest)] + `\u{3a}` + rest[1:]
	}
	return text
}

// isVisible reports whether a reader sees the character: it has a glyph, or is
// the ordinary space. unicode.IsPrint alone lets through the letters, marks and
// symbols that have an empty glyph.
func isVisible(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r < 0x7f
	}
	const brailleBlank = '\u2800'
	return unicode.IsPrint(r) && r != brailleBlank &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

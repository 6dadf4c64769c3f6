// What GitHub and GitLab make of Markdown beyond CommonMark, all of it from
// plain text and none of it in code spans:
//
//   - addresses become links, with "www." instead of a scheme too, and so do
//     mail addresses;
//   - @name notifies people; #1, GH-1, owner/repository#1 and the hexadecimal
//     digits of a commit link to it;
//   - :name: becomes an emoji;
//   - a pipe in a table ends the cell, in a code span too, unless it is escaped.
//
// Character references are no way out: what is looked for is looked for in the
// rendered text.

package report

import (
	"html"
	"regexp"
	"strings"
)

// markdownTokens splits a message into quoted texts and words.
var markdownTokens = regexp.MustCompile(`"(?:[^"\\]|\\.)*"\S*|\S+`)

// Plain words and numbers, with the punctuation around them. A number with a
// period or a parenthesis behind it begins a list; letters that are all
// hexadecimal digits can be a commit.
var (
	plainWord    = regexp.MustCompile(`^\(?\p{L}[\p{L}'-]*[,;:.!?)]*$`)
	plainNumber  = regexp.MustCompile(`^\(?[0-9]{1,6}[,;:]?$`)
	commitDigits = regexp.MustCompile(`^\(?[0-9A-Fa-f]{7,}[,;:.!?)]*$`)
)

// markdownText writes one line of text so that it reads as prose and all of it
// means itself: whatever is not a plain word is written as code.
func markdownText(text string) string {
	var parts, code []string
	flush := func() {
		if len(code) > 0 {
			parts = append(parts, markdownQuote(strings.Join(code, " ")))
			code = nil
		}
	}
	for _, token := range markdownTokens.FindAllString(Printable(text), -1) {
		if !isPlain(token) {
			code = append(code, token)
			continue
		}
		flush()
		parts = append(parts, token)
	}
	flush()
	return strings.Join(parts, " ")
}

// markdownQuote writes text as code, with the punctuation at its end behind it.
func markdownQuote(text string) string {
	code := strings.TrimRight(text, ",;:")
	if code == "" {
		return markdownCode(text)
	}
	return markdownCode(code) + text[len(code):]
}

func isPlain(token string) bool {
	if commitDigits.MatchString(token) {
		return false
	}
	return plainWord.MatchString(token) || plainNumber.MatchString(token)
}

// markdownCode writes text as a code span. A span ends at the same number of
// backquotes that it began with, and loses one space at either end.
func markdownCode(text string) string {
	text = Printable(text)
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 || strings.TrimSpace(text) == "" || text[0] == ' ' && text[len(text)-1] == ' ' {
		text = " " + text + " "
	}
	return fence + text + fence
}

// markdownCell makes Markdown fit for a cell of a table. Renderers disagree on
// what a backslash before an escaped pipe means, so they are set apart.
func markdownCell(markdown string) string {
	return strings.NewReplacer(`\|`, `\ \|`, `|`, `\|`).Replace(markdown)
}

// htmlCode writes text as code where HTML stands in Markdown.
func htmlCode(text string) string { return "<code>" + html.EscapeString(Printable(text)) + "</code>" }

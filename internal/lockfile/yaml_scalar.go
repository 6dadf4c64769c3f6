package lockfile

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scalar reads a plain or quoted scalar, which ends on its own line.
func (r *yamlReader) scalar(flow bool) (yamlNode, error) {
	node := yamlNode{line: r.line, kind: yamlScalar}
	var err error
	switch r.peek() {
	case '\'':
		node.text, err = r.singleQuoted()
	case '"':
		node.text, err = r.doubleQuoted()
	default:
		node.plain = true
		node.text, err = r.plainText(flow)
	}
	return node, err
}

// plainText reads up to a comment, a colon that ends a key, the end of the
// line and, inside a flow collection, its punctuation.
func (r *yamlReader) plainText(flow bool) (string, error) {
	if err := r.checkPlain(flow); err != nil {
		return "", err
	}
	begin := r.pos
	for !r.endsPlain(flow) {
		r.pos++
	}
	if r.peek() == '\t' && !flow {
		return "", r.errorf("a tab in text without quotes")
	}
	text := strings.TrimRight(r.text[begin:r.pos], " ")
	r.pos = begin + len(text)
	return text, nil
}

// endsPlain reports whether the character at the position is no longer part of
// a plain scalar.
func (r *yamlReader) endsPlain(flow bool) bool {
	if r.pos >= len(r.text) {
		return true
	}
	switch r.text[r.pos] {
	case '\n', '\t':
		return true
	case ':':
		next := r.at(r.pos + 1)
		return isBlank(next) || flow && isFlowPunctuation(next)
	case '#':
		return r.text[r.pos-1] == ' '
	case ',', '[', ']', '{', '}':
		return flow
	}
	return false
}

// checkPlain refuses the characters that begin something else than a plain
// scalar.
func (r *yamlReader) checkPlain(flow bool) error {
	switch c := r.peek(); c {
	case '&', '*':
		return r.errorf("a YAML anchor or alias, which no package manager writes")
	case '!':
		return r.errorf("a YAML tag, which no package manager writes")
	case '\n':
		return r.errorf("a value is missing")
	case '-', '?':
		if next := r.at(r.pos + 1); !isBlank(next) && !(flow && isFlowPunctuation(next)) {
			return nil
		}
	case '|', '>', '%', '@', '`', ',', '[', ']', '{', '}', '#', ':':
	default:
		return nil
	}
	return r.errorf("unexpected %q", r.peek())
}

func isFlowPunctuation(c byte) bool {
	return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'
}

// singleQuoted reads '...', in which two quotes stand for one.
func (r *yamlReader) singleQuoted() (string, error) {
	begin, end := r.pos+1, r.pos+1
	for r.at(end) != '\'' || r.at(end+1) == '\'' {
		switch r.at(end) {
		case '\n':
			return "", r.errorf("a quote that the line does not close")
		case '\'':
			end++
		}
		end++
	}
	r.pos = end + 1
	return strings.ReplaceAll(r.text[begin:end], "''", "'"), nil
}

// doubleQuoted reads "..." with YAML's escapes.
func (r *yamlReader) doubleQuoted() (string, error) {
	begin := r.pos + 1
	end := begin
	for c := r.at(end); c != '"' && c != '\\' && c != '\n'; c = r.at(end) {
		end++
	}
	if r.at(end) == '"' {
		r.pos = end + 1
		return r.text[begin:end], nil
	}
	b := []byte(r.text[begin:end])
	for r.pos = end; ; {
		switch c := r.peek(); c {
		case '\n':
			return "", r.errorf("a quote that the line does not close")
		case '"':
			r.pos++
			return string(b), nil
		case '\\':
			char, err := r.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, char)
		default:
			b = append(b, c)
			r.pos++
		}
	}
}

// yamlEscapes are the escapes of a single character.
var yamlEscapes = map[byte]rune{
	'0': 0, 'a': '\a', 'b': '\b', 't': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r', 'e': 0x1b,
	' ': ' ', '"': '"', '/': '/', '\\': '\\', 'N': 0x85, '_': 0xa0, 'L': 0x2028, 'P': 0x2029,
}

// escape reads the escape at the backslash.
func (r *yamlReader) escape() (rune, error) {
	c := r.at(r.pos + 1)
	r.pos += 2
	if char, ok := yamlEscapes[c]; ok {
		return char, nil
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	char, ok := r.hex(digits)
	if ok && utf16.IsSurrogate(char) && r.peek() == '\\' && r.at(r.pos+1) == 'u' {
		r.pos += 2
		low, _ := r.hex(4)
		char = utf16.DecodeRune(char, low)
		ok = char != utf8.RuneError
	}
	if !ok || !utf8.ValidRune(char) {
		return 0, r.errorf("unknown escape in a quoted text")
	}
	return char, nil
}

func (r *yamlReader) hex(digits int) (rune, bool) {
	if digits == 0 || r.pos+digits > len(r.text) {
		return 0, false
	}
	n, err := strconv.ParseUint(r.text[r.pos:r.pos+digits], 16, 32)
	r.pos += digits
	return rune(n), err == nil && n <= utf8.MaxRune
}

// yamlTyped matches the plain scalars that js-yaml takes for null, a boolean,
// a number or a date instead of text.
var yamlTyped = regexp.MustCompile(`^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE` +
	`|[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o[0-7_]+)` +
	`|[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?` +
	`|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)` +
	`|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?)$`)

// isTyped reports whether a plain scalar is something else than text to a
// reader of YAML's core schema, so that two readers see two things in it.
func isTyped(text string) bool {
	switch c := text[0]; {
	case '0' <= c && c <= '9':
		if strings.Count(text, ".") > 1 && !strings.ContainsAny(text, "Tt ") {
			return false // the usual version
		}
	case strings.IndexByte("~nNtTfF-+.", c) < 0:
		return false
	}
	return yamlTyped.MatchString(text)
}

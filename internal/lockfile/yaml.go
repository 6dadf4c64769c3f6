package lockfile

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// pnpm and yarn berry write a small part of YAML: block mappings and sequences
// indented with spaces, flow collections on one line, plain and quoted scalars
// on one line, block scalars for long texts, "? key" for keys beyond 1024
// characters. The v13 format of pnpm is one flow mapping over many lines,
// indented with tabs, with trailing commas and keys of any length without "? ".
//
// The reader below reads that part and refuses the rest: anchors, aliases,
// tags, merge keys, directives, collections as keys, repeated keys, scalars
// over several lines, tabs as indentation, bare carriage returns and control
// characters. YAML readers differ there, and no package manager writes it. It
// keeps line numbers and the difference between plain and quoted, and builds
// its strings as parts of the text.

type yamlKind uint8

const (
	yamlNull yamlKind = iota // nothing written at all
	yamlScalar
	yamlMapping
	yamlSequence
)

type yamlNode struct {
	line  int
	kind  yamlKind
	plain bool // a scalar without quotes
	text  string
	pairs []yamlPair
	items []yamlNode
}

type yamlPair struct {
	line  int
	plain bool
	key   string
	value yamlNode
}

// get returns the value of a mapping's key, or a node of kind yamlNull.
func (n *yamlNode) get(key string) *yamlNode {
	for i := range n.pairs {
		if n.pairs[i].key == key {
			return &n.pairs[i].value
		}
	}
	return &yamlNode{line: n.line}
}

// maxValues bounds the values and lines of texts in a document, each of which
// takes more memory than text. A lockfile of MaxSize has some 1.3 million.
const maxValues = 2_000_000

var (
	errTooMany   = fmt.Errorf("more than %d values", maxValues)
	errTooDeep   = fmt.Errorf("nested deeper than %d levels", maxDepth)
	errNotUTF8   = errors.New("not valid UTF-8")
	errControl   = errors.New("control character")
	errLoneCR    = errors.New("carriage return without line feed")
	errDuplicate = errors.New("the same key occurs twice")
)

// yamlText prepares a file for the reader: it checks the characters and turns
// CRLF into LF, as the readers of pnpm and yarn do.
func yamlText(data []byte) (string, error) {
	if !utf8.Valid(data) {
		return "", errNotUTF8
	}
	text := string(data)
	if strings.ContainsRune(text, '\r') {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	line := 1
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			line++
		case c == '\r':
			return "", &SyntaxError{line, errLoneCR}
		case c < ' ' && c != '\t', c == 0x7f, c >= utf8.RuneSelf && isYAMLBreak(text[i:]):
			return "", &SyntaxError{line, errControl}
		}
	}
	return text, nil
}

// isYAMLBreak reports whether text begins with a C1 control, a byte order mark
// or a line separator: readers of YAML 1.1 begin a new line at some of them,
// those of 1.2 do not.
func isYAMLBreak(text string) bool {
	switch r, _ := utf8.DecodeRuneInString(text); r {
	case '\u2028', '\u2029', '\ufeff':
		return true
	default:
		return r >= 0x80 && r < 0xa0
	}
}

// yamlReader reads one document. Between lines it stands at the first
// character of the next line that has content, in column indent.
type yamlReader struct {
	text   string
	pos    int
	line   int
	start  int // offset of the line
	indent int // -1 behind the last line
	values int
}

// parseYAML reads a single document whose first line has the given number.
func parseYAML(text string, line int) (yamlNode, error) {
	r := &yamlReader{text: text, line: line}
	if err := r.advance(); err != nil {
		return yamlNode{}, err
	}
	if r.indent < 0 {
		return yamlNode{line: line}, nil
	}
	if r.indent > 0 {
		return yamlNode{}, r.errorf("the document does not begin in the first column")
	}
	node, err := r.block(0, 0)
	if err == nil && r.indent >= 0 {
		err = r.errorf("text behind the end of the document")
	}
	return node, err
}

func (r *yamlReader) errorf(format string, args ...any) error {
	return &SyntaxError{r.line, fmt.Errorf(format, args...)}
}

func (r *yamlReader) fail(err error) error { return &SyntaxError{r.line, err} }

// count counts a value.
func (r *yamlReader) count() error {
	if r.values++; r.values > maxValues {
		return r.fail(errTooMany)
	}
	return nil
}

// peek returns the next byte, and a line feed at the end of the text.
func (r *yamlReader) peek() byte { return r.at(r.pos) }

func (r *yamlReader) at(pos int) byte {
	if pos < len(r.text) {
		return r.text[pos]
	}
	return '\n'
}

func (r *yamlReader) skipSpaces() {
	for r.pos < len(r.text) && r.text[r.pos] == ' ' {
		r.pos++
	}
}

// atIndicator reports whether c stands here followed by a space or the end of
// the line.
func (r *yamlReader) atIndicator(c byte) bool {
	next := r.at(r.pos + 1)
	return r.peek() == c && (next == ' ' || next == '\n')
}

// advance moves from the beginning of a line to the next content.
func (r *yamlReader) advance() error {
	for r.pos < len(r.text) {
		r.start = r.pos
		r.skipSpaces()
		switch r.peek() {
		case '#':
			r.skipComment()
		case '\t':
			return r.errorf("a tab as indentation")
		case '\n':
		default:
			r.indent = r.pos - r.start
			return r.checkMarker()
		}
		r.newline()
	}
	r.indent = -1
	return nil
}

func (r *yamlReader) skipComment() {
	if i := strings.IndexByte(r.text[r.pos:], '\n'); i >= 0 {
		r.pos += i
		return
	}
	r.pos = len(r.text)
}

// newline steps over a line feed; at the end of the text there is none.
func (r *yamlReader) newline() {
	if r.pos < len(r.text) {
		r.pos++
		r.line++
		r.start = r.pos
	}
}

// checkMarker refuses document markers: the text is a single document.
func (r *yamlReader) checkMarker() error {
	rest := r.text[r.start:]
	if !strings.HasPrefix(rest, "---") && !strings.HasPrefix(rest, "...") {
		return nil
	}
	if next := r.at(r.start + 3); next == ' ' || next == '\t' || next == '\n' {
		return r.errorf("a document begins or ends where none is expected")
	}
	return nil
}

// endLine makes sure that nothing but a comment follows and moves on.
func (r *yamlReader) endLine() error {
	r.skipSpaces()
	if r.peek() == '#' && r.text[r.pos-1] == ' ' {
		r.skipComment()
	}
	if r.peek() != '\n' {
		return r.errorf("unexpected text behind a value")
	}
	r.newline()
	return r.advance()
}

// checkKeys refuses repeated and merge keys. Small mappings, which are most,
// are searched without a table.
func checkKeys(pairs []yamlPair) error {
	const small = 12
	var seen map[string]struct{}
	if len(pairs) > small {
		seen = make(map[string]struct{}, len(pairs))
	}
	for i, p := range pairs {
		if p.key == "<<" {
			return &SyntaxError{p.line, errors.New("a YAML merge key")}
		}
		repeated := false
		if seen != nil {
			_, repeated = seen[p.key]
			seen[p.key] = struct{}{}
		} else {
			repeated = hasKey(pairs[:i], p.key)
		}
		if repeated {
			return &SyntaxError{p.line, errDuplicate}
		}
	}
	return nil
}

func hasKey(pairs []yamlPair, key string) bool {
	for i := range pairs {
		if pairs[i].key == key {
			return true
		}
	}
	return false
}

package npmregistry

// The format of .npmrc, as the npm packages "ini" and "@npmcli/config" read it:
//
//   - Lines end at any run of CR and LF. White space around keys and values is
//     JavaScript's, so a byte order mark counts as white space.
//   - A line that begins with # or ; is a comment. Either character also ends a
//     key or a value that is not in quotes, unless a backslash stands before it.
//   - "…" is a JSON string; if it is not valid JSON, the quotes stay. '…' loses
//     its quotes, and what is in them may again be a JSON string.
//   - key[]=value makes a list. Later values of the same key, with or without
//     brackets, are appended to it.
//   - A key without "=" has the value true.
//   - Under a [section] line keys belong to the section. npm has no setting
//     there, so they mean nothing.
//   - ${NAME} is replaced from the environment in keys and values; if there is
//     no such variable the text stays as it is, or vanishes for ${NAME?}. An odd
//     number of backslashes before it prevents that.

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
)

// maxConfigSize bounds a configuration file, and one with certificates.
const maxConfigSize = 4 << 20

// setting is one key of one source of configuration.
type setting struct {
	key     string
	written string   // the key before variables in it were replaced
	values  []string // one, unless list is set
	list    bool

	source  string // path of the file or name of the environment variable
	line    int    // from 1; 0 for the environment
	project bool   // from a file of the project
}

// place names where a setting stands, for messages.
func (s *setting) place() string {
	if s.line == 0 {
		return "environment variable " + s.source
	}
	return fmt.Sprintf("%s:%d", s.source, s.line)
}

// errorf makes an error about the setting. The format must not repeat its
// value: it may be a credential, or hold one.
func (s *setting) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %s %w", s.place(), s.written, fmt.Errorf(format, args...))
}

// text returns the value of a setting that is not a list; "" if it is unset by
// null or left empty.
func (s *setting) text() (string, error) {
	if s.list {
		return "", s.errorf("is a list; write it without []")
	}
	if s.values[0] == "null" {
		return "", nil
	}
	return s.values[0], nil
}

// lineEnds turns each of the line ends that npm knows into one LF.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// parseNpmrc reads the text of an .npmrc file. Keys keep the order and the line
// of their first appearance.
func parseNpmrc(data []byte, source string) []*setting {
	var all []*setting
	byKey := map[string]*setting{}
	line := 0
	for text := range strings.SplitSeq(lineEnds.Replace(string(data)), "\n") {
		line++
		if strings.HasPrefix(text, "[") && isSection(text) {
			break // keys of sections follow until the end of the file
		}
		key, value, ok := cutSetting(text)
		if !ok {
			continue
		}
		key, list := strings.CutSuffix(key, "[]")
		at := byKey[key]
		if at == nil {
			at = &setting{key: key, written: key, source: source, line: line}
			byKey[key] = at
			all = append(all, at)
		}
		at.list = at.list || list
		if !at.list {
			at.values, at.line = nil, line
		}
		at.values = append(at.values, value)
	}
	return all
}

// isSection reports whether a line that begins with a bracket is a section's.
func isSection(line string) bool {
	_, rest, ok := strings.Cut(line, "]")
	return ok && trimSpace(rest) == ""
}

// cutSetting splits a line into a key and a value; it is false for blank lines,
// comments, and lines that npm's regular expression does not match: those
// without a key or with a Unicode line separator in the value.
func cutSetting(line string) (key, value string, ok bool) {
	start := trimSpace(line)
	if start == "" || start[0] == '#' || start[0] == ';' || line[0] == '=' {
		return "", "", false
	}
	key, value, ok = strings.Cut(line, "=")
	if !ok {
		return unquoteIni(key), "true", true
	}
	return unquoteIni(key), unquoteIni(value), !strings.ContainsAny(value, "\u2028\u2029")
}

// unquoteIni takes quotes, escapes and a trailing comment from a key or value.
func unquoteIni(text string) string {
	text = trimSpace(text)
	single, double := quotedBy(text, '\''), quotedBy(text, '"')
	if !single && !double {
		return cutComment(text)
	}
	if single {
		text = text[1 : len(text)-1]
	}
	var inner string
	if json.Unmarshal([]byte(text), &inner) == nil {
		return inner
	}
	return text
}

func quotedBy(text string, quote byte) bool {
	return len(text) > 1 && text[0] == quote && text[len(text)-1] == quote
}

// cutComment cuts a text at the first # or ; and drops the backslashes that
// protect such a character or a backslash.
func cutComment(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && strings.IndexByte(`\;#`, text[i+1]) >= 0:
			i++
			out.WriteByte(text[i])
		case c == '#' || c == ';':
			return trimSpace(out.String())
		default:
			out.WriteByte(c)
		}
	}
	return trimSpace(out.String())
}

// trimSpace trims what JavaScript's String.trim does.
func trimSpace(text string) string {
	return strings.TrimFunc(text, func(r rune) bool {
		return r == '\uFEFF' || r != '\u0085' && unicode.IsSpace(r)
	})
}

// expand replaces ${NAME} and ${NAME?} in a text.
func expand(text string, lookup func(string) (string, bool)) string {
	var out strings.Builder
	for {
		start := strings.Index(text, "${")
		if start < 0 {
			out.WriteString(text)
			return out.String()
		}
		name, optional, length := variable(text[start:])
		if length == 0 {
			out.WriteString(text[:start+2])
			text = text[start+2:]
			continue
		}
		before := strings.TrimRight(text[:start], `\`)
		slashes := start - len(before)
		out.WriteString(before)
		out.WriteString(text[start-slashes/2 : start])
		value, ok := lookup(name)
		if slashes%2 == 1 || !ok && !optional {
			value = text[start : start+length]
		}
		out.WriteString(value)
		text = text[start+length:]
	}
}

// variable reads a reference at the start of a text; its length is 0 if there
// is none.
func variable(text string) (name string, optional bool, length int) {
	end := strings.IndexByte(text, '}')
	if end < 0 {
		return "", false, 0
	}
	name, optional = strings.CutSuffix(text[2:end], "?")
	if name == "" || strings.ContainsAny(name, "${?") {
		return "", false, 0
	}
	return name, optional, end + 1
}

// hasVariable reports whether a text refers to an environment variable, so
// whether it is not what its author wrote.
func hasVariable(text string) bool {
	for {
		start := strings.Index(text, "${")
		if start < 0 {
			return false
		}
		text = text[start:]
		if _, _, length := variable(text); length > 0 {
			return true
		}
		text = text[2:]
	}
}

// readSmallFile reads a file of at most maxConfigSize bytes. A path that is empty or
// names nothing gives no bytes and no error. Devices and pipes are refused:
// a project's configuration may name any path.
func readSmallFile(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err // names the path
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxConfigSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxConfigSize {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxConfigSize)
	}
	return data, nil
}

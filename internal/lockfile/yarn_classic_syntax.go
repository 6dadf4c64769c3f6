package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// The syntax of yarn 1: lines indented by a multiple of two spaces; a key, or
// several keys with commas between them, and behind them a value or a colon
// with deeper lines below. Keys and values stand bare if they begin with a
// letter, slash, period or dash and hold no space, colon or comma, otherwise
// as JSON strings. Comments begin with "#" and stand on lines of their own.
//
// Yarn's own reader takes more than that: numbers, several values on a line,
// repeated keys, of which the last one counts. It stops without an error at an
// indented line behind an empty one and does not see the rest of the file.
// Nothing of this is ever written, and all of it is refused here.

// yarnBlock is one entry: a line of patterns and the fields below it.
type yarnBlock struct {
	line     int
	patterns []string

	version, resolved, integrity string
	name                         string   // only where no pattern has the package's name
	requires                     []string // patterns of the dependencies
	problems                     []Problem

	fields  map[string]bool
	section string          // the mapping that the reader is in
	members map[string]bool // of the section
}

// yarnClassicVersion is the version of the format; there is only one.
const yarnClassicVersion = "1"

// readYarnClassic reads a whole file.
func readYarnClassic(data []byte) ([]yarnBlock, error) {
	text, err := yamlText(data)
	if err != nil {
		return nil, err
	}
	var blocks []yarnBlock
	line, versioned, gap := 0, false, true
	for row := range strings.SplitSeq(text, "\n") {
		line++
		if row == "" || row[0] == '#' {
			gap = true
			isHeader, err := checkYarnHeader(row)
			if err != nil {
				return nil, &SyntaxError{line, err}
			}
			versioned = versioned || isHeader
			continue
		}
		content := strings.TrimLeft(row, " ")
		indent := len(row) - len(content)
		if indent > 0 && gap {
			return nil, &SyntaxError{line, errors.New("an indented line behind an empty one: yarn stops reading here")}
		}
		gap = false
		if blocks, err = addYarnLine(blocks, indent, content, line); err != nil {
			return nil, &SyntaxError{line, err}
		}
	}
	if !versioned {
		return nil, errors.New(`neither the comment "# yarn lockfile v1" nor __metadata says which yarn wrote the file`)
	}
	return blocks, nil
}

// checkYarnHeader reports whether a comment is the header of the format, and
// refuses that of another version.
func checkYarnHeader(row string) (bool, error) {
	version, ok := strings.CutPrefix(strings.Trim(row, "# "), "yarn lockfile v")
	if ok && version != yarnClassicVersion {
		return false, fmt.Errorf("%w: %.20q", ErrUnsupportedVersion, version)
	}
	return ok, nil
}

// addYarnLine adds what one line says to the blocks.
func addYarnLine(blocks []yarnBlock, indent int, content string, line int) ([]yarnBlock, error) {
	keys, value, isMapping, err := splitYarnLine(content)
	if err != nil {
		return nil, err
	}
	if indent == 0 {
		if !isMapping {
			return nil, errors.New("an entry with a value instead of fields")
		}
		return append(blocks, yarnBlock{line: line, patterns: keys, fields: map[string]bool{}}), nil
	}
	if len(blocks) == 0 || len(keys) > 1 {
		return nil, errors.New("a field outside an entry")
	}
	b := &blocks[len(blocks)-1]
	switch {
	case indent == 2:
		return blocks, b.addField(keys[0], value, isMapping)
	case indent == 4 && b.section != "" && !isMapping:
		return blocks, b.addMember(keys[0], value)
	}
	return nil, errors.New("unexpected indentation")
}

// addField adds a field of an entry. Yarn ignores those it does not know.
func (b *yarnBlock) addField(key, value string, isMapping bool) error {
	if b.fields[key] {
		return errDuplicate
	}
	b.fields[key] = true
	b.section = ""
	text := map[string]*string{
		"version": &b.version, "resolved": &b.resolved, "integrity": &b.integrity, "name": &b.name,
	}[key]
	switch {
	case isMapping && text != nil:
		return fmt.Errorf("%s is not a text", key)
	case isMapping:
		b.section, b.members = key, map[string]bool{}
	case text != nil:
		*text = value
	case isYarnDependencies(key):
		return fmt.Errorf("%s is not a mapping", key)
	}
	return nil
}

func isYarnDependencies(key string) bool {
	return key == "dependencies" || key == "optionalDependencies"
}

func (b *yarnBlock) addMember(key, value string) error {
	if b.members[key] {
		return errDuplicate
	}
	b.members[key] = true
	if isYarnDependencies(b.section) {
		b.requires = append(b.requires, key+"@"+value)
	}
	return nil
}

// splitYarnLine splits a line into its keys and either a value or the colon
// that announces deeper lines.
func splitYarnLine(content string) (keys []string, value string, isMapping bool, err error) {
	for {
		var key string
		if key, content, err = cutYarnToken(content); err != nil {
			return nil, "", false, err
		}
		keys = append(keys, key)
		rest, more := strings.CutPrefix(content, ",")
		if !more {
			break
		}
		content = strings.TrimLeft(rest, " ")
	}
	if content == ":" {
		return keys, "", true, nil
	}
	rest, ok := strings.CutPrefix(content, " ")
	if !ok {
		return nil, "", false, errors.New("neither a colon nor a value behind a key")
	}
	value, content, err = cutYarnToken(rest)
	if err == nil && content != "" {
		err = errors.New("unexpected text behind a value")
	}
	return keys, value, false, err
}

// cutYarnToken cuts a bare or quoted text off a line.
func cutYarnToken(text string) (token, rest string, err error) {
	if strings.HasPrefix(text, `"`) {
		return cutYarnString(text)
	}
	end := strings.IndexAny(text, " :,")
	if end < 0 {
		end = len(text)
	}
	token = text[:end]
	if token == "" || !isBareStart(token[0]) || strings.HasPrefix(token, "true") || strings.HasPrefix(token, "false") {
		return "", "", errors.New("a key or value that yarn would have quoted")
	}
	return token, text[end:], nil
}

func isBareStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte("/.-", c) >= 0
}

// cutYarnString cuts a JSON string.
func cutYarnString(text string) (token, rest string, err error) {
	end := 1
	for end < len(text) && text[end] != '"' {
		if text[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(text) {
		return "", "", errors.New("a quote that the line does not close")
	}
	end++
	raw, err := jsontext.AppendUnquote(nil, text[:end])
	if err != nil {
		return "", "", errors.New("a quoted text that is not a JSON string")
	}
	return string(raw), text[end:], nil
}

// isYarnBerry reports whether a yarn.lock is of yarn 2 or later: it has
// __metadata and not the header of yarn 1, which both readers look at first.
func isYarnBerry(data []byte) bool {
	for row := range bytes.Lines(data) {
		comment, isComment := bytes.CutPrefix(row, []byte("#"))
		if isComment && bytes.HasPrefix(bytes.TrimSpace(comment), []byte("yarn lockfile v")) {
			return false
		}
		if bytes.HasPrefix(row, []byte("__metadata:")) {
			return true
		}
	}
	return false
}

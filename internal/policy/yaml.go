package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// gate.yaml is one YAML document without the features by which a text can mean
// something else than it seems to: anchors, aliases, tags, merge keys, repeated
// keys, collections as keys. The library reports none of these for a tree of
// nodes. It also begins a new line at a lone carriage return and at U+0085,
// U+2028 and U+2029, where editors show none, so these are refused too, like
// every other control and format character.

// MaxSize is the size in bytes above which Parse refuses a gate.yaml.
const MaxSize = 1 << 20

// maxDepth bounds how deep a gate.yaml may nest; what it can say needs four
// levels.
const maxDepth = 8

// load returns the root of the only document, or nil and the mistakes.
func load(data []byte) (*yaml.Node, []*ConfigError) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors begin a file with it
	if err := checkText(data); err != nil {
		return nil, []*ConfigError{err}
	}
	limits := loaderlimits.New(loaderlimits.DepthValue(maxDepth))
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithPlugin(limits))
	if err != nil {
		return nil, []*ConfigError{syntaxError(data, err)}
	}
	var first, second yaml.Node
	switch err := loader.Load(&first); {
	case errors.Is(err, io.EOF):
		return nil, []*ConfigError{{Line: 1, Column: 1, Msg: "the file is empty", Hint: "write version: 1, or delete the file"}}
	case err != nil:
		return nil, []*ConfigError{syntaxError(data, err)}
	}
	switch err := loader.Load(&second); {
	case err == nil:
		return nil, []*ConfigError{at(&second, mistake("keep a single document", "a second YAML document begins"))}
	case !errors.Is(err, io.EOF):
		return nil, []*ConfigError{syntaxError(data, err)}
	}
	root := first.Content[0]
	return root, checkTree(root, nil)
}

// checkText refuses what is not text, or not the text that an editor shows.
func checkText(data []byte) *ConfigError {
	if len(data) > MaxSize {
		return &ConfigError{Line: 1, Column: 1, Msg: fmt.Sprintf("the file is larger than %d bytes", MaxSize)}
	}
	line, column := 1, 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return &ConfigError{Line: line, Column: column, Msg: "not valid UTF-8", Hint: "save the file as UTF-8"}
		case isHidden(r) && (r != '\r' || !bytes.HasPrefix(data[i:], []byte("\r\n"))):
			return &ConfigError{Line: line, Column: column, Msg: fmt.Sprintf("the invisible character %U", r), Hint: "delete it"}
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
		i += size
	}
	return nil
}

// isHidden reports whether a character can hide or reorder what is read.
func isHidden(r rune) bool {
	return r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// syntaxError turns the library's error into ours.
func syntaxError(data []byte, err error) *ConfigError {
	e := mistake("", "not valid YAML: %v", err)
	if loadError, ok := errors.AsType[*yaml.LoadError](err); ok {
		e.Msg = "not valid YAML: " + loadError.Message
		e.Line, e.Column = loadError.Mark.Line, loadError.Mark.Column
	}
	e.Line, e.Column = max(e.Line, 1), max(e.Column, 1)
	switch characterAt(data, e.Line, e.Column) {
	case '@', '`':
		e.Hint = `a value that begins with this character needs quotes, such as "@myorg"`
	case '\t':
		e.Hint = "indent with spaces"
	}
	return e
}

// characterAt returns the character at a position, or 0.
func characterAt(data []byte, line, column int) rune {
	for range line - 1 {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	text, _, _ := bytes.Cut(data, []byte("\n"))
	for i, r := range []rune(string(text)) {
		if i == column-1 {
			return r
		}
	}
	return 0
}

// checkTree appends what is not allowed in a gate.yaml anywhere. The loader
// has bounded the depth; aliases are refused, not followed.
func checkTree(n *yaml.Node, found []*ConfigError) []*ConfigError {
	if n.Kind == yaml.AliasNode {
		return append(found, at(n, mistake("write the value itself", "aliases are not allowed")))
	}
	if n.Anchor != "" {
		found = append(found, at(n, mistake("write the value without &name", "anchors are not allowed")))
	}
	if n.Style&yaml.TaggedStyle != 0 || n.Tag == "!" {
		found = append(found, at(n, mistake("write the value without the tag", "tags are not allowed")))
	}
	if n.Kind == yaml.MappingNode {
		found = checkKeys(n, found)
	}
	for _, child := range n.Content {
		found = checkTree(child, found)
	}
	return found
}

// checkKeys appends what is wrong with the keys of a mapping.
func checkKeys(n *yaml.Node, found []*ConfigError) []*ConfigError {
	lines := map[string]int{}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		switch first := lines[key.Value]; {
		case key.Kind == yaml.AliasNode: // checkTree says so
		case key.Kind != yaml.ScalarNode:
			found = append(found, at(key, mistake("", "a key must be a single value")))
		case key.Value == "<<":
			found = append(found, at(key, mistake("write the keys themselves", "merge keys are not allowed")))
		case first != 0:
			// The key is not repeated: it may be an address with credentials.
			found = append(found, at(key, mistake("keep one of them", "this key is already in line %d", first)))
		default:
			lines[key.Value] = key.Line
		}
	}
	return found
}

// at gives a mistake the position of a node.
func at(n *yaml.Node, e *ConfigError) *ConfigError {
	e.Line, e.Column = n.Line, n.Column
	return e
}

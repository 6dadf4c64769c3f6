package lockfile

import "fmt"

func (n *yamlNode) errorf(format string, args ...any) error {
	return &SyntaxError{n.line, fmt.Errorf(format, args...)}
}

func (p *yamlPair) errorf(format string, args ...any) error {
	return &SyntaxError{p.line, fmt.Errorf(format, args...)}
}

// str returns a node's text. A plain scalar that js-yaml takes for a number, a
// date or the like is an error: it would not be that text to pnpm.
func (n *yamlNode) str() (string, error) {
	if n.kind != yamlScalar || n.plain && isTyped(n.text) {
		return "", n.errorf("something else than text")
	}
	return n.text, nil
}

// flag reads a boolean; nothing counts as false.
func (n *yamlNode) flag() (bool, error) {
	if n.kind == yamlNull {
		return false, nil
	}
	if n.kind != yamlScalar || !n.plain || n.text != "true" && n.text != "false" {
		return false, n.errorf("something else than true or false")
	}
	return n.text == "true", nil
}

// dictionary returns a mapping's pairs, with every key a text; nothing counts
// as an empty mapping.
func (n *yamlNode) dictionary() ([]yamlPair, error) {
	if n.kind != yamlMapping && n.kind != yamlNull {
		return nil, n.errorf("something else than a mapping")
	}
	for i := range n.pairs {
		if p := &n.pairs[i]; p.plain && isTyped(p.key) {
			return nil, p.errorf("a key that is not a text without quotes")
		}
	}
	return n.pairs, nil
}

package lockfile

// flow reads a flow collection: {a: b} or [a, b]. It may stretch over lines
// indented in any way and have a trailing comma.
func (r *yamlReader) flow(depth int) (yamlNode, error) {
	if depth > maxDepth {
		return yamlNode{}, r.fail(errTooDeep)
	}
	node := yamlNode{line: r.line, kind: yamlMapping}
	end := byte('}')
	if r.peek() == '[' {
		node.kind, end = yamlSequence, ']'
	}
	r.pos++
	for {
		if err := r.skipFlowSpace(); err != nil {
			return node, err
		}
		if r.peek() == end {
			r.pos++
			return node, checkKeys(node.pairs)
		}
		if err := r.flowMember(&node, depth); err != nil {
			return node, err
		}
		if err := r.skipFlowSpace(); err != nil {
			return node, err
		}
		switch r.peek() {
		case ',':
			r.pos++
		case end:
		default:
			return node, r.errorf("no comma and no %q behind a value", end)
		}
	}
}

func (r *yamlReader) flowMember(node *yamlNode, depth int) error {
	if node.kind == yamlSequence {
		item, err := r.flowValue(depth)
		node.items = append(node.items, item)
		return err
	}
	pair, err := r.flowPair(depth)
	node.pairs = append(node.pairs, pair)
	return err
}

func (r *yamlReader) flowPair(depth int) (yamlPair, error) {
	pair := yamlPair{line: r.line}
	if r.atIndicator('?') {
		r.pos++
		r.skipSpaces()
	}
	key, err := r.scalar(true)
	if err != nil {
		return pair, err
	}
	if err := r.skipFlowSpace(); err != nil {
		return pair, err
	}
	if r.peek() != ':' {
		return pair, r.errorf("a key without a colon")
	}
	r.pos++
	if err := r.skipFlowSpace(); err != nil {
		return pair, err
	}
	pair.key, pair.plain = key.text, key.plain
	pair.value, err = r.flowValue(depth)
	return pair, err
}

func (r *yamlReader) flowValue(depth int) (yamlNode, error) {
	if err := r.count(); err != nil {
		return yamlNode{}, err
	}
	if c := r.peek(); c == '{' || c == '[' {
		return r.flow(depth + 1)
	}
	return r.scalar(true)
}

// skipFlowSpace skips white space, line breaks and comments. It refuses the
// end of the text, and a document marker, at which pnpm cuts the file.
func (r *yamlReader) skipFlowSpace() error {
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; {
		case c == ' ', c == '\t':
			r.pos++
		case c == '#' && isBlank(r.text[r.pos-1]):
			r.skipComment()
		case c == '\n':
			r.newline()
			if err := r.checkMarker(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return r.errorf("the text ends inside a flow collection")
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

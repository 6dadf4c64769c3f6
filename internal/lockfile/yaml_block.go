package lockfile

import "strings"

// block reads the collection that begins here, in column indent.
func (r *yamlReader) block(indent, depth int) (yamlNode, error) {
	switch {
	case depth > maxDepth:
		return yamlNode{}, r.fail(errTooDeep)
	case r.atIndicator('-'):
		return r.sequence(indent, depth)
	case r.peek() == '{', r.peek() == '[':
		return r.lastFlow(depth)
	}
	return r.mapping(indent, depth)
}

func (r *yamlReader) mapping(indent, depth int) (yamlNode, error) {
	const usual = 4 // most mappings are no larger
	node := yamlNode{line: r.line, kind: yamlMapping, pairs: make([]yamlPair, 0, usual)}
	for {
		pair, err := r.pair(indent, depth)
		if err != nil {
			return node, err
		}
		node.pairs = append(node.pairs, pair)
		if r.indent < indent {
			return node, checkKeys(node.pairs)
		}
		if r.indent > indent {
			return node, r.errorf("unexpected indentation")
		}
	}
}

// pair reads "key: value", or "? key" and ": value" on lines of their own.
func (r *yamlReader) pair(indent, depth int) (yamlPair, error) {
	pair := yamlPair{line: r.line}
	explicit := r.atIndicator('?')
	if explicit {
		r.pos++
		r.skipSpaces()
	}
	key, err := r.scalar(false)
	if err != nil {
		return pair, err
	}
	if explicit {
		if err := r.endLine(); err != nil {
			return pair, err
		}
		if r.indent != indent {
			return pair, r.errorf("a key without a value")
		}
	}
	r.skipSpaces()
	if !r.atIndicator(':') {
		return pair, r.errorf("a key without a colon")
	}
	r.pos++
	pair.key, pair.plain = key.text, key.plain
	pair.value, err = r.value(indent, depth, explicit)
	return pair, err
}

func (r *yamlReader) sequence(indent, depth int) (yamlNode, error) {
	node := yamlNode{line: r.line, kind: yamlSequence}
	for r.atIndicator('-') {
		r.pos++
		item, err := r.value(indent, depth, true)
		if err != nil {
			return node, err
		}
		node.items = append(node.items, item)
		if r.indent < indent {
			return node, nil
		}
		if r.indent > indent {
			return node, r.errorf("unexpected indentation")
		}
	}
	return node, nil
}

// value reads what follows a colon or a dash in column indent. Behind a dash
// and behind the colon of an explicit key, a collection may begin on the line
// itself; that is the compact form.
func (r *yamlReader) value(indent, depth int, compact bool) (yamlNode, error) {
	if err := r.count(); err != nil {
		return yamlNode{}, err
	}
	line := r.line
	r.skipSpaces()
	switch c := r.peek(); {
	case c == '\n', c == '#' && r.text[r.pos-1] == ' ':
		if err := r.endLine(); err != nil {
			return yamlNode{}, err
		}
		if r.indent > indent || !compact && r.indent == indent && r.atIndicator('-') {
			return r.block(r.indent, depth+1)
		}
		return yamlNode{line: line}, nil
	case c == '{', c == '[':
		return r.lastFlow(depth + 1)
	case c == '|', c == '>':
		return r.blockScalar(indent)
	case compact && r.beginsCollection():
		return r.block(r.pos-r.start, depth+1)
	}
	node, err := r.scalar(false)
	if err != nil {
		return node, err
	}
	return node, r.endLine()
}

// beginsCollection looks ahead for a dash or a key.
func (r *yamlReader) beginsCollection() bool {
	if r.atIndicator('-') || r.atIndicator('?') {
		return true
	}
	ahead := *r
	if _, err := ahead.scalar(false); err != nil {
		return false
	}
	ahead.skipSpaces()
	return ahead.atIndicator(':')
}

// lastFlow reads a flow collection with nothing behind it on its last line.
func (r *yamlReader) lastFlow(depth int) (yamlNode, error) {
	node, err := r.flow(depth)
	if err != nil {
		return node, err
	}
	return node, r.endLine()
}

// A blockScalar is the text below "|" (lines kept) or ">" (lines folded).
func (r *yamlReader) blockScalar(parent int) (yamlNode, error) {
	node := yamlNode{line: r.line, kind: yamlScalar}
	folded := r.peek() == '>'
	r.pos++
	chomp, indent := byte(0), 0
	for ; r.peek() != '\n' && r.peek() != ' '; r.pos++ {
		switch c := r.peek(); {
		case (c == '-' || c == '+') && chomp == 0:
			chomp = c
		case '1' <= c && c <= '9' && indent == 0:
			indent = parent + int(c-'0')
		default:
			return node, r.errorf("unknown header of a block scalar")
		}
	}
	r.skipSpaces()
	if r.peek() != '\n' {
		return node, r.errorf("unexpected text in the header of a block scalar")
	}
	r.newline()
	lines, err := r.blockLines(parent, indent)
	if err != nil {
		return node, err
	}
	node.text = joinBlock(lines, folded, chomp)
	return node, r.advance()
}

// blockLines returns the lines of a block scalar without their indentation,
// which is that of the first line with content unless the header gave it.
func (r *yamlReader) blockLines(parent, indent int) ([]string, error) {
	var lines []string
	for r.pos < len(r.text) {
		if err := r.count(); err != nil {
			return nil, err
		}
		line, _, _ := strings.Cut(r.text[r.pos:], "\n")
		content := strings.TrimLeft(line, " ")
		spaces := len(line) - len(content)
		if content != "" && indent == 0 {
			if spaces <= parent {
				break
			}
			indent = spaces
		}
		switch {
		case content == "" && indent > 0 && spaces > indent:
			lines = append(lines, line[indent:])
		case content == "" && indent == 0 && spaces > parent+1:
			return nil, r.errorf("a block scalar begins with spaces")
		case content == "":
			lines = append(lines, "")
		case spaces < indent:
			return lines, nil
		default:
			lines = append(lines, line[indent:])
		}
		r.pos += len(line)
		r.newline()
	}
	return lines, nil
}

// joinBlock puts the lines of a block scalar together. Folding turns a single
// line break into a space, except around lines that begin with white space.
func joinBlock(lines []string, folded bool, chomp byte) string {
	end := len(lines)
	for end > 0 && lines[end-1] == "" {
		end--
	}
	var b strings.Builder
	breaks, wasIndented := 0, false
	for _, line := range lines[:end] {
		if line == "" {
			breaks++
			continue
		}
		indented := line[0] == ' ' || line[0] == '\t'
		switch {
		case b.Len() == 0:
			b.WriteString(strings.Repeat("\n", breaks))
		case folded && !indented && !wasIndented && breaks == 0:
			b.WriteByte(' ')
		case folded && !indented && !wasIndented:
			b.WriteString(strings.Repeat("\n", breaks))
		default:
			b.WriteString(strings.Repeat("\n", breaks+1))
		}
		b.WriteString(line)
		breaks, wasIndented = 0, indented
	}
	switch {
	case chomp == '+':
		b.WriteString(strings.Repeat("\n", len(lines)-end+min(end, 1)))
	case chomp == 0 && end > 0:
		b.WriteByte('\n')
	}
	return b.String()
}

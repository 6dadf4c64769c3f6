package policy

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// reader turns the tree of a gate.yaml into a Policy and collects mistakes.
type reader struct {
	known  []string // the ids of the checks
	policy *Policy
	errs   []*ConfigError
}

func (r *reader) fail(n *yaml.Node, e *ConfigError) { r.errs = append(r.errs, at(n, e)) }

// field is a key of a mapping and what reads its value.
type field struct {
	key      string
	example  string // key and value, for hints
	required bool
	read     func(f *field, value *yaml.Node)
}

func (f *field) hint() string { return "for example " + f.example }

// mapping calls visit with each key and value of the field's value.
func (r *reader) mapping(f *field, n *yaml.Node, visit func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, mistake(f.hint(), "%s must hold keys with values", f.key))
		return
	}
	for i := 0; i < len(n.Content); i += 2 {
		visit(n.Content[i], n.Content[i+1])
	}
}

// list calls visit with each item of the field's value.
func (r *reader) list(f *field, n *yaml.Node, visit func(item *yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.fail(n, mistake(f.hint(), "%s must be a list", f.key))
		return
	}
	for _, item := range n.Content {
		visit(item)
	}
}

// text returns the field's value as written.
func (r *reader) text(f *field, n *yaml.Node) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		r.fail(n, mistake(f.hint(), "%s must be a single value", f.key))
		return "", false
	case n.Tag == "!!null", strings.TrimSpace(n.Value) == "":
		r.fail(n, mistake(f.hint(), "%s is empty", f.key))
		return "", false
	}
	return n.Value, true
}

// fields reads a mapping whose keys are the given ones.
func (r *reader) fields(f *field, n *yaml.Node, fields []field) {
	seen := map[string]bool{}
	r.mapping(f, n, func(key, value *yaml.Node) {
		seen[key.Value] = true
		for i := range fields {
			if fields[i].key == key.Value {
				fields[i].read(&fields[i], value)
				return
			}
		}
		r.fail(key, mistake(suggest(key.Value, keysOf(fields), "the keys here are "), "unknown key %s", quote(key.Value)))
	})
	if n.Kind == yaml.MappingNode {
		r.missing(f, n, fields, seen)
	}
}

// missing reports all required keys that are not there in one mistake.
func (r *reader) missing(f *field, n *yaml.Node, fields []field, seen map[string]bool) {
	var keys, lines []string
	for _, want := range fields {
		if want.required && !seen[want.key] {
			keys = append(keys, want.key)
			lines = append(lines, want.example)
		}
	}
	if len(keys) > 0 {
		r.fail(n, mistake("add "+strings.Join(lines, ", "), "%s lacks %s", f.key, strings.Join(keys, ", ")))
	}
}

func keysOf(fields []field) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

// into makes a field's read function that parses text and stores the value.
func into[T any](r *reader, to *T, parse func(text string) (T, *ConfigError)) func(*field, *yaml.Node) {
	return func(f *field, n *yaml.Node) {
		text, ok := r.text(f, n)
		if !ok {
			return
		}
		value, err := parse(text)
		if err != nil {
			r.fail(n, err)
			return
		}
		*to = value
	}
}

// intoList does the same for a list.
func intoList[T any](r *reader, to *[]T, parse func(text string) (T, *ConfigError)) func(*field, *yaml.Node) {
	return func(f *field, n *yaml.Node) {
		r.list(f, n, func(item *yaml.Node) {
			var value T
			into(r, &value, parse)(f, item)
			*to = append(*to, value)
		})
	}
}

package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// render writes a tree in one line, texts quoted.
func (n *yamlNode) render() string {
	var parts []string
	switch n.kind {
	case yamlNull:
		return "null"
	case yamlScalar:
		return fmt.Sprintf("%q", n.text)
	case yamlSequence:
		for i := range n.items {
			parts = append(parts, n.items[i].render())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	for _, p := range n.pairs {
		parts = append(parts, fmt.Sprintf("%q: %s", p.key, p.value.render()))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func readYAML(text string) (yamlNode, error) {
	text, err := yamlText([]byte(text))
	if err != nil {
		return yamlNode{}, err
	}
	return parseYAML(text, 1)
}

func TestYAML(t *testing.T) {
	long := strings.Repeat("k", 2000)
	tests := []struct{ name, text, want string }{
		{"empty", "", `null`},
		{"only comments", "# a\n\n  # b\n", `null`},
		{"scalars", "a: b\nc: 'it''s'\nd: \"x\\ty\\u00e9\\ud83d\\ude00\"\n", `{"a": "b", "c": "it's", "d": "x\tyé😀"}`},
		{"no line feed at the end", "a: b", `{"a": "b"}`},
		{"CRLF", "a:\r\n  b: c\r\n", `{"a": {"b": "c"}}`},
		{"nested", "a:\n  b:\n    c: d\n  e: f\ng: h\n", `{"a": {"b": {"c": "d"}, "e": "f"}, "g": "h"}`},
		{"no value", "a:\nb: c\n", `{"a": null, "b": "c"}`},
		{"comments", "a: b # c\n# d\nd: e#f\n'g': h\n", `{"a": "b", "d": "e#f", "g": "h"}`},
		{"colons inside", "a: https://h:1/x\nb:c: d\n", `{"a": "https://h:1/x", "b:c": "d"}`},
		{"sequences", "a:\n  - b\n  - c: d\n    e: f\n  -\n    - g\n  - - h\n    - i\n", `{"a": ["b", {"c": "d", "e": "f"}, ["g"], ["h", "i"]]}`},
		{"sequence in its key's column", "a:\n- b\n- c\nd: e\n", `{"a": ["b", "c"], "d": "e"}`},
		{"explicit key", "? " + long + "\n: a: b\n  c: {d: e}\nf: g\n", `{"` + long + `": {"a": "b", "c": {"d": "e"}}, "f": "g"}`},
		{"explicit quoted key", "? 'a b'\n: c\n? \"d\"\n:\n  e: f\n", `{"a b": "c", "d": {"e": "f"}}`},
		{"long implicit key", "'" + long + "': a\n", `{"` + long + `": "a"}`},
		{"flow", "a: {b: c, 'd': [e, \"f\"], g: {}, h: []}\n", `{"a": {"b": "c", "d": ["e", "f"], "g": {}, "h": []}}`},
		{"flow over lines", "{\n\t\"a\": \"b\", # c\n\n\t\"d\": [\n\t\t\"e\",\n\t],\n}\n", `{"a": "b", "d": ["e"]}`},
		{"flow address", "a: {b: https://h/x, c: d:e}\n", `{"a": {"b": "https://h/x", "c": "d:e"}}`},
		{"literal", "a: |\n  b\n   c\n\n  d\n\ne: f\n", `{"a": "b\n c\n\nd\n", "e": "f"}`},
		{"literal without line feed", "a: |-\n  b\n  c\n", `{"a": "b\nc"}`},
		{"literal with line feeds", "a: |+\n  b\n\ne: f\n", `{"a": "b\n\n", "e": "f"}`},
		{"literal with indentation", "a:\n  b: |2-\n      c\n    d\n", `{"a": {"b": "  c\nd"}}`},
		{"folded", "a: >-\n  b\n  c\n\n  d\n    e\n  f\n", `{"a": "b c\nd\n  e\nf"}`},
		{"folded with a blank beginning", "a: >\n\n  b\n  c\n", `{"a": "\nb c\n"}`},
		{"unusual plain", "a: -b\nc: ?d\ne: ^1 || >=2\nf: os=x & cpu=y\n", `{"a": "-b", "c": "?d", "e": "^1 || >=2", "f": "os=x & cpu=y"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			node, err := readYAML(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := node.render(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestYAMLRefused(t *testing.T) {
	tests := []struct {
		name, text string
		line       int
	}{
		{"anchor", "a: b\nc: &d e\n", 2},
		{"alias", "a: *b\n", 1},
		{"alias in a flow", "a: [*b]\n", 1},
		{"tag", "a: !!binary eA==\n", 1},
		{"merge key", "a:\n  <<: {b: c}\n", 2},
		{"quoted merge key", "\"<<\": {b: c}\n", 1},
		{"repeated key", "a: b\nc: d\na: e\n", 3},
		{"repeated key, differently quoted", "a: b\n'a': e\n", 2},
		{"repeated flow key", "a: {b: c, b: d}\n", 1},
		{"repeated key in a large mapping", strings.Repeat("x", 3) + ": 1\n" + manyKeys(20) + "k7: a\n", 22},
		{"collection as key", "{a: b}: c\n", 1},
		{"explicit collection as key", "? {a: b}\n: c\n", 1},
		{"explicit key without value", "? a\nb: c\n", 2},
		{"text over two lines", "a: b\n  c\n", 2},
		{"quoted text over two lines", "a: 'b\n  c'\n", 1},
		{"text as document", "a\n", 1},
		{"mapping in a line", "a: b: c\n", 1},
		{"unclosed double quote", "a: \"b\n", 1},
		{"text behind a quote", "a: 'b' c\n", 1},
		{"tab as indentation", "a:\n\tb: c\n", 2},
		{"tab in plain text", "a: b\tc\n", 1},
		{"deeper than its siblings", "a: b\n  c: d\n", 2},
		{"less deep than its siblings", "a:\n    b: c\n  d: e\n", 3},
		{"indented document", "  a: b\n", 1},
		{"sequence among keys", "a: b\n- c\n", 2},
		{"second document", "a: b\n---\nc: d\n", 2},
		{"end of document", "a: b\n...\n", 2},
		{"marker in a flow", "a: [\n---\n]\n", 2},
		{"directive", "%YAML 1.2\n", 1},
		{"unclosed flow", "a: {b: c\n", 2},
		{"wrong bracket", "a: [b}\n", 1},
		{"two commas", "a: [b,,c]\n", 1},
		{"flow pair without value", "a: {b}\n", 1},
		{"flow pair with an empty value", "a: {b: }\n", 1},
		{"text behind a flow", "a: {} b\n", 1},
		{"unknown escape", `a: "\q"`, 1},
		{"lone surrogate", `a: "\ud83d"`, 1},
		{"lone carriage return", "a: b\nc: d\re: f\n", 2},
		{"control character", "a: b\x1b\n", 1},
		{"line separator", "a: b\nc: d\u2028e: f\n", 2},
		{"next line", "a: b\u0085c: d\n", 1},
		{"not UTF-8", "a: \xff\n", 0},
		{"deep flow", "a: " + strings.Repeat("[", 100_000), 1},
		{"deep block", deepBlock(200), maxDepth + 2},
		{"deep compact block", strings.Repeat("- ", 100_000), 1},
		{"too many items", "a:\n" + strings.Repeat("- b\n", maxValues), maxValues + 1},
		{"too many flow items", "a: [" + strings.Repeat("b,", maxValues) + "]\n", 1},
		{"too many lines of text", "a: |\n" + strings.Repeat("\n", maxValues), maxValues + 1},
		{"block scalar with an unknown header", "a: |x\n  b\n", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			node, err := readYAML(tt.text)
			if err == nil {
				t.Fatalf("got %s, want an error", node.render())
			}
			line := 0
			if syntax, ok := errors.AsType[*SyntaxError](err); ok {
				line = syntax.Line
			}
			if line != tt.line {
				t.Errorf("got line %d (%v), want %d", line, err, tt.line)
			}
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: v\n", i)
	}
	return b.String()
}

func deepBlock(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestIsTyped(t *testing.T) {
	typed := []string{"null", "~", "true", "False", "1", "1.10", "-3", "+.5", "1e3", "0x1F", "0o7", ".inf", "-.INF", ".NaN", "2001-12-14", "1_000"}
	text := []string{"1.2.3", "1.2.3-beta", "v1", "nullify", "-", "1.0.0_a@b", "none", "0.x", "10c0/ab", "*", "2001-12-14x"}
	for _, s := range typed {
		if !isTyped(s) {
			t.Errorf("isTyped(%q) = false, want true", s)
		}
	}
	for _, s := range text {
		if isTyped(s) {
			t.Errorf("isTyped(%q) = true, want false", s)
		}
	}
}

// TestYAMLLibrary compares the reader with a complete one on real lockfiles.
func TestYAMLLibrary(t *testing.T) {
	var files []string
	for _, pattern := range []string{"lockfiles/pnpm-*/*/pnpm-lock.yaml", "lockfiles/berry-*/*/yarn.lock"} {
		files = append(files, fixtureFiles(t, pattern)...)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			var want []string
			for decoder := yaml.NewDecoder(bytes.NewReader(data)); ; {
				var node yaml.Node
				if decoder.Decode(&node) != nil {
					break
				}
				want = append(want, renderLibrary(node.Content[0]))
			}
			text, err := yamlText(trimByteOrderMark(data))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for doc := range strings.SplitSeq(strings.TrimPrefix(text, "---\n"), "\n---\n") {
				node, err := parseYAML(doc, 1)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, node.render())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("differs from the library (-want +got):\n%.2000s", diff)
			}
		})
	}
}

func renderLibrary(n *yaml.Node) string {
	var parts []string
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			parts = append(parts, renderLibrary(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			parts = append(parts, renderLibrary(n.Content[i])+": "+renderLibrary(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	const marked = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	if n.Value == "" && n.Style&marked == 0 {
		return "null"
	}
	return fmt.Sprintf("%q", n.Value)
}

// fixtureFiles lists files of the conformance data, or skips the test.
func fixtureFiles(t testing.TB, pattern string) []string {
	t.Helper()
	root := os.Getenv("GATE_FIXTURES")
	if root == "" {
		t.Skip("GATE_FIXTURES names no directory of conformance data")
	}
	files, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	return files
}

// What both readers accept has to mean the same to them.
func FuzzYAML(f *testing.F) {
	for _, seed := range []string{
		"a: b\nc: 'it''s'\nd: \"x\\ty\\u00e9\"\n", "a:\n  - b\n  - c: d\n    e: f\n", "? a\n: b: c\n  d: e\n",
		"a: {b: c, 'd': [e, \"f\"], g: {}}\n", "{\n\t\"a\": \"b\", # c\n}\n", "a: |-\n  b\n   c\n\n  d\n", "a: >+\n  b\n  c\n\n    d\n",
		"a: >1\n   b\n\n  c\n\n\nd: e\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text += "\n" // without it, the end of a block scalar is in dispute
		node, err := readYAML(text)
		if err != nil {
			return
		}
		var library yaml.Node
		if yaml.Unmarshal([]byte(text), &library) != nil || len(library.Content) == 0 {
			return
		}
		if got, want := node.render(), renderLibrary(library.Content[0]); got != want {
			t.Errorf("%q: got %s, the library has %s", text, got, want)
		}
	})
}

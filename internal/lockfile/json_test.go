package lockfile

import (
	"strings"
	"testing"
)

func TestReadJSONRefuses(t *testing.T) {
	type value struct{ name string }
	known := fields[value]{{"name", textField(func(v *value) *string { return &v.name })}}
	deep := strings.Repeat(`{"a":`, maxDepth+1) + "1" + strings.Repeat("}", maxDepth+1)
	for _, test := range []struct{ name, text, want string }{
		{"empty document", "", "line 1: the document ends too early"},
		{"truncated", "{\n\"name\": \"a", "line 2: the document ends too early"},
		{"repeated name", "{\n\"name\": \"a\",\n\"name\": \"b\"}", "line 3: a name occurs twice"},
		{"repeated name that means nothing", "{\n\"x\": 1,\n\"x\": 2}", "line 3: a name occurs twice"},
		{"repeated name in what is skipped", "{\"x\": {\"y\": 1,\n\"y\": 2}}", "line 2: a name occurs twice"},
		{"repeated name that is escaped", "{\"name\": \"a\", \"n\\u0061me\": \"b\"}", "a name occurs twice"},
		{"name that differs in case", "{\n\"Name\": \"a\"}", `line 2: "Name" is not "name"`},
		{"name that folds to a known one", `{"ſ": 1, "NAME": "a"}`, `"NAME" is not "name"`},
		{"second document", "{}\n{}", "line 2: more text"},
		{"garbage behind the document", "{}\n\nx", "line 3: more text"},
		{"invalid UTF-8", "{\"name\": \"\xff\"}", "line 1: malformed JSON"},
		{"unpaired surrogate", `{"name": "\ud800"}`, "line 1: malformed JSON"},
		{"number for a string", `{"name": 1}`, "found a number where a string belongs"},
		{"true for a string", `{"name": true}`, "found a boolean where a string belongs"},
		{"array for an object", `[]`, "found an array where an object belongs"},
		{"comment", "{} // x", "more text"},
		{"trailing comma", `{"name": "a",}`, "malformed JSON"},
		{"deep nesting", deep, "nested more than 64 levels deep"},
		{"very deep nesting", strings.Repeat("[", 1<<20), "found an array"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := readJSON([]byte(test.text), func(r *jsonReader) error { return known.read(r, &value{}) })
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestReadJSONAccepts(t *testing.T) {
	type value struct {
		name string
		flag bool
	}
	known := fields[value]{
		{"name", textField(func(v *value) *string { return &v.name })},
		{"flag", flagField(func(v *value) *bool { return &v.flag })},
	}
	for _, test := range []struct {
		name, text string
		want       value
	}{
		{"fields", `{"name": "a", "flag": true}`, value{"a", true}},
		{"unknown names", `{"x": {"Name": [1, {}]}, "name": "a"}`, value{"a", false}},
		{"escapes", `{"n\u0061me": "\u0061"}`, value{"a", false}},
		{"what JavaScript takes for absent", `{"name": false, "flag": null}`, value{}},
		{"space around the document", " \r\n{}\n\n", value{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got value
			if err := readJSON([]byte(test.text), func(r *jsonReader) error { return known.read(r, &got) }); err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestJSONErrorsHideTheDocument(t *testing.T) {
	const secret = "hunter2"
	for _, text := range []string{
		`{"https://ci:hunter2@example.net": 1, "https://ci:hunter2@example.net": 2}`,
		`{"packages": {"https://ci:hunter2@example.net": }}`,
		`{"packages": {"node_modules/a": {"resolved": "https://ci:hunter2@example.net`,
	} {
		_, err := Parse("package-lock.json", []byte(text))
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("got %v, want an error without the document's text", err)
		}
	}
}

func TestPlainJSON(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing to do", `{"a": [1, "b"]}`, `{"a": [1, "b"]}`},
		{"trailing commas", `{"a": [1,], }`, `{"a": [1 ]  }`},
		{"comma before a comment", "[1, // x\n]", "[1      \n]"},
		{"block comment", "[/* ,]\n */1]", "[     \n   1]"},
		{"inside a string", `["// ,]", "/* */", "\",}"]`, `["// ,]", "/* */", "\",}"]`},
		{"two commas", `[1,,]`, `[1,,]`},
		{"comma alone", `[,]`, `[,]`},
		{"comma in an object", `{,}`, `{,}`},
		{"open comment", `[1 /* ]`, `[1 /* ]`},
		{"open string", `["a,]`, `["a,]`},
		{"slash", `[1, / ]`, `[1, / ]`},
		{"escape at the end", `["\`, `["\`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := string(plainJSON([]byte(test.text)))
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if len(got) != len(test.text) {
				t.Errorf("got %d bytes, want %d", len(got), len(test.text))
			}
		})
	}
}

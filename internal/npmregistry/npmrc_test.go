package npmregistry

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseNpmrc(t *testing.T) {
	type line struct {
		Key    string
		Values []string
		Line   int
	}
	tests := []struct {
		name string
		text string
		want []line
	}{
		{"byte order mark", "\ufeffregistry=https://a/", []line{{"registry", []string{"https://a/"}, 1}}},
		{"line ends", "a=1\r\nb=2\rc=3\n", []line{{"a", []string{"1"}, 1}, {"b", []string{"2"}, 2}, {"c", []string{"3"}, 3}}},
		{"comments", "# a=1\n ; b=2\nc=3 # no\nd=4;no", []line{{"c", []string{"3"}, 3}, {"d", []string{"4"}, 4}}},
		{"escaped comment characters", `a=1\;2\#3\\4\5`, []line{{"a", []string{`1;2#3\4\5`}, 1}}},
		{"backslash at the end", `a=1\`, []line{{"a", []string{`1\`}, 1}}},
		{"double quotes are JSON", `a="q # \n\u0041"`, []line{{"a", []string{"q # \nA"}, 1}}},
		{"broken double quotes stay", `a="\q"`, []line{{"a", []string{`"\q"`}, 1}}},
		{"single quotes", `a=' q ; '`, []line{{"a", []string{" q ; "}, 1}}},
		{"quotes in quotes", `a='"q"'`, []line{{"a", []string{"q"}, 1}}},
		{"quoted key", `"a b"=1`, []line{{"a b", []string{"1"}, 1}}},
		{"spaces", "  a\t=  1 2 ", []line{{"a", []string{"1 2"}, 1}}},
		{"equals sign in the value", "a=b=c", []line{{"a", []string{"b=c"}, 1}}},
		{"no value", "a\nb=", []line{{"a", []string{"true"}, 1}, {"b", []string{""}, 2}}},
		{"no key", "=1", nil},
		{"last value wins", "a=1\na=2", []line{{"a", []string{"2"}, 2}}},
		{"list", "ca[]=1\nca[]=2", []line{{"ca", []string{"1", "2"}, 1}}},
		{"list grows without brackets", "ca[]=1\nca=2", []line{{"ca", []string{"1", "2"}, 1}}},
		{"value becomes a list", "ca=1\nca[]=2", []line{{"ca", []string{"1", "2"}, 1}}},
		{"sections hide what follows", "a=1\n[s]\nb=2\n[]\nc=3", []line{{"a", []string{"1"}, 1}}},
		{"not a section", "[a] # b\nc=1", []line{{"[a]", []string{"true"}, 1}, {"c", []string{"1"}, 2}}},
		{"line separator in the value", "a=1\u20282\nb=3", []line{{"b", []string{"3"}, 2}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []line
			for _, at := range parseNpmrc([]byte(tt.text), ".npmrc") {
				got = append(got, line{at.key, at.values, at.line})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("parseNpmrc(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// The results are those of @npmcli/config 10.12.0.
func TestExpand(t *testing.T) {
	lookup := func(name string) (string, bool) {
		value, ok := map[string]string{"A": "1"}[name]
		return value, ok
	}
	tests := []struct{ text, want string }{
		{"${A}", "1"},
		{"x${A}y${A}", "x1y1"},
		{`\${A}`, "${A}"},
		{`\\${A}`, `\1`},
		{`\\\${A}`, `\${A}`},
		{"${B}", "${B}"},
		{"${B?}", ""},
		{"${A?}", "1"},
		{"${}", "${}"},
		{"${${A}}", "${1}"},
		{"$A", "$A"},
		{"${A", "${A"},
		{"${A??}", "${A??}"},
	}
	for _, tt := range tests {
		if got := expand(tt.text, lookup); got != tt.want {
			t.Errorf("expand(%q): got %q, want %q", tt.text, got, tt.want)
		}
	}
}

func FuzzNpmrc(f *testing.F) {
	f.Add("registry=https://a/\n//a/:_authToken=${T}\n")
	f.Add("\ufeffca[]=\"-----BEGIN\\nX\"\r\n[s]\r\n'a'='\"b\"'\n")
	f.Add("${A?}=\\\\${B}\\;#\n=\n\"\n'\n[\n]")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Count(text, "\n") + strings.Count(text, "\r") + 1
		for _, at := range parseNpmrc([]byte(text), ".npmrc") {
			if at.line < 1 || at.line > lines || len(at.values) == 0 || !at.list && len(at.values) != 1 {
				t.Errorf("malformed setting %+v", at)
			}
			for _, value := range at.values {
				gone := expand(value, func(string) (string, bool) { return "", true })
				if len(gone) > len(value) {
					t.Errorf("expand(%q): %q has grown by empty variables", value, gone)
				}
				_ = hasVariable(value)
				if address, err := parseRegistry(value); err == nil && !strings.HasSuffix(address, "/") {
					t.Errorf("parseRegistry(%q): %q has no slash at its end", value, address)
				}
			}
		}
	})
}

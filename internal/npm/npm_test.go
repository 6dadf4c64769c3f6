package npm

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	tests := []struct {
		name string
		ok   bool
	}{
		{"lodash", true},
		{"@babel/core", true},
		{"@types/node", true},
		{"JSONStream", true},
		{"socket.io", true},
		{"@scope/_private", true},
		{"-", true},
		{"crypto-browserify", true},
		{"jest-cli'", true},
		{"", false},
		{".hidden", false},
		{"_private", false},
		{"__proto__", false},
		{"node_modules", false},
		{"favicon.ico", false},
		{"@scope", false},
		{"@/name", false},
		{"@scope/", false},
		{"@scope/.x", false},
		{"@scope/a/b", false},
		{"a/b", false},
		{"../evil", false},
		{"a b", false},
		{"l\u043edash", false}, // a Cyrillic letter
		{"lod\x1b[31mash", false},
		{"a\nb", false},
		{"a%2fb", false},
		{strings.Repeat("a", 214), true},
		{strings.Repeat("a", 215), false},
	}
	for _, tt := range tests {
		err := CheckName(tt.name)
		if got := err == nil; got != tt.ok {
			t.Errorf("CheckName(%q) = %v, want ok = %v", tt.name, err, tt.ok)
		}
		if err != nil && !errors.Is(err, ErrInvalidName) {
			t.Errorf("CheckName(%q) = %v, which is not ErrInvalidName", tt.name, err)
		}
	}
}

func TestNameParts(t *testing.T) {
	tests := []struct{ name, scope, base, escaped string }{
		{"lodash", "", "lodash", "lodash"},
		{"@babel/core", "@babel", "core", "@babel%2fcore"},
		{"@odd", "", "@odd", "@odd"},
	}
	for _, tt := range tests {
		if got := Scope(tt.name); got != tt.scope {
			t.Errorf("Scope(%q) = %q, want %q", tt.name, got, tt.scope)
		}
		if got := BaseName(tt.name); got != tt.base {
			t.Errorf("BaseName(%q) = %q, want %q", tt.name, got, tt.base)
		}
		if got := EscapeName(tt.name); got != tt.escaped {
			t.Errorf("EscapeName(%q) = %q, want %q", tt.name, got, tt.escaped)
		}
	}
}

func TestCompareVersions(t *testing.T) {
	sorted := []string{"", "not a version", "0.9.0", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0", "1.0.0+build", "1.2.0", "1.10.0", "2.0.0"}
	for i, a := range sorted {
		for j, b := range sorted {
			got := CompareVersions(a, b)
			if want := sign(i - j); got != want {
				t.Errorf("CompareVersions(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
	shuffled := []string{"1.10.0", "1.0.0", "not a version", "1.2.0", "1.0.0-alpha.10", "", "1.0.0-alpha.2", "2.0.0", "1.0.0+build", "0.9.0"}
	SortVersions(shuffled)
	for i := range sorted {
		if shuffled[i] != sorted[i] {
			t.Fatalf("SortVersions gives %q, want %q", shuffled, sorted)
		}
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

func TestParseVersion(t *testing.T) {
	for text, ok := range map[string]bool{
		"1.2.3": true, "v1.2.3": true, "=1.2.3": true, "1.2.3-rc.1+build": true,
		"1.2": false, "^1.2.3": false, "latest": false, "1.2.3.4": false, "": false,
		"1.2.3-" + strings.Repeat("a", 300): false,
	} {
		if _, err := ParseVersion(text); (err == nil) != ok {
			t.Errorf("ParseVersion(%q) = %v, want ok = %v", text, err, ok)
		}
	}
}

func TestSameLine(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"1.2.3", "1.9.0", true},
		{"1.2.3", "2.0.0", false},
		{"0.2.3", "0.2.9", true},
		{"0.2.3", "0.3.0", false},
		{"1.0.0-rc.1", "1.0.0", true},
		{"1.0.0", "latest", false},
	}
	for _, tt := range tests {
		if got := SameLine(tt.a, tt.b); got != tt.want {
			t.Errorf("SameLine(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

const (
	sha512a = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
	sha512b = "sha512-7iaw3Ur350mqGo7jwQrpkj9hiYB3Lkc/iBml1JQODbJ6wYX4oOHV+E+IvIh/1nsUNzLDBMxfqa2Ob1f1ACio/w=="
	sha1a   = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="
)

func TestParseIntegrity(t *testing.T) {
	tests := []struct {
		text      string
		strongest string
		ok        bool
	}{
		{"", "", true},
		{sha512a, sha512a, true},
		{sha1a + " " + sha512a, sha512a, true},
		{sha512a + "?option", sha512a, true},
		{sha512a + "  " + sha512b, sha512a + " " + sha512b, true},
		{"md5-1B2M2Y8AsgTpgAmY7PhCfg==", "md5-1B2M2Y8AsgTpgAmY7PhCfg==", true},
		{"sha512-AAAA", "", false},
		{"sha3-AAAA", "", false},
		{"nonsense", "", false},
		{sha512a + " nonsense", "", false},
	}
	for _, tt := range tests {
		in, err := ParseIntegrity(tt.text)
		if (err == nil) != tt.ok {
			t.Errorf("ParseIntegrity(%q) = %v, want ok = %v", tt.text, err, tt.ok)
		}
		if got := in.Strongest().String(); got != tt.strongest {
			t.Errorf("ParseIntegrity(%q).Strongest() = %q, want %q", tt.text, got, tt.strongest)
		}
	}
}

func TestCompareIntegrity(t *testing.T) {
	tests := []struct {
		name, a, b string
		want       Agreement
	}{
		{"the same hash", sha512a, sha512a, Same},
		{"another hash", sha512a, sha512b, Different},
		{"the weaker hash is not asked", sha512a + " " + sha1a, sha512a, Same},
		{"nothing shared", sha512a, sha1a, Incomparable},
		{"nothing at all", "", sha512a, Incomparable},
		{"an additional hash would be accepted too", sha512a + " " + sha512b, sha512a, Different},
	}
	for _, tt := range tests {
		a, errA := ParseIntegrity(tt.a)
		b, errB := ParseIntegrity(tt.b)
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		if got := a.Compare(b); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
		if got := b.Compare(a); got != tt.want {
			t.Errorf("%s, turned round: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestFromShasum(t *testing.T) {
	h, err := FromShasum("da39a3ee5e6b4b0d3255bfef95601890afd80709")
	if err != nil || h.String() != sha1a {
		t.Errorf("got %v, %v, want %s", h, err, sha1a)
	}
	for _, text := range []string{"", "da39", "zz39a3ee5e6b4b0d3255bfef95601890afd80709"} {
		if _, err := FromShasum(text); !errors.Is(err, ErrMalformedIntegrity) {
			t.Errorf("FromShasum(%q) = %v, want ErrMalformedIntegrity", text, err)
		}
	}
}

func TestParseTarballURL(t *testing.T) {
	const public = "https://registry.npmjs.org/"
	tests := []struct {
		address  string
		registry string
		id       string
	}{
		{public + "lodash/-/lodash-4.17.21.tgz", public, "lodash@4.17.21"},
		{public + "@babel/core/-/core-7.1.0.tgz", public, "@babel/core@7.1.0"},
		{public + "@babel%2fcore/-/core-7.1.0.tgz", public, "@babel/core@7.1.0"},
		{"https://npm.example/api/npm/all/left-pad/-/left-pad-1.3.0-rc.1.tgz", "https://npm.example/api/npm/all/", "left-pad@1.3.0-rc.1"},
		{"https://gitlab.example/api/v4/projects/1/packages/npm/@a/b/-/@a/b-1.0.0.tgz", "https://gitlab.example/api/v4/projects/1/packages/npm/", "@a/b@1.0.0"},
		{public + "lodash/-/is-odd-1.0.0.tgz", "", ""},
		{public + "lodash/-/lodash-4.17.21.zip", "", ""},
		{public + "lodash/lodash-4.17.21.tgz", "", ""},
		{public + "a/-/b/-/b-1.0.0.tgz", "", ""},
		{"https://codeload.github.com/o/r/tar.gz/0123", "", ""},
		{"file:lodash/-/lodash-4.17.21.tgz", "", ""},
		{"://", "", ""},
	}
	for _, tt := range tests {
		got, ok := ParseTarballURL(tt.address)
		if ok != (tt.id != "") || ok && (got.Registry != tt.registry || got.ID.String() != tt.id) {
			t.Errorf("ParseTarballURL(%q) = %v, %v, want %s of %s", tt.address, got, ok, tt.id, tt.registry)
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, seed := range []string{"lodash", "@babel/core", "a%2fb", "https://h/@a%2fb/-/b-1.0.0.tgz", sha512a} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if CheckName(text) == nil && strings.ContainsAny(text, " \n\r\t\x1b:\"") {
			t.Errorf("CheckName accepts %q", text)
		}
		if got, ok := ParseTarballURL(text); ok && CheckName(got.ID.Name) != nil {
			t.Errorf("ParseTarballURL(%q) gives the illegal name %q", text, got.ID.Name)
		}
		if in, err := ParseIntegrity(text); err == nil && len(in) > 0 && in.Compare(in) != Same {
			t.Errorf("integrity %q differs from itself", text)
		}
		CompareVersions(text, "1.0.0")
	})
}

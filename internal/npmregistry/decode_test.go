package npmregistry

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

const fullDocument = `{
 "_id": "@s/tool", "_rev": "3-x", "name": "@s/tool",
 "dist-tags": {"latest": "1.1.0", "next": "2.0.0-rc.1"},
 "readme": "a \ud83d cut character",
 "time": {
  "created": "2020-01-02T03:04:05.678Z", "modified": "2024-05-06T07:08:09.000Z",
  "1.0.0": "2020-01-02T03:04:05.678Z", "0.9.0": "2019-12-31T23:30:00-01:00", "1.1.0": "yesterday",
  "unpublished": {"name": "x", "versions": ["0.1.0"]}
 },
 "maintainers": [{"name": "ann", "email": "ann@h.example"}, "bob <bob@h.example> (https://b.example)"],
 "versions": {
  "1.0.0": {
   "name": "@s/tool", "version": "1.0.0", "bin": "./cli.js",
   "scripts": {"test": "x", "preinstall": "node a.js", "postinstall": ["rm", "-rf"], "install": null},
   "dependencies": {"a": "^1.0.0", "b": {"odd": 1}}, "optionalDependencies": {"c": "1"},
   "_npmUser": {"name": "GitHub Actions", "email": "oidc@h.example",
    "trustedPublisher": {"id": "github", "oidcConfigId": "oidc:1"}, "approver": {"name": "ann"}},
   "maintainers": [{"name": "ann", "email": "ann@h.example"}],
   "_hasShrinkwrap": true, "deprecated": "use \"other\"",
   "dist": {
    "tarball": "https://h.example/t.tgz", "integrity": "sha512-x", "shasum": "ab",
    "unpackedSize": 12, "fileCount": 3,
    "signatures": [{"keyid": "SHA256:k", "sig": "MEU="}],
    "attestations": {"url": "https://h.example/att", "provenance": {"predicateType": "https://slsa.dev/provenance/v1"}},
    "npm-signature": "old"
   },
   "exports": {".": [{"a": 1}]}
  },
  "1.1.0": {"version": "1.1.0", "gypfile": true, "deprecated": "", "maintainers": []}
 }
}`

func fullPackument() *Packument {
	return &Packument{
		Name:     "@s/tool",
		DistTags: map[string]string{"latest": "1.1.0", "next": "2.0.0-rc.1"},
		Created:  time.Date(2020, 1, 2, 3, 4, 5, 678e6, time.UTC),
		Modified: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
		Times: map[string]time.Time{
			"1.0.0": time.Date(2020, 1, 2, 3, 4, 5, 678e6, time.UTC),
			"0.9.0": time.Date(2020, 1, 1, 0, 30, 0, 0, time.UTC),
		},
		Maintainers: []Account{{"ann", "ann@h.example"}, {"bob", "bob@h.example"}},
		Versions: map[string]*Manifest{
			"1.0.0": {
				Version:    "1.0.0",
				Deprecated: `use "other"`,
				Scripts:    map[string]string{"preinstall": "node a.js", "postinstall": `["rm", "-rf"]`},
				Publisher: &Publisher{
					Account:          Account{"GitHub Actions", "oidc@h.example"},
					TrustedPublisher: "github", OIDCConfig: "oidc:1", Approver: "ann",
				},
				Maintainers:          []Account{{"ann", "ann@h.example"}},
				Dependencies:         map[string]string{"a": "^1.0.0", "b": `{"odd": 1}`},
				OptionalDependencies: map[string]string{"c": "1"},
				Bin:                  map[string]string{"tool": "./cli.js"},
				HasShrinkwrap:        true,
				Dist: Dist{
					Tarball: "https://h.example/t.tgz", Integrity: "sha512-x", Shasum: "ab",
					UnpackedSize: 12, FileCount: 3,
					Signatures:      []Signature{{"SHA256:k", "MEU="}},
					AttestationsURL: "https://h.example/att",
					PredicateType:   "https://slsa.dev/provenance/v1",
				},
			},
			"1.1.0": {Version: "1.1.0", GypFile: true, Maintainers: []Account{}},
		},
	}
}

func TestDecodePackument(t *testing.T) {
	got, err := DecodePackument(strings.NewReader(fullDocument))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fullPackument(), got); diff != "" {
		t.Errorf("DecodePackument (-want +got):\n%s", diff)
	}
}

func TestDecodeTimes(t *testing.T) {
	tests := []struct {
		name, time string
		want       *Packument
	}{
		{"missing", `null`, &Packument{Name: "p"}},
		{"empty", `{}`, &Packument{Name: "p"}},
		{"unpublished", `{"created":"2020-01-01T00:00:00Z","unpublished":{"time":"2021-01-01T00:00:00Z"}}`, &Packument{
			Name: "p", Created: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		}},
		{"unpublished null", `{"unpublished":null}`, &Packument{Name: "p"}},
		{"number", `{"1.0.0":1}`, &Packument{Name: "p"}},
		{"offset", `{"1.0.0":"2026-07-30T18:05:27.489000+02:00"}`, &Packument{
			Name: "p", Times: map[string]time.Time{"1.0.0": time.Date(2026, 7, 30, 16, 5, 27, 489e6, time.UTC)},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := DecodePackument(strings.NewReader(`{"name":"p","time":` + tt.time + `}`))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("time %s (-want +got):\n%s", tt.time, diff)
			}
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	long := strings.Repeat("x", maxText)
	tests := []struct{ name, text, want string }{
		{"empty", ``, "EOF"},
		{"page", `<html>`, "invalid character"},
		{"list", `[]`, "expected"},
		{"no name", `{"versions":{}}`, "no name"},
		{"error document", `{"error":"not found"}`, "no name"},
		{"truncated", `{"name":"p","versions":{"1.0.0":{`, "EOF"},
		{"text behind", `{"name":"p"}{}`, "behind"},
		{"repeated member", `{"name":"p","name":"q"}`, "duplicate"},
		{"repeated version", `{"name":"p","versions":{"1.0.0":{},"1.0.0":{}}}`, "duplicate"},
		{"repeated by escape", `{"name":"p","n\u0061me":"p"}`, "duplicate"},
		{"repeated script", `{"name":"p","versions":{"1.0.0":{"scripts":{"install":"a","install":"b"}}}}`, "duplicate"},
		{"invalid UTF-8", "{\"name\":\"p\xff\"}", "UTF-8"},
		{"half a surrogate pair", `{"name":"p\ud800"}`, "UTF-8"},
		{"contradictory version", `{"name":"p","versions":{"1.0.0":{"version":"1.0.1"}}}`, `/versions/1.0.0`},
		{"version not a string", `{"name":"p","versions":{"1.0.0":{"version":1}}}`, "expected"},
		{"integrity not a string", `{"name":"p","versions":{"1.0.0":{"dist":{"integrity":{}}}}}`, "/versions/1.0.0/dist/integrity"},
		{"versions a list", `{"name":"p","versions":[]}`, "expected"},
		{"long script", `{"name":"p","versions":{"1.0.0":{"scripts":{"install":"` + long + `"}}}}`, errTextSize.Error()},
		{"deep", `{"name":"p","x":` + strings.Repeat(`[`, 20_000), "depth"},
		{"deep in a version", `{"name":"p","versions":{"1.0.0":{"x":` + strings.Repeat(`[`, 20_000), "depth"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := DecodePackument(strings.NewReader(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one that holds %q", err, tt.want)
			}
		})
	}
}

func TestDecodeLargeValues(t *testing.T) {
	skipped := `{"name":"p","readme":"` + strings.Repeat("x", 1<<20) + `"}`
	if _, err := DecodePackument(strings.NewReader(skipped)); err != nil {
		t.Errorf("a large value that is not kept: got %v", err)
	}
	beyond := `{"name":"p","readme":"` + strings.Repeat("x", maxWindow) + `"}`
	if _, err := DecodePackument(strings.NewReader(beyond)); err == nil || !strings.Contains(err.Error(), errWindow.Error()) {
		t.Errorf("a value beyond the window: got %v, want %v", err, errWindow)
	}
}

// Equal parts of versions must not cost memory for each version.
func TestDecodeShares(t *testing.T) {
	version := `{"scripts":{"install":"x"},"dependencies":{"a":"1"},"maintainers":[{"name":"ann"}],"_npmUser":{"name":"ann"}}`
	doc, err := DecodePackument(strings.NewReader(`{"name":"p","versions":{"1.0.0":` + version + `,"2.0.0":` + version + `}}`))
	if err != nil {
		t.Fatal(err)
	}
	a, b := doc.Versions["1.0.0"], doc.Versions["2.0.0"]
	if reflect.ValueOf(a.Scripts).Pointer() != reflect.ValueOf(b.Scripts).Pointer() {
		t.Error("equal scripts are not shared")
	}
	if reflect.ValueOf(a.Dependencies).Pointer() != reflect.ValueOf(b.Dependencies).Pointer() {
		t.Error("equal dependencies are not shared")
	}
	if a.Publisher != b.Publisher || &a.Maintainers[0] != &b.Maintainers[0] {
		t.Error("equal accounts are not shared")
	}
	if unsafe.StringData(a.Publisher.Name) != unsafe.StringData(a.Maintainers[0].Name) {
		t.Error("equal strings are not shared")
	}
}

func TestEncodePackument(t *testing.T) {
	var out bytes.Buffer
	if err := encodePackument(&out, fullPackument()); err != nil {
		t.Fatal(err)
	}
	got, err := DecodePackument(&out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fullPackument(), got); diff != "" {
		t.Errorf("written and read again (-want +got):\n%s", diff)
	}
}

// The directory of conformance data holds documents of real packages, as the
// npm registry served them.
func TestDecodeConformance(t *testing.T) {
	root := os.Getenv("GATE_FIXTURES")
	if root == "" {
		t.Skip("GATE_FIXTURES names no directory of conformance data")
	}
	files, err := filepath.Glob(filepath.Join(root, "incidents", "*", "registry", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents below %s: %v", root, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := DecodePackument(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for version, m := range doc.Versions {
			if m.Dist.Tarball == "" || m.Dist.Integrity == "" {
				t.Errorf("%s: version %s has no tarball or no integrity", file, version)
			}
		}
	}
}

func FuzzDecodePackument(f *testing.F) {
	f.Add([]byte(fullDocument))
	f.Add([]byte(`{"name":"p","versions":{"1.0.0":{"bin":"x","dependencies":["a@1"],"deprecated":true,"_npmUser":"a <b>"}},"time":null}`))
	f.Add([]byte(`{"name":"@/","versions":{"":{"bin":{"":"x"},"scripts":{"install":[1]}}},"maintainers":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := DecodePackument(bytes.NewReader(data))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := encodePackument(&out, doc); err != nil {
			t.Skip(err) // a year that RFC 3339 cannot hold
		}
		again, err := DecodePackument(&out)
		if err != nil {
			t.Fatalf("reading what was written: %v", err)
		}
		if diff := cmp.Diff(doc, again); diff != "" {
			t.Errorf("written and read again (-want +got):\n%s", diff)
		}
	})
}

package registrytest

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
)

func TestMain(m *testing.M) {
	BlockNetwork()
	os.Exit(m.Run())
}

const archive = `
-- packuments/plain.json --
{"tarball": "{{registry}}/plain/-/plain-1.0.0.tgz"}
-- packuments/@s/slash.json --
slash
-- packuments/%40s%2Fencoded.json --
encoded
-- registry/@s%2Fhalf.json --
half
-- tarballs/plain-1.0.0.tgz --
{{registry}}
-- tarballs/%40s%2Fscoped-2.0.0.tgz --
scoped
-- attestations/%40s%2Fscoped%402.0.0.json --
attestation
-- keys.json --
keys
-- behaviour/%40s%2Fbusy.txt --
status 503
-- behaviour/@s/wrong.txt --
sttaus 503
`

func TestFiles(t *testing.T) {
	server := New(t, Archive(txtar.Parse([]byte(archive))))
	tests := []struct {
		path   string
		status int
		body   string
	}{
		{"plain", 200, `{"tarball": "` + server.URL + `plain/-/plain-1.0.0.tgz"}`},
		{"@s%2fslash", 200, "slash"},
		{"@s%2Fencoded", 200, "encoded"},
		{"@s/half", 200, "half"},
		{"plain/-/plain-1.0.0.tgz", 200, "{{registry}}"},
		{"@s/scoped/-/scoped-2.0.0.tgz", 200, "scoped"},
		{"-/npm/v1/attestations/@s%2fscoped@2.0.0", 200, "attestation"},
		{"-/npm/v1/keys", 200, "keys"},
		{"@s%2fbusy", 503, ""},
		{"@s%2fwrong", 500, `behaviour/@s/wrong.txt: unknown key "sttaus"`},
		{"none", 404, `{"error":"Not found"}`},
		{"..%2f..%2fetc%2fpasswd", 404, `{"error":"Not found"}`},
	}
	for _, tt := range tests {
		res, err := http.Get(server.URL + tt.path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(string(body), "\n"); res.StatusCode != tt.status || got != tt.body {
			t.Errorf("GET %s: got %d %q, want %d %q", tt.path, res.StatusCode, got, tt.status, tt.body)
		}
	}
	if got := server.Requests("/@s%2fslash"); got != 1 {
		t.Errorf("requests for /@s%%2fslash: got %d, want 1", got)
	}
	if got := server.Total(); got != len(tests) {
		t.Errorf("requests: got %d, want %d", got, len(tests))
	}
}

func TestETag(t *testing.T) {
	server := New(t, fstest.MapFS{"packuments/p.json": {Data: []byte("{}")}})
	res, err := http.Get(server.URL + "p")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"p", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("If-None-Match", res.Header.Get("Etag"))
	again, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	again.Body.Close()
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("with the ETag: got status %d, want 304", again.StatusCode)
	}
}

// The directory of conformance data has cases that are registries.
func TestConformanceLayout(t *testing.T) {
	root := os.Getenv("GATE_FIXTURES")
	if root == "" {
		t.Skip("GATE_FIXTURES names no directory of conformance data")
	}
	server := New(t, os.DirFS(filepath.Join(root, "incidents", "antv-atool-2026")))
	for _, path := range []string{"@antv%2fscale", "@antv/scale/-/scale-0.6.2.tgz"} {
		res, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("GET %s: got status %d, want 200", path, res.StatusCode)
		}
	}
}

func TestBlockNetwork(t *testing.T) {
	for _, address := range []string{"http://192.0.2.1/", "http://registry.example/"} {
		if res, err := http.Get(address); err == nil {
			res.Body.Close()
			t.Errorf("GET %s: got no error", address)
		}
	}
}

// TestSign: a server that signs adds what the npm registry has, and nothing to
// what is signed already or no packument.
func TestSign(t *testing.T) {
	server := New(t, Archive(txtar.Parse([]byte(`
-- packuments/@s/p.json --
{"size": 12345678901234567890, "versions": {"1.0.0": {"dist": {"integrity": "sha512-x"}}, "2.0.0": {"dist": {"signatures": [], "integrity": "sha512-y"}}}}
-- packuments/broken.json --
{"versions"
-- attestations/p@1.0.0.json --
{"versions": {"1.0.0": {"dist": {"integrity": "sha512-x"}}}}
`)))).Sign()
	doc := fetch(t, server.URL+"@s%2fp")
	for _, want := range []string{"12345678901234567890", `"sig":"ME`, `"signatures":[]`, `"keyid":"SHA256:`} {
		if !strings.Contains(doc, want) {
			t.Errorf("got %s, want %s in it", doc, want)
		}
	}
	if again := fetch(t, server.URL+"@s%2fp"); again != doc {
		t.Errorf("asked again: got %s, want the same as before, %s", again, doc)
	}
	if keys := fetch(t, server.URL+"-/npm/v1/keys"); !strings.Contains(keys, `"keyid": "SHA256:`) {
		t.Errorf("keys: got %s", keys)
	}
	if got := fetch(t, server.URL+"broken"); got != "{\"versions\"\n" {
		t.Errorf("no JSON: got %s", got)
	}
	if got := fetch(t, server.URL+"-/npm/v1/attestations/p@1.0.0"); strings.Contains(got, "signatures") {
		t.Errorf("attestations: got %s", got)
	}
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

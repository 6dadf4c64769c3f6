package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/install-gate/gate/internal/npmregistry/registrytest"
)

// BenchmarkHook measures what a commit waits for, from the start of the program
// to its end, in a project of 1000 packages: with nothing to judge, and with
// one changed package that the registry is asked about for the first time.
// docs/performance.md holds the results.
func BenchmarkHook(b *testing.B) {
	gate := filepath.Join(b.TempDir(), "gate")
	if out, err := exec.Command("go", "build", "-o", gate, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	repo := newHookRepo(b)
	b.Run("no-lockfile", func(b *testing.B) {
		repo.stage(b, "README", []byte("text\n"))
		repo.time(b, gate, "")
	})
	b.Run("one-entry", func(b *testing.B) {
		repo.stage(b, "package-lock.json", lockOf1000("1.1.0", repo.integrity))
		repo.time(b, gate, "1 changed since HEAD")
	})
}

// hookRepo is a git repository beside a registry.
type hookRepo struct {
	dir       string
	env       []string
	integrity string // of p0@1.1.0
}

func newHookRepo(b *testing.B) *hookRepo {
	b.Helper()
	content := packed(b, `{"name": "p0", "version": "1.1.0"}`)
	sum := sha512.Sum512(content)
	r := &hookRepo{dir: b.TempDir(), integrity: "sha512-" + base64.StdEncoding.EncodeToString(sum[:])}
	registry := registrytest.New(b, fstest.MapFS{
		"tarballs/p0-1.1.0.tgz": {Data: content},
		"packuments/p0.json": {Data: fmt.Appendf(nil, `{"name": "p0",
			"versions": {
				"1.0.0": {"name": "p0", "version": "1.0.0", "_npmUser": {"name": "alice"}, "dist": {"integrity": %q, "tarball": "{{registry}}/p0/-/p0-1.0.0.tgz"}},
				"1.1.0": {"name": "p0", "version": "1.1.0", "_npmUser": {"name": "alice"}, "dist": {"integrity": %[1]q, "tarball": "{{registry}}/p0/-/p0-1.1.0.tgz"}}},
			"time": {"created": "2018-01-01T00:00:00.000Z", "modified": "2024-01-01T00:00:00.000Z",
				"1.0.0": "2018-01-01T00:00:00.000Z", "1.1.0": "2019-01-01T00:00:00.000Z"}}`, r.integrity)},
	}).Sign()
	advisories := httptest.NewServer(http.HandlerFunc(osv))
	b.Cleanup(advisories.Close)
	r.env = append(os.Environ(), "npm_config_registry="+registry.URL, "GATE_ADVISORIES="+advisories.URL, "HOME="+r.dir,
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	r.git(b, "init", "-q")
	r.stage(b, "package-lock.json", lockOf1000("1.0.0", r.integrity))
	r.git(b, "-c", "user.name=gate", "-c", "user.email=gate@mail.example", "commit", "-q", "-m", "base")
	return r
}

// lockOf1000 is a lockfile of p0 in a version and of 999 other packages.
func lockOf1000(version, integrity string) []byte {
	var b strings.Builder
	b.WriteString("{\"lockfileVersion\": 3, \"packages\": {\n\"\": {}")
	for i := range 1000 {
		fmt.Fprintf(&b, ",\n\"node_modules/p%d\": {\"version\": %q, \"resolved\": \"https://registry.npmjs.org/p%[1]d/-/p%[1]d-%[3]s.tgz\", \"integrity\": %[4]q}",
			i, version, version, integrity)
		version = "1.0.0"
	}
	b.WriteString("\n}}\n")
	return []byte(b.String())
}

// packed is a package that is nothing but its package.json.
func packed(b *testing.B, manifest string) []byte {
	b.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	files := tar.NewWriter(zip)
	err := files.WriteHeader(&tar.Header{Name: "package/package.json", Mode: 0o644, Size: int64(len(manifest)), Typeflag: tar.TypeReg})
	_, errWrite := files.Write([]byte(manifest))
	if err := errors.Join(err, errWrite, files.Close(), zip.Close()); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func (r *hookRepo) git(b *testing.B, args ...string) {
	b.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = r.dir, r.env
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("git %s: %v\n%s", args[0], err, out)
	}
}

func (r *hookRepo) stage(b *testing.B, name string, data []byte) {
	b.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), data, 0o600); err != nil {
		b.Fatal(err)
	}
	r.git(b, "add", name)
}

// time runs the hook again and again, each time without a cache, and makes sure
// that it passes and says what is expected.
func (r *hookRepo) time(b *testing.B, gate, want string) {
	b.Helper()
	var times []float64
	for b.Loop() {
		cmd := exec.Command(gate, "hook", "run", "--strict")
		cmd.Dir, cmd.Env = r.dir, append(r.env, "XDG_CACHE_HOME="+b.TempDir())
		start := time.Now()
		out, err := cmd.CombinedOutput()
		times = append(times, float64(time.Since(start).Microseconds())/1000)
		if err != nil || !strings.Contains(string(out), want) || (want == "") != (len(out) == 0) {
			b.Fatalf("got %v, want success and output with %q\n%s", err, want, out)
		}
	}
	slices.Sort(times)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(times[0], "ms-min")
	b.ReportMetric(times[len(times)/2], "ms-median")
	b.ReportMetric(times[len(times)-1], "ms-max")
}

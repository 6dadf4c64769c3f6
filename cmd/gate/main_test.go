package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/install-gate/gate/internal/npmregistry/registrytest"
)

func TestMain(m *testing.M) {
	registrytest.BlockNetwork()
	testscript.Main(m, map[string]func(){"gate": main})
}

// TestScripts runs the scripts in testdata/script. Each has a registry of its
// own, made of the files below registry/ in the script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup:               setUpRegistry,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"envsubst": envsubst,
			"tarball":  tarball,
		},
	})
}

// setUpRegistry starts the script's registry and makes npm's and git's
// configuration independent of the machine.
func setUpRegistry(env *testscript.Env) error {
	server := registrytest.Start(os.DirFS(env.WorkDir)).Sign()
	env.Defer(server.Close)
	advisories := httptest.NewServer(http.HandlerFunc(osv))
	env.Defer(advisories.Close)
	env.Setenv("GATE_ADVISORIES", advisories.URL)
	env.Setenv("REGISTRY", server.URL)
	env.Setenv("npm_config_registry", server.URL)
	env.Setenv("HOME", env.WorkDir+"/home")
	env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/home/cache")
	env.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		env.Setenv("GIT_"+who+"_NAME", "gate")
		env.Setenv("GIT_"+who+"_EMAIL", "gate@mail.example")
	}
	return nil
}

// osvRecords are what the OSV service of the scripts knows: a malicious version
// and a vulnerability that is fixed.
var osvRecords = map[string]string{
	"MAL-2026-1": `{"id": "MAL-2026-1", "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
		"summary": "Malicious code in known-bad",
		"affected": [{"package": {"ecosystem": "npm", "name": "known-bad"}, "versions": ["6.6.6"]}]}`,
	"GHSA-2222-3333-4444": `{"id": "GHSA-2222-3333-4444", "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
		"summary": "Something leaks",
		"affected": [{"package": {"ecosystem": "npm", "name": "mended"},
			"ranges": [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "1.0.1"}]}]}]}`,
}

// osv answers like an OSV service.
func osv(w http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutPrefix(r.URL.Path, "/v1/vulns/"); ok {
		fmt.Fprint(w, osvRecords[id])
		return
	}
	var batch struct {
		Queries []struct {
			Package struct{ Name string }
			Version string
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	results := make([]string, len(batch.Queries))
	for i, q := range batch.Queries {
		results[i] = "{}"
		switch q.Package.Name + "@" + q.Version {
		case "known-bad@6.6.6":
			results[i] = `{"vulns": [{"id": "MAL-2026-1", "modified": "2026-01-02T00:00:00Z"}]}`
		case "mended@1.0.0":
			results[i] = `{"vulns": [{"id": "GHSA-2222-3333-4444", "modified": "2026-01-02T00:00:00Z"}]}`
		}
	}
	fmt.Fprintf(w, `{"results": [%s]}`, strings.Join(results, ","))
}

// exits runs a command that must end with an exit code: exits CODE COMMAND ARG...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code command [arg...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s ended with exit code %d, want %d", args[1], got, want)
	}
}

// envsubst writes a file with the script's variables filled in: envsubst FROM TO
func envsubst(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: envsubst from to")
	}
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// tarball packs a directory as npm does and sets a variable to the tarball's
// integrity: tarball DIR FILE VARIABLE
func tarball(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: tarball dir file variable")
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	out := tar.NewWriter(zip)
	dir := os.DirFS(ts.MkAbs(args[0]))
	ts.Check(fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(dir, path)
		if err != nil {
			return err
		}
		header := &tar.Header{Name: "package/" + path, Mode: 0o644, Size: int64(len(data)), Typeflag: tar.TypeReg}
		if err := out.WriteHeader(header); err != nil {
			return err
		}
		_, err = out.Write(data)
		return err
	}))
	ts.Check(errors.Join(out.Close(), zip.Close()))
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[1])), 0o700))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), packed.Bytes(), 0o600))
	sum := sha512.Sum512(packed.Bytes())
	ts.Setenv(args[2], "sha512-"+base64.StdEncoding.EncodeToString(sum[:]))
}

func TestExitCode(t *testing.T) {
	tests := []struct {
		err  error
		want int
	}{
		{nil, exitPass},
		{verdictError("pass"), exitPass},
		{verdictError("blocked"), exitBlocked},
		{verdictError("unknown"), exitUnknown},
		{verdictError("anything else"), exitUnknown},
		{fmt.Errorf("wrapped: %w", verdictError("blocked")), exitBlocked},
		{usage(errors.New("wrong")), exitUsage},
		{unjudged(errors.New("unreadable")), exitUnknown},
		{errors.New("unknown flag"), exitUsage},
	}
	for _, tt := range tests {
		if got := exitCode(tt.err, t.Output()); got != tt.want {
			t.Errorf("exitCode(%v) = %d, want %d", tt.err, got, tt.want)
		}
	}
}

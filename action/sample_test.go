package action

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// sample reads the archive that the tests take projects and the registry from,
// and makes its tarballs.
func sample(t *testing.T) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/sample.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var hashes []string
	for i, f := range archive.Files {
		if id, ok := strings.CutPrefix(f.Name, "tarballs/"); ok {
			data := tarball(t, f.Data)
			sum := sha512.Sum512(data)
			hashes = append(hashes, "{{"+id+"}}", "sha512-"+base64.StdEncoding.EncodeToString(sum[:]))
			archive.Files[i] = txtar.File{Name: f.Name + ".tgz", Data: data}
		}
	}
	for i, f := range archive.Files {
		if !strings.HasSuffix(f.Name, ".tgz") {
			archive.Files[i].Data = []byte(strings.NewReplacer(hashes...).Replace(string(f.Data)))
		}
	}
	return archive
}

// tarball packs a package that is nothing but its package.json.
func tarball(t *testing.T, manifest []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	files := tar.NewWriter(zip)
	header := &tar.Header{Name: "package/package.json", Mode: 0o644, Size: int64(len(manifest)), Typeflag: tar.TypeReg}
	if err := files.WriteHeader(header); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Write(manifest); err != nil {
		t.Fatal(err)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// weakPolicy returns a gate.yaml that switches every check off.
func weakPolicy(t *testing.T) string {
	t.Helper()
	out, err := exec.Command(gateBinary, "checks").Output()
	if err != nil {
		t.Fatal(err)
	}
	var policy strings.Builder
	policy.WriteString("version: 1\nchecks:\n")
	for line := range strings.Lines(string(out)) {
		id, _, _ := strings.Cut(line, " ")
		policy.WriteString("  " + id + ": off\n")
	}
	return policy.String()
}

// project returns the files of a directory of the sample, below another one.
func project(t *testing.T, name, below string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, f := range sample(t).Files {
		if file, ok := strings.CutPrefix(f.Name, name+"/"); ok {
			files[below+file] = string(f.Data)
		}
	}
	if len(files) == 0 {
		t.Fatalf("the sample has no directory %s", name)
	}
	return files
}

// together joins sets of files; later ones win.
func together(sets ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, set := range sets {
		for name, text := range set {
			all[name] = text
		}
	}
	return all
}

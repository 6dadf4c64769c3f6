package main

import (
	"archive/tar"
	"bytes"
	"crypto/x509"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// newDist returns a directory with linux binaries: a copy of those in the
// directory that GATE_DIST names, or small ones that print a version as gate
// does, built from a repository of their own.
func newDist(t *testing.T) string {
	t.Helper()
	dist := t.TempDir()
	if from := os.Getenv("GATE_DIST"); from != "" {
		if err := os.CopyFS(dist, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		return dist
	}
	source := newRepository(t)
	for _, arch := range architectures {
		compile(t, source, filepath.Join(dist, "gate_1.2.3_linux_"+arch), arch, "-buildvcs=true")
	}
	return dist
}

// newRepository returns a git repository with one commit, tagged v1.2.3.
func newRepository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for file, content := range map[string]string{
		"go.mod": "module example.com/program\n\ngo 1.26\n",
		"main.go": `package main

import "runtime/debug"
import "os"

func main() {
	info, _ := debug.ReadBuildInfo()
	os.Stdout.WriteString("gate " + info.Main.Version + "\n")
}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		command(t, dir, []string{
			"GIT_AUTHOR_DATE=2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z",
			"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_SYSTEM=" + os.DevNull,
		}, "git", append([]string{"-c", "user.name=test", "-c", "user.email=test@example.com"}, args...)...)
	}
	git("init", "--quiet")
	git("add", ".")
	git("commit", "--quiet", "--message", "first")
	git("tag", "v1.2.3")
	return dir
}

func compile(t *testing.T, source, file, arch string, flags ...string) {
	t.Helper()
	args := append(append([]string{"build"}, flags...), "-trimpath", "-o", file, ".")
	command(t, source, []string{"GOFLAGS=", "CGO_ENABLED=0", "GOOS=linux", "GOARCH=" + arch}, "go", args...)
}

// command runs a program in dir and returns what it prints.
func command(t *testing.T, dir string, env []string, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// build runs the command on dist and returns the digest that it prints.
func build(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), args, &stdout, &stderr); err != nil {
		t.Fatalf("run(%v): %v\n%s", args, err, &stderr)
	}
	return strings.TrimSpace(stdout.String())
}

// unpack writes the files of a tar archive to a new directory.
func unpack(t *testing.T, archive io.Reader) (dir string, headers []*tar.Header) {
	t.Helper()
	dir = t.TempDir()
	for in := tar.NewReader(archive); ; {
		header, err := in.Next()
		if err == io.EOF {
			return dir, headers
		}
		if err != nil {
			t.Fatal(err)
		}
		headers = append(headers, header)
		path := filepath.Join(dir, filepath.FromSlash(header.Name))
		if header.Typeflag == tar.TypeDir {
			err = os.Mkdir(path, 0o755)
		} else {
			var content []byte
			if content, err = io.ReadAll(in); err == nil {
				err = os.WriteFile(path, content, header.FileInfo().Mode().Perm())
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// platform returns the image for an architecture.
func platform(t *testing.T, dist, arch string) v1.Image {
	t.Helper()
	binaries, err := findBinaries(dist)
	if err != nil {
		t.Fatal(err)
	}
	image, err := newPlatform(filepath.Join(dist, "rootfs_linux_"+arch+".tar"), binaries[slices.Index(architectures, arch)])
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func TestArchive(t *testing.T) {
	dist := newDist(t)
	out := filepath.Join(t.TempDir(), "image.tar")
	digest := build(t, "-dist", dist, "-out", out)
	file, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	dir, _ := unpack(t, file)
	top, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := top.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest.Manifests) != 1 || manifest.Manifests[0].Digest.String() != digest {
		t.Fatalf("got index.json %+v, want one descriptor with digest %s", manifest.Manifests, digest)
	}
	index, err := top.ImageIndex(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Errorf("the image is not valid: %v", err)
	}
	manifest, err = index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var platforms []string
	for _, m := range manifest.Manifests {
		platforms = append(platforms, m.Platform.String())
	}
	if want := []string{"linux/amd64", "linux/arm64"}; !slices.Equal(platforms, want) {
		t.Errorf("got platforms %v, want %v", platforms, want)
	}
}

func TestSameBytesTwice(t *testing.T) {
	read := func() (string, []byte) {
		out := filepath.Join(t.TempDir(), "image.tar")
		digest := build(t, "-dist", newDist(t), "-out", out)
		content, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return digest, content
	}
	digest, archive := read()
	again, second := read()
	if digest != again {
		t.Errorf("got digest %s, then %s", digest, again)
	}
	if !bytes.Equal(archive, second) {
		t.Error("got two different archives of the same binaries")
	}
}

func TestRootfs(t *testing.T) {
	dist := newDist(t)
	build(t, "-dist", dist)
	for _, arch := range architectures {
		file, err := os.Open(filepath.Join(dist, "rootfs_linux_"+arch+".tar"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		dir, headers := unpack(t, file)
		got := map[string]string{}
		for _, h := range headers {
			got[h.Name] = h.FileInfo().Mode().String()
			if h.Uid != 0 || h.Gid != 0 || h.Uname != "" {
				t.Errorf("%s belongs to %d:%d %q, want 0:0 without a name", h.Name, h.Uid, h.Gid, h.Uname)
			}
			if !h.ModTime.Equal(headers[0].ModTime) {
				t.Errorf("%s was changed at %s, others at %s", h.Name, h.ModTime, headers[0].ModTime)
			}
		}
		want := map[string]string{
			"cache/": "dtrwxrwxrwx", "etc/": "drwxr-xr-x", "etc/ssl/": "drwxr-xr-x", "etc/ssl/certs/": "drwxr-xr-x",
			"etc/ssl/certs/ca-certificates.crt": "-rw-r--r--", "gate": "-rwxr-xr-x", "src/": "drwxr-xr-x", "tmp/": "dtrwxrwxrwx",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("files for %s (-want +got):\n%s", arch, diff)
		}
		if b, err := readBinary(filepath.Join(dir, "gate"), arch); err != nil || b.arch != arch {
			t.Errorf("got %+v, %v, want a static program for %s", b, err, arch)
		}
	}
}

func TestCertificates(t *testing.T) {
	data, err := certificates()
	if err != nil {
		t.Fatal(err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(data) {
		t.Error("Go reads no certificate from the file")
	}
	// In October 2026 one of 117 roots was constrained. Far fewer here would
	// mean that most have come to be, and that leaving them out is wrong.
	if n := bytes.Count(data, []byte("BEGIN CERTIFICATE")); n < 100 {
		t.Errorf("got %d certificates, want at least 100", n)
	}
}

func TestConfig(t *testing.T) {
	dist := newDist(t)
	build(t, "-dist", dist)
	for _, arch := range architectures {
		config, err := platform(t, dist, arch).ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if config.Architecture != arch || config.OS != "linux" {
			t.Errorf("got an image for %s/%s, want linux/%s", config.OS, config.Architecture, arch)
		}
		if want := readDockerfile(t); !cmp.Equal(want, instructions(config.Config)) {
			t.Errorf("Dockerfile and image differ (-Dockerfile +image):\n%s", cmp.Diff(want, instructions(config.Config)))
		}
	}
}

func TestPush(t *testing.T) {
	server := httptest.NewServer(registry.New())
	defer server.Close()
	ref := strings.TrimPrefix(server.URL, "http://") + "/gate:v1.2.3"
	digest := build(t, "-dist", newDist(t), "-push", ref)
	tag, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Index(tag, remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Errorf("the registry has no valid image: %v", err)
	}
	if got, err := index.Digest(); err != nil || got.String() != digest {
		t.Errorf("got digest %s, %v in the registry, want %s", got, err, digest)
	}
}

func TestRefused(t *testing.T) {
	source := newRepository(t)
	for _, test := range []struct {
		name  string
		flags []string // of go build for arm64; none is built without
		args  []string
		want  string
	}{
		{"no binary for an architecture", nil, nil, "holds 0 binaries for linux on arm64"},
		{"no commit recorded", []string{"-buildvcs=false"}, nil, "does not record its commit"},
		{"argument", nil, []string{"image.tar"}, "is not a flag"},
		{"tag missing", []string{"-buildvcs=true"}, []string{"-push", "registry.example/gate"}, "pushing to registry.example/gate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dist := t.TempDir()
			compile(t, source, filepath.Join(dist, "gate_1_linux_amd64"), "amd64", "-buildvcs=true")
			if test.flags != nil {
				compile(t, source, filepath.Join(dist, "gate_1_linux_arm64"), "arm64", test.flags...)
			}
			err := run(t.Context(), append([]string{"-dist", dist}, test.args...), io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestCommitsMustAgree(t *testing.T) {
	source, dist := newRepository(t), t.TempDir()
	compile(t, source, filepath.Join(dist, "gate_1_linux_amd64"), "amd64", "-buildvcs=true")
	command(t, source, nil, "git", "tag", "--delete", "v1.2.3")
	compile(t, source, filepath.Join(dist, "gate_1_linux_arm64"), "arm64", "-buildvcs=true")
	if got, err := findBinaries(dist); err == nil {
		t.Errorf("got %+v of two versions, want an error", got)
	}
}

// TestRunInEngine runs the image in docker or podman where one works.
func TestRunInEngine(t *testing.T) {
	engine := findEngine(t)
	dist := newDist(t)
	build(t, "-dist", dist)
	// The older of docker's stores reads no OCI layout, so the image goes in
	// as docker save would write it; its layer and configuration are the same.
	const ref = "gate-image-test:latest"
	tag, err := name.NewTag(ref)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "image.tar")
	if err := tarball.WriteToFile(file, tag, platform(t, dist, runtime.GOARCH)); err != nil {
		t.Fatal(err)
	}
	command(t, "", nil, engine, "load", "--input", file)
	defer func() { _ = exec.Command(engine, "rmi", "--force", ref).Run() }()
	got := command(t, "", nil, engine, "run", "--rm", "--network=none", "--read-only",
		"--cap-drop=all", "--security-opt=no-new-privileges", ref, "version")
	if !strings.HasPrefix(got, "gate v") {
		t.Errorf("got %q from the image, want the version of gate", got)
	}
}

// findEngine returns the container engine that works here and skips the test
// if there is none.
func findEngine(t *testing.T) string {
	t.Helper()
	for _, engine := range []string{"docker", "podman"} {
		if exec.CommandContext(t.Context(), engine, "info").Run() == nil {
			return engine
		}
	}
	t.Skip("no container engine works here")
	return ""
}

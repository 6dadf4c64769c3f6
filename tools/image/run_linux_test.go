package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// TestRunInRootfs runs the program out of the image's layer, with the layer for
// its root and as the image's user: it needs nothing that the image lacks.
func TestRunInRootfs(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can change the root directory")
	}
	dist := newDist(t)
	build(t, "-dist", dist)
	files := mutate.Extract(platform(t, dist, runtime.GOARCH))
	defer files.Close()
	dir, _ := unpack(t, files)
	if err := os.Chmod(filepath.Join(dir, "gate"), 0o755); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "/gate", "version")
	cmd.Dir, cmd.Env = "/src", []string{"XDG_CACHE_HOME=/cache"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: dir, Credential: &syscall.Credential{Uid: user, Gid: user}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "gate v") {
		t.Errorf("got %q, %v, want the version of gate", out, err)
	}
}

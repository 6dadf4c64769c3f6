// Package action tests the GitHub Action: its script with the runner's variables
// set by hand, and the whole of it in jobs that act runs on this machine.
package action

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/install-gate/gate/internal/npmregistry/registrytest"
)

// attackTime is when everything is judged: the attack of the sample is 41
// minutes old.
const attackTime = "2026-05-19T02:20:00Z"

// attackAnnotation is the beginning of what is shown beside the code: the entry
// of the attack stands in line 17 of its lockfile.
const attackAnnotation = "::error file=%spackage-lock.json,line=17,title=size-sensor@1.0.4::"

// gateBinary is the program under test, built once for all tests.
var gateBinary string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "gate-action")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	gateBinary = filepath.Join(dir, "gate")
	if out, err := exec.Command("go", "build", "-o", gateBinary, "../cmd/gate").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building gate: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// metadata is what the tests need of action.yml.
type metadata struct {
	Inputs map[string]struct {
		Description string `yaml:"description"`
		Default     string `yaml:"default"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Description string `yaml:"description"`
		Value       string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Steps []struct {
			Run string            `yaml:"run"`
			Env map[string]string `yaml:"env"`
		} `yaml:"steps"`
	} `yaml:"runs"`
}

func readMetadata(t *testing.T) metadata {
	t.Helper()
	data, err := os.ReadFile("../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var m metadata
	if err := yaml.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// repository is a git repository with a registry of its own.
type repository struct {
	t        *testing.T
	dir      string
	registry string // the address of the registry
}

// newRepository makes a repository whose branch main has the files.
func newRepository(t *testing.T, files map[string]string) *repository {
	t.Helper()
	r := &repository{t, t.TempDir(), registrytest.New(t, registrytest.Archive(sample(t))).Sign().URL}
	r.git("init", "-q", "-b", "main")
	r.commit(files)
	return r
}

// git runs git in the repository and returns what it prints, trimmed.
func (r *repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	cmd.Env = gitEnv()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return strings.TrimSpace(string(out))
}

// gitEnv keeps the machine's configuration of git out of the tests.
func gitEnv() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=gate", "GIT_AUTHOR_EMAIL=gate@mail.example",
		"GIT_COMMITTER_NAME=gate", "GIT_COMMITTER_EMAIL=gate@mail.example",
	}
}

func (r *repository) write(files map[string]string) {
	r.t.Helper()
	for name, text := range files {
		file := filepath.Join(r.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
}

// commit writes files and returns the new commit.
func (r *repository) commit(files map[string]string) string {
	r.t.Helper()
	r.write(files)
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", "change")
	return r.git("rev-parse", "HEAD")
}

// pull is a pull request: the commits of its two sides and of their merge, which
// is checked out as GitHub would.
type pull struct{ base, head, merge string }

// propose makes a pull request of files against the present main.
func (r *repository) propose(files map[string]string) pull {
	r.t.Helper()
	p := pull{base: r.git("rev-parse", "main")}
	r.git("checkout", "-q", "-b", "topic")
	p.head = r.commit(files)
	r.git("checkout", "-q", "--detach", "main")
	r.git("merge", "-q", "--no-ff", "-m", "merge", "topic")
	p.merge = r.git("rev-parse", "HEAD")
	return p
}

package main

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v4"

	"github.com/install-gate/gate/internal/lockfile"
)

// preCommitHooks is what the pre-commit framework reads of gate's repository.
const preCommitHooks = "../../.pre-commit-hooks.yaml"

// TestPreCommit drives the pre-commit framework with the hooks that the
// repository offers.
func TestPreCommit(t *testing.T) {
	if _, err := exec.LookPath("pre-commit"); err != nil {
		t.Skip("pre-commit is not installed")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/precommit",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			hooks, err := os.ReadFile(preCommitHooks)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(env.WorkDir, "pre-commit-hooks.yaml"), hooks, 0o600); err != nil {
				return err
			}
			return setUpRegistry(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"envsubst": envsubst,
			"tarball":  tarball,
		},
	})
}

// TestPreCommitFiles: pre-commit starts the hooks for the files that gate takes
// for lockfiles, and for no others.
func TestPreCommitFiles(t *testing.T) {
	data, err := os.ReadFile(preCommitHooks)
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct{ ID, Entry, Files string }
	if err := yaml.Unmarshal(data, &hooks); err != nil {
		t.Fatal(err)
	}
	names := []string{
		"bun.lock", "bun.lockb", "deno.lock", "npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml",
		"pnpm-lock.a.branch.yaml", "vlt-lock.json", "yarn.lock", "apps/web/yarn.lock", "a b/pnpm-lock.x.yaml",
		"package.json", "my-package-lock.json", "package-lock.json.orig", "yarn-lock", "pnpm-lock.yml", "pnpm-lock..yaml", "yarn.lock/x",
	}
	for _, hook := range hooks {
		files, err := regexp.Compile(hook.Files)
		if err != nil {
			t.Fatalf("%s: %v", hook.ID, err)
		}
		for _, name := range names {
			if got, want := files.MatchString(name), lockfile.IsLockfileName(path.Base(name)); got != want {
				t.Errorf("%s: is %s a lockfile: got %v, want %v", hook.ID, name, got, want)
			}
		}
	}
	if len(hooks) != 2 {
		t.Errorf("got %d hooks, want 2", len(hooks))
	}
}

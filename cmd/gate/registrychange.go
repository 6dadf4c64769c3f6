package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/install-gate/gate/internal/lockfile"
)

// configFiles are the files of a project that say which registry is asked.
var configFiles = []string{".npmrc", ".yarnrc.yml", "pnpm-workspace.yaml"}

// registryChanges reports the packages for which a change asks another
// registry than its base does: whoever proposes a change must not choose who
// vouches for it. Registries that the policy lists are accepted; the others are
// not asked, since the configuration could send them a token, too.
func (p *project) registryChanges(ctx context.Context, ref string, now *registries, accepted func(string) bool) ([]lockfile.FileProblem, error) {
	commit, err := mergeBase(ctx, p.dir, ref)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "gate-base-")
	if err != nil {
		return nil, unjudged(err)
	}
	defer os.RemoveAll(dir)
	for _, lock := range p.lockfiles {
		if err := copyConfig(ctx, gitTree{dir: p.dir, commit: commit, label: ref}, path.Dir(lock.Path), dir); err != nil {
			return nil, unjudged(err)
		}
	}
	before, err := newRegistries(dir, p.lockfiles, "")
	if err != nil {
		return nil, fmt.Errorf("the configuration of %s: %w", ref, err)
	}
	var problems []lockfile.FileProblem
	for _, lock := range p.lockfiles {
		problems = append(problems, compareRegistries(lock, before, now, accepted)...)
	}
	return problems, nil
}

// copyConfig writes the configuration that a commit has in a directory below
// another root.
func copyConfig(ctx context.Context, from gitTree, dir, root string) error {
	for _, name := range configFiles {
		data, err := from.read(ctx, path.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		to := filepath.Join(root, filepath.FromSlash(dir))
		if err := os.MkdirAll(to, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// compareRegistries counts the packages of a lockfile by the registry that they
// were and are asked of.
func compareRegistries(lock *lockfile.Lockfile, before, now *registries, accepted func(string) bool) []lockfile.FileProblem {
	type move struct{ from, to string }
	moved := map[move]int{}
	for i := range lock.Entries {
		e := &lock.Entries[i]
		if e.Source != lockfile.Registry {
			continue
		}
		m := move{before.forLockfile(lock.Path).RegistryFor(e.Name), now.forLockfile(lock.Path).RegistryFor(e.Name)}
		if m.from != m.to && !accepted(m.to) {
			moved[m]++
		}
	}
	var problems []lockfile.FileProblem
	for _, m := range slices.SortedFunc(maps.Keys(moved), func(a, b move) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	}) {
		now.clients[lock.Path].distrusted[m.to] = true
		problems = append(problems, lockfile.FileProblem{File: lock.Path, Problem: lockfile.Problem{
			Check:   "registry-changed",
			Message: fmt.Sprintf("the change makes %s the registry of %d package(s) that %s was asked for", m.to, moved[m], m.from),
			Hint:    "review the change of .npmrc, .yarnrc.yml or pnpm-workspace.yaml; list the registry in gate.yaml first if it is right",
		}})
	}
	return problems
}

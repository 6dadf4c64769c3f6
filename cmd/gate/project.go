package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/install-gate/gate/internal/lockfile"
)

// project is what is judged: the lockfiles below a directory.
type project struct {
	dir       string // the directory that paths in reports are relative to
	lockfiles []*lockfile.Lockfile
	manifests []manifestsOf // of each lockfile
}

// manifestsOf maps a directory relative to a lockfile to its package.json.
type manifestsOf map[string]*lockfile.Manifest

// openProject reads the lockfiles below a directory, or one lockfile. It is an
// error if there is none: a gate that judged nothing must not pass.
func openProject(ctx context.Context, where string) (*project, error) {
	names, dir, err := findLockfiles(where)
	if err != nil {
		return nil, err
	}
	p, err := loadProject(ctx, dir, workTree(dir), names)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(p.lockfiles, func(l *lockfile.Lockfile) bool { return len(l.Entries) > 0 }) {
		return nil, unjudged(fmt.Errorf("there are no packages in the lockfiles below %s", where),
			"nothing was judged, so this is not a pass; leave the gate out where nothing is installed")
	}
	return p, nil
}

// loadProject reads lockfiles and the package.json files that belong to them.
func loadProject(ctx context.Context, dir string, from tree, names []string) (*project, error) {
	locks, err := loadLockfiles(ctx, from, names)
	if err != nil {
		return nil, err
	}
	p := &project{dir: dir, lockfiles: locks}
	for _, lock := range locks {
		manifests, err := loadManifests(ctx, from, lock)
		if err != nil {
			return nil, err
		}
		lock.Problems = lockfile.WithoutOverridden(lock.Problems, manifests["."])
		p.manifests = append(p.manifests, manifests)
	}
	return p, nil
}

// findLockfiles returns the lockfiles below a directory, or the one named, and
// the directory that the names are relative to.
func findLockfiles(where string) (names []string, dir string, err error) {
	info, err := os.Stat(where)
	if err != nil {
		return nil, "", usage(err)
	}
	names, err = lockfile.Discover(where)
	if err != nil {
		return nil, "", unjudged(err)
	}
	if len(names) == 0 {
		return nil, "", unjudged(fmt.Errorf("no lockfile below %s", where),
			"run gate where package-lock.json, pnpm-lock.yaml, yarn.lock or bun.lock is",
			"without a lockfile there is nothing to judge: commit one")
	}
	if !info.IsDir() {
		where = filepath.Dir(where)
	}
	return names, where, nil
}

// readLockfiles finds and reads lockfiles of the working tree.
func readLockfiles(ctx context.Context, where string) ([]*lockfile.Lockfile, string, error) {
	names, dir, err := findLockfiles(where)
	if err != nil {
		return nil, "", err
	}
	locks, err := loadLockfiles(ctx, workTree(dir), names)
	return locks, dir, err
}

func loadLockfiles(ctx context.Context, from tree, names []string) ([]*lockfile.Lockfile, error) {
	var locks []*lockfile.Lockfile
	for _, name := range names {
		lock, err := from.lockfile(ctx, name)
		if err != nil {
			return nil, unjudged(err, readHints(err)...)
		}
		locks = append(locks, lock)
	}
	return locks, nil
}

// readHints says what to do about a lockfile that cannot be read.
func readHints(err error) []string {
	switch {
	case errors.Is(err, lockfile.ErrConflictMarkers):
		return []string{"resolve the merge conflict and let the package manager write the file again"}
	case errors.Is(err, lockfile.ErrUnsupportedVersion):
		return []string{"this version of gate does not know the format; nothing was judged"}
	}
	return nil
}

// loadManifests reads the package.json of the project of a lockfile and those
// of its workspaces. A lockfile without one is judged all the same.
func loadManifests(ctx context.Context, from tree, lock *lockfile.Lockfile) (manifestsOf, error) {
	found := manifestsOf{}
	dirs := []string{"."}
	for _, p := range lock.Projects {
		dirs = append(dirs, p.Dir)
	}
	for _, d := range dirs {
		name := path.Join(path.Dir(lock.Path), d, "package.json")
		if found[d] != nil || !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		m, err := from.manifest(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, unjudged(err)
		}
		found[d] = m
	}
	return found, nil
}

// problems compares the lockfiles with each other and with package.json.
func (p *project) problems() []lockfile.FileProblem {
	roots := map[string]*lockfile.Manifest{}
	var all []lockfile.FileProblem
	for i, lock := range p.lockfiles {
		roots[path.Dir(lock.Path)] = p.manifests[i]["."]
		for _, problem := range lockfile.Drift(lock, p.manifests[i]) {
			all = append(all, lockfile.FileProblem{File: lock.Path, Problem: problem})
		}
	}
	return append(all, lockfile.Disagreements(p.lockfiles, roots)...)
}

// baseLockfiles reads the lockfiles of a base, which is, seen from dir, a git
// ref, or else a lockfile or directory. A ref comes first: a change could bring
// along a directory that is named like one.
func baseLockfiles(ctx context.Context, dir, base string) ([]*lockfile.Lockfile, error) {
	if _, err := os.Stat(base); err != nil || isRef(ctx, dir, base) {
		return lockfilesAt(ctx, dir, base)
	}
	locks, _, err := readLockfiles(ctx, base)
	return locks, err
}

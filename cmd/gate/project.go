package main

import (
	"context"
	"errors"
	"fmt"
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
func openProject(where string) (*project, error) {
	locks, dir, err := readLockfiles(where)
	if err != nil {
		return nil, err
	}
	p := &project{dir: dir, lockfiles: locks}
	if !slices.ContainsFunc(locks, func(l *lockfile.Lockfile) bool { return len(l.Entries) > 0 }) {
		return nil, unjudged(fmt.Errorf("there are no packages in the lockfiles below %s", where),
			"nothing was judged, so this is not a pass; leave the gate out where nothing is installed")
	}
	for _, lock := range locks {
		manifests, err := readManifests(dir, lock)
		if err != nil {
			return nil, err
		}
		p.manifests = append(p.manifests, manifests)
	}
	return p, nil
}

// readLockfiles discovers and reads lockfiles and returns the directory that
// their paths are relative to.
func readLockfiles(where string) ([]*lockfile.Lockfile, string, error) {
	info, err := os.Stat(where)
	if err != nil {
		return nil, "", usage(err)
	}
	files, err := lockfile.Discover(where)
	if err != nil {
		return nil, "", unjudged(err)
	}
	if len(files) == 0 {
		return nil, "", unjudged(fmt.Errorf("no lockfile below %s", where),
			"run gate where package-lock.json, pnpm-lock.yaml, yarn.lock or bun.lock is",
			"without a lockfile there is nothing to judge: commit one")
	}
	dir := where
	if !info.IsDir() {
		dir = filepath.Dir(where)
	}
	var locks []*lockfile.Lockfile
	for _, file := range files {
		lock, err := lockfile.Read(dir, file)
		if err != nil {
			return nil, "", unjudged(fmt.Errorf("reading %s: %w", file, err), readHints(err)...)
		}
		locks = append(locks, lock)
	}
	return locks, dir, nil
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

// readManifests reads the package.json of the project of a lockfile and those
// of its workspaces. A lockfile without one is judged all the same.
func readManifests(dir string, lock *lockfile.Lockfile) (manifestsOf, error) {
	found := manifestsOf{}
	base := path.Dir(lock.Path)
	dirs := []string{"."}
	for _, p := range lock.Projects {
		dirs = append(dirs, p.Dir)
	}
	for _, d := range dirs {
		if found[d] != nil || !filepath.IsLocal(filepath.FromSlash(path.Join(base, d))) {
			continue
		}
		m, err := lockfile.ReadManifest(filepath.Join(dir, filepath.FromSlash(base), filepath.FromSlash(d), "package.json"))
		if os.IsNotExist(err) {
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

// baseLockfiles reads the lockfiles of a base, which is a lockfile, a directory
// or, seen from dir, a git ref.
func baseLockfiles(ctx context.Context, dir, base string) ([]*lockfile.Lockfile, error) {
	if _, err := os.Stat(base); err != nil {
		return lockfilesAt(ctx, dir, base)
	}
	locks, _, err := readLockfiles(base)
	return locks, err
}

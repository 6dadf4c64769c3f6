package lockfile

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// lockfileNames are the names that package managers read a lockfile from. npm
// 11 and earlier read npm-shrinkwrap.json before package-lock.json, npm 12 does
// not read it at all.
var lockfileNames = []string{
	"bun.lock",
	"bun.lockb",
	"deno.lock",
	"npm-shrinkwrap.json",
	"package-lock.json",
	"pnpm-lock.yaml",
	"vlt-lock.json",
	"yarn.lock",
}

// ignoredDirs hold lockfiles that nothing is installed from: what package
// managers and git put there, and test data by its usual names.
var ignoredDirs = []string{
	".git",
	".pnpm-store",
	".yarn",
	"__fixtures__",
	"fixtures",
	"node_modules",
	"testdata",
}

// Limits of the search. Beyond them it is an error: lockfiles that are not
// found are not judged.
const (
	maxDirDepth  = 64
	maxWalked    = 4 << 20 // files and directories
	maxLockfiles = 1000
)

// IsLockfileName reports whether a package manager reads a file of that base
// name as its lockfile. With gitBranchLockfile, pnpm writes one lockfile for
// each branch: pnpm-lock.BRANCH.yaml.
func IsLockfileName(base string) bool {
	if slices.Contains(lockfileNames, base) {
		return true
	}
	branch, isPnpm := strings.CutPrefix(base, "pnpm-lock.")
	branch, isYAML := strings.CutSuffix(branch, ".yaml")
	return isPnpm && isYAML && branch != ""
}

// IsIgnoredDir reports whether lockfiles in a directory, given as a
// slash-separated path relative to the root of the search, are left out.
func IsIgnoredDir(dir string) bool {
	for segment := range strings.SplitSeq(dir, "/") {
		if slices.Contains(ignoredDirs, segment) {
			return true
		}
	}
	return false
}

// Discover returns the lockfiles below root that a package manager would use,
// as slash-separated paths relative to root, sorted. If root is a file, it is
// the one result, relative to its directory.
//
// Linked directories are not entered. A lockfile that is a symbolic link has
// to lead to a file below root. Git's ignore files are not consulted: a
// lockfile that git ignores is used all the same.
func Discover(root string) ([]string, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{filepath.Base(root)}, nil
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	s := search{root: dir}
	if err := fs.WalkDir(dir.FS(), ".", s.visit); err != nil {
		return nil, fmt.Errorf("looking for lockfiles below %s: %w", root, err)
	}
	slices.Sort(s.found)
	return s.found, nil
}

type search struct {
	root   *os.Root
	found  []string
	walked int
}

func (s *search) visit(file string, d fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	if s.walked++; s.walked > maxWalked {
		return fmt.Errorf("more than %d files and directories", maxWalked)
	}
	if d.IsDir() {
		return enter(file)
	}
	if !IsLockfileName(path.Base(file)) {
		return nil
	}
	if isDir, err := s.isLinkedDir(file, d); isDir || err != nil {
		return err
	}
	if s.found = append(s.found, file); len(s.found) > maxLockfiles {
		return fmt.Errorf("more than %d lockfiles", maxLockfiles)
	}
	return nil
}

func enter(dir string) error {
	if IsIgnoredDir(path.Base(dir)) {
		return fs.SkipDir
	}
	if strings.Count(dir, "/") >= maxDirDepth {
		return fmt.Errorf("%s: directories nested more than %d deep", dir, maxDirDepth)
	}
	return nil
}

// isLinkedDir reports whether a symbolic link with the name of a lockfile leads
// to a directory. The error is that it leads nowhere or out of root.
func (s *search) isLinkedDir(file string, d fs.DirEntry) (bool, error) {
	if d.Type()&fs.ModeSymlink == 0 {
		return false, nil
	}
	info, err := s.root.Stat(filepath.FromSlash(file))
	if err != nil {
		return false, fmt.Errorf("following the symbolic link: %w", err)
	}
	return info.IsDir(), nil
}

// Read reads and parses the lockfile rel, a slash-separated path relative to
// root. Symbolic links that lead out of root are refused, as is everything but
// a regular file of at most MaxSize bytes.
func Read(root, rel string) (*Lockfile, error) {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	f, err := dir.OpenFile(filepath.FromSlash(rel), openFlags, 0)
	if err != nil {
		return nil, err
	}
	data, err := readAll(f, MaxSize)
	if err != nil {
		return nil, err
	}
	return Parse(rel, data)
}

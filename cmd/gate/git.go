package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strings"

	"github.com/install-gate/gate/internal/lockfile"
)

// lockfilesAt reads the lockfiles below dir as they stood where the current
// branch left ref.
func lockfilesAt(ctx context.Context, dir, ref string) ([]*lockfile.Lockfile, error) {
	commit, err := mergeBase(ctx, dir, ref)
	if err != nil {
		return nil, err
	}
	tree, err := git(ctx, dir, "ls-tree", "-r", "-z", "--name-only", commit, "--", ".")
	if err != nil {
		return nil, unjudged(fmt.Errorf("listing the files of %s: %w", ref, err))
	}
	var locks []*lockfile.Lockfile
	for name := range strings.SplitSeq(string(tree), "\x00") {
		if !lockfile.IsLockfileName(path.Base(name)) || lockfile.IsIgnoredDir(path.Dir(name)) {
			continue
		}
		data, err := git(ctx, dir, "cat-file", "blob", commit+":./"+name)
		if err != nil {
			return nil, unjudged(fmt.Errorf("reading %s of %s: %w", name, ref, err))
		}
		lock, err := lockfile.Parse(name, data)
		if err != nil {
			return nil, unjudged(fmt.Errorf("reading %s of %s: %w", name, ref, err), readHints(err)...)
		}
		locks = append(locks, lock)
	}
	return locks, nil
}

// mergeBase returns the commit where the current branch left ref.
func mergeBase(ctx context.Context, dir, ref string) (string, error) {
	if err := verifyRef(ctx, dir, ref, "--base"); err != nil {
		return "", err
	}
	out, err := git(ctx, dir, "merge-base", "--end-of-options", ref, "HEAD")
	if err != nil {
		return "", usage(fmt.Errorf("git finds no common ancestor of %s and HEAD", ref),
			"a shallow clone does not have it: fetch the whole history (fetch-depth: 0 with actions/checkout)")
	}
	return strings.TrimSpace(string(out)), nil
}

// verifyRef makes sure that a ref, the value of a flag, is a commit that git
// knows.
func verifyRef(ctx context.Context, dir, ref, flag string) error {
	if strings.HasPrefix(ref, "-") {
		return usage(fmt.Errorf("%s %q is not a git ref", flag, ref))
	}
	if _, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}"); err != nil {
		return usage(fmt.Errorf("%s %s is neither a file nor a commit that git knows", flag, ref),
			"in CI the base branch has to be fetched: git fetch origin "+strings.TrimPrefix(ref, "origin/"))
	}
	return nil
}

// maxGitOutput bounds what is read from git: a list of files or one lockfile.
const maxGitOutput = 2 * lockfile.MaxSize

// git runs git in dir and returns what it prints.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "core.quotePath=false"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(pipe, maxGitOutput+1))
	if len(out) > maxGitOutput {
		return nil, errors.Join(fmt.Errorf("git printed more than %d bytes", maxGitOutput), cmd.Cancel(), cmd.Wait())
	}
	if waitErr := cmd.Wait(); waitErr != nil {
		return nil, fmt.Errorf("git %s: %s", args[0], firstLine(stderr.String(), waitErr))
	}
	return out, err
}

// firstLine returns the first line of what git said, or the error.
func firstLine(stderr string, err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(stderr), "\n")
	if line == "" {
		return err.Error()
	}
	return line
}

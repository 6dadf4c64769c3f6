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
	names, err := lockfilesIn(ctx, dir, commit)
	if err != nil {
		return nil, unjudged(fmt.Errorf("listing the files of %s: %w", ref, err))
	}
	return loadLockfiles(ctx, gitTree{dir: dir, commit: commit, label: ref}, names)
}

// lockfilesIn returns the names of the lockfiles that a commit has below dir.
func lockfilesIn(ctx context.Context, dir, commit string) ([]string, error) {
	out, err := git(ctx, dir, "ls-tree", "-r", "-z", "--name-only", commit, "--", ".")
	if err != nil {
		return nil, err
	}
	return lockfilesAmong(out), nil
}

// lockfilesAmong picks the lockfiles out of a list of names that each end with
// a NUL.
func lockfilesAmong(list []byte) []string {
	var names []string
	for name := range strings.SplitSeq(string(list), "\x00") {
		if lockfile.IsLockfileName(path.Base(name)) && !lockfile.IsIgnoredDir(path.Dir(name)) {
			names = append(names, name)
		}
	}
	return names
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
	_, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return unjudged(fmt.Errorf("%s %s is not a file, and there is no git to look it up with", flag, ref),
			"install git, or name a lockfile as the base")
	case err != nil:
		return usage(fmt.Errorf("%s %s is neither a file nor a commit that git knows", flag, ref),
			"in CI the base has to be fetched: git fetch origin "+strings.TrimPrefix(ref, "origin/")+
				", or fetch-depth: 0 with actions/checkout")
	}
	return nil
}

// isRef reports whether a base is a commit that git knows.
func isRef(ctx context.Context, dir, base string) bool {
	return base != "" && verifyRef(ctx, dir, base, "--base") == nil
}

// maxGitOutput bounds what is read from git: a list of files or one lockfile.
const maxGitOutput = 2 * lockfile.MaxSize

// git runs git in dir and returns what it prints.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	return gitWith(ctx, dir, "", args...)
}

// gitWith does so with an input.
func gitWith(ctx context.Context, dir, input string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "core.quotePath=false", "-c", "safe.bareRepository=explicit"}, args...)...)
	cmd.Stdin = strings.NewReader(input)
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

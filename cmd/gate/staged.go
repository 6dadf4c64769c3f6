package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/install-gate/gate/internal/gate"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/policy"
)

// Git runs a pre-commit hook at the top of the working tree. For a commit of
// some files alone (git commit FILE) it names an index of its own for the hook
// in GIT_INDEX_FILE, which the commands here inherit.

// stagedLockfiles returns the lockfiles that the commit would change, relative
// to the top of the working tree. It runs git once and nothing else: most
// commits change none.
func stagedLockfiles(ctx context.Context) ([]string, error) {
	// Deleted files are left out. Without --no-relative a user's diff.relative
	// would leave out files as well.
	out, err := git(ctx, ".", "diff", "--cached", "--name-only", "-z", "--no-renames", "--no-relative", "--diff-filter=d")
	if err != nil {
		return nil, usage(fmt.Errorf("asking git what is staged: %w", err), "run the hook in the working tree of a git repository")
	}
	return lockfilesAmong(out), nil
}

// stagedChange is what a commit would do to lockfiles.
type stagedChange struct {
	project *project
	policy  *policy.Policy
	// base holds the lockfiles of HEAD; nil before the first commit.
	base *lockfile.Delta
}

// openStaged reads the lockfiles, with package.json and gate.yaml, as they are
// staged. The configuration of registries is the working tree's: what holds
// tokens is not always in git.
func openStaged(ctx context.Context, names []string) (*stagedChange, error) {
	top, err := git(ctx, ".", "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, usage(fmt.Errorf("asking git for the working tree: %w", err))
	}
	dir := strings.TrimSuffix(string(top), "\n")
	index := gitTree{dir: dir, label: "the index"}
	c := &stagedChange{}
	if c.project, err = loadProject(ctx, dir, index, names); err != nil {
		return nil, err
	}
	if c.policy, err = policyOf(ctx, index); err != nil {
		return nil, err
	}
	c.base, err = headLockfiles(ctx, dir)
	return c, err
}

// headLockfiles reads the lockfiles of HEAD. It is nil if there is no commit
// yet. A lockfile that cannot be read counts as empty, so that its repair can
// be committed; all of its entries are then judged.
func headLockfiles(ctx context.Context, dir string) (*lockfile.Delta, error) {
	if _, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"); err != nil {
		return nil, nil
	}
	names, err := lockfilesIn(ctx, dir, "HEAD")
	if err != nil {
		return nil, unjudged(fmt.Errorf("listing the files of HEAD: %w", err))
	}
	head := gitTree{dir: dir, commit: "HEAD", label: "HEAD"}
	var locks []*lockfile.Lockfile
	for _, name := range names {
		if lock, err := head.lockfile(ctx, name); err == nil {
			locks = append(locks, lock)
		}
	}
	return lockfile.NewDelta(locks), nil
}

// judge judges what the change brings in, and asks about nothing else.
func (c *stagedChange) judge(ctx context.Context, stderr io.Writer, timeout time.Duration) (policy.Result, error) {
	in := gate.Input{
		Lockfiles: c.project.lockfiles, Problems: c.project.problems(),
		Base: c.base, OnlyChanged: true, Policy: c.policy, Now: time.Now().UTC(),
	}
	var err error
	if in.Trust, err = trustIn(""); err != nil {
		return policy.Result{}, err
	}
	if _, err := c.project.connect(&in, defaultAdvisories(), cacheDir(false), stderr); err != nil {
		return policy.Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	result, err := gate.Judge(ctx, in)
	if err != nil {
		return policy.Result{}, unjudged(err)
	}
	return result, nil
}

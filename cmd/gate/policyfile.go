package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/install-gate/gate/internal/check"
	"github.com/install-gate/gate/internal/policy"
)

// policyFile is where a project keeps its policy.
const policyFile = "gate.yaml"

// policySource says where the policy comes from.
type policySource struct {
	file string // named by the caller; gate.yaml of the project if empty
	ref  string // the git ref whose gate.yaml counts; the working tree if empty
}

// load reads the policy for the project in dir. Without a file the default
// policy applies, unless the caller named one.
func (s policySource) load(ctx context.Context, dir string) (*policy.Policy, error) {
	if s.file != "" && s.ref != "" {
		return nil, usage(errors.New("--policy and --policy-from exclude each other"))
	}
	if s.ref != "" {
		return s.loadFromGit(ctx, dir)
	}
	file := s.file
	if file == "" {
		file = filepath.Join(dir, policyFile)
	}
	data, err := readBounded(file, policy.MaxSize)
	if os.IsNotExist(err) && s.file == "" {
		return policy.Default(), nil
	}
	if err != nil {
		return nil, usage(fmt.Errorf("reading the policy: %w", err))
	}
	return parsePolicy(file, data)
}

// loadFromGit reads gate.yaml as the ref has it, so that a change cannot bring
// the policy along by which it is judged.
func (s policySource) loadFromGit(ctx context.Context, dir string) (*policy.Policy, error) {
	if err := verifyRef(ctx, dir, s.ref, "--policy-from"); err != nil {
		return nil, err
	}
	return policyOf(ctx, gitTree{dir: dir, commit: s.ref, label: s.ref})
}

// policyOf reads gate.yaml out of git.
func policyOf(ctx context.Context, t gitTree) (*policy.Policy, error) {
	data, err := t.read(ctx, policyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return policy.Default(), nil
	}
	if err != nil {
		return nil, unjudged(err)
	}
	if t.commit == "" {
		return parsePolicy(policyFile, data)
	}
	return parsePolicy(t.commit+":"+policyFile, data)
}

// parsePolicy makes one error for each mistake.
func parsePolicy(file string, data []byte) (*policy.Policy, error) {
	p, err := policy.Parse(file, data, check.IDs())
	if mistakes, ok := errors.AsType[policy.ConfigErrors](err); ok {
		var all []error
		for _, m := range mistakes {
			at := fmt.Errorf("%s:%d:%d: %s", m.File, m.Line, m.Column, m.Msg)
			if m.Hint == "" {
				all = append(all, usage(at))
			} else {
				all = append(all, usage(at, m.Hint))
			}
		}
		return nil, errors.Join(all...)
	}
	return p, err
}

// readBounded reads a file of at most limit bytes; a longer one is cut behind
// the limit, for the parser to refuse.
func readBounded(file string, limit int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

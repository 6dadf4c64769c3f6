package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/install-gate/gate/internal/lockfile"
)

// Reasons why git cannot give a file.
var (
	errNotFile   = errors.New("not a file")
	errLineBreak = errors.New("a line break in the name")
	errGitAnswer = errors.New("an answer of git that makes no sense")
)

// tree is where the files of a project stand. Names are slash-separated and
// relative to the project's directory; errors name the file.
type tree interface {
	lockfile(ctx context.Context, name string) (*lockfile.Lockfile, error)
	// manifest reads a package.json. The error of one that is not there is
	// fs.ErrNotExist.
	manifest(ctx context.Context, name string) (*lockfile.Manifest, error)
}

// workTree is a directory.
type workTree string

func (dir workTree) lockfile(_ context.Context, name string) (*lockfile.Lockfile, error) {
	lock, err := lockfile.Read(string(dir), name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return lock, nil
}

func (dir workTree) manifest(_ context.Context, name string) (*lockfile.Manifest, error) {
	return lockfile.ReadManifest(filepath.Join(string(dir), filepath.FromSlash(name)))
}

// gitTree is what git keeps of a directory: in a commit, or in the index if
// the commit is empty.
type gitTree struct {
	dir    string
	commit string
	label  string // what messages call the commit
}

func (t gitTree) lockfile(ctx context.Context, name string) (*lockfile.Lockfile, error) {
	data, err := t.read(ctx, name)
	if err != nil {
		return nil, err
	}
	lock, err := lockfile.Parse(name, data)
	if err != nil {
		return nil, t.wrap(name, err)
	}
	return lock, nil
}

func (t gitTree) manifest(ctx context.Context, name string) (*lockfile.Manifest, error) {
	data, err := t.read(ctx, name)
	if err != nil {
		return nil, err
	}
	m, err := lockfile.ParseManifest(data)
	if err != nil {
		return nil, t.wrap(name, err)
	}
	return m, nil
}

func (t gitTree) wrap(name string, err error) error {
	return fmt.Errorf("reading %s of %s: %w", name, t.label, err)
}

// read returns a file's content. The error of one that is not there is
// fs.ErrNotExist, which only git's batch mode tells from other errors.
func (t gitTree) read(ctx context.Context, name string) ([]byte, error) {
	if strings.Contains(name, "\n") {
		return nil, t.wrap(name, errLineBreak)
	}
	out, err := gitWith(ctx, t.dir, t.commit+":./"+name+"\n", "cat-file", "--batch")
	if err != nil {
		return nil, t.wrap(name, err)
	}
	data, err := parseBatch(out)
	if err != nil {
		return nil, t.wrap(name, err)
	}
	return data, nil
}

// parseBatch takes the content out of the one answer of git cat-file --batch,
// "HASH blob SIZE", the content and a line break, or "WHAT missing".
func parseBatch(out []byte) ([]byte, error) {
	header, rest, _ := bytes.Cut(out, []byte("\n"))
	if bytes.HasSuffix(header, []byte(" missing")) {
		return nil, fs.ErrNotExist
	}
	words := strings.Fields(string(header))
	if len(words) != 3 || words[1] != "blob" {
		return nil, errNotFile
	}
	size, err := strconv.Atoi(words[2])
	if err != nil || size < 0 || size > len(rest) {
		return nil, errGitAnswer
	}
	return rest[:size], nil
}

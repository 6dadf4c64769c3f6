package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// hookMark begins every hook that gate writes, and no other.
const hookMark = `#!/bin/sh
# Written by gate hook install. The next gate hook install replaces this file,
# gate hook uninstall removes it.
`

// hookScript is the hook. Git GUIs and CI jobs have another PATH than the
// user's shell; without the program the commit must not pass as judged.
const hookScript = hookMark + `if ! command -v gate >/dev/null 2>&1; then
	echo 'gate: error: gate is not in PATH, so nobody judges what is staged' >&2
	echo 'gate: hint: put it into PATH, or commit knowingly without it: git commit --no-verify' >&2
	exit 1
fi
exec gate hook run%s "$@"
`

func newHookInstall() *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:   "install",
		Short: "write git's pre-commit hook",
		Long: `install writes a pre-commit hook that calls gate hook run into the directory where git looks for hooks, core.hooksPath
included. It does not replace a hook that gate did not write.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return installHook(cmd.Context(), cmd.OutOrStdout(), strict)
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, strictUsage)
	return cmd
}

func newHookUninstall() *cobra.Command {
	return &cobra.Command{
		Use:   "uninstall",
		Short: "remove the hook that gate hook install wrote",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return uninstallHook(cmd.Context(), cmd.OutOrStdout())
		},
	}
}

func installHook(ctx context.Context, stdout io.Writer, strict bool) error {
	file, err := hookFile(ctx)
	if err != nil {
		return err
	}
	flag := ""
	if strict {
		flag = " --strict"
	}
	switch err := checkOwnHook(file); {
	case errors.Is(err, errForeignHook):
		return usage(err, "gate leaves it as it is; to have it call gate, add this line to it: gate hook run"+flag+" || exit 1",
			"pre-commit, husky and lefthook write theirs anew: docs/hooks.md says where the line goes")
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return usage(err)
	}
	if err := writeHook(file, fmt.Sprintf(hookScript, flag)); err != nil {
		return usage(fmt.Errorf("writing the hook: %w", err))
	}
	_, err = fmt.Fprintf(stdout, "%s calls gate hook run%s before each commit\n", file, flag)
	return err
}

func uninstallHook(ctx context.Context, stdout io.Writer) error {
	file, err := hookFile(ctx)
	if err != nil {
		return err
	}
	switch err := checkOwnHook(file); {
	case errors.Is(err, fs.ErrNotExist):
		_, err = fmt.Fprintf(stdout, "%s does not exist\n", file)
		return err
	case errors.Is(err, errForeignHook):
		return usage(err, "if it calls gate, delete that line from it")
	case err != nil:
		return usage(err)
	}
	if err := os.Remove(file); err != nil {
		return usage(fmt.Errorf("removing the hook: %w", err))
	}
	_, err = fmt.Fprintf(stdout, "%s is removed\n", file)
	return err
}

// hookFile returns the path of the pre-commit hook. A relative core.hooksPath
// counts from the top of the working tree.
func hookFile(ctx context.Context) (string, error) {
	top, err := git(ctx, ".", "rev-parse", "--show-toplevel")
	if err != nil {
		return "", usage(fmt.Errorf("asking git for the working tree: %w", err), "run it in the working tree of a git repository")
	}
	dir := strings.TrimSuffix(string(top), "\n")
	out, err := git(ctx, dir, "rev-parse", "--git-path", "hooks")
	if err != nil {
		return "", usage(fmt.Errorf("asking git for the directory of hooks: %w", err))
	}
	hooks := strings.TrimSuffix(string(out), "\n")
	if !filepath.IsAbs(hooks) {
		hooks = filepath.Join(dir, hooks)
	}
	return filepath.Join(hooks, "pre-commit"), nil
}

var errForeignHook = errors.New("is a hook that gate did not write")

// checkOwnHook returns nil if gate wrote the hook, else an error that says why
// the file is not gate's to change: errForeignHook, or fs.ErrNotExist if there
// is none.
func checkOwnHook(file string) error {
	info, err := os.Lstat(file)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s %w", file, errForeignHook)
	}
	data, err := readBounded(file, int64(len(hookScript)))
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(data, []byte(hookMark)) {
		return fmt.Errorf("%s %w", file, errForeignHook)
	}
	return nil
}

// writeHook writes the hook and makes it executable whatever it was before.
func writeHook(file, script string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte(script), 0o755); err != nil {
		return err
	}
	return os.Chmod(file, 0o755)
}

package main

import (
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/report"
)

func newDiff() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "diff BASE [DIR|LOCKFILE]",
		Short: "print what a change of the lockfiles really means",
		Long: `diff compares the lockfiles below DIR (the current directory by default) with BASE, a git ref, a lockfile or a
directory, and prints which packages were added, removed, upgraded, downgraded, resolved anew or moved to another
registry, and what brings each of them in. It asks no registry and judges nothing.`,
		Example: `  gate diff origin/main
  gate diff old/yarn.lock pnpm-lock.yaml --format markdown`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDiff(cmd.Context(), cmd.OutOrStdout(), args[0], target(args[1:]), format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "write the diff as "+strings.Join(report.DiffNames(), ", "))
	return cmd
}

func runDiff(ctx context.Context, w io.Writer, base, where, format string) error {
	writer, ok := report.LookupDiff(format)
	if !ok {
		return usage(fmt.Errorf("no diff format is called %q", format), "the formats are "+strings.Join(report.DiffNames(), ", "))
	}
	heads, dir, err := readLockfiles(ctx, where)
	if err != nil {
		return err
	}
	bases, err := baseLockfiles(ctx, dir, base)
	if err != nil {
		return err
	}
	return writer.Write(w, diffs(bases, heads, base))
}

// diffs compares each lockfile with its counterpart in the base.
func diffs(bases, heads []*lockfile.Lockfile, base string) []report.Diff {
	var all []report.Diff
	for _, head := range heads {
		changes := lockfile.Compare(counterpart(bases, head), head)
		all = append(all, report.Diff{File: head.Path, Base: base, Changes: changes})
	}
	return all
}

// counterpart returns the base's lockfile of the same path, else one of the
// same directory, which another package manager wrote, else the only one. It
// is nil if the lockfile is new.
func counterpart(bases []*lockfile.Lockfile, head *lockfile.Lockfile) *lockfile.Lockfile {
	for _, b := range bases {
		if b.Path == head.Path {
			return b
		}
	}
	for _, b := range bases {
		if path.Dir(b.Path) == path.Dir(head.Path) {
			return b
		}
	}
	if len(bases) == 1 {
		return bases[0]
	}
	return nil
}

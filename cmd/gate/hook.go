package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

// hookTimeout bounds how long a commit waits for registries. What is not
// answered by then could not be judged.
const hookTimeout = 30 * time.Second

func newHook() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "judge staged lockfiles before git commits them",
		Long: `hook judges what a commit would bring into the lockfiles, as it is staged. Entries that HEAD already has are not asked
about. A commit that changes no lockfile takes one call of git.

docs/hooks.md says how to call it from pre-commit, husky and lefthook.`,
		Args: cobra.NoArgs,
		RunE: help,
	}
	cmd.AddCommand(newHookRun(), newHookInstall(), newHookUninstall())
	return cmd
}

func newHookRun() *cobra.Command {
	var strict bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "run",
		Short: "judge the staged lockfiles; what a pre-commit hook calls",
		Long: `run ends with 1 if a staged change must not be installed. What the registry cannot be asked, as without the network,
is a warning and does not stop the commit unless --strict is given.`,
		Example: `  gate hook run
  gate hook run --strict`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runHook(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), strict, timeout)
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, strictUsage)
	cmd.Flags().DurationVar(&timeout, "timeout", hookTimeout, "give up asking the registry after this long")
	return cmd
}

const strictUsage = "stop the commit also if something could not be judged"

func runHook(ctx context.Context, stdout, stderr io.Writer, strict bool, timeout time.Duration) error {
	names, err := stagedLockfiles(ctx)
	if err != nil || len(names) == 0 {
		return err
	}
	change, err := openStaged(ctx, names)
	if err != nil {
		return err
	}
	result, err := change.judge(ctx, stderr, timeout)
	if err != nil {
		return err
	}
	if result.Verdict == policy.Unknown && !strict {
		warnUnjudged(stderr, result)
		return nil
	}
	options := report.Options{Version: version(), Rules: rules()}
	if change.base != nil {
		options.Base = "HEAD"
	}
	if err := writeReports(stdout, report.Formats[0], nil, result, options); err != nil {
		return err
	}
	return verdictError(result.Verdict)
}

// Limits on what the warning lists.
const (
	maxCauses   = 5 // lines
	maxPackages = 3 // packages in one line
)

// warnUnjudged says what could not be judged, one line for each cause.
func warnUnjudged(w io.Writer, r policy.Result) {
	causes, packages := unjudgedPackages(r)
	for _, cause := range causes[:min(len(causes), maxCauses)] {
		fmt.Fprintf(w, "gate: warning: could not fully judge %s: %s\n",
			report.Printable(listPackages(packages[cause])), report.Printable(cause))
	}
	if n := len(causes) - maxCauses; n > 0 {
		fmt.Fprintf(w, "gate: warning: there are %d more reasons; gate check --base HEAD lists them\n", n)
	}
	fmt.Fprintln(w, "gate: hint: the commit goes on without a verdict; gate check --base HEAD~ judges it later, gate hook run --strict would stop it")
}

// unjudgedPackages returns the reasons why something could not be judged, in
// the order of the findings, and the packages that each is about: none if it is
// about all of them.
func unjudgedPackages(r policy.Result) (causes []string, packages map[string][]string) {
	packages = map[string][]string{}
	for _, f := range r.Findings {
		if !f.Unknown || !f.Blocks() {
			continue
		}
		cause := fmt.Sprintf("no %s from %s: %s", f.Evidence, f.Registry, f.Message)
		if !slices.Contains(causes, cause) {
			causes = append(causes, cause)
		}
		if id := f.Name + "@" + f.Version; f.Name != "" && !slices.Contains(packages[cause], id) {
			packages[cause] = append(packages[cause], id)
		}
	}
	return causes, packages
}

// listPackages names packages, not all of them if they are many.
func listPackages(ids []string) string {
	switch n := len(ids); {
	case n == 0:
		return "any changed entry"
	case n > maxPackages:
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:maxPackages], ", "), n-maxPackages)
	}
	return strings.Join(ids, ", ")
}

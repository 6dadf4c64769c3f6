package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

// Exit codes, the same for every command and report format.
const (
	exitPass    = 0 // everything was judged and nothing blocks
	exitBlocked = 1 // something must not be installed
	exitUsage   = 2 // the command line or gate.yaml is wrong
	exitUnknown = 3 // something could not be judged, or there was nothing to judge
)

// failure is an error with what to do about it and an exit code.
type failure struct {
	code  int
	err   error
	hints []string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usage says that the caller asked for something that does not exist.
func usage(err error, hints ...string) error { return &failure{exitUsage, err, hints} }

// unjudged says that no verdict can be given.
func unjudged(err error, hints ...string) error { return &failure{exitUnknown, err, hints} }

// verdictError ends a command whose report has been written already.
type verdictError policy.Verdict

func (v verdictError) Error() string { return "verdict: " + string(v) }

// run is the program: it executes the command line and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	tuneMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	return exitCode(err, stderr)
}

// tuneMemory makes the garbage collector run twice as often as it would, which
// costs a tenth of the time and saves a quarter of the memory: gate runs beside
// other things. $GOGC says otherwise.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// exitCode is the one place where an outcome becomes an exit code. It prints
// what has not been reported yet.
func exitCode(err error, stderr io.Writer) int {
	if err == nil {
		return exitPass
	}
	if verdict, ok := errors.AsType[verdictError](err); ok {
		switch policy.Verdict(verdict) {
		case policy.Pass:
			return exitPass
		case policy.Blocked:
			return exitBlocked
		default:
			return exitUnknown
		}
	}
	code := exitPass
	for _, f := range failures(err) {
		code = f.code
		fmt.Fprintf(stderr, "gate: error: %s\n", report.Printable(f.err.Error()))
		for _, hint := range f.hints {
			fmt.Fprintf(stderr, "gate: hint: %s\n", report.Printable(hint))
		}
	}
	return code
}

// failures takes an error apart. One that no command made is cobra's, about
// the command line.
func failures(err error) []*failure {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*failure
		for _, e := range joined.Unwrap() {
			all = append(all, failures(e)...)
		}
		return all
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return []*failure{f}
	}
	return []*failure{{exitUsage, err, []string{"gate --help lists the commands"}}}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "gate",
		Short: "judge what an npm install would run, before it runs",
		Long: `gate reads the lockfiles of npm, pnpm, yarn, bun, vlt and deno before anything is installed, asks the registry
about every locked version, and says whether the install may begin.

Exit codes: 0 pass, 1 blocked, 2 wrong usage or gate.yaml, 3 could not judge.`,
		Example: `  gate check                       judge every lockfile below this directory
  gate check --base origin/main    judge what changed since the branch left main
  gate explain too-new             say what a check means and how to pass it`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          help,
	}
	root.AddCommand(newCheck(), newDiff(), newPackages(), newExplain(), newChecks(), newAdvisories(), newHook(), newVersion())
	return root
}

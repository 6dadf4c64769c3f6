package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/install-gate/gate/internal/gate"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npmregistry"
	"github.com/install-gate/gate/internal/report"
)

// checkOptions are the flags of gate check.
type checkOptions struct {
	base       string
	asOf       string
	format     string
	reports    []string
	policy     policySource
	advisories string
	trustRoot  string
	timeout    time.Duration
	noCache    bool
}

func newCheck() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check [DIR|LOCKFILE]",
		Short: "judge every lockfile below DIR against the registry",
		Long: `check reads every lockfile below DIR (the current directory by default), asks the registry that npm is configured
for about every locked version, and prints what must not be installed and why. Nothing is installed and no code of a
package is run.

With --base, entries that the base already locked are not judged again, except for what may have become known since:
removed versions and deprecations.`,
		Example: `  gate check
  gate check --base origin/main
  gate check --base old/package-lock.json package-lock.json
  gate check --format json > gate.json
  gate check --report sarif=gate.sarif --report html=gate.html
  gate check --as-of 2026-05-19T02:30:00Z      what would the gate have said then?`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCheck(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), target(args), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.base, "base", "", "judge what changed since this git ref, or since this lockfile or directory")
	flags.StringVar(&o.asOf, "as-of", "", "judge as of this `TIME` (RFC 3339): later versions do not exist")
	flags.StringVar(&o.format, "format", "text", "write the report as "+strings.Join(report.Names(), ", "))
	flags.StringArrayVar(&o.reports, "report", nil, "also write the report in a format to a file, as `NAME=FILE`; FILE auto is the one that the CI names")
	flags.StringVar(&o.policy.file, "policy", "", "read the policy from `FILE` instead of DIR/gate.yaml")
	flags.StringVar(&o.policy.ref, "policy-from", "", "read gate.yaml as this git `REF` has it, not as the change does")
	flags.StringVar(&o.advisories, "advisories", defaultAdvisories(),
		"ask for malware `WHERE`: auto, online, off, the URL of an OSV service or the path of an index; $GATE_ADVISORIES sets the default")
	flags.StringVar(&o.trustRoot, "trust-root", "", "verify attestations by the Sigstore trusted_root.json in `FILE` instead of the one that is built in")
	flags.DurationVar(&o.timeout, "timeout", 5*time.Minute, "give up asking the registry after this long")
	flags.BoolVar(&o.noCache, "no-cache", false, "do not keep the registry's answers on disk")
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(report.Names(), cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func target(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

// must is for calls that only fail if the program itself is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func runCheck(ctx context.Context, stdout, stderr io.Writer, where string, o checkOptions) error {
	format, err := lookupFormat(o.format)
	if err != nil {
		return err
	}
	files, err := parseReports(o.reports)
	if err != nil {
		return err
	}
	now, asOf, err := clock(o.asOf)
	if err != nil {
		return err
	}
	project, err := openProject(ctx, where)
	if err != nil {
		return err
	}
	input, options, err := project.prepare(ctx, stderr, o, now)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	progress := newProgress(stderr)
	input.AsOf, input.Progress = asOf, progress.show
	result, err := gate.Judge(ctx, input)
	progress.clear()
	if err != nil {
		return unjudged(err)
	}
	if err := writeReports(stdout, format, files, result, options); err != nil {
		return err
	}
	return verdictError(result.Verdict)
}

// prepare reads everything that a judgement of the project needs.
func (p *project) prepare(ctx context.Context, stderr io.Writer, o checkOptions, now time.Time) (in gate.Input, options report.Options, err error) {
	in = gate.Input{Lockfiles: p.lockfiles, Problems: p.problems(), Now: now}
	options = report.Options{Base: o.base, Version: version(), Root: repositoryRoot(p.dir), Rules: rules()}
	if in.Policy, err = o.policy.load(ctx, p.dir); err != nil {
		return in, options, err
	}
	if in.Trust, err = trustIn(o.trustRoot); err != nil {
		return in, options, err
	}
	if o.base != "" {
		bases, err := baseLockfiles(ctx, p.dir, o.base)
		if err != nil {
			return in, options, err
		}
		in.Base = lockfile.NewDelta(bases)
		options.Diffs = diffs(bases, p.lockfiles, o.base)
	}
	registries, err := p.connect(&in, o.advisories, cacheDir(o.noCache), stderr)
	if err == nil && isRef(ctx, p.dir, o.base) {
		var changed []lockfile.FileProblem
		changed, err = p.registryChanges(ctx, o.base, registries, in.Policy.Lists)
		in.Problems = append(in.Problems, changed...)
	}
	return in, options, err
}

// connect sets whom a judgement of the project asks.
func (p *project) connect(in *gate.Input, advisories string, cache npmregistry.DirCache, stderr io.Writer) (*registries, error) {
	asked, err := newRegistries(p.dir, p.lockfiles, cache)
	if err != nil {
		return nil, err
	}
	in.Registry = asked.forLockfile
	in.Advisories, err = openAdvisories(advisories, in.Now, stderr)
	return asked, err
}

// clock returns the time to judge at and, with --as-of, the time after which
// nothing exists.
func clock(asOf string) (now, limit time.Time, err error) {
	if asOf == "" {
		return time.Now().UTC(), time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, asOf)
	if err != nil {
		return time.Time{}, time.Time{}, usage(fmt.Errorf("--as-of %q is not a time", asOf), "write it as 2026-05-19T02:30:00Z")
	}
	return at, at, nil
}

// progress shows on a terminal how far the questions are.
type progress struct {
	w       io.Writer // nil if there is no terminal
	started atomic.Bool
}

func newProgress(w io.Writer) *progress {
	if !isTerminal(w) {
		return &progress{}
	}
	return &progress{w: w}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// show is called from several goroutines; a line is one write.
func (p *progress) show(done, total int) {
	if p.w == nil {
		return
	}
	p.started.Store(true)
	if done%progressStep == 0 || done == total {
		fmt.Fprintf(p.w, "\rasking the registry: %d of %d packages", done, total)
	}
}

// clear removes the line before the report is written.
func (p *progress) clear() {
	if p.w != nil && p.started.Load() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// progressStep is how many answers pass between two lines.
const progressStep = 10

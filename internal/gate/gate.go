// Package gate judges lockfiles: it gathers the evidence, runs the checks and
// applies the policy. The command line and the registry proxy call the same
// Judge, so that a version is judged alike wherever it is met.
package gate

import (
	"context"
	"slices"
	"time"

	"github.com/install-gate/gate/internal/check"
	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/policy"
)

// Input is what Judge judges and by which rules.
type Input struct {
	Lockfiles []*lockfile.Lockfile
	// Base is what the lockfiles changed from; nil judges every entry.
	Base *lockfile.Delta
	// OnlyChanged leaves out what may have become known since about entries
	// that the base has: nobody is asked about them.
	OnlyChanged bool
	// Problems are those found outside a single lockfile.
	Problems []lockfile.FileProblem
	// Registry returns the registry as it is configured for the project of a
	// lockfile, given the lockfile's path.
	Registry func(file string) evidence.Registry
	// Advisories is asked for malware; nil asks nobody.
	Advisories evidence.Advisories
	// Trust is by what signatures and attestations are verified; nil verifies
	// none.
	Trust  *evidence.Trust
	Policy *policy.Policy
	Now    time.Time
	// AsOf hides what was published later; zero hides nothing.
	AsOf time.Time
	// Progress, if set, is called after each package, from several goroutines.
	Progress func(done, total int)
}

// Judge returns the verdict with everything that led to it. The error is the
// context's; what cannot be asked is part of the result. Without a lockfile
// nothing was judged, which is no pass.
func Judge(ctx context.Context, in Input) (policy.Result, error) {
	if len(in.Lockfiles) == 0 {
		return policy.Result{Verdict: policy.Unknown}, nil
	}
	records, err := evidence.Collect(ctx, evidence.Request{
		Lockfiles: in.Lockfiles, Base: in.Base, OnlyChanged: in.OnlyChanged, Registry: in.Registry,
		Advisories: in.Advisories, Trust: in.Trust, Now: in.Now, AsOf: in.AsOf, Progress: in.Progress,
	})
	if err != nil {
		return policy.Result{}, err
	}
	subject := &check.Subject{
		Lockfiles: in.Lockfiles, Records: records, Problems: problems(in), HasBase: in.Base != nil,
	}
	findings, missing := check.Run(check.All, subject, settings(in.Policy), in.Now)
	rules := in.Policy
	if in.Base != nil {
		rules = rules.Concerning(judged(records, findings))
	}
	result := policy.Decide(findings, gaps(missing), rules, in.Now)
	result.Lockfiles = count(in.Lockfiles, records)
	result.Packages = packages(in.Lockfiles, records)
	result.Judged, result.Cooldown = in.Now, in.Policy.Cooldown.Age
	return result, nil
}

func problems(in Input) []lockfile.FileProblem {
	all := slices.Clone(in.Problems)
	for _, lock := range in.Lockfiles {
		for _, p := range lock.Problems {
			all = append(all, lockfile.FileProblem{File: lock.Path, Problem: p})
		}
	}
	return all
}

// judged tells which versions were judged in full, or found fault with.
func judged(records []evidence.Record, findings []finding.Finding) func(npm.ID) bool {
	ids := map[npm.ID]bool{}
	for _, f := range findings {
		ids[npm.ID{Name: f.Name, Version: f.Version}] = true
	}
	for i := range records {
		if records[i].Changed {
			ids[records[i].Entry.ID()] = true
		}
	}
	return func(id npm.ID) bool { return ids[id] }
}

func settings(p *policy.Policy) check.Settings {
	s := check.Settings{Cooldown: p.Cooldown.Age, Waived: p.Cooldown.Excludes, SecurityFixWarns: p.Cooldown.SecurityFixWarns}
	for address, r := range p.Registries {
		s.Declared = append(s.Declared, check.DeclaredRegistry{URL: address, Scopes: r.Scopes})
	}
	return s
}

func gaps(missing []check.Missing) []policy.Gap {
	var all []policy.Gap
	for _, m := range missing {
		all = append(all, policy.Gap{
			Evidence: string(m.Kind), Registry: m.Registry, Reason: m.Reason, Entries: m.Entries, Checks: m.Checks,
		})
	}
	return all
}

// count sums up what was read of each lockfile.
func count(locks []*lockfile.Lockfile, records []evidence.Record) []policy.Lockfile {
	all := make([]policy.Lockfile, 0, len(locks))
	for _, lock := range locks {
		n := len(lock.Entries)
		all = append(all, countOne(lock, records[:n]))
		records = records[n:]
	}
	return all
}

func countOne(lock *lockfile.Lockfile, records []evidence.Record) policy.Lockfile {
	sum := policy.Lockfile{Path: lock.Path, Format: lock.Format, Version: lock.Version, Skipped: map[string]int{}}
	unique := map[npm.ID]bool{}
	for i := range records {
		r := &records[i]
		sum.Entries++
		if r.Changed {
			sum.Changed++
		}
		if r.Entry.Source == lockfile.Registry {
			unique[r.Entry.ID()] = true
			if r.Entry.Checksum != "" && len(r.Entry.Integrity) == 0 {
				sum.Unbound++
			}
		} else {
			sum.Skipped[string(r.Entry.Source)]++
		}
	}
	sum.Unique = len(unique)
	return sum
}

// packages describes all entries, in the order of the records.
func packages(locks []*lockfile.Lockfile, records []evidence.Record) []policy.Package {
	all := make([]policy.Package, 0, len(records))
	for _, lock := range locks {
		paths := lockfile.NewPaths(lock)
		for i := range lock.Entries {
			r := &records[len(all)]
			all = append(all, policy.Package{
				File: r.File, Line: r.Entry.Line, Name: r.Entry.Name, Version: r.Entry.Version,
				Source: string(r.Entry.Source), Changed: r.Changed, Published: r.Published, Path: paths.To(&lock.Entries[i]),
			})
		}
	}
	return all
}

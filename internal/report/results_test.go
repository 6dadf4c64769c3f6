package report_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

// The results below are what the gate makes of projects in different states.

func lockfiles() []policy.Lockfile {
	return []policy.Lockfile{{
		Path: "package-lock.json", Format: "npm", Version: "3", Entries: 812, Unique: 640, Changed: 812,
		Skipped: map[string]int{"workspace": 3, "link": 1},
	}}
}

func result(v policy.Verdict, findings ...finding.Finding) policy.Result {
	return policy.Result{Verdict: v, Lockfiles: lockfiles(), Findings: finding.Sort(findings)}
}

func on(name, version string, line int, f finding.Finding) finding.Finding {
	f.Name, f.Version = name, version
	f.Position = finding.Position{File: "package-lock.json", Line: line}
	return f
}

func tooNew(when string) finding.Finding {
	return finding.Finding{
		Check: "too-new", Severity: finding.Error, Message: "published 41 minutes ago; passes on " + when,
		Hint: "wait until then, or lock an older version",
	}
}

func installScript(text string) finding.Finding {
	return finding.Finding{
		Check: "install-script", Severity: finding.Error, Message: fmt.Sprintf("runs code at install: preinstall %q", text),
		Hint: "read the script; if it is needed, add an exception to gate.yaml",
	}
}

func deprecated(text string) finding.Finding {
	return finding.Finding{Check: "deprecated", Severity: finding.Warning, Message: fmt.Sprintf("deprecated by its owner: %q", text)}
}

func pass() policy.Result { return result(policy.Pass) }

func blocked() policy.Result {
	return result(policy.Blocked,
		on("size-sensor", "1.0.4", 412, tooNew("2026-05-22T01:39:00Z")),
		on("size-sensor", "1.0.4", 412, installScript("bun run index.js")),
		on("size-sensor", "1.0.4", 412, finding.Finding{
			Check: "maintainers-changed", Severity: finding.Warning, Message: "maintainers since 1.0.3: added atool",
		}),
		on("timeago.js", "4.1.2", 538, tooNew("2026-05-22T01:44:12Z")),
	)
}

func manyWarnings(n int, more ...finding.Finding) policy.Result {
	findings := more
	for i := range n {
		findings = append(findings, on(fmt.Sprintf("old-%02d", i), "1.0.0", 600+10*i, deprecated(fmt.Sprintf("use new-%02d", i))))
	}
	if len(more) > 0 {
		return result(policy.Blocked, findings...)
	}
	return result(policy.Pass, findings...)
}

func alike(n int) policy.Result {
	findings := []finding.Finding{on("size-sensor", "1.0.4", 412, installScript("bun run index.js"))}
	for i := range n {
		findings = append(findings, on(fmt.Sprintf("old-%02d", i), "1.0.0", 10+10*i, finding.Finding{
			Check: "missing-integrity", Severity: finding.Error, Message: "has no integrity hash", Hint: "regenerate the lockfile",
		}))
	}
	return result(policy.Blocked, findings...)
}

// gap returns a gap of a registry and the findings that stand for it.
func gap(evidence, reason string, checks ...string) (policy.Gap, []finding.Finding) {
	g := policy.Gap{Evidence: evidence, Registry: "https://npm.example/", Reason: reason, Entries: 640, Checks: checks}
	var findings []finding.Finding
	for _, check := range checks {
		findings = append(findings, finding.Finding{
			Check: check, Severity: finding.Error, Unknown: true, Evidence: evidence, Registry: g.Registry, Message: reason,
		})
	}
	return g, findings
}

func publisherGap() (policy.Gap, []finding.Finding) {
	return gap("publisher", "the registry does not say who published a version",
		"maintainers-changed", "new-publisher", "publisher-downgrade")
}

func unknownRegistry() policy.Result {
	publisher, findings := publisherGap()
	times, more := gap("publish-time", "the registry does not serve publish times", "too-new")
	r := result(policy.Unknown, append(findings, more...)...)
	r.Gaps = []policy.Gap{times, publisher}
	return r
}

func unreachable() policy.Result {
	g, findings := gap("packument", "asking the registry: 503 Service Unavailable, after 4 attempts",
		"deprecated", "install-script", "integrity-mismatch", "maintainers-changed", "new-publisher", "removed-version", "too-new")
	r := result(policy.Unknown, findings...)
	r.Gaps = []policy.Gap{g}
	return r
}

func unreachableForManyReasons() policy.Result {
	var r policy.Result
	for i := range 7 {
		g, findings := gap("packument", fmt.Sprintf("asking for pkg-%d: connection reset", i), "deprecated", "too-new")
		g.Entries = 1
		r.Gaps = append(r.Gaps, g)
		r.Findings = append(r.Findings, findings...)
	}
	r.Verdict, r.Lockfiles = policy.Unknown, lockfiles()
	return r
}

func manyUnknown(n int) policy.Result {
	var findings []finding.Finding
	for i := range n {
		findings = append(findings, on(fmt.Sprintf("pkg-%02d", i), "1.0.0", 10+i, finding.Finding{
			Check: "too-new", Severity: finding.Error, Unknown: true, Evidence: "publish-time", Registry: "https://npm.example/",
			Message: fmt.Sprintf("the registry has no publish time for version 1.0.%d", i),
		}))
	}
	return result(policy.Unknown, findings...)
}

// unknownWithoutGap has what cannot be judged in the findings alone: it must
// show all the same.
func unknownWithoutGap() policy.Result {
	_, findings := publisherGap()
	return result(policy.Unknown, findings...)
}

func unknownPackages() policy.Result {
	var findings []finding.Finding
	for i, name := range []string{"lodash", "left-pad"} {
		for _, check := range []string{"deprecated", "install-script", "too-new"} {
			findings = append(findings, on(name, "1.3.0", 30+i, finding.Finding{
				Check: check, Severity: finding.Error, Unknown: true, Evidence: "packument", Registry: "https://npm.example/",
				Message: "asking the registry: 503 Service Unavailable, after 4 attempts",
			}))
		}
	}
	findings = append(findings, on("is-odd", "3.0.1", 77, finding.Finding{
		Check: "integrity-mismatch", Severity: finding.Error, Unknown: true, Evidence: "tarball", Registry: "https://npm.example/",
		Message: "the lock has only a sha1 hash, the registry only sha512",
	}), on("lodash", "1.3.0", 30, finding.Finding{
		Check: "weak-integrity", Severity: finding.Warning, Message: "has only a sha1 hash", Hint: "regenerate the entry",
	}))
	r := result(policy.Unknown, findings...)
	r.Gaps = []policy.Gap{{
		Evidence: "packument", Registry: "https://npm.example/", Reason: findings[0].Message, Entries: 2,
		Checks: []string{"deprecated", "install-script", "too-new"},
	}}
	return r
}

func gapsAllowed() policy.Result {
	r := result(policy.Pass)
	g, _ := publisherGap()
	g.Allowed = true
	r.Gaps = []policy.Gap{g}
	return r
}

func excepted() policy.Result {
	esbuild := on("esbuild", "0.25.0", 90, installScript("node install.js"))
	esbuild.Excepted, esbuild.Reason = true, "downloads its platform binary"
	other := on("foo", "1.2.3", 95, finding.Finding{Check: "new-publisher", Severity: finding.Error, Message: "published by \"bob\""})
	other.Excepted, other.Reason = true, "bob is the new maintainer, see foo#12"
	return result(policy.Pass, esbuild, other)
}

func withBase() policy.Result {
	r := blocked()
	r.Lockfiles[0].Changed = 12
	r.Lockfiles = append(r.Lockfiles, policy.Lockfile{
		Path: "web/yarn.lock", Format: "yarn-classic", Version: "1", Entries: 41, Unique: 41,
	})
	same := on("size-sensor", "1.0.4", 0, tooNew("2026-05-22T01:39:00Z"))
	same.Position = finding.Position{File: "web/yarn.lock", Line: 7}
	r.Findings = finding.Sort(append(r.Findings, same))
	return r
}

func projectFindings() policy.Result {
	return result(policy.Blocked,
		finding.Finding{
			Check: "lock-drift", Severity: finding.Error, Position: finding.Position{File: "package-lock.json"},
			Message: "package.json asks for lodash ^4.17.0, the lockfile holds no lodash", Hint: "run npm install and commit the lockfile",
		},
		finding.Finding{
			Check: "exception", Severity: finding.Error, Position: finding.Position{File: "gate.yaml", Line: 14},
			Message: "the exception for foo@1.2.3 expired on 2026-05-01", Hint: "remove it, or review it again and move expires",
		},
		finding.Finding{
			Check: "exception", Severity: finding.Warning, Position: finding.Position{File: "gate.yaml", Line: 20},
			Message: "the exception for bar@2.0.0 matches nothing",
		},
	)
}

func everything() policy.Result {
	r := blocked()
	g, unknown := publisherGap()
	allowed, _ := gap("publish-time", "the registry does not serve publish times", "too-new")
	allowed.Allowed = true
	all := slices.Concat(r.Findings, unknown, manyWarnings(2).Findings, excepted().Findings, projectFindings().Findings, unknownPackages().Findings)
	r.Findings = finding.Sort(all)
	r.Gaps = []policy.Gap{allowed, g}
	r.Lockfiles[0].Changed = 12
	r.Judged, r.Cooldown, r.Packages = judged, 72*time.Hour, packages()
	return r
}

var judged = time.Date(2026, 5, 19, 2, 20, 0, 0, time.UTC)

// packages are those of everything, with three that are as they should be and
// one that no registry serves.
func packages() []policy.Package {
	at := func(name, version string, line int, age time.Duration, path ...string) policy.Package {
		return policy.Package{
			File: "package-lock.json", Line: line, Name: name, Version: version, Source: "registry",
			Published: judged.Add(-age), Path: append(path, name),
		}
	}
	const day = 24 * time.Hour
	git := at("fork", "2.0.0", 200, 0)
	git.Source, git.Published = "git", time.Time{}
	return []policy.Package{
		at("lodash", "1.3.0", 30, 3000*day),
		at("left-pad", "1.3.0", 31, 2600*day, "echarts"),
		at("is-odd", "3.0.1", 77, 900*day, "echarts", "is-even"),
		at("esbuild", "0.25.0", 90, 90*day),
		at("foo", "1.2.3", 95, 14*day),
		git,
		at("react", "19.1.0", 300, 60*day),
		at("zrender", "5.6.1", 310, 400*day, "echarts"),
		at("echarts", "5.6.0", 320, 380*day),
		at("size-sensor", "1.0.4", 412, 41*time.Minute, "echarts-for-react"),
		at("timeago.js", "4.1.2", 538, 36*time.Minute),
		at("old-00", "1.0.0", 600, 2000*day),
		at("old-01", "1.0.0", 610, 1500*day),
	}
}

// options are those of a run in CI, in a directory of a larger repository.
func options() report.Options {
	size := lockfile.Change{Kind: lockfile.Upgraded, Name: "size-sensor", From: "1.0.3", To: "1.0.4", Path: []string{"echarts-for-react", "size-sensor"}}
	timeago := lockfile.Change{Kind: lockfile.Added, Name: "timeago.js", To: "4.1.2", Direct: true, Path: []string{"timeago.js"}}
	return report.Options{
		Base: "origin/main", Version: "1.2.3", Root: "packages/web",
		Diffs: []report.Diff{{File: "package-lock.json", Base: "origin/main", Changes: []lockfile.Change{size, timeago}}},
		Rules: []report.Rule{
			{ID: "deprecated", Title: "a version is deprecated", Doc: "Its owner says so.", Level: finding.Warning},
			{ID: "too-new", Title: "a version was published within the cooldown", Doc: "Most malicious versions are found\nwithin days.\n\nWait.", Level: finding.Error},
		},
	}
}

package gate_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/check"
	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/gate"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npmregistry"
	"github.com/install-gate/gate/internal/policy"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// input is a project of one lockfile with one package, judged by a policy.
func input(t *testing.T, registry evidence.Registry, rules string, entries ...lockfile.Entry) gate.Input {
	t.Helper()
	return gate.Input{
		Lockfiles: []*lockfile.Lockfile{lockOf("package-lock.json", entries...)},
		Registry:  func(string) evidence.Registry { return registry },
		Policy:    parse(t, rules),
		Now:       now,
	}
}

func parse(t *testing.T, rules string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("gate.yaml", []byte("version: 1\n"+rules), check.IDs())
	if err != nil {
		t.Fatalf("reading the policy: %v", err)
	}
	return p
}

func judge(t *testing.T, in gate.Input) policy.Result {
	t.Helper()
	result, err := gate.Judge(t.Context(), in)
	if err != nil {
		t.Fatalf("Judge: %v", err)
	}
	return result
}

// summary lists the findings as check:state.
func summary(r policy.Result) string {
	var all []string
	for _, f := range r.Findings {
		state := string(f.Severity)
		switch {
		case f.Excepted:
			state = "excepted"
		case f.Unknown:
			state = "unknown"
		}
		all = append(all, f.Check+":"+state)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestVerdict(t *testing.T) {
	long, lately := now.AddDate(-1, 0, 0), now.Add(-time.Hour)
	scripted := document("p", "1.0.0", long)
	for _, m := range scripted.Versions {
		m.Scripts = map[string]string{"postinstall": "node x.js"}
	}
	retired := document("p", "1.0.0", long)
	retired.Versions["1.0.0"].Deprecated = "use q"
	tests := []struct {
		name     string
		doc      *npmregistry.Packument
		rules    string
		want     policy.Verdict
		findings string
	}{
		{"nothing wrong", document("p", "1.0.0", long), "", policy.Pass, ""},
		{"too new", document("p", "1.0.0", lately), "", policy.Blocked, "too-new:error"},
		{"a shorter cooldown", document("p", "1.0.0", lately), "cooldown: {age: 30m}", policy.Pass, ""},
		{"no cooldown for the package", document("p", "1.0.0", lately), "cooldown: {age: 72h, exclude: [p]}", policy.Pass, ""},
		{"a warning", retired, "", policy.Pass, "deprecated:warning"},
		{"a warning that the policy raised", retired, "checks: {deprecated: error}", policy.Blocked, "deprecated:error"},
		{"a check that is off", scripted, "checks: {install-script: off}", policy.Pass, ""},
		{
			"an exception", scripted,
			"exceptions: [{check: install-script, package: p, version: 1.0.0, reason: read it, by: '@me', expires: 2026-12-31}]",
			policy.Pass, "install-script:excepted",
		},
		{
			"an exception of another version", scripted,
			"exceptions: [{check: install-script, package: p, version: 1.0.1, reason: read it, by: '@me', expires: 2026-12-31}]",
			policy.Blocked, "exception:warning install-script:error",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := judge(t, input(t, registryOf(tt.doc), tt.rules, entry("p", "1.0.0")))
			if r.Verdict != tt.want || summary(r) != tt.findings {
				t.Errorf("got %s by %q, want %s by %q", r.Verdict, summary(r), tt.want, tt.findings)
			}
		})
	}
}

// TestNothingUnjudgedPasses takes one kind of evidence away after the other.
func TestNothingUnjudgedPasses(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*fakeRegistry, *npmregistry.Packument)
		allow string // the gap that gate.yaml may allow
	}{
		{"the registry is down", func(f *fakeRegistry, _ *npmregistry.Packument) { f.docs, f.err = nil, errors.New("no route") }, "packument"},
		{"no publish times", func(_ *fakeRegistry, d *npmregistry.Packument) { d.Times = nil }, "publish-time"},
		{"dates of a mirror", func(_ *fakeRegistry, d *npmregistry.Packument) { d.Created = time.Time{} }, "publish-time"},
		{"no publisher", func(_ *fakeRegistry, d *npmregistry.Packument) { d.Versions["1.0.0"].Publisher = nil }, "publisher"},
		{"no hash", func(_ *fakeRegistry, d *npmregistry.Packument) { d.Versions["1.0.0"].Dist = npmregistry.Dist{} }, "tarball"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := document("p", "1.0.0", now.AddDate(-1, 0, 0))
			registry := registryOf(doc)
			tt.spoil(registry, doc)
			for _, rules := range []string{"", "checks: {too-new: warning, new-publisher: warning, integrity-mismatch: warning, install-script: warning}"} {
				if r := judge(t, input(t, registry, rules, entry("p", "1.0.0"))); r.Verdict != policy.Unknown {
					t.Errorf("with the policy %q: got %s by %q, want unknown", rules, r.Verdict, summary(r))
				}
			}
			allowed := fmt.Sprintf("registries: {%q: {gaps: {%s: allow}}}", publicRegistry, tt.allow)
			if r := judge(t, input(t, registry, allowed, entry("p", "1.0.0"))); r.Verdict != policy.Pass {
				t.Errorf("with the gap allowed: got %s by %q, want pass", r.Verdict, summary(r))
			}
		})
	}
	t.Run("no lockfile at all", func(t *testing.T) {
		in := input(t, registryOf(), "")
		in.Lockfiles = nil
		if r := judge(t, in); r.Verdict != policy.Unknown {
			t.Errorf("got %s, want unknown", r.Verdict)
		}
	})
	t.Run("blocked and unknown at once", func(t *testing.T) {
		registry := registryOf(document("new", "1.0.0", now))
		registry.err = errors.New("no route")
		r := judge(t, input(t, registry, "", entry("new", "1.0.0"), entry("p", "1.0.0")))
		if r.Verdict != policy.Blocked {
			t.Errorf("got %s by %q, want blocked", r.Verdict, summary(r))
		}
	})
}

func TestCounts(t *testing.T) {
	long := now.AddDate(-1, 0, 0)
	registry := registryOf(document("a", "1.0.0", long), document("b", "1.0.0", long))
	workspace, link := entry("w", "1.0.0"), entry("l", "")
	workspace.Source, link.Source = lockfile.Workspace, lockfile.Link
	rehashed := entry("a", "1.0.0")
	rehashed.Resolved = publicRegistry + "a/-/a-1.0.0.tgz?"
	in := input(t, registry, "")
	in.Lockfiles = []*lockfile.Lockfile{
		lockOf("package-lock.json", entry("a", "1.0.0"), rehashed, entry("b", "1.0.0"), workspace, link),
		lockOf("tools/package-lock.json", entry("b", "1.0.0")),
	}
	want := []policy.Lockfile{
		{
			Path: "package-lock.json", Format: "npm", Version: "3", Entries: 5, Unique: 2, Changed: 5,
			Skipped: map[string]int{"workspace": 1, "link": 1},
		},
		{Path: "tools/package-lock.json", Format: "npm", Version: "3", Entries: 1, Unique: 1, Changed: 1, Skipped: map[string]int{}},
	}
	if diff := cmp.Diff(want, judge(t, in).Lockfiles); diff != "" {
		t.Errorf("without a base (-want +got):\n%s", diff)
	}
	in.Base = lockfile.NewDelta([]*lockfile.Lockfile{lockOf("package-lock.json", entry("b", "1.0.0"), workspace, link)})
	want[0].Changed, want[1].Changed = 2, 0
	if diff := cmp.Diff(want, judge(t, in).Lockfiles); diff != "" {
		t.Errorf("with a base (-want +got):\n%s", diff)
	}
}

// TestProblems: what the lockfiles' readers found wrong is judged as well,
// wherever it was found.
func TestProblems(t *testing.T) {
	in := input(t, registryOf(document("p", "1.0.0", now.AddDate(-1, 0, 0))), "", entry("p", "1.0.0"))
	in.Lockfiles[0].Problems = []lockfile.Problem{{Check: "lock-disagreement", Message: "two halves differ"}}
	in.Problems = []lockfile.FileProblem{{File: "package-lock.json", Problem: lockfile.Problem{Check: "lock-drift", Message: "p is missing"}}}
	r := judge(t, in)
	if got, want := summary(r), "lock-disagreement:error lock-drift:error"; got != want || r.Verdict != policy.Blocked {
		t.Errorf("got %s by %q, want blocked by %q", r.Verdict, got, want)
	}
	for _, f := range r.Findings {
		if f.Position.File != "package-lock.json" {
			t.Errorf("%s is at %v, want package-lock.json", f.Check, f.Position)
		}
	}
}

// TestDeclaredRegistry: gate.yaml may accept another registry, for some scopes
// or for all packages.
func TestDeclaredRegistry(t *testing.T) {
	mirrored := entry("p", "1.0.0")
	mirrored.Resolved = "https://mirror.example/npm/p/-/p-1.0.0.tgz"
	for rules, want := range map[string]policy.Verdict{
		"": policy.Blocked,
		`registries: {"https://mirror.example/npm/": {}}`:                  policy.Pass,
		`registries: {"https://mirror.example/npm/": {scopes: ["@acme"]}}`: policy.Blocked,
		`registries: {"https://mirror.example/": {}}`:                      policy.Pass,
		`registries: {"https://elsewhere.example/npm/": {}}`:               policy.Blocked,
	} {
		registry := registryOf(document("p", "1.0.0", now.AddDate(-1, 0, 0)))
		if r := judge(t, input(t, registry, rules, mirrored)); r.Verdict != want {
			t.Errorf("with the policy %q: got %s by %q, want %s", rules, r.Verdict, summary(r), want)
		}
	}
}

func TestAsOf(t *testing.T) {
	in := input(t, registryOf(document("p", "1.0.0", now.AddDate(0, -2, 0))), "", entry("p", "1.0.0"))
	in.AsOf = now.AddDate(0, -3, 0)
	in.Now = in.AsOf
	if r := judge(t, in); r.Verdict != policy.Blocked || summary(r) != "removed-version:error" {
		t.Errorf("before its publication: got %s by %q, want blocked by removed-version", r.Verdict, summary(r))
	}
}

// TestSameResult: the order in which answers arrive does not show.
func TestSameResult(t *testing.T) {
	var docs []*npmregistry.Packument
	var entries []lockfile.Entry
	for i := range 50 {
		name := fmt.Sprintf("p%02d", i)
		doc := document(name, "1.0.0", now.Add(-time.Duration(i)*time.Hour))
		if i%5 == 0 {
			doc.Versions["1.0.0"].Publisher = nil
		}
		docs = append(docs, doc)
		entries = append(entries, entry(name, "1.0.0"))
	}
	in := input(t, registryOf(docs...), "", entries...)
	first := judge(t, in)
	for range 5 {
		if diff := cmp.Diff(first, judge(t, in)); diff != "" {
			t.Fatalf("two runs differ (-first +later):\n%s", diff)
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := gate.Judge(ctx, input(t, registryOf(), "", entry("p", "1.0.0")))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// TestExceptionsWithBase: an exception for an entry that is not judged again
// says nothing, one for an entry that is rechecked still applies.
func TestExceptionsWithBase(t *testing.T) {
	long := now.AddDate(-1, 0, 0)
	retired := document("old", "1.0.0", long)
	retired.Versions["1.0.0"].Deprecated = "malware was found in it"
	rules := `
exceptions:
- {check: deprecated, package: old, version: 1.0.0, reason: read, by: "@alice", expires: 2027-01-01}
- {check: install-script, package: quiet, version: 1.0.0, reason: read, by: "@alice", expires: 2027-01-01}
`
	in := input(t, registryOf(retired, document("quiet", "1.0.0", long)), rules, entry("old", "1.0.0"), entry("quiet", "1.0.0"))
	if got := summary(judge(t, in)); got != "deprecated:excepted exception:warning" {
		t.Errorf("without a base got %q, want the second exception to match nothing", got)
	}
	in.Base = lockfile.NewDelta(in.Lockfiles)
	if got := summary(judge(t, in)); got != "deprecated:excepted" {
		t.Errorf("with a base got %q, want deprecated:excepted", got)
	}
}

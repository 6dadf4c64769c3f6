package policy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/finding"
)

const (
	otherIntegrity = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
	sha1Integrity  = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="
)

func locked(f finding.Finding, integrity string) finding.Finding {
	f.Integrity = integrity
	return f
}

func TestExceptionCovers(t *testing.T) {
	const exception = "check: too-new, package: foo, version: 1.2.3, reason: reviewed, by: alice, expires: 2027-11-24"
	otherVersion, otherName := on("too-new", finding.Error), on("too-new", finding.Error)
	otherVersion.Version, otherName.Name = "1.2.4", "@x/foo"
	tests := []struct {
		name      string
		exception string
		finding   finding.Finding
		want      bool
	}{
		{"check, package and version", exception, on("too-new", finding.Error), true},
		{"a warning", exception, on("too-new", finding.Warning), true},
		{"another check", exception, on("deprecated", finding.Error), false},
		{"another version", exception, otherVersion, false},
		{"another package", exception, otherName, false},
		{"what could not be judged", exception, unknownOn("too-new", "publish-time"), true},
		{"what a registry lacks", exception, unknown("too-new", "publish-time"), false},
		{"the pinned integrity", exception + ", integrity: " + integrity, on("too-new", finding.Error), true},
		{"another integrity", exception + ", integrity: " + otherIntegrity, on("too-new", finding.Error), false},
		{"a second hash is locked", exception + ", integrity: " + integrity, locked(on("too-new", finding.Error), integrity+" "+otherIntegrity), false},
		{"a weaker hash is pinned", exception + ", integrity: " + sha1Integrity, on("too-new", finding.Error), false},
		{"no integrity is locked", exception + ", integrity: " + integrity, locked(on("too-new", finding.Error), ""), false},
		{"what is locked is no integrity", exception + ", integrity: " + integrity, locked(on("too-new", finding.Error), "10c0/ab"), false},
		{"integrity of what could not be judged", exception + ", integrity: " + integrity, unknownOn("too-new", "publish-time"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := parse(t, "exceptions: [{"+tt.exception+"}]")
			result := Decide([]finding.Finding{tt.finding}, nil, p, now)
			want := tt.finding
			if tt.want {
				want.Excepted, want.Reason = true, "reviewed"
			}
			got, said := split(result)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("finding (-want +got):\n%s", diff)
			}
			if wantVerdict := verdict([]finding.Finding{want}); result.Verdict != wantVerdict {
				t.Errorf("verdict: got %s, want %s", result.Verdict, wantVerdict)
			}
			if reported := said.Message != ""; reported == tt.want {
				t.Errorf("got %q; what is said about an exception is that it does not apply", said.Message)
			}
		})
	}
}

// What is said about the exception of until, and where.
const (
	named = "the exception from too-new for foo@1.2.3 "
	renew = "review it again and change the date in gate.yaml:3, or delete the exception"
)

// block is an exception over several lines that pins another integrity than on
// gives a finding.
const block = `exceptions:
  - check: too-new
    package: foo
    version: 1.2.3
    integrity: ` + otherIntegrity + `
    reason: reviewed
    by: alice
    expires: 2026-12-01`

var reviews = []struct {
	name    string
	policy  string
	finding finding.Finding
	want    finding.Finding // of the check exception; zero for none
	verdict Verdict
}{
	{"far from its end", until("2026-12-08"), on("too-new", finding.Error), finding.Finding{}, Pass},
	{
		"two weeks before its end", until("2026-12-07"), on("too-new", finding.Error),
		finding.Finding{Severity: finding.Warning, Message: named + "expires after 2026-12-07", Hint: renew},
		Pass,
	},
	{
		"on its last day", until("2026-11-24"), on("too-new", finding.Error),
		finding.Finding{Severity: finding.Warning, Message: named + "expires after 2026-11-24", Hint: renew},
		Pass,
	},
	{
		"the second before its end", until("2026-11-24T12:00:01Z"), on("too-new", finding.Error),
		finding.Finding{Severity: finding.Warning, Message: named + "expires after 2026-11-24T12:00:01Z", Hint: renew},
		Pass,
	},
	{
		"at its end", until("2026-11-24T12:00:00Z"), on("too-new", finding.Error),
		finding.Finding{Severity: finding.Error, Message: named + "expired after 2026-11-24T12:00:00Z", Hint: renew},
		Blocked,
	},
	{
		"past its last day", until("2026-11-23"), on("too-new", finding.Error),
		finding.Finding{Severity: finding.Error, Message: named + "expired after 2026-11-23", Hint: renew},
		Blocked,
	},
	{
		"expired, on a warning", until("2026-11-23"), on("too-new", finding.Warning),
		finding.Finding{Severity: finding.Error, Message: named + "expired after 2026-11-23", Hint: renew},
		Blocked,
	},
	{
		"expired, of a check that only warns", until("2026-11-23") + "\nchecks: {exception: warning, too-new: warning}", on("too-new", finding.Error),
		finding.Finding{Severity: finding.Warning, Message: named + "expired after 2026-11-23", Hint: renew},
		Pass,
	},
	{
		"expired and silenced, it does not apply again", until("2026-11-23") + "\nchecks: {exception: off}", on("too-new", finding.Error),
		finding.Finding{},
		Blocked,
	},
	{
		"matching nothing", until("2027-11-24"), on("deprecated", finding.Warning),
		finding.Finding{Severity: finding.Warning, Message: named + "matches nothing", Hint: "delete it, or correct its check, package and version"},
		Pass,
	},
	{
		"of a check that is off", until("2027-11-24") + "\nchecks: {too-new: off}", on("too-new", finding.Error),
		finding.Finding{Severity: finding.Warning, Message: named + "matches nothing", Hint: "delete it, or correct its check, package and version"},
		Pass,
	},
	{
		"another integrity", block, on("too-new", finding.Warning),
		finding.Finding{
			Severity: finding.Warning, Message: named + "does not apply: another integrity is locked",
			Hint: "review what is locked now and change the integrity, or delete the exception",
		},
		Pass,
	},
	{
		"the line of the date", block + " # soon", locked(on("too-new", finding.Error), otherIntegrity),
		finding.Finding{
			Severity: finding.Warning, Message: named + "expires after 2026-12-01",
			Hint: "review it again and change the date in gate.yaml:9, or delete the exception",
		},
		Pass,
	},
}

func TestExceptionReview(t *testing.T) {
	for _, tt := range reviews {
		t.Run(tt.name, func(t *testing.T) {
			result := Decide([]finding.Finding{tt.finding}, nil, parse(t, tt.policy), now)
			want := tt.want
			if want.Message != "" {
				want.Check, want.Position = exceptionCheck, finding.Position{File: "gate.yaml", Line: 3}
			}
			_, got := split(result)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("finding (-want +got):\n%s", diff)
			}
			if result.Verdict != tt.verdict {
				t.Errorf("verdict: got %s, want %s", result.Verdict, tt.verdict)
			}
		})
	}
}

// split returns the finding of the project and the one about its exception.
func split(r Result) (project, exception finding.Finding) {
	for _, f := range r.Findings {
		if f.Check == exceptionCheck {
			exception = f
		} else {
			project = f
		}
	}
	return project, exception
}

// until returns a policy with an exception that expires then.
func until(date string) string {
	return "exceptions:\n  - {check: too-new, package: foo, version: 1.2.3, reason: reviewed, by: alice, expires: " + date + "}"
}

// A second exception applies where the first has expired. The reason is that of
// the first one that applies.
func TestExceptionsForOneFinding(t *testing.T) {
	p := parse(t, until("2026-11-23")+"\n"+
		"  - {check: too-new, package: foo, version: 1.2.3, reason: again, by: bob, expires: 2027-11-24}\n"+
		"  - {check: too-new, package: foo, version: 1.2.3, reason: later, by: bob, expires: 2027-11-24}")
	result := Decide([]finding.Finding{on("too-new", finding.Error)}, nil, p, now)
	var excepted, expired int
	for _, f := range result.Findings {
		switch {
		case f.Excepted && f.Reason == "again":
			excepted++
		case f.Check == "exception" && f.Position.Line == 3:
			expired++
		}
	}
	if len(result.Findings) != 2 || excepted != 1 || expired != 1 {
		t.Errorf("got %v, want one excepted finding and one expired exception", result.Findings)
	}
}

func TestExpiryIsWithinTheDayInUTC(t *testing.T) {
	p := parse(t, until("2026-11-24"))
	zone := time.FixedZone("", -11*60*60)
	for _, tt := range []struct {
		now  time.Time
		want Verdict
	}{
		{time.Date(2026, 11, 24, 23, 59, 59, 0, time.UTC), Pass},
		{time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), Blocked},
		{time.Date(2026, 11, 24, 13, 0, 0, 0, zone), Blocked}, // midnight in UTC
	} {
		if got := Decide([]finding.Finding{on("too-new", finding.Error)}, nil, p, tt.now).Verdict; got != tt.want {
			t.Errorf("at %s: got %s, want %s", tt.now, got, tt.want)
		}
	}
}

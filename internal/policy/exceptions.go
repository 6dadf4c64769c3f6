package policy

import (
	"fmt"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/npm"
)

// Exception is a reviewed permission for the findings of one check on one
// version of one package.
type Exception struct {
	Check   string
	Package string
	Version string
	// Integrity pins the content; nil accepts whatever is locked.
	Integrity npm.Integrity
	Reason    string
	By        string // who reviewed it; nothing is looked up
	Expires   Expiry
	Line      int // where it begins in gate.yaml
}

// Expiry is when an exception ceases to apply.
type Expiry struct {
	End     time.Time // the first instant at which it does not apply
	Written string    // as in gate.yaml
	Line    int       // where in gate.yaml
}

// expiryNotice is how long before its end an exception is warned about.
const expiryNotice = 14 * 24 * time.Hour

// exceptionCheck is the id of the check that reports on exceptions.
const exceptionCheck = "exception"

func (r *reader) exceptions(f *field, n *yaml.Node) {
	r.list(f, n, func(item *yaml.Node) {
		r.policy.Exceptions = append(r.policy.Exceptions, r.exception(item))
	})
}

func (r *reader) exception(n *yaml.Node) Exception {
	e := Exception{Line: n.Line}
	var end Expiry
	r.fields(&field{key: "an exception", example: exceptionExample}, n, []field{
		{"check", "check: too-new", true, into(r, &e.Check, r.checkID)},
		{"package", "package: foo", true, into(r, &e.Package, parsePackage)},
		{"version", "version: 1.2.3", true, into(r, &e.Version, parseVersion)},
		{"integrity", "integrity: sha512-…", false, into(r, &e.Integrity, parseIntegrity)},
		{"reason", `reason: "fixes a CVE"`, true, into(r, &e.Reason, parseText)},
		{"by", `by: "@alice"`, true, into(r, &e.By, parseText)},
		{"expires", "expires: 2027-01-15", true, func(f *field, n *yaml.Node) {
			into(r, &end, parseExpiry)(f, n)
			end.Line = n.Line
		}},
	})
	e.Expires = end
	return e
}

// use is what became of an exception, in the order of what there is to say.
type use int

const (
	unused    use = iota
	otherHash     // the integrity alone kept it from applying
	used
)

type subject struct{ check, name, version string }

// except marks the findings that exceptions cover. It returns what is to be
// said about the exceptions themselves.
func (p *Policy) except(findings []finding.Finding, now time.Time) []finding.Finding {
	bySubject := map[subject][]int{}
	for i, e := range p.Exceptions {
		key := subject{e.Check, e.Package, e.Version}
		bySubject[key] = append(bySubject[key], i)
	}
	uses := make([]use, len(p.Exceptions))
	for i := range findings {
		f := &findings[i]
		for _, j := range bySubject[subject{f.Check, f.Name, f.Version}] {
			uses[j] = max(uses[j], p.Exceptions[j].cover(f, now))
		}
	}
	var said []finding.Finding
	for i := range p.Exceptions {
		if f, ok := p.review(&p.Exceptions[i], uses[i], now); ok {
			said = append(said, f)
		}
	}
	return said
}

// cover marks a finding of the exception's subject if the exception applies.
func (e *Exception) cover(f *finding.Finding, now time.Time) use {
	if e.Integrity != nil && !e.pins(f.Integrity) {
		return otherHash
	}
	if now.Before(e.Expires.End) && !f.Excepted {
		f.Excepted, f.Reason = true, e.Reason
	}
	return used
}

// pins reports whether the locked integrity is the exception's. A lock with
// another hash beside it is not: npm would accept that content too.
func (e *Exception) pins(locked string) bool {
	in, err := npm.ParseIntegrity(locked)
	return err == nil && e.Integrity.Compare(in) == npm.Same
}

// review returns what is to be said about an exception, if anything is.
func (p *Policy) review(e *Exception, how use, now time.Time) (finding.Finding, bool) {
	renew := fmt.Sprintf("review it again and change the date in %s:%d, or delete the exception", p.File, e.Expires.Line)
	severity, text, hint := finding.Warning, "", ""
	switch {
	case !now.Before(e.Expires.End):
		severity, text, hint = finding.Error, "expired after "+e.Expires.Written, renew
	case how == otherHash:
		text, hint = "does not apply: another integrity is locked", "review what is locked now and change the integrity, or delete the exception"
	case how == unused:
		text, hint = "matches nothing", "delete it, or correct its check, package and version"
	case e.Expires.End.Sub(now) <= expiryNotice:
		text, hint = "expires after "+e.Expires.Written, renew
	default:
		return finding.Finding{}, false
	}
	return finding.Finding{
		Check: exceptionCheck, Severity: severity, Position: finding.Position{File: p.File, Line: e.Line},
		Message: fmt.Sprintf("the exception from %s for %s@%s %s", e.Check, e.Package, e.Version, text),
		Hint:    hint,
	}, true
}

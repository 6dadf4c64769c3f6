package check

import (
	"fmt"
	"time"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
)

var tooNew = &Check{
	ID:    "too-new",
	Title: "a version was published within the cooldown",
	Doc: `Most malicious versions are found and removed within hours of their publication, nearly all within days. A version that
has been out for the length of the cooldown has been looked at by others. Package managers check this only when they
resolve versions, not when they install what a lockfile holds. The message says when the version will pass.

Wait, lock an older version, or add an exception with the reason. With a base, cooldown: {security-fix: warn} in
gate.yaml makes it a warning where the version fixes a published vulnerability of the version that the base locks; the
online advisory service has to be asked for that.`,
	Level: Error,
	Needs: []evidence.Kind{evidence.Packument, evidence.PublishTime},
	Entry: func(p *Pass) {
		passes := p.Published.Add(p.Settings.Cooldown)
		if p.Published.IsZero() || !p.Now.Before(passes) || p.Settings.waives(p.Entry.Name) {
			return
		}
		message := fmt.Sprintf("published %s ago; passes on %s", age(p.Now.Sub(p.Published)), passes.UTC().Format(time.RFC3339))
		if len(p.Fixes) == 0 {
			p.Report(message, "wait until then, or "+p.olderVersion())
			return
		}
		message += fmt.Sprintf("; fixes %s of %s", listSome(p.Fixes), cut(p.BaseVersion))
		if p.Settings.SecurityFixWarns {
			p.ReportAs(finding.Warning, message+", so gate.yaml lets it pass", "")
			return
		}
		p.Report(message, "to let security fixes pass, write cooldown: {security-fix: warn} in gate.yaml")
	},
}

// olderVersion says which version to lock in the meantime: the one before, if
// that is out for long enough.
func (p *Pass) olderVersion() string {
	if p.Line != nil {
		r, ok := p.Package.Release(p.Line.Version)
		if ok && !p.Now.Before(r.Published.Add(p.Settings.Cooldown)) {
			return fmt.Sprintf("lock %s of %s", r.Version, day(r.Published))
		}
	}
	return "lock an older version"
}

package check

import (
	"fmt"
	"time"

	"github.com/install-gate/gate/internal/evidence"
)

var firstRelease = &Check{
	ID:    "first-release",
	Title: "a package did not exist before the cooldown",
	Doc: `The package's very first release is younger than the cooldown, whichever version is locked. Nobody depends on a package
of that age by habit: it is new in the project, and names that look like known ones, or that a language model made up,
are registered for exactly that.

Look who publishes it and what it is for. Wait until it is older than the cooldown, or add an exception with the reason.`,
	Level: Error,
	Needs: []evidence.Kind{evidence.Packument, evidence.PublishTime},
	Entry: func(p *Pass) {
		first, known := firstPublished(p.Package)
		passes := first.Add(p.Settings.Cooldown)
		if !known || p.Manifest == nil || !p.Now.Before(passes) || p.Settings.waives(p.Entry.Name) {
			return
		}
		p.Report(fmt.Sprintf("the package itself was first published %s ago; passes on %s",
			age(p.Now.Sub(first)), passes.UTC().Format(time.RFC3339)),
			"check that it is the package you mean, and who publishes it")
	},
}

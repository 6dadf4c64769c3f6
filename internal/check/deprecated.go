package check

import (
	"fmt"
	"regexp"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/finding"
)

var deprecated = &Check{
	ID:    "deprecated",
	Title: "a locked version is deprecated",
	Doc: `The package's owner marked the version as deprecated. During an attack this is often the first sign: owners
deprecate a bad version well before the registry removes it. The owner's message is quoted. It is an error if the
message speaks of an attack; a vulnerability or the end of support is a warning.

Move to the version that the message names, or to the newest one of the same release line.`,
	Level:   Warning,
	Needs:   []evidence.Kind{evidence.Packument},
	Recheck: true,
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Manifest.Deprecated == "" {
			return
		}
		severity := finding.Warning
		if namesAttack.MatchString(p.Manifest.Deprecated) {
			severity = finding.Error
		}
		p.ReportAs(severity, fmt.Sprintf("deprecated by its owner: %q", cut(p.Manifest.Deprecated)), "")
	},
}

// namesAttack finds the words with which owners deprecate versions that an
// attacker published. Words for vulnerabilities are not among them: popular
// packages deprecate all their old versions with those.
var namesAttack = regexp.MustCompile(`(?i)\b(malicious\w*|malware|compromised?|hack(ed|er)\w*|hijack\w*|backdoor\w*|trojan\w*|worm|attack\w*|stolen|steals?|unauthori[sz]ed|do not install|mal-\d{4}-\d+)\b`)

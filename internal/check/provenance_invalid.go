package check

import (
	"cmp"
	"fmt"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/provenance"
)

var provenanceInvalid = &Check{
	ID:    "provenance-invalid",
	Title: "an attestation of the version does not verify",
	Doc: `An attestation says which workflow of which repository made the version, or that the registry published it, and is
signed. One that does not verify, is about another package or about other bytes than the locked ones, or contradicts its
own certificate is a forgery or belongs to another version. Attestations are asked for if the entry changed, without a
base only for young releases. One that verifies makes nothing safer by itself: stolen workflows attest as well.

Do not install the version. Compare it with what the project's repository and its workflow runs show.`,
	Level:   Error,
	Needs:   []evidence.Kind{evidence.Packument, evidence.Attested},
	Partial: true,
	Entry: func(p *Pass) {
		if p.Provenance != nil {
			judgeAttestation(p, "provenance", p.Provenance.Provenance)
			judgeAttestation(p, "publish attestation", p.Provenance.Publish)
			judgeOthers(p)
		}
	},
}

func judgeAttestation(p *Pass, what string, a *provenance.Attestation) {
	if a == nil {
		return
	}
	switch a.Status {
	case provenance.Verified, provenance.Incomplete:
	case provenance.Unsupported:
		p.Unjudged(evidence.Attested, fmt.Sprintf("the %s is of a kind that cannot be verified: %s", what, cut(a.Reason)))
	default:
		p.Report(fmt.Sprintf("the %s does not verify: %s", what, cut(cmp.Or(a.Reason, "no reason given"))),
			"do not install it; look for the release's tag and workflow run in the project's repository")
	}
}

// judgeOthers reports attestations of unknown kinds that cannot be genuine.
// Those that cannot be verified vouch for nothing that is judged here, and new
// kinds must not stop every version that has one.
func judgeOthers(p *Pass) {
	for _, a := range p.Provenance.Others {
		if a.Status == provenance.Invalid {
			judgeAttestation(p, fmt.Sprintf("attestation of the type %q", cut(a.Type)), a)
		}
	}
}

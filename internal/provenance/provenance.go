// Package provenance verifies what a registry serves about the origin of a
// published version: its own signature over the version, its attestation that
// it published the version, and the attestation of the CI job that built it.
//
// Everything is bound to the hash in the lockfile, not to the one that the
// registry serves today. The package says who built a version; whether that is
// who should have built it is for its callers to judge. A good attestation is
// no reason to trust a version: malware has been published with valid ones.
package provenance

import "time"

// Status is the outcome of verifying one attestation.
type Status string

// The outcomes. Only Verified and Incomplete say that the attestation is
// genuine. Unsupported blames nobody, and is no better than Invalid: whoever
// can change an attestation can also make it unreadable.
const (
	// Verified: genuine, about the locked tarball, and with a full identity.
	Verified Status = "verified"
	// Invalid: not genuine, about something else, or contradicting itself.
	Invalid Status = "invalid"
	// Unsupported: in a form, or signed in a way, that cannot be judged.
	Unsupported Status = "unsupported"
	// Incomplete: genuine, but its certificate does not say all that an
	// identity needs. Such an identity must never match an expected one.
	Incomplete Status = "incomplete"
)

// Identity is the CI job that built and signed a version. Every field is from
// the extensions of the signing certificate, which the certificate authority
// copied from the CI service's token; nothing is from the statement, which the
// job itself wrote. A field is empty where the certificate does not have it.
// The numbers are those of https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
// below 1.3.6.1.4.1.57264.1.
type Identity struct {
	Issuer                 string // the CI service's token issuer (8, or 1)
	SubjectAlternativeName string // of GitHub and GitLab the signing workflow with its ref
	SourceRepository       string // address of the repository (12)
	SourceRepositoryID     string // its number, which a rename does not change (15)
	SourceOwner            string // address of the repository's owner (16)
	SourceOwnerID          string // its number (17)
	Workflow               string // path, in the repository, of the workflow that was started (18)
	WorkflowRef            string // ref from which the workflow was read (18)
	Ref                    string // ref of the sources, such as refs/heads/main (14)
	Commit                 string // of the sources (13)
	Trigger                string // the event that started the workflow (20)
	Environment            string // the deployment environment (23)
	Runner                 string // github-hosted, gitlab-hosted or self-hosted (11)
	BuildSigner            string // address of the workflow that signed; another one if it is reusable (9)
	Run                    string // address of the run, of GitHub with its attempt (21)
	TokenSubject           string // "sub" of the CI service's token (24)
}

// Attestation is the verdict on one signed statement about a version.
type Attestation struct {
	// Type is the predicate type of the signed statement; where no statement
	// can be read, the one that the registry announces.
	Type   string
	Status Status
	// Reason says why the status is not Verified. It may quote what the
	// registry or the signer wrote.
	Reason string
	// Identity is nil for an attestation by the registry's key, and unless the
	// status is Verified or Incomplete.
	Identity *Identity
	// LogTime is the latest time for which a transparency log or a timestamp
	// authority vouches that the signature existed; zero unless Verified or
	// Incomplete.
	LogTime time.Time
}

// Result holds the attestations of a version; nil where the registry's answer
// has none of that kind.
type Result struct {
	Provenance *Attestation // by the CI job that built the version
	Publish    *Attestation // by the registry that published it
	// Others are attestations of kinds that are not known here; all are
	// Unsupported or Invalid.
	Others []*Attestation
}

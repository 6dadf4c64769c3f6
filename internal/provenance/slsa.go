// Provenance is a statement with a SLSA predicate that npm's publish command,
// or an action in its place, wrote inside the CI job from the job's environment
// variables. So it proves nothing that the certificate does not say as well;
// what it repeats from the certificate has to be the same. It may leave out
// anything, and a field is compared only where both sides have it.

package provenance

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

// The predicate types of provenance.
const (
	provenancePrefix = "https://slsa.dev/provenance/"
	provenanceV1     = provenancePrefix + "v1"
	provenanceV02    = provenancePrefix + "v0.2"
)

// examineProvenance verifies the attestation of the CI job that built a version
// and reads who that was.
func (v *Verifier) examineProvenance(b *bundle.Bundle, s *statement, want artifact, a *Attestation) error {
	if b.GetVerificationMaterial().GetPublicKey() != nil {
		return errors.New("signed with a key, not with a CI job's certificate")
	}
	// Which identity is the right one is not decided here: it is returned.
	verified, err := v.signed(v.builds, b, want, a, verify.WithoutIdentitiesUnsafe())
	if err != nil {
		return err
	}
	by, err := readSigner(b, verified)
	if err != nil {
		return err
	}
	if err := by.checkIssuer(); err != nil {
		return err
	}
	claims, err := s.claims(by)
	if err != nil {
		return err
	}
	if err := contradiction(claims); err != nil {
		return err
	}
	a.Identity = by.identity()
	if a.Reason = by.shortcoming(a.Identity); a.Reason != "" {
		a.Status = Incomplete
	}
	return nil
}

// claims lists what the predicate repeats from the certificate.
func (s *statement) claims(by *signer) ([]claim, error) {
	if s.PredicateType == provenanceV1 {
		return claimsV1(s.Predicate, by)
	}
	return claimsV02(s.Predicate, by)
}

// claim is a fact that is stated in the predicate and certified too. Either may
// be empty.
type claim struct{ field, stated, certified string }

// contradiction reports the first claim that differs.
func contradiction(claims []claim) error {
	for _, c := range claims {
		if c.stated != "" && c.certified != "" && c.stated != c.certified {
			return fmt.Errorf("the predicate contradicts the certificate: its %s is %q, that of the certificate %q", c.field, clip(c.stated), clip(c.certified))
		}
	}
	return nil
}

// The following say what a certificate of either generation says.

func (s *signer) repository() string {
	if s.SourceRepositoryURI == "" && s.GithubWorkflowRepository != "" {
		return "https://github.com/" + s.GithubWorkflowRepository
	}
	return s.SourceRepositoryURI
}

func (s *signer) ref() string {
	if s.SourceRepositoryRef == "" {
		return s.GithubWorkflowRef
	}
	return s.SourceRepositoryRef
}

func (s *signer) commit() string {
	if s.SourceRepositoryDigest == "" {
		return s.GithubWorkflowSHA
	}
	return s.SourceRepositoryDigest
}

func (s *signer) trigger() string {
	if s.BuildTrigger == "" {
		return s.GithubWorkflowTrigger
	}
	return s.BuildTrigger
}

// gitSource returns an address as a predicate writes the source of a build:
// git+REPOSITORY, with @REF where the stated one has a ref.
func (s *signer) gitSource(stated string) string {
	repository := s.repository()
	if repository == "" || s.ref() == "" {
		return ""
	}
	if strings.Contains(stated, "@") {
		return "git+" + repository + "@" + s.ref()
	}
	return "git+" + repository
}

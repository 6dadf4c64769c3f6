package provenance

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/verify"

	"github.com/install-gate/gate/internal/npm"
)

// maxBackdating is how much earlier than the log's time a registry may say that
// a version was published. The times of real releases lie seconds apart.
const maxBackdating = 24 * time.Hour

// Verifier verifies attestations against a trust root and a registry's keys.
// One Verifier serves any number of goroutines.
type Verifier struct {
	material *registryMaterial
	builds   *verify.Verifier // for what is signed with a CI job's certificate
	registry *verify.Verifier // for what is signed with the registry's key
}

// NewVerifier returns a verifier that asks of every attestation that a trusted
// log has it, and of a certificate that a trusted certificate log has it too.
func NewVerifier(root *Root, keys *Keys) (*Verifier, error) {
	material, err := newRegistryMaterial(root, keys)
	if err != nil {
		return nil, err
	}
	// An observer is Rekor v1, which says itself when it saw an entry, or the
	// timestamp authority that Rekor v2 needs for that.
	logged := []verify.VerifierOption{
		verify.WithTransparencyLog(1),
		verify.WithObserverTimestamps(1),
		verify.WithoutStatementPredicate(),
	}
	registry, err := verify.NewVerifier(material, logged...)
	if err != nil {
		return nil, fmt.Errorf("preparing to verify publish attestations: %w", err)
	}
	builds, err := verify.NewVerifier(material, append(logged, verify.WithSignedCertificateTimestamps(1))...)
	if err != nil {
		return nil, fmt.Errorf("preparing to verify provenance: %w", err)
	}
	return &Verifier{material, builds, registry}, nil
}

// Verify judges a registry's answer to GET /-/npm/v1/attestations/NAME@VERSION.
// The attestations have to be about the one sha512 hash in the lockfile, and
// not much younger than the version, whose time of publication may be zero if
// it is not known.
//
// The error is for an answer that cannot be read as a whole, or a lockfile
// entry without such a hash; it says nothing about any attestation.
func (v *Verifier) Verify(answer []byte, id npm.ID, locked npm.Integrity, published time.Time) (*Result, error) {
	want, err := lockedArtifact(id, locked, published)
	if err != nil {
		return nil, err
	}
	entries, err := parseAnswer(answer)
	if err != nil {
		return nil, err
	}
	result := new(Result)
	for _, e := range entries {
		result.place(e.PredicateType, v.judge(e, want))
	}
	return result, nil
}

// place puts an attestation where the type in its statement belongs, or where
// the registry announces it if that type is unknown. Of two of a kind neither
// counts.
func (r *Result) place(announced string, a *Attestation) {
	slot := cmp.Or(r.slot(a.Type), r.slot(announced))
	switch {
	case slot == nil:
		r.Others = append(r.Others, a)
	case *slot != nil:
		*slot = &Attestation{Type: a.Type, Status: Unsupported, Reason: "the registry serves more than one attestation of this kind"}
	default:
		*slot = a
	}
}

func (r *Result) slot(predicateType string) **Attestation {
	switch {
	case predicateType == publishType:
		return &r.Publish
	case strings.HasPrefix(predicateType, provenancePrefix):
		return &r.Provenance
	}
	return nil
}

// undecidable is an error that says that an attestation cannot be judged;
// every other error says that it is wrong.
type undecidable struct{ error }

// judge turns what examine finds into a verdict.
func (v *Verifier) judge(e entry, want artifact) *Attestation {
	a := &Attestation{Type: e.PredicateType, Status: Verified}
	err := v.examine(e, want, a)
	if err == nil {
		return a
	}
	status := Invalid
	if _, ok := errors.AsType[undecidable](err); ok {
		status = Unsupported
	}
	return &Attestation{Type: a.Type, Status: status, Reason: clip(err.Error())}
}

// examine verifies one attestation and fills in a.
func (v *Verifier) examine(e entry, want artifact, a *Attestation) error {
	b, err := loadBundle(e.Bundle)
	if err != nil {
		return undecidable{err}
	}
	s, err := readStatement(b)
	if err != nil {
		return undecidable{err}
	}
	a.Type = s.PredicateType
	if s.PredicateType != e.PredicateType {
		return fmt.Errorf("announced as %q, but the statement is %q", clip(e.PredicateType), clip(s.PredicateType))
	}
	if err := s.isAbout(want); err != nil {
		return err
	}
	switch s.PredicateType {
	case publishType:
		return v.examinePublish(b, s, want, a)
	case provenanceV1, provenanceV02:
		return v.examineProvenance(b, s, want, a)
	}
	return undecidable{fmt.Errorf("attestations of the type %q are not known", clip(s.PredicateType))}
}

// signed verifies the signature of a bundle over the artifact, with the time
// that the log or a timestamp authority gives it.
func (v *Verifier) signed(by *verify.Verifier, b *bundle.Bundle, want artifact, a *Attestation, policy verify.PolicyOption) (*verify.VerificationResult, error) {
	verified, err := by.Verify(b, verify.NewPolicy(verify.WithArtifactDigest("sha512", want.sha512), policy))
	switch {
	case err == nil:
	case !knownLog(b, v.material.TrustedRoot):
		return nil, undecidable{fmt.Errorf("the trust root knows no log that has it; a newer one may: %w", err)}
	default:
		return nil, err
	}
	for _, t := range verified.VerifiedTimestamps {
		if t.Timestamp.After(a.LogTime) {
			a.LogTime = t.Timestamp.UTC()
		}
	}
	if !want.published.IsZero() && a.LogTime.Sub(want.published) > maxBackdating {
		return nil, fmt.Errorf("it was signed at %s, but the registry says that the version was published at %s already",
			a.LogTime.Format(time.RFC3339), want.published.UTC().Format(time.RFC3339))
	}
	return verified, nil
}

// maxQuote bounds, in bytes, what is repeated of foreign text.
const maxQuote = 400

// clip shortens foreign text.
func clip(text string) string {
	if len(text) <= maxQuote {
		return text
	}
	return strings.ToValidUTF8(text[:maxQuote], "") + "…"
}

// A registry signs the text NAME@VERSION:INTEGRITY with ECDSA over SHA-256, and
// serves the signatures as dist.signatures of a version: the id of the key and
// the base64 of an ASN.1 signature. Old versions were signed years after they
// were published, so the start of a key's use says nothing about a version. npm
// tests the end of it against the time at which the registry says that the
// version was published; that time is not signed.

package provenance

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/install-gate/gate/internal/npm"
)

// maxSignatures bounds the signatures of one version; npm makes one.
const maxSignatures = 16

// What can be wrong with a version's signatures. VerifySignature wraps one of
// these in each of its errors.
var (
	ErrNoSignature  = errors.New("the registry did not sign this version")
	ErrUnknownKey   = errors.New("signed with a key that is not among the registry's keys")
	ErrExpiredKey   = errors.New("signed with a key that was no longer in use")
	ErrBadSignature = errors.New("the registry's signature does not match")
)

// Signature is one entry of dist.signatures.
type Signature struct {
	KeyID string
	Sig   string // base64 of ASN.1
}

// VerifySignature reports whether the registry signed that a version has an
// integrity, which should be the lockfile's, with the one hash that the
// registry signs. As npm asks, every signature has to be right.
//
// The time of publication decides whether a key that has expired could be used.
// It may be zero where the registry does not say it; as with npm, that counts
// as long ago.
func (k *Keys) VerifySignature(id npm.ID, integrity string, sigs []Signature, published time.Time) error {
	if len(sigs) == 0 {
		return ErrNoSignature
	}
	if len(sigs) > maxSignatures {
		return fmt.Errorf("%w: more than %d signatures", ErrBadSignature, maxSignatures)
	}
	message := sha256.Sum256([]byte(id.String() + ":" + integrity))
	for _, s := range sigs {
		if err := k.verify(message[:], s, published); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keys) verify(digest []byte, s Signature, published time.Time) error {
	signer, known := k.signatures[s.KeyID]
	switch {
	case !known:
		return fmt.Errorf("%w: %q", ErrUnknownKey, clip(s.KeyID))
	case signer.public == nil:
		return fmt.Errorf("%w: %q is of the kind %q, which cannot be verified", ErrUnknownKey, clip(s.KeyID), clip(signer.scheme))
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(s.Sig)
	if err != nil || !ecdsa.VerifyASN1(signer.public, digest, sig) {
		return fmt.Errorf("%w: key %q signed something else", ErrBadSignature, clip(s.KeyID))
	}
	if !signer.end.IsZero() && !published.Before(signer.end) {
		return fmt.Errorf("%w: %q was used until %s, the version is of %s",
			ErrExpiredKey, clip(s.KeyID), signer.end.Format(time.DateOnly), published.Format(time.DateOnly))
	}
	return nil
}

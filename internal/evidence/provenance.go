package evidence

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
	"github.com/install-gate/gate/internal/provenance"
)

// Reasons for gaps of signatures and attestations. They do not name the package,
// so that a report can say them once for a registry.
const (
	notSigned        = "the registry serves no signature of the version"
	unknownKey       = "the version is signed with a key that is not known as the registry's"
	nothingToSign    = "neither the lockfile nor the registry has a sha512 hash that a signature could cover"
	notServed        = "the registry does not serve the attestations that its documents announce"
	withoutAnnounced = "the registry's answer lacks the provenance that its documents announce"
)

// Attestor verifies what a registry says is attested of a version, for the
// hashes that are locked; *provenance.Verifier does in production. The error
// says that the answer cannot be read.
type Attestor interface {
	Verify(answer []byte, id npm.ID, locked npm.Integrity, published time.Time) (*provenance.Result, error)
}

// Trust is who is believed when a registry signs or attests.
type Trust struct {
	// Keys are those of the public npm registry. They are also those of a
	// registry that publishes none, which is how mirrors of npm are.
	Keys *provenance.Keys
	// Attestor makes what verifies the attestations of a registry that signs
	// with the keys.
	Attestor func(*provenance.Keys) (Attestor, error)
}

// Signature is what came of verifying the registry's signature of a version.
type Signature struct {
	Hash string // what it has to cover, as Subresource Integrity
	// Locked says that the hash is the lockfile's; else the lockfile has none
	// that is ever signed and the hash is the registry's own.
	Locked  bool
	Problem string // why it does not hold; empty if it does
}

// signers hold the keys of each registry, which are asked for once.
type signers struct {
	trust *Trust
	mu    sync.Mutex
	known map[signerKey]*signer
}

// signerKey is a registry as one project is configured for it: what it shows
// can depend on who asks.
type signerKey struct {
	registry Registry
	address  string
}

// signer is a registry that signs. Its error says why its keys are not known.
type signer struct {
	once     sync.Once
	keys     *provenance.Keys
	attestor Attestor
	err      error
}

func newSigners(trust *Trust) *signers {
	return &signers{trust: trust, known: map[signerKey]*signer{}}
}

// of returns the signer of a registry, the one of the package with that name.
func (s *signers) of(ctx context.Context, registry Registry, name string) *signer {
	key := signerKey{registry, registry.RegistryFor(name)}
	s.mu.Lock()
	if s.known[key] == nil {
		s.known[key] = &signer{}
	}
	one := s.known[key]
	s.mu.Unlock()
	one.once.Do(func() {
		one.keys, one.err = s.keys(ctx, registry, name)
		if one.err == nil {
			one.attestor, one.err = s.trust.Attestor(one.keys)
		}
	})
	return one
}

// keys returns the keys of a registry. What npm signed stays signed by npm
// where a mirror passes it on, so a registry without keys has npm's.
func (s *signers) keys(ctx context.Context, registry Registry, name string) (*provenance.Keys, error) {
	if registry.RegistryFor(name) == npm.PublicRegistry {
		return s.trust.Keys, nil
	}
	answer, err := registry.Keys(ctx, name)
	if errors.Is(err, npmregistry.ErrNotFound) {
		return s.trust.Keys, nil
	}
	if err != nil {
		return nil, fmt.Errorf("asking for the registry's keys: %s", reason(err))
	}
	return provenance.ParseKeys(answer)
}

// verify verifies what the registry signed and attested of the versions that
// are new.
func (q *question) verify(ctx context.Context, known *signers, hasBase bool, now time.Time) {
	for _, r := range q.records {
		if known.trust == nil || r.Manifest == nil || !r.Changed {
			continue
		}
		q.verifySignature(ctx, known, r)
		if IsAttested(r.Manifest) && (hasBase || isRecent(r, now)) {
			q.verifyAttestations(ctx, known, r)
		}
	}
}

// IsAttested reports whether a registry's document announces attestations.
func IsAttested(m *npmregistry.Manifest) bool {
	return m.Dist.AttestationsURL != "" || m.Dist.PredicateType != ""
}

// verifySignature verifies that the registry signed each hash that would be
// accepted for a version.
func (q *question) verifySignature(ctx context.Context, known *signers, r *Record) {
	miss := func(reason string) { r.Gaps = append(r.Gaps, Gap{Kind: Signed, Reason: reason}) }
	if len(r.Manifest.Dist.Signatures) == 0 {
		miss(notSigned)
		return
	}
	hashes, locked := signedHashes(r)
	if len(hashes) == 0 {
		miss(nothingToSign)
		return
	}
	signer := known.of(ctx, q.registry, q.name)
	if signer.err != nil {
		miss(signer.err.Error())
		return
	}
	var signatures []provenance.Signature
	for _, s := range r.Manifest.Dist.Signatures {
		signatures = append(signatures, provenance.Signature(s))
	}
	for _, hash := range hashes {
		err := signer.keys.VerifySignature(r.Entry.ID(), hash.String(), signatures, r.Published)
		if errors.Is(err, provenance.ErrUnknownKey) {
			miss(unknownKey)
			return
		}
		r.Signature = &Signature{Hash: hash.String(), Locked: locked}
		if err != nil {
			r.Signature.Problem = err.Error()
			return
		}
	}
}

// signedHashes returns the hashes that the registry has to have signed: the
// lockfile's, or the registry's own where the lockfile has none of the algorithm
// that registries sign.
func signedHashes(r *Record) (hashes npm.Integrity, locked bool) {
	if hashes = lockedHashes(r).Of("sha512"); len(hashes) > 0 {
		return hashes, true
	}
	return publishedHashes(r.Manifest).Of("sha512"), false
}

func (q *question) verifyAttestations(ctx context.Context, known *signers, r *Record) {
	miss := func(reason string) { r.Gaps = append(r.Gaps, Gap{Kind: Attested, Reason: reason}) }
	signer := known.of(ctx, q.registry, q.name)
	if signer.err != nil {
		miss(signer.err.Error())
		return
	}
	answer, err := q.registry.Attestations(ctx, r.Entry.ID())
	switch {
	case errors.Is(err, npmregistry.ErrNotFound):
		miss(notServed)
		return
	case err != nil:
		miss("asking for the attestations: " + reason(err))
		return
	}
	hashes, _ := signedHashes(r)
	r.Provenance, err = signer.attestor.Verify(answer, r.Entry.ID(), hashes, r.Published)
	switch {
	case err != nil:
		miss(err.Error())
	case r.Provenance.Provenance == nil && r.Manifest.Dist.PredicateType != "":
		miss(withoutAnnounced)
	}
}

// The registry's attestation of having published a version, predicate type
// https://github.com/npm/attestation/tree/main/specs/publish/v0.1, has the
// predicate {"name", "version", "registry"} and is signed with the registry's
// key, whose id the bundle names as the hint.

package provenance

import (
	"crypto"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"

	"github.com/install-gate/gate/internal/npm"
)

const publishType = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"

// registryMaterial trusts the logs of a root and the keys of a registry.
type registryMaterial struct {
	*root.TrustedRoot
	keys map[string]*root.ExpiringKey
}

func newRegistryMaterial(trusted *Root, keys *Keys) (*registryMaterial, error) {
	material := &registryMaterial{trusted.material, map[string]*root.ExpiringKey{}}
	for id, k := range keys.attestations {
		if k.public == nil {
			continue // what it signed is undecidable
		}
		verifier, err := signature.LoadECDSAVerifier(k.public, crypto.SHA256)
		if err != nil {
			return nil, fmt.Errorf("preparing the registry's key %q: %w", clip(id), err)
		}
		material.keys[id] = root.NewExpiringKey(verifier, k.start, k.end)
	}
	return material, nil
}

// PublicKeyVerifier returns the registry's key of an id.
func (m *registryMaterial) PublicKeyVerifier(id string) (root.TimeConstrainedVerifier, error) {
	k, ok := m.keys[id]
	if !ok {
		return nil, fmt.Errorf("no key %q", clip(id))
	}
	return k, nil
}

// examinePublish verifies the registry's attestation of having published a
// version. When the key was in use is tested against the log's time.
func (v *Verifier) examinePublish(b *bundle.Bundle, s *statement, want artifact, a *Attestation) error {
	hint := b.GetVerificationMaterial().GetPublicKey()
	if hint == nil {
		return errors.New("signed with a certificate, not with the registry's key")
	}
	if _, err := v.material.PublicKeyVerifier(hint.GetHint()); err != nil {
		return undecidable{fmt.Errorf("signed with a key that is not among the registry's keys: %q", clip(hint.GetHint()))}
	}
	var predicate struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	if err := json.Unmarshal(s.Predicate, &predicate); err != nil {
		return undecidable{fmt.Errorf("reading the predicate: %w", err)}
	}
	if said := (npm.ID{Name: predicate.Name, Version: predicate.Version}); said != want.id {
		return fmt.Errorf("the predicate is about %q, not %q", clip(said.String()), want.id)
	}
	_, err := v.signed(v.registry, b, want, a, verify.WithKey())
	return err
}

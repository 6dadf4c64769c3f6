// A registry's public keys are published in two forms.
//
// GET /-/npm/v1/keys answers {"keys": [{"expires", "keyid", "keytype",
// "scheme", "key"}]}: key is the base64 of a DER SubjectPublicKeyInfo, expires
// is null for a key in use, and one entry serves for all purposes.
//
// The target registry.npmjs.org/keys.json of Sigstore's TUF repository has
// {"keys": [{"keyId", "keyUsage", "publicKey": {"rawBytes", "keyDetails",
// "validFor": {"start", "end"}}}]}: one entry for each purpose of a key, the
// same key id twice.

package provenance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	_ "embed" // the registry's keys
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// Bounds on a list of keys. npm has had two keys in six years.
const (
	maxKeysSize = 1 << 20 // bytes
	maxKeys     = 64
)

// What a key signs.
const (
	usageSignatures   = "npm:signatures"
	usageAttestations = "npm:attestations"
)

// How P-256 with SHA-256, the only scheme in use, is written in the two forms.
const (
	schemeRegistry = "ecdsa-sha2-nistp256"
	schemeTUF      = "PKIX_ECDSA_P256_SHA_256"
)

// embeddedKeys is the target registry.npmjs.org/keys.json of Sigstore's TUF
// repository, from the same seeds.json as the embedded root.
// sha256 160677eb6e1c7083c89b166b20f8fe4e837fb71181506aff1991b80b89184f7d.
//
//go:embed seeds/npm_keys.json
var embeddedKeys []byte

// Keys are a registry's public keys.
type Keys struct {
	signatures   map[string]key // by key id
	attestations map[string]key
}

// key is a public key and the time in which it was in use.
type key struct {
	public     *ecdsa.PublicKey // nil for a scheme that is not known here
	scheme     string
	start, end time.Time // zero where open
}

// EmbeddedKeys returns the public npm registry's keys as they were when gate
// was built.
func EmbeddedKeys() (*Keys, error) {
	return parseTUFKeys(embeddedKeys)
}

// ParseKeys reads a registry's answer to GET /-/npm/v1/keys. Keys of a scheme
// other than ECDSA with P-256 are kept by name only: what they signed cannot be
// verified.
func ParseKeys(keysJSON []byte) (*Keys, error) {
	var answer struct {
		Keys []struct {
			Expires time.Time `json:"expires"`
			KeyID   string    `json:"keyid"`
			Scheme  string    `json:"scheme"`
			Key     []byte    `json:"key"`
		} `json:"keys"`
	}
	if err := decodeKeys(keysJSON, &answer); err != nil {
		return nil, err
	}
	keys := newKeys()
	for _, k := range answer.Keys {
		parsed := key{scheme: k.Scheme, end: k.Expires}
		err := errors.Join(
			keys.add(usageSignatures, k.KeyID, parsed, k.Scheme == schemeRegistry, k.Key),
			keys.add(usageAttestations, k.KeyID, parsed, k.Scheme == schemeRegistry, k.Key),
		)
		if err != nil {
			return nil, err
		}
	}
	return keys, keys.check()
}

// parseTUFKeys reads the form in which TUF distributes the keys.
func parseTUFKeys(keysJSON []byte) (*Keys, error) {
	var target struct {
		Keys []struct {
			KeyID     string `json:"keyId"`
			KeyUsage  string `json:"keyUsage"`
			PublicKey struct {
				RawBytes   []byte `json:"rawBytes"`
				KeyDetails string `json:"keyDetails"`
				ValidFor   struct {
					Start time.Time `json:"start"`
					End   time.Time `json:"end"`
				} `json:"validFor"`
			} `json:"publicKey"`
		} `json:"keys"`
	}
	if err := decodeKeys(keysJSON, &target); err != nil {
		return nil, err
	}
	keys := newKeys()
	for _, k := range target.Keys {
		p := k.PublicKey
		parsed := key{scheme: p.KeyDetails, start: p.ValidFor.Start, end: p.ValidFor.End}
		if err := keys.add(k.KeyUsage, k.KeyID, parsed, p.KeyDetails == schemeTUF, p.RawBytes); err != nil {
			return nil, err
		}
	}
	return keys, keys.check()
}

func decodeKeys(text []byte, into any) error {
	if len(text) > maxKeysSize {
		return fmt.Errorf("reading the registry's keys: larger than %d bytes", maxKeysSize)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("reading the registry's keys: %w", err)
	}
	return nil
}

func newKeys() *Keys {
	return &Keys{map[string]key{}, map[string]key{}}
}

// add keeps a key under its id. The DER text is read only if the scheme is
// known.
func (k *Keys) add(usage, id string, parsed key, known bool, der []byte) error {
	list := map[string]map[string]key{usageSignatures: k.signatures, usageAttestations: k.attestations}[usage]
	switch _, repeated := list[id]; {
	case id == "":
		return errors.New("reading the registry's keys: a key has no id")
	case list == nil:
		return nil // a purpose other than those two
	case repeated:
		return fmt.Errorf("reading the registry's keys: key %q is listed twice", clip(id))
	case len(list) == maxKeys:
		return fmt.Errorf("reading the registry's keys: more than %d keys", maxKeys)
	}
	if known {
		public, err := parseP256(der)
		if err != nil {
			return fmt.Errorf("reading the registry's key %q: %w", clip(id), err)
		}
		parsed.public = public
	}
	list[id] = parsed
	return nil
}

// check refuses a list without keys: it would make every signature unknown.
func (k *Keys) check() error {
	if len(k.signatures) == 0 {
		return errors.New("reading the registry's keys: no key for signatures among them")
	}
	return nil
}

func parseP256(der []byte) (*ecdsa.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	public, ok := parsed.(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return nil, errors.New("not an ECDSA key on the curve P-256")
	}
	return public, nil
}

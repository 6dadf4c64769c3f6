package check_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/provenance"
)

// signing is the key of the registries in testdata. It is made anew for each
// run; keyID is its name.
var signing = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

const keyID = "SHA256:testdata"

func signingKeys() []byte {
	der, err := x509.MarshalPKIXPublicKey(&signing().PublicKey)
	if err != nil {
		panic(err)
	}
	return fmt.Appendf(nil, `{"keys": [{"expires": null, "keyid": %q, "keytype": "ecdsa-sha2-nistp256", "scheme": "ecdsa-sha2-nistp256", "key": %q}]}`,
		keyID, base64.StdEncoding.EncodeToString(der))
}

var signatureOf = regexp.MustCompile(`\{sign (\S+) ([^}]*)\}`)

// signatures replaces {sign ID TEXT} by the signature object that a registry
// has for the version ID with the sha512 of TEXT.
func signatures(data []byte) []byte {
	return signatureOf.ReplaceAllFunc(data, func(match []byte) []byte {
		parts := signatureOf.FindSubmatch(match)
		integrity := hashes([]byte("{sha512 " + string(parts[2]) + "}"))
		digest := sha256.Sum256([]byte(string(parts[1]) + ":" + string(integrity)))
		sig, err := signing().Sign(nil, digest[:], crypto.SHA256)
		if err != nil {
			panic(err)
		}
		return fmt.Appendf(nil, `{"keyid": %q, "sig": %q}`, keyID, base64.StdEncoding.EncodeToString(sig))
	})
}

// verified reports whether evidence is there only with trust.
func verified(kind evidence.Kind) bool { return kind == evidence.Signed || kind == evidence.Attested }

// trust believes the key above and takes the attestations for what the files
// say: an Attestor's result in JSON.
func trust(t *testing.T) *evidence.Trust {
	t.Helper()
	keys, err := provenance.ParseKeys(signingKeys())
	if err != nil {
		t.Fatal(err)
	}
	return &evidence.Trust{
		Keys:     keys,
		Attestor: func(*provenance.Keys) (evidence.Attestor, error) { return attestor{}, nil },
	}
}

type attestor struct{}

func (attestor) Verify(answer []byte, _ npm.ID, _ npm.Integrity, _ time.Time) (*provenance.Result, error) {
	var result provenance.Result
	decoder := json.NewDecoder(strings.NewReader(string(answer)))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&result)
	return &result, err
}

// GET /-/npm/v1/attestations/NAME@VERSION answers
//
//	{"attestations": [{"predicateType": TYPE, "bundle": BUNDLE}, …]}
//
// usually with two: the registry's own attestation of having published the
// version, and the provenance. Their order has changed over the years, and
// predicateType is the registry's word: only the type in the signed statement
// counts. A bundle is the JSON form of dev.sigstore.bundle.v1.Bundle, in the
// versions 0.1 to 0.3.

package provenance

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
)

// Bounds on an answer. Those of the npm registry have two attestations and
// less than 64 KB.
const (
	maxAnswer       = 4 << 20 // bytes
	maxAttestations = 16
)

// entry is one attestation as the registry serves it.
type entry struct {
	PredicateType string         `json:"predicateType"`
	Bundle        jsontext.Value `json:"bundle"`
}

func parseAnswer(text []byte) ([]entry, error) {
	if len(text) > maxAnswer {
		return nil, fmt.Errorf("reading attestations: larger than %d bytes", maxAnswer)
	}
	var answer struct {
		Attestations *[]entry `json:"attestations"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, fmt.Errorf("reading attestations: %w", err)
	}
	switch {
	case answer.Attestations == nil:
		return nil, errors.New(`reading attestations: the answer has no "attestations"`)
	case len(*answer.Attestations) > maxAttestations:
		return nil, fmt.Errorf("reading attestations: more than %d of them", maxAttestations)
	}
	return *answer.Attestations, nil
}

// loadBundle reads a bundle. Verifying one changes it, so a bundle belongs to
// one goroutine.
func loadBundle(text []byte) (*bundle.Bundle, error) {
	loaded := new(bundle.Bundle)
	if err := loaded.UnmarshalJSON(text); err != nil {
		return nil, fmt.Errorf("reading the bundle: %w", err)
	}
	return loaded, nil
}

// knownLog reports whether the root knows one of the logs that a bundle names.
func knownLog(b *bundle.Bundle, trusted *root.TrustedRoot) bool {
	for _, logged := range b.GetVerificationMaterial().GetTlogEntries() {
		if _, ok := trusted.RekorLogs()[hex.EncodeToString(logged.GetLogId().GetKeyId())]; ok {
			return true
		}
	}
	return false
}

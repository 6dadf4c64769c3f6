package provenance

import (
	_ "embed" // the trust root
	"fmt"

	"github.com/sigstore/sigstore-go/pkg/root"
)

// maxRoot bounds a trust root in bytes; that of Sigstore has 7 KB.
const maxRoot = 1 << 20

// embeddedRoot is the target trusted_root.json of Sigstore's TUF repository, as
// it is in seeds.json of the npm package @sigstore/tuf 5.0.1 (tarball sha256
// 5957180cc0095d1531477e2fb65d9a3de1aeec7188962502a1a53c29ca130acb).
// sha256 6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66.
//
//go:embed seeds/trusted_root.json
var embeddedRoot []byte

// Root holds the certificate authorities, logs and timestamp authorities that
// are trusted to say who signed and when.
type Root struct {
	material *root.TrustedRoot
}

// EmbeddedRoot returns the root of the public Sigstore instance as it was when
// gate was built. Signatures in a log that is newer are Unsupported with it.
func EmbeddedRoot() (*Root, error) {
	return ParseRoot(embeddedRoot)
}

// ParseRoot reads a trust root as Sigstore publishes it: the JSON form of
// dev.sigstore.trustroot.v1.TrustedRoot.
func ParseRoot(trustedRootJSON []byte) (*Root, error) {
	if len(trustedRootJSON) > maxRoot {
		return nil, fmt.Errorf("reading the trust root: larger than %d bytes", maxRoot)
	}
	material, err := root.NewTrustedRootFromJSON(trustedRootJSON)
	if err != nil {
		return nil, fmt.Errorf("reading the trust root: %w", err)
	}
	return &Root{material}, nil
}

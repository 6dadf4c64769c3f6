package npm

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Hash is one hash of an integrity string, such as "sha512-…".
type Hash struct {
	Algorithm string // "sha512", "sha384", "sha256", "sha1" or "md5"
	Digest    string // standard base64, as written
}

// String returns the hash as Subresource Integrity writes it.
func (h Hash) String() string { return h.Algorithm + "-" + h.Digest }

// Integrity is a list of hashes in the order written. npm accepts a tarball if
// any hash of the strongest algorithm present matches.
type Integrity []Hash

// ErrMalformedIntegrity is wrapped by every error of ParseIntegrity.
var ErrMalformedIntegrity = errors.New("malformed integrity")

// hashSizes lists the algorithms that ssri reads, with digest sizes in bytes,
// and hashStrength their order. md5 is read only so that it can be named.
var (
	hashSizes    = map[string]int{"sha512": 64, "sha384": 48, "sha256": 32, "sha1": 20, "md5": 16}
	hashStrength = []string{"sha512", "sha384", "sha256", "sha1", "md5"}
)

// ParseIntegrity reads a Subresource Integrity string: hashes separated by
// spaces, each with options behind a question mark that mean nothing to npm.
// Empty text gives no hashes. Where npm skips a malformed hash, which leaves
// the entry without one, this is an error.
func ParseIntegrity(text string) (Integrity, error) {
	var in Integrity
	for part := range strings.FieldsSeq(text) {
		part, _, _ = strings.Cut(part, "?")
		algorithm, digest, ok := strings.Cut(part, "-")
		size, known := hashSizes[algorithm]
		if !ok || !known {
			return nil, fmt.Errorf("%w: no known algorithm", ErrMalformedIntegrity)
		}
		raw, err := base64.StdEncoding.Strict().DecodeString(digest)
		if err != nil || len(raw) != size {
			return nil, fmt.Errorf("%w: %s needs %d bytes in base64", ErrMalformedIntegrity, algorithm, size)
		}
		in = append(in, Hash{algorithm, digest})
	}
	return in, nil
}

// Strongest returns the hashes of the strongest algorithm present.
func (in Integrity) Strongest() Integrity {
	for _, algorithm := range hashStrength {
		if found := in.Of(algorithm); found != nil {
			return found
		}
	}
	return nil
}

// Of returns the hashes of one algorithm.
func (in Integrity) Of(algorithm string) Integrity {
	var found Integrity
	for _, h := range in {
		if h.Algorithm == algorithm {
			found = append(found, h)
		}
	}
	return found
}

// String returns the hashes separated by spaces.
func (in Integrity) String() string {
	parts := make([]string, len(in))
	for i, h := range in {
		parts[i] = h.String()
	}
	return strings.Join(parts, " ")
}

// Agreement is what comparing two integrities can show.
type Agreement int

// Two integrities agree or differ on the strongest algorithm that they share;
// without a shared one nothing can be said.
const (
	Incomparable Agreement = iota
	Same
	Different
)

// Compare compares two integrities by the strongest algorithm that both have.
// They differ if any hash of that algorithm is in one of them alone: npm would
// accept either of two hashes, so each has to be the expected one.
func (in Integrity) Compare(other Integrity) Agreement {
	for _, algorithm := range hashStrength {
		a, b := in.Of(algorithm), other.Of(algorithm)
		if a == nil || b == nil {
			continue
		}
		if a.coveredBy(b) && b.coveredBy(a) {
			return Same
		}
		return Different
	}
	return Incomparable
}

func (in Integrity) coveredBy(other Integrity) bool {
	for _, h := range in {
		found := false
		for _, o := range other {
			found = found || h == o
		}
		if !found {
			return false
		}
	}
	return true
}

// FromShasum turns the registry's hexadecimal dist.shasum into a sha1 hash.
func FromShasum(shasum string) (Hash, error) {
	raw, err := hex.DecodeString(shasum)
	if err != nil || len(raw) != hashSizes["sha1"] {
		return Hash{}, fmt.Errorf("%w: shasum is not 40 hexadecimal digits", ErrMalformedIntegrity)
	}
	return Hash{"sha1", base64.StdEncoding.EncodeToString(raw)}, nil
}

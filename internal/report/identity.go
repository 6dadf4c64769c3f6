package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/install-gate/gate/internal/finding"
)

// identities gives each finding of a report an identity that stays when a
// lockfile is written anew: lines do not count, nor does the wording of what is
// said about a package.
type identities struct {
	seen map[string]int
}

func newIdentities() *identities { return &identities{seen: map[string]int{}} }

// of returns a hash of what the finding is about, as 32 hexadecimal digits, and
// which of the findings with that hash it is, from 1. A lockfile can hold the
// same version in several places.
func (ids *identities) of(f finding.Finding) (hash string, occurrence int) {
	subject := []string{f.Check, f.Position.File, f.Name, f.Version}
	if f.Unknown {
		subject = append(subject, f.Registry, f.Evidence)
	}
	if f.Name == "" {
		subject = append(subject, f.Message) // nothing else tells them apart
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", subject))
	hash = hex.EncodeToString(sum[:16])
	ids.seen[hash]++
	return hash, ids.seen[hash]
}

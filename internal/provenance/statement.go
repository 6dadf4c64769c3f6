// What is signed is a DSSE envelope around an in-toto statement, version 0.1 or
// 1: {"_type", "subject": [{"name", "digest": {"sha512": HEX}}],
// "predicateType", "predicate"}. npm's tools name the subject by a package URL
// in which only the at sign of a scope is escaped: pkg:npm/%40scope/name@1.0.0.

package provenance

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/sigstore/sigstore-go/pkg/bundle"

	"github.com/install-gate/gate/internal/npm"
)

const payloadType = "application/vnd.in-toto+json"

// statementTypes are the versions of a statement; they differ in nothing that
// is read here.
var statementTypes = map[string]bool{
	"https://in-toto.io/Statement/v0.1": true,
	"https://in-toto.io/Statement/v1":   true,
}

type statement struct {
	Type          string         `json:"_type"`
	Subject       []subject      `json:"subject"`
	PredicateType string         `json:"predicateType"`
	Predicate     jsontext.Value `json:"predicate"`
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// readStatement reads the statement in a bundle, whose signature says nothing
// yet.
func readStatement(b *bundle.Bundle) (*statement, error) {
	envelope := b.GetDsseEnvelope()
	if envelope == nil {
		return nil, errors.New("the bundle holds no statement")
	}
	if envelope.GetPayloadType() != payloadType {
		return nil, fmt.Errorf("the payload is %q, not %q", clip(envelope.GetPayloadType()), payloadType)
	}
	s := new(statement)
	if err := json.Unmarshal(envelope.GetPayload(), s); err != nil {
		return nil, fmt.Errorf("reading the statement: %w", err)
	}
	if !statementTypes[s.Type] {
		return nil, fmt.Errorf("the statement is of the unknown type %q", clip(s.Type))
	}
	return s, nil
}

// artifact is the version that a statement has to be about.
type artifact struct {
	id        npm.ID
	sha512    []byte    // of the tarball
	published time.Time // zero where unknown
}

// lockedArtifact returns the artifact that a lockfile entry stands for.
func lockedArtifact(id npm.ID, locked npm.Integrity, published time.Time) (artifact, error) {
	hashes := locked.Of("sha512")
	if len(hashes) != 1 {
		return artifact{}, fmt.Errorf("%d sha512 hashes are locked for %s, and an attestation is about one", len(hashes), id)
	}
	digest, err := base64.StdEncoding.DecodeString(hashes[0].Digest)
	if err != nil {
		return artifact{}, fmt.Errorf("reading the integrity of %s: %w", id, err)
	}
	return artifact{id, digest, published}, nil
}

// purl returns the name that npm's tools give a version in a statement.
func (a artifact) purl() string {
	name := a.id.Name
	if scoped, ok := strings.CutPrefix(name, "@"); ok {
		name = "%40" + scoped
	}
	return "pkg:npm/" + name + "@" + a.id.Version
}

// isAbout reports as an error that the statement is not about one artifact, or
// about another one. Verifiers accept a statement if any of its subjects fits
// and ignore their names; a build attests one package.
func (s *statement) isAbout(want artifact) error {
	if len(s.Subject) != 1 {
		return fmt.Errorf("the statement has %d subjects where one is expected", len(s.Subject))
	}
	if name := s.Subject[0].Name; name != want.purl() {
		return fmt.Errorf("the statement is about %q, not %q", clip(name), want.purl())
	}
	digest, err := hex.DecodeString(s.Subject[0].Digest["sha512"])
	if err != nil || !bytes.Equal(digest, want.sha512) {
		return errors.New("the statement is about a tarball with another sha512 than the locked one")
	}
	return nil
}

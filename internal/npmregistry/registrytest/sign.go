package registrytest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// Sign makes the server sign as the npm registry does: every version in a
// packument that has an integrity and no "signatures" gets one over
// "name@version:integrity", and the key is at /-/npm/v1/keys. It returns the
// server and has to be called before the first request.
func (s *Server) Sign() *Server {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	s.key = key
	return s
}

// publicKey returns the server's key and its name, which is a hash of it.
func (s *Server) publicKey() (der []byte, id string) {
	der, err := x509.MarshalPKIXPublicKey(&s.key.PublicKey)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(der)
	return der, "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// keys is the answer about the server's key.
func (s *Server) keys() []byte {
	der, id := s.publicKey()
	return fmt.Appendf(nil, `{"keys": [{"expires": null, "keyid": %q, "keytype": "ecdsa-sha2-nistp256", "scheme": "ecdsa-sha2-nistp256", "key": %q}]}`,
		id, base64.StdEncoding.EncodeToString(der))
}

// signed adds signatures to a packument. What is none stays as it is.
func (s *Server) signed(name string, packument []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(packument))
	decoder.UseNumber()
	var doc map[string]any
	if decoder.Decode(&doc) != nil {
		return packument
	}
	_, id := s.publicKey()
	versions, _ := doc["versions"].(map[string]any)
	for version, v := range versions {
		manifest, _ := v.(map[string]any)
		dist, _ := manifest["dist"].(map[string]any)
		integrity, ok := dist["integrity"].(string)
		if _, has := dist["signatures"]; !ok || has {
			continue
		}
		dist["signatures"] = []any{map[string]any{"keyid": id, "sig": s.signature(name, version, integrity)}}
	}
	signed, err := json.Marshal(doc)
	if err != nil {
		return packument
	}
	return signed
}

// signature is the same for the same text, so that documents keep their ETag.
func (s *Server) signature(name, version, integrity string) string {
	digest := sha256.Sum256([]byte(name + "@" + version + ":" + integrity))
	sig, err := s.key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

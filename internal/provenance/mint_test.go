package provenance

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net/url"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/install-gate/gate/internal/npm"
)

// world is a Sigstore instance and a registry that exist in the tests only:
// a certificate authority, a certificate log, a transparency log and a key.
type world struct {
	t                      testing.TB
	now                    time.Time
	ca, ctlog, rekor, keys *ecdsa.PrivateKey
	caCert                 *x509.Certificate
}

const worldKeyID = "SHA256:test"

func newWorld(t testing.TB) *world {
	w := &world{t: t, now: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	for _, k := range []**ecdsa.PrivateKey{&w.ca, &w.ctlog, &w.rekor, &w.keys} {
		*k = newKey(t)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: w.now.AddDate(-1, 0, 0), NotAfter: w.now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}
	w.caCert = w.certify(template, template, &w.ca.PublicKey)
	return w
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (w *world) certify(template, parent *x509.Certificate, public *ecdsa.PublicKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, w.ca)
	w.check(err)
	c, err := x509.ParseCertificate(der)
	w.check(err)
	return c
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) sign(k *ecdsa.PrivateKey, message []byte) []byte {
	digest := sha256.Sum256(message)
	sig, err := ecdsa.SignASN1(rand.Reader, k, digest[:])
	w.check(err)
	return sig
}

func (w *world) json(v any) []byte {
	text, err := json.Marshal(v, json.Deterministic(true))
	w.check(err)
	return text
}

func (w *world) der(public crypto.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(public)
	w.check(err)
	return der
}

func (w *world) logID(k *ecdsa.PrivateKey) []byte {
	id := sha256.Sum256(w.der(k.Public()))
	return id[:]
}

type object = map[string]any

func (w *world) verifier() *Verifier {
	start := object{"start": "2022-01-01T00:00:00Z"}
	log := func(k *ecdsa.PrivateKey) []object {
		return []object{{
			"baseUrl": "https://log.test", "hashAlgorithm": "SHA2_256", "logId": object{"keyId": w.logID(k)},
			"publicKey": object{"rawBytes": w.der(k.Public()), "keyDetails": schemeTUF, "validFor": start},
		}}
	}
	trusted, err := ParseRoot(w.json(object{
		"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"tlogs":     log(w.rekor), "ctlogs": log(w.ctlog),
		"certificateAuthorities": []object{{
			"uri": "https://ca.test", "validFor": start,
			"certChain": object{"certificates": []object{{"rawBytes": w.caCert.Raw}}},
		}},
	}))
	w.check(err)
	keys, err := ParseKeys(w.keysJSON())
	w.check(err)
	v, err := NewVerifier(trusted, keys)
	w.check(err)
	return v
}

func (w *world) keysJSON() []byte {
	return w.json(object{"keys": []object{{
		"keyid": worldKeyID, "keytype": schemeRegistry, "scheme": schemeRegistry,
		"key": w.der(w.keys.Public()), "expires": nil,
	}}})
}

// ext is a set of certificate extensions below 1.3.6.1.4.1.57264.1 by number.
type ext map[int]string

func (e ext) with(more ext) ext {
	all := maps.Clone(e)
	maps.Copy(all, more)
	return all
}

// leaf issues a certificate with the log's promise to have it in its list.
func (w *world) leaf(san string, extensions ext, public *ecdsa.PublicKey) *x509.Certificate {
	uri, err := url.Parse(san)
	w.check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), URIs: []*url.URL{uri},
		NotBefore: w.now.Add(-time.Minute), NotAfter: w.now.Add(9 * time.Minute),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}
	if uri.Host == "" {
		template.URIs, template.EmailAddresses = nil, []string{san}
	}
	for number, text := range extensions {
		value := []byte(text)
		if number > 7 {
			value, err = asn1.MarshalWithParams(text, "utf8")
			w.check(err)
		}
		id := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, number}
		template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: id, Value: value})
	}
	// The log signs the certificate as it is without the promise.
	bare := w.certify(template, w.caCert, public).RawTBSCertificate
	promise, err := asn1.Marshal(w.promise(bare))
	w.check(err)
	template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: promise})
	return w.certify(template, w.caCert, public)
}

// promise returns a SignedCertificateTimestampList of RFC 6962, section 3.3.
func (w *world) promise(tbs []byte) []byte {
	stamp := binary.BigEndian.AppendUint64(nil, uint64(w.now.UnixMilli()))
	issuer := sha256.Sum256(w.caCert.RawSubjectPublicKeyInfo)
	signed := append([]byte{0, 0}, stamp...)
	signed = append(signed, 0, 1)
	signed = append(signed, issuer[:]...)
	signed = append(signed, byte(len(tbs)>>16), byte(len(tbs)>>8), byte(len(tbs)))
	signed = append(append(signed, tbs...), 0, 0)
	sig := w.sign(w.ctlog, signed)
	sct := append([]byte{0}, w.logID(w.ctlog)...)
	sct = append(append(sct, stamp...), 0, 0, 4, 3)
	sct = append(binary.BigEndian.AppendUint16(sct, uint16(len(sig))), sig...)
	list := append(binary.BigEndian.AppendUint16(nil, uint16(len(sct))), sct...)
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(list))), list...)
}

// attest returns a bundle of version 0.1 around a statement, signed with k and
// logged under what verifies it.
func (w *world) attest(statement []byte, k *ecdsa.PrivateKey, material object, verifier *pem.Block) jsontext.Value {
	pae := fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(statement), statement)
	sig := w.sign(k, pae)
	envelope := object{"payload": statement, "payloadType": payloadType, "signatures": []object{{"sig": sig}}}
	hash := func(text []byte) object {
		sum := sha256.Sum256(text)
		return object{"algorithm": "sha256", "value": hex.EncodeToString(sum[:])}
	}
	body := w.json(object{"apiVersion": "0.0.1", "kind": "dsse", "spec": object{
		"envelopeHash": hash(w.json(envelope)), "payloadHash": hash(statement),
		"signatures": []object{{"signature": base64.StdEncoding.EncodeToString(sig), "verifier": pem.EncodeToMemory(verifier)}},
	}})
	logID := w.logID(w.rekor)
	seen := w.json(object{"body": body, "integratedTime": w.now.Unix(), "logID": hex.EncodeToString(logID), "logIndex": 7})
	material["tlogEntries"] = []object{{
		"logIndex": "7", "logId": object{"keyId": logID}, "kindVersion": object{"kind": "dsse", "version": "0.0.1"},
		"integratedTime": fmt.Sprint(w.now.Unix()), "canonicalizedBody": body,
		"inclusionPromise": object{"signedEntryTimestamp": w.sign(w.rekor, seen)},
	}}
	return w.json(object{
		"mediaType":            "application/vnd.dev.sigstore.bundle+json;version=0.1",
		"verificationMaterial": material, "dsseEnvelope": envelope,
	})
}

func (w *world) provenance(statement []byte, san string, extensions ext) jsontext.Value {
	k := newKey(w.t)
	c := w.leaf(san, extensions, &k.PublicKey)
	material := object{"x509CertificateChain": object{"certificates": []object{{"rawBytes": c.Raw}}}}
	return w.attest(statement, k, material, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func (w *world) publish(statement []byte, hint string) jsontext.Value {
	material := object{"publicKey": object{"hint": hint}}
	return w.attest(statement, w.keys, material, &pem.Block{Type: "PUBLIC KEY", Bytes: w.der(w.keys.Public())})
}

// lockedHash is the integrity that the tests' lockfile has.
func lockedHash(fill byte) (npm.Integrity, string) {
	digest := make([]byte, 64)
	digest[0] = fill
	return npm.Integrity{{Algorithm: "sha512", Digest: base64.StdEncoding.EncodeToString(digest)}}, hex.EncodeToString(digest)
}

package provenance

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/tuf"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/install-gate/gate/internal/npm"
)

func TestParseKeys(t *testing.T) {
	w := newWorld(t)
	p256 := base64.StdEncoding.EncodeToString(w.der(w.keys.Public()))
	large, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384 := base64.StdEncoding.EncodeToString(w.der(large.Public()))
	one := func(id, expires, scheme, key string) string {
		return fmt.Sprintf(`{"keyid":%q,"expires":%s,"keytype":%q,"scheme":%q,"key":%q}`, id, expires, scheme, scheme, key)
	}
	list := func(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }
	good := one("a", "null", schemeRegistry, p256)
	tests := []struct{ name, text, problem string }{
		{"one", list(good), ""},
		{"one that expires", list(one("a", `"2025-01-29T00:00:00.000Z"`, schemeRegistry, p256)), ""},
		{"another scheme beside", list(good, one("b", "null", "ml-dsa-44", "AAAA")), ""},
		{"none", list(), "no key for signatures"},
		{"no list", `{}`, "no key for signatures"},
		{"the same id twice", list(good, good), "listed twice"},
		{"no id", list(one("", "null", schemeRegistry, p256)), "no id"},
		{"not a key", list(one("a", "null", schemeRegistry, "AAAA")), `key "a"`},
		{"another curve", list(one("a", "null", schemeRegistry, p384)), "P-256"},
		{"not a date", list(one("a", `"never"`, schemeRegistry, p256)), "reading the registry's keys"},
		{"a name twice", `{"keys":[],"keys":[]}`, "reading the registry's keys"},
		{"not JSON", `<html>`, "reading the registry's keys"},
		{"too large", list(good) + strings.Repeat(" ", maxKeysSize), "larger than"},
		{"too many", list(manyKeys(func(i int) string { return one(fmt.Sprint(i), "null", schemeRegistry, p256) })...), "more than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseKeys([]byte(tt.text))
			if (err == nil) != (tt.problem == "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("got %v, want %q", err, tt.problem)
			}
		})
	}
}

func manyKeys(one func(int) string) []string {
	keys := make([]string, maxKeys+1)
	for i := range keys {
		keys[i] = one(i)
	}
	return keys
}

func TestEmbedded(t *testing.T) {
	keys, err := EmbeddedKeys()
	if err != nil {
		t.Fatal(err)
	}
	old, current := keys.signatures["SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA"], keys.signatures["SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U"]
	if want := time.Date(2025, 1, 29, 0, 0, 0, 0, time.UTC); old.public == nil || !old.end.Equal(want) {
		t.Errorf("the old key ends at %v, want %v", old.end, want)
	}
	if current.public == nil || !current.end.IsZero() {
		t.Errorf("the current key ends at %v, want no end", current.end)
	}
	if len(keys.attestations) != 2 {
		t.Errorf("got %d keys for attestations, want 2", len(keys.attestations))
	}
	if _, err := EmbeddedRoot(); err != nil {
		t.Error(err)
	}
}

func TestParseRoot(t *testing.T) {
	for name, text := range map[string][]byte{
		"nothing": nil, "not JSON": []byte("<html>"), "another document": []byte(`{"keys":[]}`),
		"too large": bytes.Repeat([]byte(" "), maxRoot+1),
	} {
		if _, err := ParseRoot(text); err == nil {
			t.Errorf("%s: got a root, want an error", name)
		}
	}
}

func TestVerifySignature(t *testing.T) {
	w := newWorld(t)
	end := w.now
	keys := newKeys()
	keys.signatures["current"] = key{public: &w.keys.PublicKey}
	keys.signatures["old"] = key{public: &w.keys.PublicKey, end: end}
	keys.signatures["strange"] = key{scheme: "ml-dsa-44"}
	keys.attestations["attestations"] = key{public: &w.keys.PublicKey}
	locked, _ := lockedHash(1)
	integrity := locked.String()
	sig := base64.StdEncoding.EncodeToString(w.sign(w.keys, []byte(testID.String()+":"+integrity)))
	foreign := base64.StdEncoding.EncodeToString(w.sign(w.ca, []byte(testID.String()+":"+integrity)))
	other, _ := lockedHash(2)
	tests := []struct {
		name      string
		id        npm.ID
		integrity string
		sigs      []Signature
		published time.Time
		want      error
	}{
		{"good", testID, integrity, []Signature{{"current", sig}}, end, nil},
		{"two good ones", testID, integrity, []Signature{{"current", sig}, {"old", sig}}, end.Add(-time.Second), nil},
		{"old key, published in its time", testID, integrity, []Signature{{"old", sig}}, end.Add(-time.Second), nil},
		{"old key, time unknown", testID, integrity, []Signature{{"old", sig}}, time.Time{}, nil},
		{"old key, published at its end", testID, integrity, []Signature{{"old", sig}}, end, ErrExpiredKey},
		{"none", testID, integrity, nil, end, ErrNoSignature},
		{"unknown key", testID, integrity, []Signature{{"other", sig}}, end, ErrUnknownKey},
		{"unknown scheme", testID, integrity, []Signature{{"strange", sig}}, end, ErrUnknownKey},
		{"key for attestations", testID, integrity, []Signature{{"attestations", sig}}, end, ErrUnknownKey},
		{"unknown key beside a good one", testID, integrity, []Signature{{"current", sig}, {"other", sig}}, end, ErrUnknownKey},
		{"bad one beside a good one", testID, integrity, []Signature{{"current", sig}, {"current", foreign}}, end, ErrBadSignature},
		{"another integrity", testID, other.String(), []Signature{{"current", sig}}, end, ErrBadSignature},
		{"another version", npm.ID{Name: testID.Name, Version: "1.2.4"}, integrity, []Signature{{"current", sig}}, end, ErrBadSignature},
		{"another key", testID, integrity, []Signature{{"current", foreign}}, end, ErrBadSignature},
		{"not base64", testID, integrity, []Signature{{"current", "!"}}, end, ErrBadSignature},
		{"empty", testID, integrity, []Signature{{"current", ""}}, end, ErrBadSignature},
		{"too many", testID, integrity, make([]Signature, maxSignatures+1), end, ErrBadSignature},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := keys.VerifySignature(tt.id, tt.integrity, tt.sigs, tt.published); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// TestTrustChain follows the signatures from the TUF root that is compiled into
// sigstore-go to the embedded root and keys. The npm package they come from has
// the newest root only, so the metadata in between is conformance data.
func TestTrustChain(t *testing.T) {
	dir := fixtures(t, "provenance", "trust")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	anchor, err := metadata.Root().FromBytes(tuf.DefaultRoot())
	check(err)
	newest, err := metadata.Root().FromBytes(readFile(t, dir, "rs-meta-root.json"))
	check(err)
	if !bytes.Equal(readFile(t, dir, "rs-meta-root.json"), readFile(t, dir, "seeds-5.0.1-root.json")) {
		t.Log("the root beside the metadata is not that of the npm package")
	}
	check(anchor.VerifyDelegate("root", newest))
	check(newest.VerifyDelegate("root", newest))
	targets, err := metadata.Targets().FromBytes(readFile(t, dir, "rs-meta-targets.json"))
	check(err)
	check(newest.VerifyDelegate("targets", targets))
	delegated, err := metadata.Targets().FromBytes(readFile(t, dir, "rs-meta-registry.npmjs.org.json"))
	check(err)
	check(targets.VerifyDelegate("registry.npmjs.org", delegated))
	check(targets.Signed.Targets["trusted_root.json"].VerifyLengthHashes(embeddedRoot))
	check(delegated.Signed.Targets["registry.npmjs.org/keys.json"].VerifyLengthHashes(embeddedKeys))
}

func FuzzKeys(f *testing.F) {
	w := newWorld(f)
	f.Add(w.keysJSON())
	f.Add(embeddedKeys)
	f.Add([]byte(`{"keys":[{"keyid":"a","expires":"2025-01-29T00:00:00.000Z","scheme":"x","key":"AA=="}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, parse := range []func([]byte) (*Keys, error){ParseKeys, parseTUFKeys} {
			keys, err := parse(text)
			if err != nil {
				continue
			}
			for id := range keys.signatures {
				err := keys.VerifySignature(testID, "sha512-", []Signature{{id, "MAA="}}, time.Time{})
				if !errors.Is(err, ErrBadSignature) && !errors.Is(err, ErrUnknownKey) {
					t.Errorf("key %q verifies an empty signature: %v", id, err)
				}
			}
		}
	})
}

func BenchmarkVerifySignature(b *testing.B) {
	w := newWorld(b)
	keys, err := ParseKeys(w.keysJSON())
	if err != nil {
		b.Fatal(err)
	}
	locked, _ := lockedHash(1)
	sigs := []Signature{{worldKeyID, base64.StdEncoding.EncodeToString(w.sign(w.keys, []byte(testID.String()+":"+locked.String())))}}
	for b.Loop() {
		if err := keys.VerifySignature(testID, locked.String(), sigs, time.Time{}); err != nil {
			b.Fatal(err)
		}
	}
}

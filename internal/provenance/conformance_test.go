package provenance

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/verify"

	"github.com/install-gate/gate/internal/npm"
)

var update = flag.Bool("update", false, "write the golden files")

// fixtures returns a directory of the conformance data.
func fixtures(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("GATE_FIXTURES")
	if dir == "" {
		t.Skip("GATE_FIXTURES does not name a directory of conformance data")
	}
	return filepath.Join(append([]string{dir}, elem...)...)
}

func readFile(t testing.TB, elem ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// readOptional returns the trimmed text of a file, or other if it is absent.
func readOptional(t *testing.T, other string, elem ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elem...))
	if errors.Is(err, os.ErrNotExist) {
		return other
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func embeddedVerifier(t testing.TB) *Verifier {
	t.Helper()
	trusted, errRoot := EmbeddedRoot()
	keys, errKeys := EmbeddedKeys()
	if err := errors.Join(errRoot, errKeys); err != nil {
		t.Fatal(err)
	}
	v, err := NewVerifier(trusted, keys)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSigstoreConformance runs the verification cases of the Sigstore project.
// Most are about files, not npm packages, so only the cryptography is asked.
func TestSigstoreConformance(t *testing.T) {
	cases, err := filepath.Glob(fixtures(t, "provenance", "conformance", "bundle-verify", "*", "bundle.sigstore.json"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range cases {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			err := verifyCase(t, dir)
			if got, want := err == nil, !strings.HasSuffix(dir, "_fail"); got != want {
				t.Errorf("got %v, want verified = %v", err, want)
			}
		})
	}
}

func verifyCase(t *testing.T, dir string) error {
	b, err := loadBundle(readFile(t, dir, "bundle.sigstore.json"))
	if err != nil {
		return err
	}
	trusted, err := ParseRoot([]byte(readOptional(t, string(embeddedRoot), dir, "trusted_root.json")))
	if err != nil {
		return err
	}
	keys := newKeys()
	managed := readOptional(t, "", dir, "key.pub")
	if managed != "" {
		block, _ := pem.Decode([]byte(managed))
		hint := b.GetVerificationMaterial().GetPublicKey().GetHint()
		public, err := parseP256(block.Bytes)
		if err != nil {
			return err
		}
		keys.attestations[hint] = key{public: public}
	}
	v, err := NewVerifier(trusted, keys)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "artifact"))
	if err != nil {
		text = readFile(t, filepath.Dir(dir), "a.txt")
	}
	artifact := verify.WithArtifact(bytes.NewReader(text))
	if managed != "" {
		_, err = v.registry.Verify(b, verify.NewPolicy(artifact, verify.WithKey()))
		return err
	}
	identity, err := verify.NewShortCertificateIdentity(
		readOptional(t, issuerGitHub, dir, "issuer"), "",
		readOptional(t, "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main", dir, "identity"), "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.builds.Verify(b, verify.NewPolicy(artifact, verify.WithCertificateIdentity(identity)))
	return err
}

// row is one bundle of the data's index.
type row struct {
	File    string `json:"file"`
	Entry   *int   `json:"entry"`
	Verdict string `json:"verdict"`
}

func (r row) String() string {
	if r.Entry == nil {
		return r.File
	}
	return fmt.Sprintf("%s[%d]", r.File, *r.Entry)
}

func indexRows(t *testing.T) []row {
	t.Helper()
	var rows []row
	if err := json.Unmarshal(readFile(t, fixtures(t, "provenance"), "index.json"), &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// entries returns the attestations of a file, which is an answer or a bundle.
func (r row) entries(t *testing.T) []entry {
	text := readFile(t, fixtures(t, "provenance"), r.File)
	if r.Entry == nil {
		b, err := loadBundle(text)
		if err != nil {
			return []entry{{Bundle: text}}
		}
		announced := ""
		if s, err := readStatement(b); err == nil {
			announced = s.PredicateType
		}
		return []entry{{announced, text}}
	}
	entries, err := parseAnswer(text)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// TestIndexCryptography compares the cryptographic verdict on each bundle with
// the one that the index records, with the bundle's own subject as artifact.
func TestIndexCryptography(t *testing.T) {
	v := embeddedVerifier(t)
	for _, r := range indexRows(t) {
		t.Run(r.String(), func(t *testing.T) {
			e := r.entries(t)[indexOf(r.Entry)]
			got := "verified"
			if b, err := loadBundle(e.Bundle); err != nil {
				got = "unloadable"
			} else if err := v.bySubject(b); err != nil {
				got = "invalid"
			}
			if got != r.Verdict {
				t.Errorf("got %v, want %v", got, r.Verdict)
			}
		})
	}
}

func indexOf(entry *int) int {
	if entry == nil {
		return 0
	}
	return *entry
}

func (v *Verifier) bySubject(b *bundle.Bundle) error {
	policy, by := verify.WithoutIdentitiesUnsafe(), v.builds
	if b.GetVerificationMaterial().GetPublicKey() != nil {
		policy, by = verify.WithKey(), v.registry
	}
	_, err := by.Verify(b, verify.NewPolicy(verify.WithoutArtifactUnsafe(), policy))
	return err
}

// TestIndex compares what Verify says about each bundle with a golden file. The
// version asked for is that of the first subject in the file whose signature is
// good.
func TestIndex(t *testing.T) {
	v := embeddedVerifier(t)
	var out strings.Builder
	seen := map[string]bool{}
	for _, r := range indexRows(t) {
		if seen[r.File] {
			continue
		}
		seen[r.File] = true
		entries := r.entries(t)
		id, locked := v.expected(entries)
		answer, err := json.Marshal(map[string]any{"attestations": entries})
		if err != nil {
			fmt.Fprintf(&out, "%s\n\tno JSON\n", r.File)
			continue
		}
		result, err := v.Verify(answer, id, locked, time.Time{})
		fmt.Fprintf(&out, "%s\n\tasked %s, error %v\n", r.File, id, err)
		writeResult(&out, result)
	}
	golden(t, "index.golden", out.String())
}

func writeResult(out *strings.Builder, result *Result) {
	if result == nil {
		return
	}
	write := func(kind string, a *Attestation) {
		if a == nil {
			return
		}
		// A space of that width or another, at random: protobuf's errors are
		// not to be relied on.
		reason := strings.ReplaceAll(a.Reason, "\u00a0", " ")
		fmt.Fprintf(out, "\t%s %s %s %q\n", kind, a.Status, a.Type, reason)
		if !a.LogTime.IsZero() {
			fmt.Fprintf(out, "\t\t%s\n", a.LogTime.Format(time.RFC3339))
		}
		if a.Identity != nil {
			text, _ := json.Marshal(a.Identity, json.OmitZeroStructFields(true))
			fmt.Fprintf(out, "\t\t%s\n", text)
		}
	}
	write("provenance", result.Provenance)
	write("publish", result.Publish)
	for _, a := range result.Others {
		write("other", a)
	}
}

// expected returns the version that the first good statement is about, else
// that of the first statement.
func (v *Verifier) expected(entries []entry) (npm.ID, npm.Integrity) {
	var first *statement
	for _, e := range entries {
		b, err := loadBundle(e.Bundle)
		if err != nil {
			continue
		}
		s, err := readStatement(b)
		if err != nil || len(s.Subject) == 0 {
			continue
		}
		if v.bySubject(b) == nil {
			first = s
			break
		}
		if first == nil {
			first = s
		}
	}
	placeholder := npm.Integrity{{Algorithm: "sha512", Digest: base64.StdEncoding.EncodeToString(make([]byte, 64))}}
	if first == nil {
		return npm.ID{Name: "unknown", Version: "0.0.0"}, placeholder
	}
	name := strings.ReplaceAll(strings.TrimPrefix(first.Subject[0].Name, "pkg:npm/"), "%40", "@")
	at := strings.LastIndex(name, "@")
	digest, err := hex.DecodeString(first.Subject[0].Digest["sha512"])
	if at < 0 || err != nil || len(digest) == 0 {
		return npm.ID{Name: name, Version: "0.0.0"}, placeholder
	}
	return npm.ID{Name: name[:at], Version: name[at+1:]}, npm.Integrity{{Algorithm: "sha512", Digest: base64.StdEncoding.EncodeToString(digest)}}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(readFile(t, file)), got); diff != "" {
		t.Errorf("%s differs; -update writes it (-want +got):\n%s", file, diff)
	}
}

// packument is the part of a package's document that signatures are about.
type packument struct {
	Versions map[string]struct {
		Dist struct {
			Integrity  string `json:"integrity"`
			Signatures []struct {
				KeyID string `json:"keyid"`
				Sig   string `json:"sig"`
			} `json:"signatures"`
		} `json:"dist"`
	} `json:"versions"`
	Time map[string]time.Time `json:"time"`
}

func readPackument(t *testing.T, file string) packument {
	t.Helper()
	var p packument
	if err := json.Unmarshal(readFile(t, file), &p); err != nil {
		t.Fatalf("reading %s: %v", file, err)
	}
	return p
}

// verifySignatures verifies the signatures of all versions that have some and
// returns their number.
func verifySignatures(t *testing.T, keys *Keys, name string, p packument) (signed int) {
	t.Helper()
	for version, v := range p.Versions {
		var sigs []Signature
		for _, s := range v.Dist.Signatures {
			sigs = append(sigs, Signature(s))
		}
		if sigs == nil {
			continue
		}
		signed++
		id := npm.ID{Name: name, Version: version}
		if err := keys.VerifySignature(id, v.Dist.Integrity, sigs, p.Time[version]); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	return signed
}

// TestRealSignatures verifies the signatures of whole histories of the public
// registry.
func TestRealSignatures(t *testing.T) {
	keys, err := EmbeddedKeys()
	if err != nil {
		t.Fatal(err)
	}
	for file, name := range map[string]string{
		"nuxt.packument.json":                                 "nuxt",
		"lodash.packument.json":                               "lodash",
		"ljharb__has-package-exports-patterns.packument.json": "@ljharb/has-package-exports-patterns",
	} {
		p := readPackument(t, filepath.Join(fixtures(t, "provenance", "registry-signatures"), file))
		if n := verifySignatures(t, keys, name, p); n != len(p.Versions) {
			t.Errorf("%s: %d of %d versions are signed", name, n, len(p.Versions))
		}
	}
}

// TestIncidents verifies all that the registry of the incidents signed, against
// its own root and keys, and against those of the world.
func TestIncidents(t *testing.T) {
	dir := fixtures(t, "incidents")
	trusted, errRoot := ParseRoot(readFile(t, dir, "trusted_root.json"))
	keys, errKeys := ParseKeys(readFile(t, dir, "keys.json"))
	if err := errors.Join(errRoot, errKeys); err != nil {
		t.Fatal(err)
	}
	v, err := NewVerifier(trusted, keys)
	if err != nil {
		t.Fatal(err)
	}
	world := embeddedVerifier(t)
	files, err := filepath.Glob(filepath.Join(dir, "*", "attestations", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no attestations: %v", err)
	}
	for _, file := range files {
		answer := readFile(t, file)
		text, err := url.PathUnescape(strings.TrimSuffix(filepath.Base(file), ".json"))
		if err != nil {
			t.Fatal(err)
		}
		at := strings.LastIndex(text, "@")
		id := npm.ID{Name: text[:at], Version: text[at+1:]}
		p := readPackument(t, filepath.Join(filepath.Dir(file), "..", "registry", url.QueryEscape(id.Name)+".json"))
		locked, err := npm.ParseIntegrity(p.Versions[id.Version].Dist.Integrity)
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.Verify(answer, id, locked, p.Time[id.Version])
		if err != nil || statuses(got) != "verified verified" {
			t.Errorf("%s: got %v, %s", file, err, describe(got))
		}
		got, err = world.Verify(answer, id, locked, p.Time[id.Version])
		if err != nil || statuses(got) != "unsupported unsupported" {
			t.Errorf("%s with the embedded root: got %v, %s", file, err, describe(got))
		}
	}
	packuments, err := filepath.Glob(filepath.Join(dir, "*", "registry", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	signed := 0
	for _, file := range packuments {
		name, err := url.PathUnescape(strings.TrimSuffix(filepath.Base(file), ".json"))
		if err != nil {
			t.Fatal(err)
		}
		signed += verifySignatures(t, keys, name, readPackument(t, file))
	}
	t.Logf("%d answers, %d signed versions", len(files), signed)
}

// statuses returns those of provenance and publish attestation.
func statuses(r *Result) string {
	text := []string{"none", "none"}
	if r != nil && r.Provenance != nil {
		text[0] = string(r.Provenance.Status)
	}
	if r != nil && r.Publish != nil {
		text[1] = string(r.Publish.Status)
	}
	return strings.Join(text, " ")
}

func describe(r *Result) string {
	var out strings.Builder
	writeResult(&out, r)
	return out.String()
}

package npmregistry

import (
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"
)

// The types below write a Packument in the registry's own format, cut down to
// what a Packument holds, so that DecodePackument reads it back.

type jsonPackument struct {
	Name        string                  `json:"name"`
	DistTags    map[string]string       `json:"dist-tags,omitzero"`
	Maintainers []jsonAccount           `json:"maintainers,omitzero"`
	Time        map[string]time.Time    `json:"time,omitzero"`
	Versions    map[string]jsonManifest `json:"versions,omitzero"`
}

type jsonManifest struct {
	Deprecated           string            `json:"deprecated,omitzero"`
	Scripts              map[string]string `json:"scripts,omitzero"`
	GypFile              bool              `json:"gypfile,omitzero"`
	Publisher            *jsonPublisher    `json:"_npmUser,omitzero"`
	Maintainers          []jsonAccount     `json:"maintainers,omitzero"`
	Dependencies         map[string]string `json:"dependencies,omitzero"`
	OptionalDependencies map[string]string `json:"optionalDependencies,omitzero"`
	Bin                  map[string]string `json:"bin,omitzero"`
	Repository           string            `json:"repository,omitzero"`
	HasShrinkwrap        bool              `json:"_hasShrinkwrap,omitzero"`
	Dist                 jsonDist          `json:"dist,omitzero"`
}

type jsonAccount struct {
	Name  string `json:"name,omitzero"`
	Email string `json:"email,omitzero"`
}

type jsonPublisher struct {
	Name             string      `json:"name,omitzero"`
	Email            string      `json:"email,omitzero"`
	TrustedPublisher jsonTrusted `json:"trustedPublisher,omitzero"`
	Approver         jsonAccount `json:"approver,omitzero"`
}

type jsonTrusted struct {
	ID         string `json:"id,omitzero"`
	OIDCConfig string `json:"oidcConfigId,omitzero"`
}

type jsonDist struct {
	Tarball      string           `json:"tarball,omitzero"`
	Integrity    string           `json:"integrity,omitzero"`
	Shasum       string           `json:"shasum,omitzero"`
	UnpackedSize int64            `json:"unpackedSize,omitzero"`
	FileCount    int64            `json:"fileCount,omitzero"`
	Signatures   []jsonSignature  `json:"signatures,omitzero"`
	Attestations jsonAttestations `json:"attestations,omitzero"`
}

type jsonSignature struct {
	KeyID string `json:"keyid,omitzero"`
	Sig   string `json:"sig,omitzero"`
}

type jsonAttestations struct {
	URL        string         `json:"url,omitzero"`
	Provenance jsonProvenance `json:"provenance,omitzero"`
}

type jsonProvenance struct {
	PredicateType string `json:"predicateType,omitzero"`
}

// encodePackument writes what DecodePackument reads.
func encodePackument(w io.Writer, p *Packument) error {
	doc := jsonPackument{
		Name:        p.Name,
		DistTags:    p.DistTags,
		Maintainers: encodeAccounts(p.Maintainers),
		Time:        encodeTimes(p),
	}
	if p.Versions != nil {
		doc.Versions = make(map[string]jsonManifest, len(p.Versions))
	}
	for version, m := range p.Versions {
		doc.Versions[version] = encodeManifest(m)
	}
	if err := json.MarshalWrite(w, doc); err != nil {
		return fmt.Errorf("writing the package document: %w", err)
	}
	return nil
}

func encodeTimes(p *Packument) map[string]time.Time {
	times := make(map[string]time.Time, len(p.Times)+2)
	for version, at := range p.Times {
		times[version] = at
	}
	if !p.Created.IsZero() {
		times["created"] = p.Created
	}
	if !p.Modified.IsZero() {
		times["modified"] = p.Modified
	}
	return times
}

func encodeManifest(m *Manifest) jsonManifest {
	return jsonManifest{
		Deprecated:           m.Deprecated,
		Scripts:              m.Scripts,
		GypFile:              m.GypFile,
		Publisher:            encodePublisher(m.Publisher),
		Maintainers:          encodeAccounts(m.Maintainers),
		Dependencies:         m.Dependencies,
		OptionalDependencies: m.OptionalDependencies,
		Bin:                  m.Bin,
		Repository:           m.Repository,
		HasShrinkwrap:        m.HasShrinkwrap,
		Dist:                 encodeDist(&m.Dist),
	}
}

func encodeAccounts(accounts []Account) []jsonAccount {
	if accounts == nil {
		return nil
	}
	all := make([]jsonAccount, len(accounts))
	for i, a := range accounts {
		all[i] = jsonAccount(a)
	}
	return all
}

func encodePublisher(p *Publisher) *jsonPublisher {
	if p == nil {
		return nil
	}
	return &jsonPublisher{
		Name: p.Name, Email: p.Email,
		TrustedPublisher: jsonTrusted{p.TrustedPublisher, p.OIDCConfig},
		Approver:         jsonAccount{Name: p.Approver},
	}
}

func encodeDist(d *Dist) jsonDist {
	out := jsonDist{
		Tarball: d.Tarball, Integrity: d.Integrity, Shasum: d.Shasum,
		UnpackedSize: d.UnpackedSize, FileCount: d.FileCount,
		Attestations: jsonAttestations{d.AttestationsURL, jsonProvenance{d.PredicateType}},
	}
	for _, s := range d.Signatures {
		out.Signatures = append(out.Signatures, jsonSignature(s))
	}
	return out
}

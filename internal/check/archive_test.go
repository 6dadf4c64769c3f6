package check_test

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/advisory"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

var hashOf = regexp.MustCompile(`\{(sha512|sha1|shasum) ([^}]*)\}`)

// hashes replaces {sha512 TEXT} and its like by hashes.
func hashes(data []byte) []byte {
	return hashOf.ReplaceAllFunc(data, func(match []byte) []byte {
		parts := hashOf.FindSubmatch(match)
		long, short := sha512.Sum512(parts[2]), sha1.Sum(parts[2])
		switch string(parts[1]) {
		case "sha512":
			return []byte("sha512-" + base64.StdEncoding.EncodeToString(long[:]))
		case "sha1":
			return []byte("sha1-" + base64.StdEncoding.EncodeToString(short[:]))
		default:
			return []byte(hex.EncodeToString(short[:]))
		}
	})
}

// archiveRegistry answers with the files registry/<name>.json.
type archiveRegistry struct {
	files    map[string][]byte
	fallback string
	scopes   map[string]string
}

func (r *archiveRegistry) RegistryFor(name string) string {
	return cmp.Or(r.scopes[npm.Scope(name)], r.fallback)
}

func (r *archiveRegistry) Packument(_ context.Context, name string) (*npmregistry.Packument, error) {
	data, ok := r.files["registry/"+name+".json"]
	if !ok {
		return nil, npmregistry.ErrNotFound
	}
	return npmregistry.DecodePackument(bytes.NewReader(data))
}

// Tarball packs the files tarballs/<name>-<version>/…, or fails with the text of
// tarballs/<name>-<version>/error, "wrong hash" being one that is known. Without
// any, the tarball is what the registry's manifest says.
func (r *archiveRegistry) Tarball(ctx context.Context, address string, _ npm.Integrity) (*npmregistry.Tarball, error) {
	at, ok := npm.ParseTarballURL(address)
	if !ok {
		return nil, fmt.Errorf("no tarball at %q", address)
	}
	dir := fmt.Sprintf("tarballs/%s-%s/", at.ID.Name, at.ID.Version)
	switch reason := strings.TrimSpace(string(r.files[dir+"error"])); reason {
	case "":
	case "wrong hash":
		return nil, npmregistry.ErrWrongHash
	default:
		return nil, errors.New(reason)
	}
	if _, ok := r.files[dir+"package.json"]; ok {
		return npmregistry.ReadTarball(pack(r.files, dir))
	}
	doc, err := r.Packument(ctx, at.ID.Name)
	if err != nil {
		return nil, err
	}
	m := doc.Versions[at.ID.Version]
	if m == nil {
		return nil, npmregistry.ErrNotFound
	}
	return &npmregistry.Tarball{
		Name: at.ID.Name, Version: at.ID.Version, Scripts: m.Scripts, GypFile: m.GypFile,
		Dependencies: m.Dependencies, OptionalDependencies: m.OptionalDependencies, Bin: m.Bin,
	}, nil
}

// Keys answers with the key that {sign ID TEXT} signs with, or fails with the
// text of keys/error.
func (r *archiveRegistry) Keys(context.Context, string) ([]byte, error) {
	if reason, ok := r.files["keys/error"]; ok {
		return nil, errors.New(strings.TrimSpace(string(reason)))
	}
	return signingKeys(), nil
}

// Attestations answers with the files attestations/<name>@<version>.json.
func (r *archiveRegistry) Attestations(_ context.Context, id npm.ID) ([]byte, error) {
	if data, ok := r.files["attestations/"+id.String()+".json"]; ok {
		return data, nil
	}
	return nil, npmregistry.ErrNotFound
}

// pack makes a tarball of the files below a directory.
func pack(files map[string][]byte, dir string) io.Reader {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	out := tar.NewWriter(zip)
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if name, ok := strings.CutPrefix(file, dir); ok {
			out.WriteHeader(&tar.Header{Name: "package/" + name, Mode: 0o644, Size: int64(len(files[file]))})
			out.Write(files[file])
		}
	}
	out.Close()
	zip.Close()
	return &packed
}

// archiveAdvisories answers for every version with the files
// advisories/<id>.json.
type archiveAdvisories struct {
	files map[string][]byte
	down  string // why nobody answers; empty if somebody does
}

func (*archiveAdvisories) Source() string { return "https://api.osv.dev/" }

func (a *archiveAdvisories) Records(_ context.Context, ids []npm.ID) (map[npm.ID]advisory.Answer, error) {
	if a.down != "" {
		return nil, errors.New(a.down)
	}
	var answer advisory.Answer
	for _, file := range slices.Sorted(maps.Keys(a.files)) {
		id, ok := strings.CutPrefix(file, "advisories/")
		if !ok {
			continue
		}
		record, err := advisory.DecodeRecord(a.files[file])
		if err != nil {
			answer.Problems = append(answer.Problems, advisory.Problem{Where: strings.TrimSuffix(id, ".json"), Reason: err.Error()})
			continue
		}
		answer.Records = append(answer.Records, record)
	}
	answers := map[npm.ID]advisory.Answer{}
	for _, id := range ids {
		answers[id] = answer
	}
	return answers, nil
}

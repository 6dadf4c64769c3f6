package gate_test

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/install-gate/gate/internal/advisory"
	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
	"github.com/install-gate/gate/internal/provenance"
)

// dirRegistry answers with the files of an incident, which are named after
// packages, percent-encoded.
type dirRegistry struct {
	*npmregistry.Config
	dir string
}

func (r *dirRegistry) Packument(_ context.Context, name string) (*npmregistry.Packument, error) {
	file, err := os.Open(filepath.Join(r.dir, "registry", url.QueryEscape(name)+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, npmregistry.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return npmregistry.DecodePackument(file)
}

// Tarball answers with the files that stand in for the contents of tarballs. Few
// have the hash of what was published, so that is not looked at.
func (r *dirRegistry) Tarball(_ context.Context, address string, _ npm.Integrity) (*npmregistry.Tarball, error) {
	at, ok := npm.ParseTarballURL(address)
	if !ok {
		return nil, errors.New("the address is not the usual one")
	}
	name := url.QueryEscape(at.ID.Name) + "-" + at.ID.Version + ".tgz"
	file, err := os.Open(filepath.Join(r.dir, "tarballs", name))
	if err != nil {
		return nil, errors.New("the data does not have the tarball")
	}
	defer file.Close()
	return npmregistry.ReadTarball(file)
}

// Keys answers with the keys that all incidents share; the registries of single
// scopes have none.
func (r *dirRegistry) Keys(_ context.Context, name string) ([]byte, error) {
	if r.RegistryFor(name) != r.RegistryFor("") {
		return nil, npmregistry.ErrNotFound
	}
	return os.ReadFile(filepath.Join(r.dir, "..", "keys.json"))
}

func (r *dirRegistry) Attestations(_ context.Context, id npm.ID) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(r.dir, "attestations", url.QueryEscape(id.String())+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, npmregistry.ErrNotFound
	}
	return data, err
}

// trustBeside returns by what the incidents in a directory are signed.
func trustBeside(t *testing.T, dir string) *evidence.Trust {
	t.Helper()
	keys, err := provenance.ParseKeys(read(t, filepath.Join(dir, "keys.json")))
	if err != nil {
		t.Fatal(err)
	}
	root, err := provenance.ParseRoot(read(t, filepath.Join(dir, "trusted_root.json")))
	if err != nil {
		t.Fatal(err)
	}
	return &evidence.Trust{
		Keys:     keys,
		Attestor: func(keys *provenance.Keys) (evidence.Attestor, error) { return provenance.NewVerifier(root, keys) },
	}
}

// dirAdvisories answers for every version with the records in a directory, if
// there is one.
type dirAdvisories struct{ dir string }

func (dirAdvisories) Source() string { return "https://api.osv.dev/" }

func (a dirAdvisories) Records(_ context.Context, ids []npm.ID) (map[npm.ID]advisory.Answer, error) {
	files, err := filepath.Glob(filepath.Join(a.dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var answer advisory.Answer
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		record, err := advisory.DecodeRecord(data)
		if err != nil {
			return nil, err
		}
		answer.Records = append(answer.Records, record)
	}
	answers := map[npm.ID]advisory.Answer{}
	for _, id := range ids {
		answers[id] = answer
	}
	return answers, nil
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

package gate_test

import (
	"context"
	"fmt"
	"time"

	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

const (
	publicRegistry = "https://registry.npmjs.org/"
	hash           = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
)

// fakeRegistry answers for the packages in docs, and with err for all others.
type fakeRegistry struct {
	docs map[string]*npmregistry.Packument
	err  error
}

func (*fakeRegistry) RegistryFor(string) string { return publicRegistry }

func (f *fakeRegistry) Packument(ctx context.Context, name string) (*npmregistry.Packument, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if doc := f.docs[name]; doc != nil {
		return doc, nil
	}
	return nil, f.err
}

// Tarball answers with content that is as harmless as the documents.
func (*fakeRegistry) Tarball(ctx context.Context, _ string, _ npm.Integrity) (*npmregistry.Tarball, error) {
	return &npmregistry.Tarball{}, ctx.Err()
}

// Keys answers that the registry has none, as npm's own is known to have.
func (*fakeRegistry) Keys(context.Context, string) ([]byte, error) {
	return nil, npmregistry.ErrNotFound
}

func (*fakeRegistry) Attestations(context.Context, npm.ID) ([]byte, error) {
	return nil, npmregistry.ErrNotFound
}

// document is what a registry says about a package that nothing is wrong with:
// a release, and one some weeks before it.
func document(name, version string, published time.Time) *npmregistry.Packument {
	before := published.AddDate(0, 0, -40)
	doc := &npmregistry.Packument{
		Name: name, Created: before, Modified: published,
		Times:    map[string]time.Time{"0.1.0": before, version: published},
		Versions: map[string]*npmregistry.Manifest{},
	}
	for v := range doc.Times {
		doc.Versions[v] = &npmregistry.Manifest{
			Version:   v,
			Publisher: &npmregistry.Publisher{Account: npmregistry.Account{Name: "alice"}},
			Dist:      npmregistry.Dist{Integrity: hash, Tarball: tarballOf(name, v)},
		}
	}
	return doc
}

func tarballOf(name, version string) string {
	return fmt.Sprintf("%s%s/-/%s-%s.tgz", publicRegistry, name, name, version)
}

// registryOf makes a registry of documents.
func registryOf(docs ...*npmregistry.Packument) *fakeRegistry {
	f := &fakeRegistry{docs: map[string]*npmregistry.Packument{}, err: npmregistry.ErrNotFound}
	for _, doc := range docs {
		f.docs[doc.Name] = doc
	}
	return f
}

// entry is a locked package as npm writes it.
func entry(name, version string) lockfile.Entry {
	return lockfile.Entry{
		Name: name, Version: version, Source: lockfile.Registry, Line: 7,
		Resolved:  tarballOf(name, version),
		Integrity: []string{hash}, Locations: []string{"node_modules/" + name},
	}
}

func lockOf(path string, entries ...lockfile.Entry) *lockfile.Lockfile {
	return &lockfile.Lockfile{Path: path, Format: "npm", Version: "3", Entries: entries}
}

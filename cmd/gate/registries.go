package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npmregistry"
)

// registries holds a client for each directory with lockfiles: the registry of
// a project is what its own .npmrc says.
type registries struct {
	clients map[string]*client // by the lockfile's path
}

// client is a registry's client that asks some registries nothing.
type client struct {
	*npmregistry.Client
	distrusted map[string]bool // by address
}

// errDistrusted is why a registry is not asked.
var errDistrusted = errors.New("not asked, since the change itself chose this registry")

// Packument asks the registry, unless it is not to be asked.
func (c *client) Packument(ctx context.Context, name string) (*npmregistry.Packument, error) {
	if registry := c.RegistryFor(name); c.distrusted[registry] {
		return nil, &npmregistry.Error{Registry: registry, Name: name, Err: errDistrusted}
	}
	return c.Client.Packument(ctx, name)
}

// newRegistries configures the clients for the lockfiles below dir as their
// package managers would be, and keeps what the registries answer in cache;
// without a cache if that is empty.
func newRegistries(dir string, locks []*lockfile.Lockfile, cache npmregistry.DirCache) (*registries, error) {
	r := &registries{clients: map[string]*client{}}
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	shared := map[string]*client{}
	for _, lock := range locks {
		sources := sourcesOf(dir, home, lock)
		key := sources.Project + "\x00" + sources.Yarnrc + "\x00" + sources.PnpmWorkspace
		if shared[key] == nil {
			config, err := npmregistry.LoadConfig(sources)
			if err != nil {
				return nil, usage(err)
			}
			shared[key] = &client{&npmregistry.Client{Config: config, Cache: cache}, map[string]bool{}}
		}
		r.clients[lock.Path] = shared[key]
	}
	return r, nil
}

// sourcesOf returns where the package manager of a lockfile finds its
// configuration. Files that do not exist are left out, so that lockfiles
// without a configuration of their own share a client.
func sourcesOf(dir, home string, lock *lockfile.Lockfile) npmregistry.Sources {
	project := filepath.Join(dir, filepath.FromSlash(filepath.Dir(lock.Path)))
	sources := npmregistry.DefaultSources(project, home, os.Environ())
	sources.Project = ifExists(sources.Project)
	switch lock.Format {
	case "yarn-berry":
		sources.Yarnrc = ifExists(filepath.Join(project, ".yarnrc.yml"))
	case "pnpm":
		sources.PnpmWorkspace = ifExists(filepath.Join(project, "pnpm-workspace.yaml"))
	}
	return sources
}

func ifExists(file string) string {
	if _, err := os.Lstat(file); os.IsNotExist(err) {
		return ""
	}
	return file
}

// forLockfile returns the registry for a lockfile's path.
func (r *registries) forLockfile(file string) evidence.Registry { return r.clients[file] }

// cacheDir is where the registry's answers are kept between runs; empty if
// they are not to be kept or there is no such place.
func cacheDir(none bool) npmregistry.DirCache {
	dir, err := os.UserCacheDir()
	if err != nil || none {
		return ""
	}
	return npmregistry.DirCache(filepath.Join(dir, "gate", "packuments"))
}

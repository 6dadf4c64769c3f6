package check

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

var foreignRegistry = &Check{
	ID:    "foreign-registry",
	Title: "a package is fetched from a host that is not its registry",
	Doc: `The address in the lockfile decides where the tarball is fetched. Most package managers do not compare it with the
registry that is configured for the package, and a changed host in a lockfile is easy to overlook in review. A package
whose scope has a registry of its own must come from there: the public registry would be a stranger's.

If the host is right, configure it in .npmrc (registry= or @scope:registry=) or list it under registries in gate.yaml;
else regenerate the entry.`,
	Level: Error,
	Entry: func(p *Pass) {
		if !isAddress(p.Entry.Resolved) || p.mayComeFrom(p.Entry.Resolved) {
			return
		}
		p.Report(
			fmt.Sprintf("is fetched from %s; the registry configured for it is %s", originOf(p.Entry.Resolved), p.Registry),
			"if that is right, list it under registries in gate.yaml or configure it in .npmrc")
	},
}

// The public registry and the name under which yarn classic reaches it.
// Package managers read the first as "the registry that is configured".
const (
	publicRegistry = "https://registry.npmjs.org/"
	yarnRegistry   = "https://registry.yarnpkg.com/"
)

// mayComeFrom reports whether an address belongs to a registry from which the
// package may come.
func (p *Pass) mayComeFrom(resolved string) bool {
	if below(resolved, p.Registry) || p.Manifest != nil && resolved == p.Manifest.Dist.Tarball {
		return true
	}
	// A package whose registry is set for its scope alone must not come from
	// the public one: that would be dependency confusion.
	if !p.ScopedRegistry && (below(resolved, publicRegistry) || below(resolved, yarnRegistry)) {
		return true
	}
	for _, d := range p.Settings.Declared {
		if below(resolved, d.URL) && (len(d.Scopes) == 0 || slices.Contains(d.Scopes, npm.Scope(p.Entry.Name))) {
			return true
		}
	}
	return false
}

// isAddress reports whether the lock's text is a network address; a relative
// path or nothing at all is the business of other checks.
func isAddress(resolved string) bool { return strings.Contains(resolved, "://") }

// below reports whether an address lies below a registry's. The scheme does
// not count here; insecure-url looks at it.
func below(address, registry string) bool {
	a, errA := url.Parse(address)
	r, errR := url.Parse(registry)
	if errA != nil || errR != nil || a.Host == "" {
		return false
	}
	return hostPort(a) == hostPort(r) && strings.HasPrefix(a.Path, r.Path) && !strings.Contains(a.Path, "/../")
}

// hostPort returns host and port in lower case without the scheme's own port.
func hostPort(u *url.URL) string {
	port := u.Port()
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		port = ""
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}

// originOf names where an address leads without credentials and query: the
// registry if the address has the usual form, else the host.
func originOf(address string) string {
	if tarball, ok := npm.ParseTarballURL(address); ok {
		return tarball.Registry
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "an unreadable address"
	}
	return u.Host
}

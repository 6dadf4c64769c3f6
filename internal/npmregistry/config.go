package npmregistry

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// DefaultRegistry is the registry of npm without any configuration.
const DefaultRegistry = "https://registry.npmjs.org/"

// Config says where packages come from and how to get there, as npm's own
// configuration has it. A nil Config is that of npm without any.
//
// A Config holds credentials, but does not show them when it is printed.
type Config struct {
	registry    string
	scopes      map[string]string // "@scope" to registry; "" for the default
	credentials map[string]secret // by key, such as "//host/path/:_authToken"
	roots       *x509.CertPool    // nil for the system's
	proxies     proxies
	project     []Setting
}

// Setting names a setting without its value.
type Setting struct {
	Key  string
	File string
	Line int
}

// LoadConfig reads npm's configuration. The priority is npm's: environment,
// project, user, global, builtin; the files of the user and the global one can be
// moved by the settings userconfig, globalconfig and prefix.
//
// Some things that npm accepts are errors: strict-ssl=false, because evidence
// from a server that anybody can play is none; registries that are not plain
// http or https addresses, where npm falls back to its default; and in the
// project's own file what projectSettings lists. Errors name the place of a
// setting, never its value.
func LoadConfig(sources Sources) (*Config, error) {
	all, err := sources.settings()
	if err != nil {
		return nil, err
	}
	c := &Config{scopes: map[string]string{}, credentials: map[string]secret{}}
	c.proxies.readEnvironment(sources.Environ)
	var insecure *setting
	for _, at := range all {
		if at.key == "strict-ssl" {
			insecure = nil
			if at.isFalse() {
				insecure = at
			}
		}
		if err := c.apply(at, sources); err != nil {
			return nil, err
		}
	}
	if insecure != nil {
		return nil, insecure.errorf("is off, so nobody could tell the registry from an impostor; " +
			"remove it and name the registry's certificate authority with cafile")
	}
	if c.roots == nil {
		extra, _ := sources.lookup("NODE_EXTRA_CA_CERTS")
		if c.roots, err = systemRootsAnd(extra); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// apply lets a setting replace those of lower priority.
func (c *Config) apply(at *setting, sources Sources) error {
	scope, isScope := strings.CutSuffix(at.key, ":registry")
	var err error
	switch {
	case at.key == "registry":
		err = at.address(&c.registry)
	case isScope && strings.HasPrefix(scope, "@"):
		var registry string
		err = at.address(&registry)
		c.scopes[scope] = registry
	case strings.HasPrefix(at.key, "//"):
		err = c.setCredential(at)
	case at.key == "ca":
		err = c.setRoots(at)
	case at.key == "cafile":
		err = c.setRootsFile(at, sources)
	case at.key == "proxy", at.key == "https-proxy", at.key == "noproxy":
		err = c.proxies.set(at)
	case at.key != "strict-ssl":
		return nil
	}
	if at.project {
		c.project = append(c.project, Setting{at.written, at.source, at.line})
	}
	return err
}

// isFalse reports whether npm reads the setting's value as the boolean false.
func (s *setting) isFalse() bool {
	return slices.Contains([]string{"false", "0", "null"}, s.values[len(s.values)-1])
}

// address stores the setting's value as a registry's address. An empty value
// leaves what was there.
func (s *setting) address(to *string) error {
	text, err := s.text()
	if err != nil || text == "" {
		return err
	}
	address, err := parseRegistry(text)
	if err != nil {
		return s.errorf("%w", err)
	}
	*to = address
	return nil
}

// parseRegistry checks and normalizes the address of a registry: lower case
// host, no default port, a slash at the end. Its errors do not repeat it.
func parseRegistry(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case hasVariable(text):
		return "", errors.New("refers to an environment variable that is not set")
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return "", errors.New("is not an http or https address")
	case u.User != nil:
		return "", errors.New("holds credentials; remove them and set //host/path/:_authToken instead")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("has a query or a fragment, which no registry's address can have")
	}
	u.Host = strings.ToLower(u.Host)
	if port := u.Port(); port == "80" && u.Scheme == "http" || port == "443" && u.Scheme == "https" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	return npm.WithSlash(u.String()), nil
}

// RegistryFor returns the address of the registry that npm would ask for a
// package, with a slash at its end.
func (c *Config) RegistryFor(name string) string {
	if c == nil {
		return DefaultRegistry
	}
	if registry := c.scopes[npm.Scope(name)]; registry != "" {
		return registry
	}
	if c.registry == "" {
		return DefaultRegistry
	}
	return c.registry
}

// Registries returns the addresses of all registries that packages can come
// from: the default one first, then those of scopes in alphabetical order.
func (c *Config) Registries() []string {
	all := []string{c.RegistryFor("")}
	if c == nil {
		return all
	}
	var scoped []string
	for _, registry := range c.scopes {
		if registry != "" && registry != all[0] {
			scoped = append(scoped, registry)
		}
	}
	slices.Sort(scoped)
	return append(all, slices.Compact(scoped)...)
}

// ProjectSettings returns the settings that come from the project's own files
// and say where evidence comes from: registries, credentials, proxies and
// certificate authorities. Whoever proposes a change can set them.
func (c *Config) ProjectSettings() []Setting {
	if c == nil {
		return nil
	}
	return slices.Clone(c.project)
}

// Format keeps credentials out of everything that is printed.
func (c *Config) Format(state fmt.State, _ rune) {
	fmt.Fprintf(state, "npm configuration for %s", strings.Join(c.Registries(), " "))
}

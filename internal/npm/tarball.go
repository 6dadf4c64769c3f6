package npm

import (
	"net/url"
	"strings"
)

// TarballURL is what the conventional address of a registry's tarball says:
//
//	https://HOST/PREFIX/NAME/-/BASENAME-VERSION.tgz
type TarballURL struct {
	Registry string // https://HOST/PREFIX/, the part before the name
	ID       ID
}

// ParseTarballURL reads a conventional tarball address. GitLab repeats the
// scope in the file's name, and some registries escape the slash of a scope;
// both are understood. It is false for any other address: that says nothing
// about which package lies there.
func ParseTarballURL(raw string) (TarballURL, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return TarballURL{}, false
	}
	before, file, ok := strings.Cut(u.Path, "/-/")
	if !ok || strings.Contains(file, "/-/") {
		return TarballURL{}, false
	}
	prefix, name := cutName(before)
	stem, ok := strings.CutSuffix(file, ".tgz")
	if !ok || CheckName(name) != nil {
		return TarballURL{}, false
	}
	version, ok := strings.CutPrefix(stem, BaseName(name)+"-")
	if !ok {
		version, ok = strings.CutPrefix(stem, name+"-")
	}
	if !ok || strings.Contains(version, "/") {
		return TarballURL{}, false
	}
	registry := url.URL{Scheme: u.Scheme, Host: u.Host, Path: prefix + "/"}
	return TarballURL{registry.String(), ID{name, version}}, true
}

// cutName splits an unescaped path before "/-/" into the registry's prefix and
// the package's name.
func cutName(path string) (prefix, name string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	prefix, name = path[:i], path[i+1:]
	if j := strings.LastIndexByte(prefix, '/'); strings.HasPrefix(prefix[j+1:], "@") {
		return prefix[:max(j, 0)], prefix[j+1:] + "/" + name
	}
	return prefix, name
}

// WithSlash returns a registry's address with the slash at its end that makes
// it a base for package names.
func WithSlash(registry string) string {
	if registry == "" || strings.HasSuffix(registry, "/") {
		return registry
	}
	return registry + "/"
}

// PublicRegistry is the npm registry. In the addresses of tarballs package
// managers take it for "the registry that is configured".
const PublicRegistry = "https://registry.npmjs.org/"

// Relocate returns the address from which npm fetches a tarball: one on the
// public registry is fetched from the configured registry.
func Relocate(tarball, registry string) string {
	if path, ok := strings.CutPrefix(tarball, PublicRegistry); ok {
		return WithSlash(registry) + path
	}
	return tarball
}

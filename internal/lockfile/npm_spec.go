package lockfile

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A specKind says what a request, or the address that answers it, asks npm to
// fetch.
type specKind int

const (
	registrySpec specKind = iota // a version, range or tag
	aliasSpec                    // npm:NAME@RANGE
	gitSpec
	remoteSpec // a tarball behind an http address
	pathSpec   // a tarball or directory on disk
	otherSpec  // a protocol that npm does not know, such as workspace:
)

// githubShorthand is OWNER/REPOSITORY with an optional committish.
var githubShorthand = regexp.MustCompile(`^[^\s@:/#.][^\s@:/#]*/[^\s@:/#]+(#.*)?$`)

// npmSpec classifies text as npm-package-arg and hosted-git-info do. Plain
// http addresses of the code hosts that npm knows are git repositories to it,
// unless they name an archive.
func npmSpec(text string) specKind {
	protocol, _, hasProtocol := strings.Cut(text, ":")
	switch {
	case isPath(text):
		return pathSpec
	case !strings.ContainsAny(text, "/:"):
		return registrySpec
	case strings.HasPrefix(text, "git@"), githubShorthand.MatchString(text):
		return gitSpec
	case !hasProtocol, strings.ContainsAny(protocol, "/@"):
		return pathSpec
	}
	switch protocol = strings.ToLower(protocol); protocol {
	case "npm":
		return aliasSpec
	case "http", "https":
		if isCodeHost(text) {
			return gitSpec
		}
		return remoteSpec
	case "git", "ssh", "github", "gitlab", "bitbucket", "gist", "sourcehut":
		return gitSpec
	}
	if strings.HasPrefix(protocol, "git+") {
		return gitSpec
	}
	return otherSpec
}

// isPath reports whether text can be nothing but a path: it begins like one,
// or it is a bare name that ends like a tarball's.
func isPath(text string) bool {
	for _, prefix := range []string{".", "/", "~/"} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	isDrive := len(text) > 1 && text[1] == ':'
	return isDrive || hasFoldedPrefix(text, "file:") || !strings.ContainsAny(text, "/:") && isTarballName(text)
}

// isTarballName reports whether npm takes a path for a tarball rather than a
// directory.
func isTarballName(name string) bool {
	for _, suffix := range []string{".tgz", ".tar.gz", ".tar"} {
		if n := len(name) - len(suffix); n >= 0 && strings.EqualFold(name[n:], suffix) {
			return true
		}
	}
	return false
}

func hasFoldedPrefix(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// isCodeHost reports whether npm clones the repository behind an http address
// instead of downloading it.
func isCodeHost(address string) bool {
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	host = strings.TrimPrefix(strings.ToLower(host[strings.LastIndexByte(host, '@')+1:]), "www.")
	isRepository := codeHosts[host]
	if isRepository == nil {
		return false
	}
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	third := ""
	if len(parts) > 2 {
		third = parts[2]
	}
	return parts[0] != "" && (len(parts) > 1 || host == "gist.github.com") && isRepository(u.Path, third)
}

// codeHosts says for each code host that npm knows which paths are those of a
// repository rather than of a file; third is the path's third part.
var codeHosts = map[string]func(path, third string) bool{
	"github.com": func(_, third string) bool { return third == "" || third == "tree" },
	"gitlab.com": func(path, _ string) bool {
		return !strings.Contains(path, "/-/") && !strings.Contains(path, "/archive.tar.gz")
	},
	"bitbucket.org":   func(_, third string) bool { return third != "get" },
	"git.sr.ht":       func(_, third string) bool { return third != "archive" },
	"gist.github.com": func(_, third string) bool { return third != "raw" },
}

// npmAlias reads "npm:NAME@VERSION".
func npmAlias(spec string) (name, version string, ok bool) {
	if npmSpec(spec) != aliasSpec {
		return "", "", false
	}
	name = spec[len("npm:"):]
	if at := strings.LastIndexByte(name, '@'); at > 0 {
		name, version = name[:at], name[at+1:]
	}
	return name, version, name != ""
}

// escapes reports whether a path, relative to the project and possibly written
// as a file: address, leads out of the project. Backslashes separate on
// Windows, so they count.
func escapes(p string) bool {
	if hasFoldedPrefix(p, "file:") {
		p = p[len("file:"):]
	}
	p = strings.ReplaceAll(p, `\`, "/")
	if strings.HasPrefix(p, "/") || strings.HasPrefix(p, "~") || len(p) > 1 && p[1] == ':' {
		return true
	}
	if unescaped, err := url.PathUnescape(p); err == nil {
		p = unescaped
	}
	return slices.Contains(strings.Split(path.Clean(p), "/"), "..")
}

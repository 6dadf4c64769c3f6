package lockfile

import (
	"regexp"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// pnpmKeys is the way in which a version of the format writes its keys.
type pnpmKeys int

const (
	pnpmSlashKeys    pnpmKeys = iota // 5: /name/1.2.3_peers
	pnpmAtKeys                       // 6: /name@1.2.3(peers)
	pnpmSnapshotKeys                 // 7 and 9: name@1.2.3(peers)
	pnpmJSONKeys                     // 13: name@1.2.3
)

// pnpmVersions are the versions of the format that are read.
var pnpmVersions = map[string]pnpmKeys{
	"5": pnpmSlashKeys, "5.0": pnpmSlashKeys, "5.1": pnpmSlashKeys,
	"5.2": pnpmSlashKeys, "5.3": pnpmSlashKeys, "5.4": pnpmSlashKeys,
	"6.0": pnpmAtKeys, "6.1": pnpmAtKeys,
	"7.0": pnpmSnapshotKeys, "9.0": pnpmSnapshotKeys,
	"13.0": pnpmJSONKeys,
}

// A pnpmID is what a key says about its package. Either version or ref is set,
// or nothing at all: the older keys of packages outside the registry tell
// nothing.
type pnpmID struct {
	name    string
	version string // semantic version of a registry package
	ref     string // where anything else comes from: "file:…", "https://…", "runtime:…"

	host     string // of the registry, where an older key begins with one
	registry string // alias of a registry that the workspace's settings name: name@alias:1.2.3
}

// parse reads a key of "packages" or "snapshots".
func (k pnpmKeys) parse(key string) pnpmID {
	if k >= pnpmSnapshotKeys {
		return parseSnapshotKey(withoutSuffix(key))
	}
	host, path, _ := strings.Cut(key, "/")
	if strings.HasPrefix(key, "file:") || strings.HasPrefix(key, "link:") {
		return pnpmID{ref: key}
	}
	name, version := cutPnpmPath(path, k)
	if npm.CheckName(name) != nil || !isVersion(version) {
		return pnpmID{ref: key}
	}
	return pnpmID{name: name, version: version, host: host}
}

// cutPnpmPath splits "name/1.2.3_peers" or "name@1.2.3(peers)".
func cutPnpmPath(path string, k pnpmKeys) (name, version string) {
	scope := 0
	if strings.HasPrefix(path, "@") {
		scope = strings.IndexByte(path, '/') + 1
	}
	if k == pnpmAtKeys {
		at := strings.IndexByte(path[scope:], '@')
		if at < 0 {
			return path, ""
		}
		return path[:scope+at], withoutPeers(path[scope+at+1:])
	}
	slash := strings.IndexByte(path[scope:], '/')
	if slash < 0 {
		return path, ""
	}
	version = path[scope+slash+1:]
	if end := strings.IndexAny(version, "_/("); end >= 0 {
		version = version[:end]
	}
	return path[:scope+slash], version
}

// parseSnapshotKey reads "name@1.2.3", "name@file:dir" and the like.
func parseSnapshotKey(key string) pnpmID {
	at := strings.IndexByte(key[min(1, len(key)):], '@') + 1
	if at < 1 {
		return pnpmID{ref: key}
	}
	id := pnpmID{name: key[:at]}
	rest := key[at+1:]
	switch alias, version, ok := strings.Cut(rest, ":"); {
	case isVersion(rest):
		id.version = rest
	case ok && isVersion(version) && pnpmAlias.MatchString(alias) && !pnpmProtocols[alias]:
		id.version, id.registry = version, alias
	default:
		id.ref = rest
	}
	return id
}

// pnpmAlias matches the aliases of registries, which pnpm knows since 11.20;
// pnpmProtocols are the prefixes that mean something else.
var pnpmAlias = regexp.MustCompile(`^[A-Za-z][\w.-]*$`)

var pnpmProtocols = map[string]bool{
	"bitbucket": true, "catalog": true, "custom": true, "file": true, "git": true, "github": true,
	"gitlab": true, "http": true, "https": true, "jsr": true, "link": true, "npm": true,
	"runtime": true, "ssh": true, "workspace": true,
}

func isVersion(text string) bool {
	_, err := npm.ParseVersion(text)
	return err == nil
}

// withoutPeers cuts a version at its peers: "1.2.3(peer@2.0.0)".
func withoutPeers(version string) string {
	version, _, _ = strings.Cut(version, "(")
	return version
}

// withoutSuffix removes the balanced groups at the end of a key: its patch's
// hash and its peers. A path may hold brackets of its own.
func withoutSuffix(key string) string {
	for strings.HasSuffix(key, ")") {
		begin := openingBracket(key)
		if begin <= 0 {
			return key
		}
		key = key[:begin]
	}
	return key
}

// openingBracket returns the position of the bracket that the last one closes,
// or -1.
func openingBracket(text string) int {
	open := 0
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case ')':
			open++
		case '(':
			open--
		}
		if open == 0 {
			return i
		}
	}
	return -1
}

// key returns the key that a dependency refers to; ref is its version text.
func (k pnpmKeys) key(name, ref string) string {
	if k < pnpmSnapshotKeys {
		if strings.HasPrefix(ref, "file:") || strings.Contains(withoutPeers(ref), "/") {
			return ref
		}
		if k == pnpmSlashKeys {
			return "/" + name + "/" + ref
		}
		return "/" + name + "@" + ref
	}
	at := strings.IndexByte(ref, '@')
	if end := strings.IndexAny(ref, ":("); at < 0 || at > 0 && end >= 0 && end < at {
		return name + "@" + ref
	}
	return ref
}

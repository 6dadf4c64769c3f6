package check

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

var insecureURL = &Check{
	ID:    "insecure-url",
	Title: "an address in the lockfile is not https or holds credentials",
	Doc: `What is fetched without TLS can be replaced on the way, and a hash in the same lockfile only helps if there is one.
Credentials in a lockfile are published with the repository; they are never printed here, but the lockfile has them.

Change the address to https. Revoke a credential that was in a lockfile; in .npmrc it can be taken from the environment.`,
	Level:     Error,
	AnySource: true,
	Entry: func(p *Pass) {
		if isPlainHTTP(p.Registry) {
			p.Report("its registry is asked over http, so what it says can be changed on the way", "configure the registry with https")
		}
		u, err := parseAddress(p.Entry.Resolved)
		if err != nil {
			p.Report("has an address that cannot be read", writeAgain)
			return
		}
		if u.Host == "" {
			return
		}
		scheme := strings.TrimPrefix(strings.ToLower(u.Scheme), "git+")
		if scheme == "http" || scheme == "git" || scheme == "ftp" {
			p.Report(fmt.Sprintf("is fetched over %s, which anyone on the way can change", scheme), "use https")
		}
		if carriesCredential(u, scheme) {
			p.Report("has credentials in its address", "revoke them, and remove them from the lockfile")
		}
	},
}

// scpLike matches the addresses of git in which a colon parts host and path.
// Yarn writes them with a scheme in front, which is no valid URL.
var scpLike = regexp.MustCompile(`^(?:(?:git\+)?ssh://)?([^/?#@]+@[^/?#@:]+):`)

func parseAddress(resolved string) (*url.URL, error) {
	if u, err := url.Parse(resolved); err == nil {
		return u, nil
	}
	return url.Parse(scpLike.ReplaceAllString(resolved, "ssh://$1/"))
}

// isPlainHTTP reports whether a registry is reached without TLS over a network.
func isPlainHTTP(registry string) bool {
	u, err := url.Parse(registry)
	if err != nil || u.Scheme != "http" {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() != "localhost" && (err != nil || !addr.IsLoopback())
}

// carriesCredential reports whether an address has a user or password in it.
// The user of ssh is no secret, nor is the name "git"; any other user may be
// a token.
func carriesCredential(u *url.URL, scheme string) bool {
	if u.User == nil {
		return false
	}
	_, password := u.User.Password()
	return password || scheme != "ssh" && u.User.Username() != "git"
}

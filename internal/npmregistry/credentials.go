package npmregistry

import (
	"encoding/base64"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// secret is a credential, or a part of one. It prints as nothing.
type secret string

// String hides the secret.
func (secret) String() string { return "[secret]" }

// GoString hides the secret.
func (secret) GoString() string { return "[secret]" }

// setCredential stores a key such as "//host/path/:_authToken". A value with a
// variable that is not set counts as none: npm would send the text "${NAME}",
// which the npm registry answers with 401 even for public packages.
func (c *Config) setCredential(at *setting) error {
	text, err := at.text()
	if err != nil {
		return err
	}
	if hasVariable(text) {
		text = ""
	}
	if strings.HasSuffix(at.key, ":_password") {
		if text, err = decodePassword(text); err != nil {
			return at.errorf("is not base64")
		}
	}
	c.credentials[at.key] = secret(text)
	return nil
}

// decodePassword reads base64 as Node does, with or without padding.
func decodePassword(text string) (string, error) {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	return string(raw), err
}

// authorize adds the credential for a request's address, if there is one and
// the way there can be trusted: https, or a connection that stays on this
// machine. Only the request's own host and path decide; it reports whether a
// credential was added.
func (c *Config) authorize(req *http.Request) bool {
	if c == nil || req.URL.Scheme != "https" && !isLoopback(req.URL.Hostname()) {
		return false
	}
	header := c.credentialFor(req.URL)
	if header == "" {
		return false
	}
	req.Header.Set("Authorization", string(header))
	return true
}

// credentialFor returns the Authorization header for an address. npm tries the
// whole path first and then takes one segment or one slash off its end at a
// time, so that the longest key wins and "//host/a" is no prefix of "//host/ab".
func (c *Config) credentialFor(u *url.URL) secret {
	key := "//" + strings.ToLower(u.Host) + u.EscapedPath()
	for len(key) > len("//") {
		if header := c.credentialAt(key); header != "" {
			return header
		}
		if trimmed, ok := strings.CutSuffix(key, "/"); ok {
			key = trimmed
		} else {
			key = key[:strings.LastIndexByte(key, '/')+1]
		}
	}
	return ""
}

// credentialAt returns the header of the credentials at one key. Their order
// is npm's.
func (c *Config) credentialAt(key string) secret {
	if token := c.credentials[key+":_authToken"]; token != "" {
		return "Bearer " + token
	}
	if basic := c.credentials[key+":_auth"]; basic != "" {
		return "Basic " + basic
	}
	user, password := c.credentials[key+":username"], c.credentials[key+":_password"]
	if user == "" || password == "" {
		return ""
	}
	pair := string(user + ":" + password)
	return secret("Basic " + base64.StdEncoding.EncodeToString([]byte(pair)))
}

// tokenKey returns the key of .npmrc that would hold a registry's token.
func tokenKey(registry string) string {
	_, rest, _ := strings.Cut(registry, ":")
	return rest + ":_authToken"
}

// isLoopback reports whether a host is this machine without asking the DNS,
// which others may control.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// sameOrigin reports whether two addresses have the same scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

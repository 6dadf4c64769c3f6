package npmregistry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	maxRedirects       = 5
	maxResponseHeaders = 64 << 10
	handshakeTimeout   = 10 * time.Second
	// headerTimeout bounds the wait for an answer to begin. Registries that
	// pull from another one take seconds for a package they do not have yet.
	headerTimeout = 60 * time.Second
)

// errRedirect is the reason why a redirect was not followed.
var errRedirect = errors.New("refusing a redirect")

// transport returns what carries requests for a configuration. It begins with
// a copy of http.DefaultTransport, so that tests can replace the dialer there.
func (c *Config) transport(connections int) *http.Transport {
	t := &http.Transport{ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute}
	if standard, ok := http.DefaultTransport.(*http.Transport); ok {
		t = standard.Clone()
	}
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.Proxy = nil
	if c != nil {
		t.TLSClientConfig.RootCAs = c.roots
		t.Proxy = func(req *http.Request) (*url.URL, error) { return c.proxies.forURL(req.URL), nil }
	}
	t.TLSHandshakeTimeout = handshakeTimeout
	t.ResponseHeaderTimeout = headerTimeout
	t.MaxResponseHeaderBytes = maxResponseHeaders
	t.MaxIdleConns = 0
	t.MaxIdleConnsPerHost = connections
	return t
}

// checkRedirect lets a registry send a request on to https, or from http to
// another path of the same host. The credential of the registry stays behind;
// it is looked up anew for the new path while no other host was involved.
func (c *Config) checkRedirect(req *http.Request, via []*http.Request) error {
	left := slices.ContainsFunc(via, func(hop *http.Request) bool { return !sameOrigin(hop.URL, req.URL) })
	req.Header.Del("Authorization")
	req.Header.Del("Referer")
	switch {
	case len(via) > maxRedirects:
		return fmt.Errorf("%w: more than %d in a row", errRedirect, maxRedirects)
	case !left:
		c.authorize(req)
		return nil
	case req.URL.Scheme == "https":
		return nil
	}
	return fmt.Errorf("%w to an address that is not https", errRedirect)
}

// setRoots takes certificate authorities from the text of a setting. As in
// npm they replace the system's.
func (c *Config) setRoots(at *setting) error {
	pem := strings.Join(at.values, "\n")
	if pem == "" || pem == "null" {
		c.roots = nil
		return nil
	}
	// In quotes \n is a line end already; without them npm's users write it too.
	return c.addRoots(at, strings.ReplaceAll(pem, `\n`, "\n"))
}

// setRootsFile takes certificate authorities from a file. As in npm a file that
// does not exist changes nothing.
func (c *Config) setRootsFile(at *setting, sources Sources) error {
	path, err := at.text()
	if err != nil || path == "" {
		return err
	}
	pem, err := readSmallFile(sources.path(path))
	if err != nil {
		return at.errorf("cannot be read: %w", err)
	}
	if len(pem) == 0 {
		return nil
	}
	return c.addRoots(at, string(pem))
}

func (c *Config) addRoots(at *setting, pem string) error {
	c.roots = x509.NewCertPool()
	if !c.roots.AppendCertsFromPEM([]byte(pem)) {
		return at.errorf("holds no certificate in PEM form")
	}
	return nil
}

// systemRootsAnd adds a file to the system's certificate authorities, as Node
// does with NODE_EXTRA_CA_CERTS. Without a file it returns nil, which stands for
// the system's alone.
func systemRootsAnd(file string) (*x509.CertPool, error) {
	pem, err := readSmallFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading NODE_EXTRA_CA_CERTS: %w", err)
	}
	if len(pem) == 0 {
		return nil, nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("reading the system's certificate authorities: %w", err)
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("reading NODE_EXTRA_CA_CERTS: the file holds no certificate in PEM form")
	}
	return roots, nil
}

package npmregistry

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// ErrWrongHash says that a registry sent another tarball than the one asked for.
var ErrWrongHash = errors.New("the tarball does not have the expected hash")

// hashers makes the hashes that a tarball can be verified by. Two files that
// share an md5 hash are made in seconds, so that one proves nothing.
var hashers = map[string]func() hash.Hash{
	"sha512": sha512.New, "sha384": sha512.New384, "sha256": sha256.New, "sha1": sha1.New,
}

// Tarball fetches a tarball and reads it while it arrives. As in npm one of the
// strongest hashes of want has to match; without any hash nothing is fetched.
// Credentials are sent where the configuration has some for the address.
//
// The error is an *Error. It wraps ErrWrongHash if the bytes are not those
// wanted, whatever they are, and ErrTarball if the bytes are those wanted but cannot be
// judged.
func (c *Client) Tarball(ctx context.Context, address string, want npm.Integrity) (*Tarball, error) {
	req, err := c.tarballRequest(address)
	if err != nil {
		return nil, &Error{Name: "a tarball", Registry: "a registry", Err: err}
	}
	want = want.Strongest()
	for _, h := range want {
		if t := c.Cache.loadTarball(h); t != nil {
			return t, nil
		}
	}
	t, status, err := c.tarball(ctx, req, want)
	if err != nil {
		registry, name := tarballNames(req.URL)
		return nil, &Error{Registry: registry, Name: name, Status: status, Err: err}
	}
	return t, nil
}

func (c *Client) tarball(ctx context.Context, req *http.Request, want npm.Integrity) (*Tarball, int, error) {
	if len(want) == 0 || hashers[want[0].Algorithm] == nil {
		return nil, 0, errors.New("there is no hash to verify the tarball by")
	}
	registry, _ := tarballNames(req.URL)
	var t *Tarball
	var verified npm.Hash
	status, err := c.get(ctx, req, maxTarball+1, func(res *http.Response) (err error) {
		if err := statusError(res.StatusCode, registry); err != nil {
			return err
		}
		if res.StatusCode == http.StatusNotModified {
			return errors.New("status 304 to a request that had no condition")
		}
		t, verified, err = readVerified(res.Body, want)
		return err
	})
	if err != nil {
		return nil, status, err
	}
	_ = c.Cache.storeTarball(verified, t) // a loss costs the next run some time, no more
	return t, status, nil
}

// tarballRequest makes a request for a tarball. Its errors do not repeat the
// address, which may hold a credential.
func (c *Client) tarballRequest(address string) (*http.Request, error) {
	req, err := c.request(address)
	switch {
	case err != nil:
		return nil, errors.New("the tarball's address cannot be parsed")
	case req.URL.User != nil:
		return nil, errors.New("the tarball's address holds credentials")
	case req.URL.Host == "", req.URL.Scheme != "https" && (req.URL.Scheme != "http" || !isLoopback(req.URL.Hostname())):
		return nil, errors.New("the tarball's address is not https, so anybody on the way could answer")
	}
	req.URL.Fragment = ""
	req.Header.Set("Accept", "*/*")
	c.Config.authorize(req)
	return req, nil
}

// tarballNames returns the registry and the package, as errors name them. The
// query of an address may be a signature and so a credential; it is left out.
func tarballNames(u *url.URL) (registry, name string) {
	plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	if t, ok := npm.ParseTarballURL(plain.String()); ok {
		return t.Registry, t.ID.String()
	}
	plain.Path = "/"
	return plain.String(), strings.TrimPrefix(u.Path, "/")
}

// readVerified reads a tarball of which one hash has to match; all are of one
// algorithm. A tarball that cannot be read is hashed to its end all the same:
// only then can be said whose fault that is.
func readVerified(r io.Reader, want npm.Integrity) (*Tarball, npm.Hash, error) {
	hash := hashers[want[0].Algorithm]()
	t, err := ReadTarball(io.TeeReader(r, hash))
	if _, errRest := io.Copy(hash, r); errRest != nil {
		return nil, npm.Hash{}, fmt.Errorf("reading the tarball: %w", errRest)
	}
	got := npm.Hash{
		Algorithm: want[0].Algorithm,
		Digest:    base64.StdEncoding.EncodeToString(hash.Sum(nil)),
	}
	for _, h := range want {
		if h == got {
			return t, got, err
		}
	}
	return nil, got, fmt.Errorf("%w: got %s, want %s", ErrWrongHash, got, want)
}

package npmregistry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/install-gate/gate/internal/npm"
)

// Two endpoints of the npm registry answer with what can be verified:
//
//	GET /-/npm/v1/attestations/NAME@VERSION  {"attestations": [{"predicateType": …, "bundle": …}]}
//	GET /-/npm/v1/keys                       {"keys": [{"keyid": …, "key": …, "expires": …}]}
//
// A packument also names the first one in "dist.attestations.url", with the host
// of the npm registry even where a mirror serves it; that address is not used.
// Mirrors and private registries often answer 404 to both.

// Bounds after decompression, in bytes. An answer of the npm registry about a
// version is some ten kilobytes, its keys are less than one.
const (
	maxAttestations = 4 << 20
	maxKeys         = 256 << 10
)

// Attestations asks for what is attested of a version and returns the answer as
// it is. The error is an *Error, which wraps ErrNotFound if there is nothing.
func (c *Client) Attestations(ctx context.Context, id npm.ID) ([]byte, error) {
	registry := c.RegistryFor(id.Name)
	if err := npm.CheckName(id.Name); err != nil {
		return nil, &Error{Registry: registry, Name: id.String(), Err: err}
	}
	path := "-/npm/v1/attestations/" + npm.EscapeName(id.Name) + "@" + url.PathEscape(id.Version)
	return c.answer(ctx, registry, path, "the attestations of "+id.String(), maxAttestations)
}

// Keys asks the registry of a package for the keys that it signs with and
// returns the answer as it is. The error is an *Error, which wraps ErrNotFound
// if the registry has none.
func (c *Client) Keys(ctx context.Context, name string) ([]byte, error) {
	return c.answer(ctx, c.RegistryFor(name), "-/npm/v1/keys", "its signing keys", maxKeys)
}

// answer asks a registry for a document; what names it in errors.
func (c *Client) answer(ctx context.Context, registry, path, what string, limit int64) ([]byte, error) {
	req, err := c.request(registry + path)
	if err != nil {
		return nil, &Error{Registry: registry, Name: what, Err: err}
	}
	c.Config.authorize(req)
	var body []byte
	status, err := c.get(ctx, req, limit+1, func(res *http.Response) (err error) {
		if err := statusError(res.StatusCode, registry); err != nil {
			return err
		}
		if res.StatusCode == http.StatusNotModified {
			return errors.New("status 304 to a request that had no condition")
		}
		body, err = io.ReadAll(res.Body)
		return err
	})
	if err != nil {
		return nil, &Error{Registry: registry, Name: what, Status: status, Err: err}
	}
	return body, nil
}

package npmregistry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/retry"
)

const (
	// maxDocument bounds a packument after decompression. The largest on the
	// npm registry are below 40 MB.
	maxDocument = 128 << 20
	// attemptTimeout bounds one request with its body.
	attemptTimeout = 3 * time.Minute

	defaultConcurrency = 16
	defaultUserAgent   = "gate (+https://github.com/install-gate/gate)"
)

// errTooLarge says that a body is beyond its bound.
var errTooLarge = errors.New("the answer is too large")

// Client asks npm registries. The zero Client asks the default registry without
// credentials. Its methods may be called from several goroutines; its fields
// must not change after the first call.
type Client struct {
	// Config says which registry is asked and how; nil is npm's default.
	Config *Config
	// Transport carries the requests; nil stands for one that follows Config's
	// proxies and certificate authorities.
	Transport http.RoundTripper
	// Cache keeps packuments and facts of tarballs between runs; empty is none.
	Cache DirCache
	// Concurrency bounds the requests under way at one time; 0 stands for 16.
	Concurrency int
	// UserAgent replaces the name by which registries know the program.
	UserAgent string
	// MaxAttempts bounds how often a request that failed for a passing reason
	// is sent in all; 0 stands for 4.
	MaxAttempts int
	// Now is the clock for dates in Retry-After and for the deadline; nil is
	// time.Now.
	Now func() time.Time
	// Sleep waits between attempts and returns early with the context's error;
	// nil waits for the duration.
	Sleep func(ctx context.Context, d time.Duration) error

	once  sync.Once
	http  *http.Client
	slots chan struct{}
}

// init fills in what the zero values stand for.
func (c *Client) init() {
	c.once.Do(func() {
		n := cmp.Or(max(c.Concurrency, 0), defaultConcurrency)
		c.slots = make(chan struct{}, n)
		c.http = &http.Client{Transport: c.Transport, CheckRedirect: c.Config.checkRedirect}
		if c.Transport == nil {
			c.http.Transport = c.Config.transport(n)
		}
	})
}

// RegistryFor returns the address of the registry that npm would ask for a
// package, with a slash at its end.
func (c *Client) RegistryFor(name string) string { return c.Config.RegistryFor(name) }

// Packument asks for a package's document. The error is an *Error, which wraps
// ErrNotFound if the registry has no such package and ErrUnauthorized if it
// wants a credential.
func (c *Client) Packument(ctx context.Context, name string) (*Packument, error) {
	registry := c.RegistryFor(name)
	doc, status, err := c.packument(ctx, registry, name)
	if err != nil {
		return nil, &Error{Registry: registry, Name: name, Status: status, Err: err}
	}
	return doc, nil
}

func (c *Client) packument(ctx context.Context, registry, name string) (*Packument, int, error) {
	if err := npm.CheckName(name); err != nil {
		return nil, 0, err
	}
	req, err := c.request(registry + npm.EscapeName(name))
	if err != nil {
		return nil, 0, err
	}
	key := cacheKey{url: req.URL.String(), authorized: c.Config.authorize(req)}
	cached, known := c.Cache.load(key)
	known.condition(req.Header)

	var doc *Packument
	var fresh validators
	status, err := c.get(ctx, req, maxDocument, func(res *http.Response) error {
		if err := statusError(res.StatusCode, registry); err != nil {
			return err
		}
		if res.StatusCode == http.StatusNotModified {
			doc = cached
			return nil
		}
		fresh = validatorsOf(res.Header)
		doc, err = DecodePackument(res.Body)
		return err
	})
	switch {
	case err != nil:
		return nil, status, err
	case doc == nil:
		return nil, status, errors.New("status 304 to a request that had no condition")
	case doc.Name != name:
		return nil, status, fmt.Errorf("the answer is about another package, %q", doc.Name)
	case doc != cached:
		_ = c.Cache.store(key, doc, fresh) // a loss costs the next run some time, no more
	}
	return doc, status, nil
}

// request makes a GET without credentials.
func (c *Client) request(address string) (*http.Request, error) {
	target, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the registry's address cannot be parsed")
	}
	req := &http.Request{Method: http.MethodGet, URL: target, Host: target.Host, Header: http.Header{}}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", cmp.Or(c.UserAgent, defaultUserAgent))
	return req, nil
}

// do sends a request once and hands the answer to read, whose error it
// returns. The body is decompressed, ends with an error beyond the limit, and
// is closed afterwards. Errors that may pass are marked for package retry.
func (c *Client) do(ctx context.Context, req *http.Request, limit int64, read func(*http.Response) error) (status int, err error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	attempt, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	res, err := c.http.Do(req.Clone(attempt))
	if err != nil {
		return 0, retry.Connection(ctx, err, errRedirect)
	}
	defer res.Body.Close()
	if err := c.retries().Busy(res); err != nil {
		return res.StatusCode, err
	}
	body := &boundedBody{ReadCloser: res.Body, left: limit}
	res.Body = body
	err = read(res)
	if err != nil && body.err != nil {
		return res.StatusCode, retry.Connection(ctx, body.err, errRedirect)
	}
	return res.StatusCode, err
}

// boundedBody ends a body with errTooLarge beyond its bound, and remembers an
// error of the connection, which a parser may wrap or hide.
type boundedBody struct {
	io.ReadCloser
	left int64
	err  error
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

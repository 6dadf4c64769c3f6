package npmregistry

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// The wait before attempt n+1 is drawn evenly from 0 to firstBackoff·2ⁿ⁻¹, at
	// most maxBackoff, so that clients which failed together do not come back
	// together.
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 10 * time.Second
	// maxRetryAfter bounds the wait that a server may ask for.
	maxRetryAfter = 30 * time.Second
)

// transientError is a failure that may pass.
type transientError struct {
	err   error
	after time.Duration // the least wait, as the server asks for; 0 if it does not
}

func (e *transientError) Error() string { return e.err.Error() }
func (e *transientError) Unwrap() error { return e.err }

// get sends a request until an attempt ends with an answer or with an error that
// will not pass, at most MaxAttempts times. A body is at most limit bytes long.
// It returns the last status.
func (c *Client) get(ctx context.Context, req *http.Request, limit int64, read func(*http.Response) error) (status int, err error) {
	c.init()
	attempts := cmp.Or(max(c.MaxAttempts, 0), defaultMaxAttempts)
	for n := 1; ; n++ {
		status, err = c.do(ctx, req, limit, read)
		passing, ok := errors.AsType[*transientError](err)
		if !ok {
			return status, err
		}
		if n == attempts {
			return status, fmt.Errorf("%w, %d times", passing.err, n)
		}
		backoff := min(firstBackoff<<min(n-1, 10), maxBackoff)
		wait := max(rand.N(backoff), min(passing.after, maxRetryAfter))
		if deadline, ok := ctx.Deadline(); ok && c.now().Add(wait).After(deadline) {
			return status, fmt.Errorf("%w, and no time is left to try again", passing.err)
		}
		if err := c.sleep(ctx, wait); err != nil {
			return status, err
		}
	}
}

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isTransient reports whether a status says that the server may answer later.
func isTransient(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500
}

// retryAfter reads how long a server asks to wait: seconds or a date. It is 0
// if it does not ask, or for nonsense.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// connectionError judges an error of a connection. It drops the address that
// net/http adds: after a redirect that may be a signed one, so a credential.
func connectionError(ctx context.Context, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_, badCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	dns, isDNS := errors.AsType[*net.DNSError](err)
	if badCertificate || isDNS && dns.IsNotFound || errors.Is(err, errRedirect) {
		return err
	}
	return &transientError{err: err}
}

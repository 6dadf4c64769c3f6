// Package retry repeats HTTP requests that can be repeated without harm: those
// that failed for a reason that may pass, a few times, with a growing random
// wait, and never past the caller's deadline.
package retry

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
	// DefaultAttempts is how often a request is sent in all.
	DefaultAttempts = 4

	// FirstBackoff is the most that Do waits of its own accord after the first
	// attempt. The wait before attempt n+1 is drawn evenly from 0 to
	// FirstBackoff·2ⁿ⁻¹, at most maxBackoff, so that clients which failed together
	// do not come back together.
	FirstBackoff = 500 * time.Millisecond
	maxBackoff   = 10 * time.Second
	// MaxRetryAfter bounds the wait that a server may ask for.
	MaxRetryAfter = 30 * time.Second
)

// Policy says how to repeat. The zero Policy is ready to use.
type Policy struct {
	// Attempts bounds how often Do tries; 0 stands for DefaultAttempts.
	Attempts int
	// Now is the clock for the deadline and for dates in Retry-After; nil is
	// time.Now.
	Now func() time.Time
	// Sleep waits between attempts and returns early with the context's error;
	// nil waits for the duration.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Do calls try until it ends with success or with an error that will not pass.
// Only errors of Connection and Busy may pass; the error that Do returns does
// not.
func (p Policy) Do(ctx context.Context, try func() error) error {
	attempts := cmp.Or(max(p.Attempts, 0), DefaultAttempts)
	for n := 1; ; n++ {
		err := try()
		passing, ok := errors.AsType[*transientError](err)
		if !ok {
			return err
		}
		if n == attempts {
			return fmt.Errorf("%w, %d times", passing.err, n)
		}
		backoff := min(FirstBackoff<<min(n-1, 10), maxBackoff)
		wait := max(rand.N(backoff), min(passing.after, MaxRetryAfter))
		if deadline, ok := ctx.Deadline(); ok && p.now().Add(wait).After(deadline) {
			return fmt.Errorf("%w, and no time is left to try again", passing.err)
		}
		if err := p.sleep(ctx, wait); err != nil {
			return err
		}
	}
}

func (p Policy) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

func (p Policy) sleep(ctx context.Context, d time.Duration) error {
	if p.Sleep != nil {
		return p.Sleep(ctx, d)
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

// transientError is a failure that may pass.
type transientError struct {
	err   error
	after time.Duration // the least wait, as the server asks for; 0 if it does not
}

func (e *transientError) Error() string { return e.err.Error() }
func (e *transientError) Unwrap() error { return e.err }

// Busy returns an error that may pass if the status says that the server may
// answer later, no earlier than it asks for; nil for any other status.
func (p Policy) Busy(res *http.Response) error {
	switch status := res.StatusCode; {
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status >= 500:
		return &transientError{fmt.Errorf("unexpected status %d", status), retryAfter(res.Header, p.now())}
	}
	return nil
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

// Connection judges an error of a connection. It drops the address that
// net/http adds, which may hold a credential. A certificate that is wrong, a
// name that does not exist and the errors in final will not pass.
func Connection(ctx context.Context, err error, final ...error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_, badCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	dns, isDNS := errors.AsType[*net.DNSError](err)
	if badCertificate || isDNS && dns.IsNotFound {
		return err
	}
	for _, f := range final {
		if errors.Is(err, f) {
			return err
		}
	}
	return &transientError{err: err}
}

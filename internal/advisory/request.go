package advisory

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	maxAttempts    = 4
	attemptTimeout = time.Minute // one request with its answer
	// The wait before attempt n+1 is drawn evenly from 0 to firstBackoff·2ⁿ⁻¹, so
	// that clients which failed together do not come back together.
	firstBackoff = 500 * time.Millisecond
	// maxRetryAfter bounds the wait that a server may ask for.
	maxRetryAfter = 30 * time.Second

	defaultUserAgent = "gate (+https://github.com/install-gate/gate)"
)

var (
	errNotFound = errors.New("status 404")
	errTooLarge = errors.New("the answer is too large")
)

// transientError is a failure that may pass.
type transientError struct {
	err   error
	after time.Duration // the least wait, as the server asks for; 0 if it does not
}

func (e *transientError) Error() string { return e.err.Error() }
func (e *transientError) Unwrap() error { return e.err }

// request is a question that can be asked again without harm.
type request struct {
	method, path string
	body         []byte
	limit        int64 // of the answer, in bytes after decompression
}

// send asks until an attempt ends with an answer or with an error that will not
// pass, at most maxAttempts times.
func (a *API) send(ctx context.Context, r request) ([]byte, error) {
	for n := 1; ; n++ {
		data, err := a.attempt(ctx, r)
		passing, ok := errors.AsType[*transientError](err)
		if !ok {
			return data, err
		}
		if n == maxAttempts {
			return nil, fmt.Errorf("%w, %d times", passing.err, n)
		}
		wait := max(rand.N(firstBackoff<<(n-1)), min(passing.after, maxRetryAfter))
		if deadline, ok := ctx.Deadline(); ok && a.now().Add(wait).After(deadline) {
			return nil, fmt.Errorf("%w, and no time is left to try again", passing.err)
		}
		if err := a.sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

func (a *API) attempt(ctx context.Context, r request) ([]byte, error) {
	attempt, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(attempt, r.method, a.address(r.path), bytes.NewReader(r.body))
	if err != nil {
		return nil, errors.New("the address of the OSV API cannot be parsed")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", cmp.Or(a.UserAgent, defaultUserAgent))
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := a.client().Do(req)
	if err != nil {
		return nil, connectionError(ctx, err)
	}
	defer res.Body.Close()
	if err := a.statusError(res); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, r.limit+1))
	if err != nil {
		return nil, connectionError(ctx, err)
	}
	if int64(len(data)) > r.limit {
		return nil, errTooLarge
	}
	return data, nil
}

// client returns one that does not follow redirects: a query names the packages
// of a project, and that goes to nobody else.
func (a *API) client() *http.Client {
	client := *cmp.Or(a.HTTP, http.DefaultClient)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

func (a *API) statusError(res *http.Response) error {
	status := res.StatusCode
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusNotFound:
		return errNotFound
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status >= 500:
		return &transientError{fmt.Errorf("status %d", status), retryAfter(res.Header, a.now())}
	}
	return fmt.Errorf("unexpected status %d", status)
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
// net/http adds, which may hold a password.
func connectionError(ctx context.Context, err error) error {
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
	return &transientError{err: err}
}

func (a *API) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

func (a *API) sleep(ctx context.Context, d time.Duration) error {
	if a.Sleep != nil {
		return a.Sleep(ctx, d)
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

package advisory

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/install-gate/gate/internal/retry"
)

const (
	attemptTimeout   = time.Minute // one request with its answer
	defaultUserAgent = "gate (+https://github.com/install-gate/gate)"
)

var (
	errNotFound = errors.New("status 404")
	errTooLarge = errors.New("the answer is too large")
)

// request is a question that can be asked again without harm.
type request struct {
	method, path string
	body         []byte
	limit        int64 // of the answer, in bytes after decompression
}

// send asks until an attempt ends with an answer or with an error that will not
// pass.
func (a *API) send(ctx context.Context, r request) (data []byte, err error) {
	err = a.retries().Do(ctx, func() (err error) {
		data, err = a.attempt(ctx, r)
		return err
	})
	return data, err
}

func (a *API) retries() retry.Policy { return retry.Policy{Now: a.Now, Sleep: a.Sleep} }

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
		return nil, retry.Connection(ctx, err)
	}
	defer res.Body.Close()
	if err := a.statusError(res); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, r.limit+1))
	if err != nil {
		return nil, retry.Connection(ctx, err)
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
	switch res.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusNotFound:
		return errNotFound
	}
	return cmp.Or(a.retries().Busy(res), fmt.Errorf("unexpected status %d", res.StatusCode))
}

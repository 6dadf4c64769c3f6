package npmregistry

import (
	"context"
	"net/http"

	"github.com/install-gate/gate/internal/retry"
)

// retries says how the client repeats requests.
func (c *Client) retries() retry.Policy {
	return retry.Policy{Attempts: c.MaxAttempts, Now: c.Now, Sleep: c.Sleep}
}

// get sends a request until an attempt ends with an answer or with an error that
// will not pass, at most MaxAttempts times. A body is at most limit bytes long.
// It returns the last status.
func (c *Client) get(ctx context.Context, req *http.Request, limit int64, read func(*http.Response) error) (status int, err error) {
	c.init()
	err = c.retries().Do(ctx, func() (err error) {
		status, err = c.do(ctx, req, limit, read)
		return err
	})
	return status, err
}

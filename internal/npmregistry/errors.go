package npmregistry

import (
	"errors"
	"fmt"
	"net/http"
)

// Sentinels for what callers treat in a way of its own.
var (
	// ErrNotFound says that the registry has no such package.
	ErrNotFound = errors.New("no such package")
	// ErrUnauthorized says that the registry wants a credential, or another one.
	ErrUnauthorized = errors.New("not authorized")
)

// Error says why a registry did not answer. Its text holds no credential.
type Error struct {
	Registry string // the registry's address
	Name     string // the package asked for
	Status   int    // the HTTP status; 0 if there was none
	Err      error
}

// Error names the registry, the package and the reason.
func (e *Error) Error() string {
	return fmt.Sprintf("asking %s for %s: %v", e.Registry, e.Name, e.Err)
}

// Reason is the text without the package and the registry, so that the same
// trouble with many packages can be told once.
func (e *Error) Reason() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// statusError turns a status that is no success into an error; nil for 200 and
// for 304, which answers a conditional request.
func statusError(status int, registry string) error {
	switch {
	case status == http.StatusOK, status == http.StatusNotModified:
		return nil
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusGone:
		// 405 is the npm registry's answer to names that it could never hold,
		// 410 that of mirrors to withdrawn packages.
		return ErrNotFound
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fmt.Errorf("%w, status %d; a token for this registry belongs into .npmrc as %s",
			ErrUnauthorized, status, tokenKey(registry))
	}
	return fmt.Errorf("unexpected status %d", status)
}

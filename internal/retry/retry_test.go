package retry

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"
)

var errDown = errors.New("connection reset")

// waits makes a policy that notes its waits instead of keeping them.
func waits(noted *[]time.Duration) Policy {
	return Policy{
		Now:   func() time.Time { return time.Unix(1000, 0) },
		Sleep: func(_ context.Context, d time.Duration) error { *noted = append(*noted, d); return nil },
	}
}

func TestDo(t *testing.T) {
	final := errors.New("no such name")
	tests := []struct {
		name     string
		failures int
		err      error
		tries    int
		want     error
	}{
		{"success", 0, nil, 1, nil},
		{"success in the end", 2, errDown, 3, nil},
		{"no success", 9, errDown, DefaultAttempts, errDown},
		{"an error that will not pass", 9, final, 1, final},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var noted []time.Duration
			tries := 0
			err := waits(&noted).Do(t.Context(), func() error {
				if tries++; tries > tt.failures {
					return nil
				}
				return Connection(t.Context(), &url.Error{Op: "Get", URL: "https://secret@host/", Err: tt.err}, final)
			})
			if !errors.Is(err, tt.want) || tries != tt.tries || len(noted) != tries-1 {
				t.Errorf("got %v after %d tries and waits %v, want %v after %d", err, tries, noted, tt.want, tt.tries)
			}
			for i, d := range noted {
				if d < 0 || d > FirstBackoff<<i {
					t.Errorf("wait %d is %v", i+1, d)
				}
			}
		})
	}
}

func TestBusy(t *testing.T) {
	for status, busy := range map[int]bool{200: false, 304: false, 404: false, 408: true, 429: true, 500: true, 503: true} {
		err := Policy{}.Busy(&http.Response{StatusCode: status})
		if (err != nil) != busy {
			t.Errorf("status %d: got %v, want busy = %v", status, err, busy)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	tests := []struct {
		text  string
		least time.Duration
	}{
		{"7", 7 * time.Second},
		{"Thu, 01 Jan 1970 00:16:50 GMT", 10 * time.Second},
		{"86400", MaxRetryAfter},
		{"soon", 0},
	}
	for _, tt := range tests {
		var noted []time.Duration
		p := waits(&noted)
		p.Attempts = 2
		err := p.Do(t.Context(), func() error {
			return p.Busy(&http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {tt.text}}})
		})
		if err == nil || len(noted) != 1 || noted[0] < tt.least || noted[0] > max(tt.least, FirstBackoff) {
			t.Errorf("%q: got waits %v and %v, want %v", tt.text, noted, err, tt.least)
		}
	}
}

func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Hour))
	defer cancel()
	var noted []time.Duration
	p := waits(&noted)
	p.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if err := p.Do(ctx, func() error { return Connection(ctx, errDown) }); !errors.Is(err, errDown) || len(noted) > 0 {
		t.Errorf("got %v after waits %v, want no wait past the deadline", err, noted)
	}
}

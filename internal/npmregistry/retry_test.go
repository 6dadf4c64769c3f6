package npmregistry

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/install-gate/gate/internal/retry"
)

func TestClientRetries(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, behaviour string
		least, most     time.Duration
	}{
		{"unavailable", "status 503\ntimes 1", 0, retry.FirstBackoff},
		{"too many requests, seconds", "status 429\ntimes 1\nretry-after 7", 7 * time.Second, 7 * time.Second},
		{"too many requests, date", "status 429\ntimes 1\nretry-after Thu, 01 Jan 2026 00:00:09 GMT", 9 * time.Second, 9 * time.Second},
		{"too long a wait", "status 503\ntimes 1\nretry-after 86400", retry.MaxRetryAfter, retry.MaxRetryAfter},
		{"nonsense", "status 503\ntimes 1\nretry-after soon", 0, retry.FirstBackoff},
		{"cut connection", "truncate 20\ntimes 1", 0, retry.FirstBackoff},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, client := start(t, "-- packuments/p.json --\n"+oneVersion+"\n-- behaviour/p.txt --\n"+tt.behaviour, "")
			var slept []time.Duration
			client.Now = func() time.Time { return now }
			client.Sleep = func(_ context.Context, d time.Duration) error {
				slept = append(slept, d)
				return nil
			}
			if _, err := client.Packument(t.Context(), "p"); err != nil {
				t.Fatal(err)
			}
			if len(slept) != 1 || slept[0] < tt.least || slept[0] > tt.most {
				t.Errorf("waits: got %v, want one from %v to %v", slept, tt.least, tt.most)
			}
		})
	}
}

func TestClientDeadline(t *testing.T) {
	server, client := start(t, "-- behaviour/p.txt --\nstatus 503\nretry-after 20\n", "")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := client.Packument(ctx, "p")
	if err == nil || !strings.Contains(err.Error(), "no time is left") {
		t.Errorf("got %v, want an error about the time", err)
	}
	if got := server.Total(); got != 1 {
		t.Errorf("requests: got %d, want 1", got)
	}
}

func TestClientCancelled(t *testing.T) {
	server, client := start(t, "-- behaviour/p.txt --\nstatus 503\n", "")
	ctx, cancel := context.WithCancel(t.Context())
	client.Sleep = func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}
	if _, err := client.Packument(ctx, "p"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if got := server.Total(); got != 1 {
		t.Errorf("requests: got %d, want 1", got)
	}
}

func TestClientConnectionRefused(t *testing.T) {
	server, client := start(t, "", "")
	server.Close()
	client.MaxAttempts = 2
	_, err := client.Packument(t.Context(), "p")
	if err == nil || !strings.Contains(err.Error(), "2 times") {
		t.Errorf("got %v, want an error after 2 attempts", err)
	}
}

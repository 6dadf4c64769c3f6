package advisory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/retry"
)

// malware is a record, as the server has it, about version 1.0.0 of a package.
func malware(id, name string) string {
	return fmt.Sprintf(`{"id":%q,"modified":"2026-05-19T18:02:36Z","affected":[
		{"package":{"ecosystem":"npm","name":%q},"versions":["1.0.0"],"database_specific":{"cwes":[{"cweId":"CWE-506"}]}}]}`, id, name)
}

func id(name string) npm.ID { return npm.ID{Name: name, Version: "1.0.0"} }

func newServer() *osvServer {
	return &osvServer{
		found: map[string][]string{
			"bad@1.0.0":   {"CVE-2026-1", "GHSA-bad", "GHSA-vuln", "MAL-2026-1", "MAL-2026-2", "OSV-2026-1"},
			"@s/b@1.0.0":  {"GHSA-vuln", "MAL-2026-1"},
			"odd@1.0.0":   {"MAL-odd", "MAL-gone", "MAL-../x", "MAL-other", "MAL-2026-2"},
			"clean@1.0.0": nil,
		},
		records: map[string]string{
			"GHSA-bad":   malware("GHSA-bad", "bad"),
			"GHSA-vuln":  `{"id":"GHSA-vuln","modified":"2026-05-19T18:02:36Z"}`,
			"MAL-2026-1": malware("MAL-2026-1", "bad"),
			"MAL-2026-2": malware("MAL-2026-2", "bad"),
			"MAL-odd":    `{"id":"MAL-odd"`,
			"MAL-other":  malware("MAL-2026-1", "bad"),
		},
	}
}

func ids(records []Record) string {
	var all []string
	for _, r := range records {
		all = append(all, r.ID)
	}
	return strings.Join(all, " ")
}

func TestRecords(t *testing.T) {
	server := newServer()
	api := server.start(t)
	asked := []npm.ID{id("bad"), id("clean"), id("@s/b"), id("bad"), id("odd"), {Name: "bad", Version: "latest"}, {Name: "../x", Version: "1.0.0"}}
	answers, err := api.Records(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"bad": "GHSA-bad MAL-2026-1 MAL-2026-2", "@s/b": "MAL-2026-1", "odd": "MAL-2026-2", "clean": ""} {
		if got := ids(answers[id(name)].Records); got != want {
			t.Errorf("%s: got the records %q, want %q", name, got, want)
		}
	}
	problems := map[npm.ID][]Problem{}
	for id, answer := range answers {
		if answer.Problems != nil {
			problems[id] = answer.Problems
		}
	}
	want := map[npm.ID][]Problem{
		id("odd"): {
			{"MAL-../x", "the record's id holds the character U+002F"},
			{"MAL-gone", "the server names the record but does not have it"},
			{"MAL-odd", "jsontext: unexpected EOF after offset 15"},
			{"MAL-other", "the server answers with MAL-2026-1"},
		},
		{Name: "bad", Version: "latest"}: {{"bad@latest", "not a semantic version: invalid semantic version"}},
		{Name: "../x", Version: "1.0.0"}: {{"../x@1.0.0", "invalid package name: a part is empty or begins with a period"}},
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("the problems differ (-want +got):\n%s", diff)
	}
	if len(answers) != 6 {
		t.Errorf("got %d answers, want one for each of 6 different IDs", len(answers))
	}
	if got := kinds(Match(answers[id("bad")].Records, "bad", "1.0.0", nil)); got != "exact-version exact-version exact-version" {
		t.Errorf("got %q", got)
	}
	slices.Sort(server.requests)
	wantRequests := []string{
		"GET /v1/vulns/GHSA-bad", "GET /v1/vulns/GHSA-vuln", "GET /v1/vulns/MAL-2026-1", "GET /v1/vulns/MAL-2026-2",
		"GET /v1/vulns/MAL-gone", "GET /v1/vulns/MAL-odd", "GET /v1/vulns/MAL-other", "POST 4",
	}
	if diff := cmp.Diff(wantRequests, server.requests); diff != "" {
		t.Errorf("the requests differ (-want +got):\n%s", diff)
	}
}

func TestRecordsAreRemembered(t *testing.T) {
	server := newServer()
	api := server.start(t)
	for range 2 {
		answers, err := api.Records(t.Context(), []npm.ID{id("bad")})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := ids(answers[id("bad")].Records), "GHSA-bad MAL-2026-1 MAL-2026-2"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got, want := len(server.requests), 1+4+1; got != want {
		t.Errorf("got %d requests, want %d: %q", got, want, server.requests)
	}
	answer, known := api.recall(mention{"MAL-2026-1", "2026-05-20T00:00:00Z"})
	if known {
		t.Errorf("got %+v for a record that was modified since", answer)
	}
}

func TestRecordsInBatchesAndPages(t *testing.T) {
	server := newServer()
	server.perPage = 2
	api := server.start(t)
	asked := []npm.ID{id("bad")}
	for i := range 2*maxBatch + 1 {
		asked = append(asked, id(fmt.Sprintf("clean-%d", i)))
	}
	asked = append(asked, id("@s/b"))
	answers, err := api.Records(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ids(answers[id("bad")].Records), "GHSA-bad MAL-2026-1 MAL-2026-2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := ids(answers[id("@s/b")].Records), "MAL-2026-1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	posts := slices.DeleteFunc(server.requests, func(r string) bool { return strings.HasPrefix(r, "GET") })
	if diff := cmp.Diff([]string{"POST 1000", "POST 1000", "POST 3", "POST 1", "POST 1"}, posts); diff != "" {
		t.Errorf("the batches differ (-want +got):\n%s", diff)
	}
}

func TestNothingToAsk(t *testing.T) {
	server := newServer()
	answers, err := server.start(t).Records(t.Context(), nil)
	if err != nil || len(answers) > 0 || len(server.requests) > 0 {
		t.Errorf("got %v, %v after %q, want nothing", answers, err, server.requests)
	}
}

// fails answers the first n requests with a status.
func fails(n, status int, header ...string) func(int, http.ResponseWriter, *http.Request) bool {
	return func(i int, w http.ResponseWriter, _ *http.Request) bool {
		if i > n {
			return false
		}
		for pair := range slices.Chunk(header, 2) {
			w.Header().Set(pair[0], pair[1])
		}
		w.WriteHeader(status)
		return true
	}
}

// says answers every request with a text.
func says(text string) func(int, http.ResponseWriter, *http.Request) bool {
	return func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		fmt.Fprint(w, text)
		return true
	}
}

func TestRecordsErrors(t *testing.T) {
	tests := []struct {
		name   string
		answer func(int, http.ResponseWriter, *http.Request) bool
		want   string
	}{
		{"down for good", fails(99, 503), "status 503, 4 times"},
		{"refused", fails(1, 400), "unexpected status 400"},
		{"not the API", fails(1, 404), "status 404"},
		{"moved away", fails(1, 307, "Location", "http://127.0.0.1:1/"), "unexpected status 307"},
		{"not JSON", says("<html>"), "decoding the answer"},
		{"of another kind", says(`{"results":{}}`), `"/results" is of another kind`},
		{"too few results", says(`{"results":[]}`), "0 results for 1 queries"},
		{"too large", says(`{"results":[{}]}` + strings.Repeat(" ", maxBatchAnswer)), "too large"},
		{"pages without end", says(`{"results":[{"next_page_token":"1"}]}`), "more than 50 pages of records about bad@1.0.0"},
		{"records fail", func(_ int, w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				w.WriteHeader(http.StatusForbidden)
			}
			return r.Method == http.MethodGet
		}, "unexpected status 403"},
		{"too many records", func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprint(w, `{"results":[{"vulns":[{"id":"MAL-0"}`)
			for i := range maxAdvisories {
				fmt.Fprintf(w, `,{"id":"MAL-1-%d"}`, i)
			}
			fmt.Fprint(w, `]}]}`)
			return true
		}, "more than 20000 records"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := newServer()
			server.answer = tt.answer
			answers, err := server.start(t).Records(t.Context(), []npm.ID{id("bad")})
			if err == nil || !strings.Contains(err.Error(), tt.want) || answers != nil {
				t.Errorf("got %v and the error %v, want %q in it", answers, err, tt.want)
			}
			if err != nil && !strings.HasPrefix(err.Error(), "asking 127.0.0.1:") {
				t.Errorf("got %q, which does not say who was asked", err)
			}
		})
	}
}

func TestRetries(t *testing.T) {
	tests := []struct {
		name   string
		answer func(int, http.ResponseWriter, *http.Request) bool
		least  time.Duration // of the first wait
	}{
		{"unavailable", fails(3, 503), 0},
		{"too many requests", fails(1, 429, "Retry-After", "7"), 7 * time.Second},
		{"until a date", fails(1, 429, "Retry-After", built.Add(9*time.Second).Format(http.TimeFormat)), 9 * time.Second},
		{"longer than we wait", fails(1, 503, "Retry-After", "86400"), retry.MaxRetryAfter},
		{"broken connection", func(n int, _ http.ResponseWriter, _ *http.Request) bool {
			if n == 1 {
				panic(http.ErrAbortHandler)
			}
			return false
		}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := newServer()
			server.answer = tt.answer
			answers, err := server.start(t).Records(t.Context(), []npm.ID{id("@s/b")})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := ids(answers[id("@s/b")].Records), "MAL-2026-1"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if len(server.sleeps) == 0 || server.sleeps[0] < tt.least || server.sleeps[0] > max(tt.least, retry.FirstBackoff) {
				t.Errorf("got the waits %v, want %v at first", server.sleeps, tt.least)
			}
		})
	}
}

func TestNoTimeToRetry(t *testing.T) {
	server := newServer()
	server.answer = fails(9, 429, "Retry-After", "20")
	api := server.start(t)
	deadline := time.Now().Add(time.Hour)
	api.Now = func() time.Time { return deadline.Add(-10 * time.Second) }
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	if _, err := api.Records(ctx, []npm.ID{id("bad")}); err == nil || !strings.Contains(err.Error(), "no time is left") {
		t.Errorf("got the error %v", err)
	}
	if len(server.sleeps) > 0 {
		t.Errorf("got the waits %v, want none", server.sleeps)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := newServer()
	server.answer = func(int, http.ResponseWriter, *http.Request) bool { cancel(); return false }
	if _, err := server.start(t).Records(ctx, []npm.ID{id("bad")}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// TestNoCredentialInErrors has an address with a password.
func TestNoCredentialInErrors(t *testing.T) {
	for _, address := range []string{"http://user:hunter2@127.0.0.1:1", "http://user:hunter2@%zz", "http://user:hunter2@[::1"} {
		api := &API{URL: address, Sleep: func(context.Context, time.Duration) error { return nil }}
		_, err := api.Records(t.Context(), []npm.ID{id("bad")})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got the error %v", err)
		}
	}
}

package advisory

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// osvServer is a fake of the OSV API.
type osvServer struct {
	found   map[string][]string // ids of records by name@version
	records map[string]string   // by id
	perPage int                 // ids in one result; 0 for all
	answer  func(n int, w http.ResponseWriter, r *http.Request) bool

	mu       sync.Mutex
	requests []string // "GET /v1/vulns/…", "POST 3" with the number of queries
	sleeps   []time.Duration
}

// start returns an API that asks the server and never really waits.
func (s *osvServer) start(t *testing.T) *API {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &API{URL: server.URL + "/", HTTP: server.Client(), Now: func() time.Time { return built }, Sleep: s.sleep}
}

func (s *osvServer) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sleeps = append(s.sleeps, d)
	return ctx.Err()
}

func (s *osvServer) log(request string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, request)
	return len(s.requests)
}

func (s *osvServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	request := r.Method + " " + r.URL.Path
	var batch struct {
		Queries []query `json:"queries"`
	}
	if r.URL.Path == "/v1/querybatch" {
		if err := json.Unmarshal(body, &batch, json.RejectUnknownMembers(true)); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		request = fmt.Sprintf("%s %d", r.Method, len(batch.Queries))
	}
	if n := s.log(request); s.answer != nil && s.answer(n, w, r) {
		return
	}
	id, single := strings.CutPrefix(r.URL.Path, "/v1/vulns/")
	switch record, known := s.records[id]; {
	case !single:
		s.serveBatch(w, batch.Queries)
	case known:
		fmt.Fprint(w, record)
	default:
		http.NotFound(w, r)
	}
}

func (s *osvServer) serveBatch(w http.ResponseWriter, queries []query) {
	results := make([]string, len(queries))
	for i, q := range queries {
		if q.Package.Ecosystem != "npm" {
			http.Error(w, "Invalid ecosystem", http.StatusBadRequest)
			return
		}
		results[i] = s.result(s.found[q.Package.Name+"@"+q.Version], q.PageToken)
	}
	fmt.Fprintf(w, `{"results":[%s]}`, strings.Join(results, ","))
}

// result pages through ids; the token is the number of those already told.
func (s *osvServer) result(ids []string, token string) string {
	var from int
	fmt.Sscan(token, &from)
	to := len(ids)
	if s.perPage > 0 {
		to = min(from+s.perPage, to)
	}
	if from == to {
		return "{}"
	}
	var vulns []string
	for _, id := range ids[from:to] {
		vulns = append(vulns, fmt.Sprintf(`{"id":%q,"modified":"2026-05-19T18:02:36Z"}`, id))
	}
	next := ""
	if to < len(ids) {
		next = fmt.Sprintf(`,"next_page_token":"%d"`, to)
	}
	return fmt.Sprintf(`{"vulns":[%s]%s}`, strings.Join(vulns, ","), next)
}

package npmregistry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/install-gate/gate/internal/npmregistry/registrytest"
)

const oneVersion = `{"name":"p","versions":{"1.0.0":{"version":"1.0.0","dist":{"tarball":"{{registry}}/p/-/p-1.0.0.tgz"}}}}`

// start runs a registry of the txtar text, and a client that is configured for
// it by an .npmrc in which {{host}} stands for the server's host and port.
func start(t *testing.T, files, npmrc string) (*registrytest.Server, *Client) {
	t.Helper()
	server := registrytest.New(t, registrytest.Archive(txtar.Parse([]byte(files))))
	host := strings.TrimSuffix(strings.TrimPrefix(server.URL, "http://"), "/")
	npmrc = "registry=" + server.URL + "\n" + strings.ReplaceAll(npmrc, "{{host}}", host)
	config, err := loadTest(t, configFiles{user: npmrc})
	if err != nil {
		t.Fatal(err)
	}
	return server, &Client{Config: config, Sleep: func(context.Context, time.Duration) error { return nil }}
}

func TestClientPackument(t *testing.T) {
	server, client := start(t, "-- packuments/p.json --\n"+oneVersion, "")
	doc, err := client.Packument(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	want := &Packument{Name: "p", Versions: map[string]*Manifest{
		"1.0.0": {Version: "1.0.0", Dist: Dist{Tarball: server.URL + "p/-/p-1.0.0.tgz"}},
	}}
	if diff := cmp.Diff(want, doc); diff != "" {
		t.Errorf("Packument (-want +got):\n%s", diff)
	}
}

func TestClientScope(t *testing.T) {
	server, client := start(t, "-- packuments/@s/p.json --\n{\"name\":\"@s/p\"}\n", "")
	if _, err := client.Packument(t.Context(), "@s/p"); err != nil {
		t.Fatal(err)
	}
	if got := server.Requests("/@s%2fp"); got != 1 {
		t.Errorf("requests for /@s%%2fp: got %d, want 1", got)
	}
}

func TestClientErrors(t *testing.T) {
	const document = "-- packuments/p.json --\n" + oneVersion + "\n"
	tests := []struct {
		name     string
		files    string
		want     string
		is       error
		status   int
		requests int
	}{
		{"unknown package", "", "no such package", ErrNotFound, 404, 1},
		{"withdrawn", "-- behaviour/p.txt --\nstatus 410\n", "no such package", ErrNotFound, 410, 1},
		{"method not allowed", "-- behaviour/p.txt --\nstatus 405\n", "no such package", ErrNotFound, 405, 1},
		{"unauthorized", "-- behaviour/p.txt --\nstatus 401\n", "/:_authToken", ErrUnauthorized, 401, 1},
		{"forbidden", "-- behaviour/p.txt --\nstatus 403\n", "/:_authToken", ErrUnauthorized, 403, 1},
		{"teapot", "-- behaviour/p.txt --\nstatus 418\n", "unexpected status 418", nil, 418, 1},
		{"not modified", "-- behaviour/p.txt --\nstatus 304\n", "status 304", nil, 304, 1},
		{"server error", "-- behaviour/p.txt --\nstatus 500\n", "unexpected status 500, 4 times", nil, 500, 4},
		{"web page", "-- packuments/p.json --\n<html>\n-- behaviour/p.txt --\ntype text/html\n", "invalid character", nil, 200, 1},
		{"another package", "-- packuments/p.json --\n{\"name\":\"q\"}\n", `another package, "q"`, nil, 200, 1},
		{"cut connection", document + "-- behaviour/p.txt --\ntruncate 20\n", "4 times", io.ErrUnexpectedEOF, 200, 4},
		{"cut text", "-- packuments/p.json --\n{\"name\":\"p\",\n", "unexpected EOF", nil, 200, 1},
		{"padding", document + "-- behaviour/p.txt --\npad 17000000\n", errWindow.Error(), nil, 200, 1},
		{"redirect to http", "-- behaviour/p.txt --\nredirect http://other.example/p\n", "not https", errRedirect, 0, 1},
		{"endless redirects", "-- behaviour/p.txt --\nredirect /p\n", "more than 5", errRedirect, 0, 6},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server, client := start(t, tt.files, "")
			_, err := client.Packument(t.Context(), "p")
			failure, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("got %v, want an *Error", err)
			}
			if failure.Registry != server.URL || failure.Name != "p" || failure.Status != tt.status {
				t.Errorf("got %+v, want status %d", failure, tt.status)
			}
			if !strings.Contains(failure.Reason(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %q, want %q and %v", err, tt.want, tt.is)
			}
			if got := server.Total(); got != tt.requests {
				t.Errorf("requests: got %d, want %d", got, tt.requests)
			}
		})
	}
}

func TestClientInvalidName(t *testing.T) {
	server, client := start(t, "", "")
	for _, name := range []string{"", "..", "a/b", "@s", "@s/..", "p?write=true"} {
		if _, err := client.Packument(t.Context(), name); err == nil {
			t.Errorf("Packument(%q): got no error", name)
		}
	}
	if got := server.Total(); got != 0 {
		t.Errorf("requests: got %d, want none", got)
	}
}

func TestClientCredentials(t *testing.T) {
	const files = "-- packuments/p.json --\n" + oneVersion + "\n-- behaviour/p.txt --\nauth Bearer t0ken\n"
	_, client := start(t, files, "//{{host}}/:_authToken=t0ken")
	if _, err := client.Packument(t.Context(), "p"); err != nil {
		t.Errorf("with the token: got %v", err)
	}
	_, client = start(t, files, "//{{host}}/:_authToken=wrong")
	_, err := client.Packument(t.Context(), "p")
	if !errors.Is(err, ErrUnauthorized) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("with another token: got %v, want %v without the token", err, ErrUnauthorized)
	}
}

func TestClientCache(t *testing.T) {
	server, client := start(t, "-- packuments/p.json --\n"+oneVersion, "")
	client.Cache = DirCache(t.TempDir())
	first, err := client.Packument(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	var statuses []int
	client = &Client{Config: client.Config, Cache: client.Cache, Transport: statusRecorder{&statuses}}
	second, err := client.Packument(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("second answer (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff([]int{http.StatusNotModified}, statuses); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if got := server.Total(); got != 2 {
		t.Errorf("requests: got %d, want 2: nothing is fresh without asking", got)
	}
}

func TestClientCacheUnwritable(t *testing.T) {
	_, client := start(t, "-- packuments/p.json --\n"+oneVersion, "")
	client.Cache = DirCache(filepath.Join(t.TempDir(), "file"))
	if err := os.WriteFile(string(client.Cache), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Packument(t.Context(), "p"); err != nil {
		t.Errorf("got %v, want no error for a cache that cannot be written", err)
	}
}

// statusRecorder is a transport that notes the statuses of answers.
type statusRecorder struct{ statuses *[]int }

func (r statusRecorder) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		*r.statuses = append(*r.statuses, res.StatusCode)
	}
	return res, err
}

func TestClientConcurrency(t *testing.T) {
	var mu sync.Mutex
	inside, most := 0, 0
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		inside++
		most = max(most, inside)
		if most == 2 && inside == 2 {
			select {
			case <-release:
			default:
				close(release)
			}
		}
		mu.Unlock()
		<-release // the first request waits for the second
		mu.Lock()
		inside--
		mu.Unlock()
		fmt.Fprintf(w, `{"name":%q}`, strings.TrimPrefix(r.URL.Path, "/"))
	}))
	defer server.Close()
	config, err := loadTest(t, configFiles{user: "registry=" + server.URL})
	if err != nil {
		t.Fatal(err)
	}
	client := &Client{Config: config, Concurrency: 2}
	var wait sync.WaitGroup
	for i := range 10 {
		wait.Go(func() {
			if _, err := client.Packument(t.Context(), fmt.Sprintf("p%d", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if most != 2 {
		t.Errorf("requests at one time: got %d, want 2", most)
	}
}

func TestBoundedBody(t *testing.T) {
	body := &boundedBody{ReadCloser: io.NopCloser(strings.NewReader("12345")), left: 3}
	data, err := io.ReadAll(body)
	if string(data) != "123" || !errors.Is(err, errTooLarge) || body.err != nil {
		t.Errorf("got %q, %v, %v, want 3 bytes and %v", data, err, body.err, errTooLarge)
	}
}

func TestZeroClient(t *testing.T) {
	client := &Client{MaxAttempts: 1}
	if got := client.RegistryFor("@s/p"); got != DefaultRegistry {
		t.Errorf("RegistryFor: got %q, want %q", got, DefaultRegistry)
	}
	_, err := client.Packument(t.Context(), "p") // tests have no network
	if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), "not on this machine") {
		t.Errorf("got %v, want an error of the dialer of tests", err)
	}
	if _, err := registrytest.DialLoopback(t.Context(), "tcp", net.JoinHostPort("192.0.2.1", "80")); err == nil {
		t.Error("DialLoopback connected to another machine")
	}
}

package npmregistry

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRedirectWithinHost(t *testing.T) {
	const files = "-- packuments/p.json --\n" + oneVersion + "\n-- behaviour/moved.txt --\nstatus 404\n" +
		"-- behaviour/p.txt --\nredirect /team/p\ntimes 1\n-- packuments/team/p.json --\n" + oneVersion
	server, client := start(t, files, "//{{host}}/:_authToken=root\n//{{host}}/team/:_authToken=team")
	if _, err := client.Packument(t.Context(), "p"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Bearer root", "Bearer team"}, server.Authorizations()); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
}

// tlsServer runs a server with https and returns a client's setting that
// accepts its certificate.
func tlsServer(t *testing.T, handler http.HandlerFunc) (server *httptest.Server, npmrc string) {
	t.Helper()
	server = httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return server, "cafile=" + file
}

func TestRedirectDoesNotLeak(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	other, ca := tlsServer(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Header.Get("Authorization")+r.Header.Get("Referer"))
		fmt.Fprint(w, `{"name":"p"}`)
	})
	// Even a credential of that host's own stays at home.
	otherHost := strings.TrimPrefix(other.URL, "https://")
	npmrc := ca + "\n//{{host}}/:_authToken=t0ken\n//" + otherHost + "/:_authToken=other"
	server, client := start(t, "-- behaviour/p.txt --\nredirect "+other.URL+"/p?signature=s3cr3t\n", npmrc)
	if _, err := client.Packument(t.Context(), "p"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Bearer t0ken"}, server.Authorizations()); diff != "" {
		t.Errorf("credentials at the registry (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{""}, seen); diff != "" {
		t.Errorf("credentials at the other host (-want +got):\n%s", diff)
	}

	other.Close()
	client.MaxAttempts = 1
	if _, err := client.Packument(t.Context(), "p"); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("got %v, want an error without the signed address", err)
	}
}

func TestUnknownCertificate(t *testing.T) {
	server, _ := tlsServer(t, func(http.ResponseWriter, *http.Request) {})
	config, err := loadTest(t, configFiles{user: "registry=" + server.URL})
	if err != nil {
		t.Fatal(err)
	}
	client := &Client{Config: config, Sleep: func(context.Context, time.Duration) error {
		t.Error("a bad certificate was tried again")
		return nil
	}}
	if _, err := client.Packument(t.Context(), "p"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v, want an error about the certificate", err)
	}
}

func TestHTTP2(t *testing.T) {
	protocol := make(chan string, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocol <- r.Proto
		fmt.Fprint(w, `{"name":"p"}`)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	ca := strings.ReplaceAll(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})), "\n", `\n`)
	config, err := loadTest(t, configFiles{user: "registry=" + server.URL + "\nca=\"" + ca + "\""})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&Client{Config: config}).Packument(t.Context(), "p"); err != nil {
		t.Fatal(err)
	}
	if got := <-protocol; got != "HTTP/2.0" {
		t.Errorf("protocol: got %s, want HTTP/2.0", got)
	}
}

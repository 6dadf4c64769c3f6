package npmregistry

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
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
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry/registrytest"
)

func sha512Of(data []byte) npm.Integrity {
	sum := sha512.Sum512(data)
	return npm.Integrity{{Algorithm: "sha512", Digest: base64.StdEncoding.EncodeToString(sum[:])}}
}

func sha1Of(data []byte) npm.Integrity {
	sum := sha1.Sum(data)
	return npm.Integrity{{Algorithm: "sha1", Digest: base64.StdEncoding.EncodeToString(sum[:])}}
}

func md5Of(data []byte) npm.Integrity {
	sum := md5.Sum(data)
	return npm.Integrity{{Algorithm: "md5", Digest: base64.StdEncoding.EncodeToString(sum[:])}}
}

// startTarball runs a registry that has one tarball, and a client for it.
func startTarball(t *testing.T, data []byte, behaviour, npmrc string) (*registrytest.Server, *Client, string) {
	t.Helper()
	server := registrytest.New(t, fstest.MapFS{
		"tarballs/p-1.0.0.tgz": {Data: data},
		"behaviour/p.txt":      {Data: []byte(behaviour)},
	})
	host := strings.TrimSuffix(strings.TrimPrefix(server.URL, "http://"), "/")
	config, err := loadTest(t, configFiles{user: "registry=" + server.URL + "\n" + strings.ReplaceAll(npmrc, "{{host}}", host)})
	if err != nil {
		t.Fatal(err)
	}
	client := &Client{Config: config, Sleep: func(context.Context, time.Duration) error { return nil }}
	return server, client, server.URL + "p/-/p-1.0.0.tgz"
}

func TestClientTarball(t *testing.T) {
	data := full()
	tests := []struct {
		name            string
		behaviour, rc   string
		want            npm.Integrity
		requests, wrong int
	}{
		{"sha512", "", "", sha512Of(data), 1, 0},
		{"sha1", "", "", sha1Of(data), 1, 0},
		{"one of two", "", "", append(sha512Of(nil), sha512Of(data)...), 1, 0},
		{"the strongest decides", "", "", append(sha1Of(nil), sha512Of(data)...), 1, 0},
		{"with a credential", "auth Bearer t0ken", "//{{host}}/:_authToken=t0ken", sha512Of(data), 1, 0},
		{"busy at first", "status 503\ntimes 1", "", sha512Of(data), 2, 0},
		{"cut at first", "truncate 100\ntimes 1", "", sha512Of(data), 2, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server, client, address := startTarball(t, data, tt.behaviour, tt.rc)
			got, err := client.Tarball(t.Context(), address, tt.want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fullTarball(), got); diff != "" {
				t.Errorf("Tarball (-want +got):\n%s", diff)
			}
			if n := server.Total(); n != tt.requests {
				t.Errorf("requests: got %d, want %d", n, tt.requests)
			}
		})
	}
}

func TestClientTarballErrors(t *testing.T) {
	data := full()
	hostile := pack(file("package/x", ""))
	tests := []struct {
		name      string
		data      []byte
		behaviour string
		want      npm.Integrity
		text      string
		is, isNot error
		requests  int
	}{
		{"another hash", data, "", sha512Of(nil), "got sha512-", ErrWrongHash, ErrTarball, 1},
		{"one more byte", append(full(), 0), "", sha512Of(data), "expected hash", ErrWrongHash, ErrTarball, 1},
		{"the weaker hash alone", data, "", append(sha512Of(nil), sha1Of(data)...), "expected hash", ErrWrongHash, nil, 1},
		{"a web page", []byte("<html>"), "", sha512Of(data), "expected hash", ErrWrongHash, ErrTarball, 1},
		{"a hostile tarball", hostile, "", sha512Of(hostile), "no package.json", ErrTarball, ErrWrongHash, 1},
		{"another hostile tarball", hostile, "", sha512Of(data), "expected hash", ErrWrongHash, ErrTarball, 1},
		{"no hash", data, "", nil, "no hash to verify", nil, ErrWrongHash, 0},
		{"md5", data, "", md5Of(data), "no hash to verify", nil, ErrWrongHash, 0},
		{"missing", data, "status 404", sha512Of(data), "no such package", ErrNotFound, nil, 1},
		{"forbidden", data, "status 403", sha512Of(data), "/:_authToken", ErrUnauthorized, nil, 1},
		{"not modified", data, "status 304", sha512Of(data), "status 304", nil, nil, 1},
		{"cut", data, "truncate 100", sha512Of(data), "4 times", io.ErrUnexpectedEOF, ErrTarball, 4},
		{"redirect to http", data, "redirect http://other.example/p", sha512Of(data), "not https", errRedirect, nil, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server, client, address := startTarball(t, tt.data, tt.behaviour, "")
			client.Cache = DirCache(t.TempDir())
			_, err := client.Tarball(t.Context(), address, tt.want)
			failure, ok := errors.AsType[*Error](err)
			if !ok || failure.Registry != server.URL || failure.Name != "p@1.0.0" {
				t.Errorf("got %#v, want an *Error about p@1.0.0", err)
			}
			if !strings.Contains(err.Error(), tt.text) || tt.is != nil && !errors.Is(err, tt.is) || tt.isNot != nil && errors.Is(err, tt.isNot) {
				t.Errorf("got %v, want %q, %v and not %v", err, tt.text, tt.is, tt.isNot)
			}
			if n := server.Total(); n != tt.requests {
				t.Errorf("requests: got %d, want %d", n, tt.requests)
			}
			if entries, err := os.ReadDir(string(client.Cache)); err != nil || len(entries) != 0 {
				t.Errorf("cache: got %v, %v, want nothing", entries, err)
			}
		})
	}
}

func TestClientTarballAddress(t *testing.T) {
	server, client, _ := startTarball(t, full(), "", "")
	for _, address := range []string{
		"", "p.tgz", "file:p.tgz", "https:///p.tgz", "ftp://h.example/p.tgz", "http://h.example/p/-/p-1.0.0.tgz",
		"https://user:t0ken@h.example/p.tgz", "http://127.0.0.1.h.example/p.tgz", "https://h.example/%zz?t0ken",
	} {
		_, err := client.Tarball(t.Context(), address, sha512Of(full()))
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), "the tarball's address") || strings.Contains(err.Error(), "t0ken") {
			t.Errorf("Tarball(%q): got %v, want an error about the address without it", address, err)
		}
	}
	if n := server.Total(); n != 0 {
		t.Errorf("requests: got %d, want none", n)
	}
}

// Registries send clients on to signed addresses elsewhere; the credential
// stays behind, and the signature is in no error.
func TestClientTarballRedirect(t *testing.T) {
	data := full()
	var mu sync.Mutex
	var seen []string
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.URL.RawQuery+" "+r.Header.Get("Authorization"))
		mu.Unlock()
		if r.URL.RawQuery == "sig=lost" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write(data)
	}))
	defer elsewhere.Close()
	for _, signature := range []string{"good", "lost"} {
		_, client, address := startTarball(t, nil, "redirect "+elsewhere.URL+"/x?sig="+signature, "//{{host}}/:_authToken=t0ken")
		client.Transport = elsewhere.Client().Transport
		_, err := client.Tarball(t.Context(), address, sha512Of(data))
		if signature == "good" && err != nil || signature == "lost" && (!errors.Is(err, ErrNotFound) || strings.Contains(err.Error(), "sig")) {
			t.Errorf("%s: got %v", signature, err)
		}
	}
	if diff := cmp.Diff([]string{"sig=good ", "sig=lost "}, seen); diff != "" {
		t.Errorf("query and Authorization elsewhere (-want +got):\n%s", diff)
	}
}

// A server that says another Content-Length than it sends.
func TestClientTarballLength(t *testing.T) {
	data := full()
	tests := []struct {
		name   string
		length int
		is     error
	}{
		{"true", len(data), nil},
		{"too short", len(data) / 2, ErrWrongHash},
		{"too long", len(data) * 2, io.ErrUnexpectedEOF},
		{"far too long", 2 << 30, io.ErrUnexpectedEOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				connection, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer connection.Close()
				fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", tt.length, data)
			}))
			defer server.Close()
			client := &Client{MaxAttempts: 1}
			_, err := client.Tarball(t.Context(), server.URL+"/p.tgz", sha512Of(data))
			if !errors.Is(err, tt.is) {
				t.Errorf("got %v, want %v", err, tt.is)
			}
		})
	}
}

// A body of 2 GB ends early, whatever the hash.
func TestClientTarballEndless(t *testing.T) {
	var sent int64
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		defer close(done)
		sent, _ = io.CopyN(w, &repeated{data: make([]byte, 1<<20)}, 2<<30)
	}))
	defer server.Close()
	client := &Client{MaxAttempts: 1}
	_, err := client.Tarball(t.Context(), server.URL+"/p.tgz", sha512Of(nil))
	if !errors.Is(err, errTooLarge) {
		t.Errorf("got %v, want %v", err, errTooLarge)
	}
	<-done
	if sent > maxTarball+16<<20 {
		t.Errorf("took %d bytes, want little more than %d", sent, maxTarball)
	}
}

func TestClientTarballCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(full()[:100])
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	_, err := new(Client).Tarball(ctx, server.URL+"/p.tgz", sha512Of(full()))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestClientTarballCache(t *testing.T) {
	data := full()
	server, client, address := startTarball(t, data, "", "")
	client.Cache = DirCache(filepath.Join(t.TempDir(), "cache"))
	for range 2 {
		got, err := client.Tarball(t.Context(), address, sha512Of(data))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fullTarball(), got); diff != "" {
			t.Errorf("Tarball (-want +got):\n%s", diff)
		}
	}
	if n := server.Total(); n != 1 {
		t.Errorf("requests: got %d, want 1", n)
	}
	if _, err := client.Tarball(t.Context(), address, sha512Of(nil)); !errors.Is(err, ErrWrongHash) {
		t.Errorf("another hash: got %v, want %v", err, ErrWrongHash)
	}
	for range 2 {
		if _, err := client.Tarball(t.Context(), address, sha1Of(data)); err != nil {
			t.Error(err)
		}
	}
	if n := server.Total(); n != 4 {
		t.Errorf("requests: got %d, want 4: nothing is kept under a weak hash", n)
	}
}

func TestTarballCacheIgnores(t *testing.T) {
	hash := sha512Of([]byte("a"))[0]
	tests := []struct {
		name string
		edit func(text string) string
	}{
		{"empty", func(string) string { return "" }},
		{"truncated", func(s string) string { return s[:len(s)-1] }},
		{"longer", func(s string) string { return s + "x" }},
		{"other format", func(s string) string { return strings.Replace(s, `"Format":1`, `"Format":2`, 1) }},
		{"other hash", func(s string) string { return strings.Replace(s, hash.Digest, sha512Of(nil)[0].Digest, 1) }},
		{"unknown member", func(s string) string { return strings.Replace(s, `{`, `{"Later":1,`, 1) }},
		{"large", func(s string) string { return strings.Repeat(" ", maxTarballFile) + s }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cache := DirCache(t.TempDir())
			if err := cache.storeTarball(hash, fullTarball()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(fullTarball(), cache.loadTarball(hash)); diff != "" {
				t.Errorf("before the edit (-want +got):\n%s", diff)
			}
			data, err := os.ReadFile(cache.tarballFile(hash))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(cache.tarballFile(hash), []byte(tt.edit(string(data))), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := cache.loadTarball(hash); got != nil {
				t.Errorf("got %v, want nothing", got)
			}
		})
	}
}

func TestTarballCacheNone(t *testing.T) {
	hash := sha512Of(nil)[0]
	if err := DirCache("").storeTarball(hash, fullTarball()); err != nil || DirCache("").loadTarball(hash) != nil {
		t.Errorf("no cache: got %v, want nothing kept", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := DirCache(file).storeTarball(hash, fullTarball()); err == nil {
		t.Error("got no error where the directory is a file")
	}
}

// TestMain keeps tests off the network; here that shows in an error's text.
func TestClientTarballConnection(t *testing.T) {
	client := &Client{MaxAttempts: 1}
	_, err := client.Tarball(t.Context(), "https://"+net.JoinHostPort("192.0.2.1", "443")+"/p/-/p-1.0.0.tgz?t0ken", sha512Of(nil))
	if err == nil || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("got %v, want an error without the query", err)
	}
}

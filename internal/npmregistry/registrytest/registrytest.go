// Package registrytest is an npm registry made of files, for tests. It listens
// on the loopback interface alone.
//
// The files are found by what is asked for:
//
//	GET /NAME                              packuments/NAME.json
//	GET /NAME/-/FILE.tgz                   tarballs/FILE.tgz or tarballs/NAME-VERSION.tgz
//	GET /-/npm/v1/attestations/NAME@VERSION  attestations/NAME@VERSION.json
//	GET /-/npm/v1/keys                     keys.json
//
// A file's name may be written plainly or percent-encoded, so the scoped package
// @a/b is packuments/@a/b.json or packuments/%40a%2Fb.json; the directory may
// also be called registry. In JSON files {{registry}} stands for the server's
// own address, without a slash at its end.
//
// A file behaviour/NAME.txt makes the server answer otherwise about a package;
// see [Behaviour].
package registrytest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
)

const keysPath = "-/npm/v1/keys"

// Server is a running registry.
type Server struct {
	// URL is the registry's address with a slash at its end.
	URL string

	http  *httptest.Server
	files fs.FS
	key   *ecdsa.PrivateKey // nil if the server does not sign

	mu             sync.Mutex
	requests       map[string]int
	authorizations []string
}

// New starts a registry that ends with the test.
func New(t testing.TB, files fs.FS) *Server {
	t.Helper()
	s := Start(files)
	t.Cleanup(s.Close)
	return s
}

// Archive returns the files of a txtar archive as a file system.
func Archive(archive *txtar.Archive) fs.FS {
	files := fstest.MapFS{}
	for _, f := range archive.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return files
}

// Start starts a registry; the caller has to close it. A program that is being
// tested reaches it by setting npm_config_registry to its URL.
func Start(files fs.FS) *Server {
	s := &Server{files: files, requests: map[string]int{}}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL + "/"
	return s
}

// Close ends the server.
func (s *Server) Close() { s.http.Close() }

// Requests returns how often a path such as "/left-pad" or "/@a%2fb" was asked
// for, written as the client sent it.
func (s *Server) Requests(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[path]
}

// Total returns how many requests came in all.
func (s *Server) Total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for _, n := range s.requests {
		total += n
	}
	return total
}

// Authorizations returns the Authorization headers in the order of the
// requests; "" for a request without one.
func (s *Server) Authorizations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.authorizations)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests[r.URL.EscapedPath()]++
	nth := s.requests[r.URL.EscapedPath()]
	s.authorizations = append(s.authorizations, r.Header.Get("Authorization"))
	s.mu.Unlock()

	asked := strings.TrimPrefix(r.URL.Path, "/")
	name, candidates := lookup(asked)
	behaviour, err := s.behaviour(name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if behaviour.replaces(w, r, nth) {
		return
	}
	body, ok := s.answer(asked, candidates)
	if !ok {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintln(w, `{"error":"Not found"}`)
		return
	}
	behaviour.send(w, r, body)
}

// answer returns what the server says to a path, for which files may answer.
func (s *Server) answer(asked string, candidates []string) ([]byte, bool) {
	body, ok := s.read(candidates)
	switch {
	case s.key == nil:
	case asked == keysPath && !ok:
		return s.keys(), true
	case ok && !strings.Contains("/"+asked, "/-/"):
		return s.signed(asked, body), true
	}
	return body, ok
}

// lookup returns the package that a path is about and the files that may
// answer, without percent-encoding.
func lookup(p string) (name string, candidates []string) {
	if p == keysPath {
		return "", []string{"keys.json"}
	}
	if id, ok := strings.CutPrefix(p, "-/npm/v1/attestations/"); ok {
		name = id[:max(strings.LastIndexByte(id, '@'), 0)]
		return name, []string{"attestations/" + id + ".json"}
	}
	if name, file, ok := strings.Cut(p, "/-/"); ok {
		version := strings.TrimPrefix(file, path.Base(name))
		return name, []string{"tarballs/" + file, "tarballs/" + name + version}
	}
	return p, []string{"packuments/" + p + ".json", "registry/" + p + ".json"}
}

// read returns the first file that exists.
func (s *Server) read(candidates []string) ([]byte, bool) {
	for _, candidate := range candidates {
		dir, file, _ := strings.Cut(candidate, "/")
		for _, spelling := range []string{file, url.PathEscape(file), encodeURIComponent(file)} {
			data, err := fs.ReadFile(s.files, path.Join(dir, spelling))
			if err != nil {
				continue
			}
			if path.Ext(candidate) == ".json" {
				data = bytes.ReplaceAll(data, []byte("{{registry}}"), []byte(strings.TrimSuffix(s.URL, "/")))
			}
			return data, true
		}
	}
	return nil, false
}

// encodeURIComponent also escapes the at sign, as JavaScript does.
func encodeURIComponent(file string) string {
	return strings.ReplaceAll(url.PathEscape(file), "@", "%40")
}

func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}

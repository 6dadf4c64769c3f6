package registrytest

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Behaviour is how the server answers about one package, where that differs
// from sending the file. It is read from lines "key value"; keys are those in
// the comments.
type Behaviour struct {
	Status     int    // status N: answer with this status and no document
	RetryAfter string // retry-after TEXT: the header to go with it
	Times      int    // times N: only for the first N requests, then normally
	Redirect   string // redirect URL: answer 302, or the status, to that address
	Auth       string // auth TEXT: answer 401 unless this is the Authorization header
	Type       string // type TEXT: the Content-Type of the document
	Truncate   int    // truncate N: cut the connection after N bytes of the document
	Pad        int    // pad N: put N spaces before the document
	NoETag     bool   // no-etag: send no ETag
}

// behaviour reads the file about a package; it is optional.
func (s *Server) behaviour(name string) (Behaviour, error) {
	var b Behaviour
	data, ok := s.readBehaviour(name)
	if !ok {
		return b, nil
	}
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if err := b.set(key, strings.TrimSpace(value)); err != nil {
			return b, fmt.Errorf("behaviour/%s.txt: %w", name, err)
		}
	}
	return b, nil
}

func (s *Server) readBehaviour(name string) ([]byte, bool) {
	for _, spelling := range []string{name, encodeURIComponent(name)} {
		if data, err := fs.ReadFile(s.files, path.Join("behaviour", spelling+".txt")); err == nil {
			return data, true
		}
	}
	return nil, false
}

func (b *Behaviour) set(key, value string) (err error) {
	switch key {
	case "":
	case "status":
		b.Status, err = strconv.Atoi(value)
	case "retry-after":
		b.RetryAfter = value
	case "times":
		b.Times, err = strconv.Atoi(value)
	case "redirect":
		b.Redirect = value
	case "auth":
		b.Auth = value
	case "type":
		b.Type = value
	case "truncate":
		b.Truncate, err = strconv.Atoi(value)
	case "pad":
		b.Pad, err = strconv.Atoi(value)
	case "no-etag":
		b.NoETag = true
	default:
		err = fmt.Errorf("unknown key %q", key)
	}
	return err
}

// replaces answers in place of the document, if it has to for the nth request.
func (b *Behaviour) replaces(w http.ResponseWriter, r *http.Request, nth int) bool {
	if b.Times > 0 && nth > b.Times {
		*b = Behaviour{Auth: b.Auth}
	}
	switch {
	case b.Auth != "" && r.Header.Get("Authorization") != b.Auth:
		w.WriteHeader(http.StatusUnauthorized)
	case b.Redirect != "":
		w.Header().Set("Location", b.Redirect)
		w.WriteHeader(cmp.Or(b.Status, http.StatusFound))
	case b.Status != 0:
		if b.RetryAfter != "" {
			w.Header().Set("Retry-After", b.RetryAfter)
		}
		w.WriteHeader(b.Status)
	default:
		return false
	}
	return true
}

// send writes a document as the npm registry does: with an ETag, and compressed
// for clients that ask for it.
func (b *Behaviour) send(w http.ResponseWriter, r *http.Request, body []byte) {
	h := w.Header()
	h.Set("Content-Type", cmp.Or(b.Type, "application/json"))
	if !b.NoETag {
		h.Set("ETag", etag(body))
		if r.Header.Get("If-None-Match") == etag(body) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if b.Truncate > 0 && b.Truncate < len(body) {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body[:b.Truncate])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // closes the connection
	}
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		_, _ = w.Write(append(bytes.Repeat([]byte(" "), b.Pad), body...))
		return
	}
	h.Set("Content-Encoding", "gzip")
	zip := gzip.NewWriter(w)
	out := bufio.NewWriter(zip)
	for range b.Pad {
		_ = out.WriteByte(' ') // an error stays with the writer until Flush
	}
	_, _ = out.Write(body)
	_ = out.Flush()
	_ = zip.Close()
}

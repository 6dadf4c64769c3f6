package npmregistry

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/go-json-experiment/json"
)

// DirCache is a directory that keeps packuments, cut down to what a Packument
// holds, so that a registry which answers "304 Not Modified" need not send them
// again. Every use asks the registry; nothing is taken for fresh by its age.
// It also keeps what tarballs hold, by their hashes; that never changes. The
// empty DirCache keeps nothing.
//
// Whoever can write to the directory decides what the registry seems to say: it
// must not be shared with jobs that are trusted less. It can be deleted at any
// time.
type DirCache string

// cacheFormat is the version of the file format. A file is one line of JSON, a
// cacheHeader, followed by the packument as encodePackument writes it.
const cacheFormat = 1

// maxCacheHeader bounds the first line, and maxDocument the file.
const maxCacheHeader = 8 << 10

type cacheHeader struct {
	Format int    `json:"format"`
	URL    string `json:"url"` // guards against files that were renamed
	validators
}

// validators are the response headers that make a request conditional. Both are
// empty if the registry supports none.
type validators struct {
	ETag         string `json:"etag,omitzero"`
	LastModified string `json:"lastModified,omitzero"`
}

func validatorsOf(h http.Header) validators {
	return validators{h.Get("Etag"), h.Get("Last-Modified")}
}

// condition makes a request conditional.
func (v validators) condition(h http.Header) {
	if v.ETag != "" {
		h.Set("If-None-Match", v.ETag)
	}
	if v.LastModified != "" {
		h.Set("If-Modified-Since", v.LastModified)
	}
}

// cacheKey is what an answer depends on. What a registry shows can depend on
// who asks, so answers with and without credentials are kept apart.
type cacheKey struct {
	url        string
	authorized bool
}

func (c DirCache) file(key cacheKey) string {
	sum := sha256.Sum256([]byte(key.url + "\n" + strconv.FormatBool(key.authorized)))
	return filepath.Join(string(c), hex.EncodeToString(sum[:])+".packument")
}

// load returns what is kept under a key. It is nil if there is nothing, and also
// if the file is damaged or of another format.
func (c DirCache) load(key cacheKey) (*Packument, validators) {
	if c == "" {
		return nil, validators{}
	}
	file, err := os.Open(c.file(key))
	if err != nil {
		return nil, validators{}
	}
	defer file.Close()
	in := bufio.NewReaderSize(io.LimitReader(file, maxDocument), maxCacheHeader)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return nil, validators{}
	}
	var header cacheHeader
	if json.Unmarshal(line, &header) != nil || header.Format != cacheFormat || header.URL != key.url {
		return nil, validators{}
	}
	doc, err := DecodePackument(in)
	if err != nil {
		return nil, validators{}
	}
	return doc, header.validators
}

// store keeps a packument, unless the registry sent nothing to ask with again.
func (c DirCache) store(key cacheKey, doc *Packument, v validators) error {
	if c == "" || v == (validators{}) {
		return nil
	}
	return replaceFile(c.file(key), func(w io.Writer) error {
		return writeCached(w, cacheHeader{cacheFormat, key.url, v}, doc)
	})
}

// replaceFile writes a file of the cache and makes its directory. A reader sees
// the old file or the new one, never a part.
func replaceFile(path string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("writing the cache: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "*.tmp") // with mode 0600
	if err != nil {
		return fmt.Errorf("writing the cache: %w", err)
	}
	err = errors.Join(write(file), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing the cache: %w", err), os.Remove(file.Name()))
	}
	return nil
}

func writeCached(w io.Writer, header cacheHeader, doc *Packument) error {
	out := bufio.NewWriterSize(w, 64<<10)
	if err := json.MarshalWrite(out, header); err != nil {
		return err
	}
	if err := out.WriteByte('\n'); err != nil {
		return err
	}
	if err := encodePackument(out, doc); err != nil {
		return err
	}
	return out.Flush()
}

package npmregistry

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Bounds on a document, each far above what the npm registry serves.
const (
	// maxWindow bounds a value that has to be in memory as a whole: a string,
	// or an object that is compared as text.
	maxWindow = 16 << 20
	// maxText bounds a string that is kept.
	maxText = 256 << 10
	// maxMembers bounds the members and elements that are looked at.
	maxMembers = 8_000_000
)

var (
	errWindow   = fmt.Errorf("one value is larger than %d bytes", maxWindow)
	errTextSize = fmt.Errorf("a string is longer than %d bytes", maxText)
	errMembers  = fmt.Errorf("more than %d members", maxMembers)
	errUTF8     = errors.New("a string is not valid UTF-8")
)

// reader walks through a JSON text from a registry, keeping as little of it in
// memory as possible. Repeated names are an error everywhere; invalid UTF-8,
// and with it half a surrogate pair, only in what is looked at: registries do
// cut a README in the middle of a character.
type reader struct {
	json *jsontext.Decoder
	*pool
}

// pool is what a reader shares with those of nested texts.
type pool struct {
	strings map[string]string
	members int
	scratch []byte
	inner   jsontext.Decoder
}

func newReader(r io.Reader) *reader {
	in := &window{r: r}
	in.json = jsontext.NewDecoder(in, jsontext.AllowInvalidUTF8(true))
	return &reader{in.json, &pool{strings: map[string]string{}}}
}

// nested returns a reader of a text that was read as one value, valid until
// the next call.
func (r *reader) nested(text jsontext.Value) *reader {
	r.inner.Reset(bytes.NewBuffer(text), jsontext.AllowInvalidUTF8(true))
	return &reader{&r.inner, r.pool}
}

// window stops a decoder that tries to hold more than maxWindow bytes.
type window struct {
	r    io.Reader
	json *jsontext.Decoder
	read int64
}

func (w *window) Read(p []byte) (int, error) {
	room := maxWindow - (w.read - w.json.InputOffset())
	if room <= 0 {
		return 0, errWindow
	}
	n, err := w.r.Read(p[:min(int64(len(p)), room)])
	w.read += int64(n)
	return n, err
}

// at adds to an error where in the document it was met.
func (r *reader) at(err error) error {
	if _, ok := errors.AsType[*jsontext.SyntacticError](err); ok || err == nil {
		return err // says it already
	}
	return fmt.Errorf("at %q: %w", r.json.StackPointer(), err)
}

// object calls member for the name of each member, which has to read the
// member's value. Null counts as an object without members.
func (r *reader) object(member func(name string) error) error {
	return r.composite('{', '}', func() error {
		name, err := r.symbol()
		if err != nil {
			return err
		}
		return member(name)
	})
}

// array calls element for each element, which has to read it. Null counts as
// an empty array.
func (r *reader) array(element func() error) error {
	return r.composite('[', ']', element)
}

func (r *reader) composite(begin, end jsontext.Kind, next func() error) error {
	token, err := r.json.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() == 'n' {
		return nil
	}
	if token.Kind() != begin {
		return fmt.Errorf("%v where %v is expected", token.Kind(), begin)
	}
	for r.json.PeekKind() != end {
		if r.members++; r.members > maxMembers {
			return errMembers
		}
		if err := next(); err != nil {
			return err
		}
	}
	_, err = r.json.ReadToken()
	return err
}

// skip passes over a value. Only large values are worth doing it in a way that
// never has them in memory; manifest fields are not.
func (r *reader) skip() error {
	_, err := r.json.ReadValue()
	return err
}

// symbol reads a string that is likely to occur again; equal ones share memory.
func (r *reader) symbol() (string, error) {
	raw, err := r.bytes()
	if err != nil {
		return "", err
	}
	if known, ok := r.strings[string(raw)]; ok {
		return known, nil
	}
	fresh := string(raw)
	r.strings[fresh] = fresh
	return fresh, nil
}

// text reads a string; null counts as an empty one.
func (r *reader) text() (string, error) {
	if r.json.PeekKind() == 'n' {
		return "", r.skip()
	}
	raw, err := r.bytes()
	return string(raw), err
}

// bytes reads a string into memory that the next call reuses.
func (r *reader) bytes() ([]byte, error) {
	if kind := r.json.PeekKind(); kind != '"' && kind != jsontext.KindInvalid {
		return nil, fmt.Errorf("%v where a string is expected", kind)
	}
	raw, err := r.json.ReadValue()
	if err != nil {
		return nil, err
	}
	return r.unquote(raw)
}

func (r *reader) unquote(raw jsontext.Value) ([]byte, error) {
	if len(raw) > maxText {
		return nil, errTextSize
	}
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return inner, nil
	}
	var err error
	if r.scratch, err = jsontext.AppendUnquote(r.scratch[:0], raw); err != nil {
		return nil, errUTF8
	}
	return r.scratch, nil
}

// anyText reads a value that should be a string, but that a publisher can make
// anything: other kinds are given as JSON text, so that they are seen and not
// lost. Null and false, which JavaScript takes for nothing, are empty.
func (r *reader) anyText() (string, error) {
	if r.json.PeekKind() == '"' {
		return r.symbol()
	}
	raw, err := r.json.ReadValue()
	switch {
	case err != nil:
		return "", err
	case raw.Kind() == 'n', raw.Kind() == 'f':
		return "", nil
	case len(raw) > maxText:
		return "", errTextSize
	case !utf8.Valid(raw):
		return "", errUTF8
	}
	return string(raw), nil
}

// shared reads a value with decode. Equal texts are decoded once and share the
// result, which therefore must not be changed.
func shared[T any](r *reader, seen map[string]T, decode func(*reader) (T, error)) (T, error) {
	raw, err := r.json.ReadValue()
	if err != nil {
		var none T
		return none, err
	}
	if known, ok := seen[string(raw)]; ok {
		return known, nil
	}
	value, err := decode(r.nested(raw))
	if err != nil {
		return value, err
	}
	seen[string(raw)] = value
	return value, nil
}

package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A jsonReader walks a JSON document once, without building it in memory.
//
// JSON is what JavaScript's JSON.parse makes of it, and that lets much pass on
// which other readers differ: a repeated name (JavaScript keeps the last
// value), a name that differs in case alone (encoding/json takes it for the
// same), invalid UTF-8, anything behind the first value. All of it is refused.
type jsonReader struct {
	dec *jsontext.Decoder

	data         []byte
	offset, line int // the line that the offset is on, counted so far
}

// readJSON reads a document that consists of one value. The value function has
// to consume that value.
func readJSON(data []byte, value func(*jsonReader) error) error {
	// The decoder reads from a bytes.Buffer without copying.
	r := &jsonReader{dec: jsontext.NewDecoder(bytes.NewBuffer(data)), data: data, line: 1}
	if err := value(r); err != nil {
		return err
	}
	_, err := r.dec.ReadToken()
	if err == io.EOF {
		return nil
	}
	line := r.here()
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		line = r.lineAt(int(syntactic.ByteOffset))
	}
	return &SyntaxError{line, errors.New("more text behind the end of the document")}
}

// here returns the 1-based line of the token that was read last. Calls may
// only follow the reader forward.
func (r *jsonReader) here() int { return r.lineAt(int(r.dec.InputOffset())) }

func (r *jsonReader) lineAt(offset int) int {
	if offset = min(offset, len(r.data)); offset > r.offset {
		r.line += bytes.Count(r.data[r.offset:offset], []byte("\n"))
		r.offset = offset
	}
	return r.line
}

// errorf makes an error that points at the token that was read last.
func (r *jsonReader) errorf(format string, args ...any) error {
	return &SyntaxError{r.here(), fmt.Errorf(format, args...)}
}

// wrap turns an error of the decoder into one with a line. The decoder's own
// text would repeat names of the document.
func (r *jsonReader) wrap(err error) error {
	syntactic, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case !ok && (err == io.EOF || err == io.ErrUnexpectedEOF):
		return &SyntaxError{r.lineAt(len(r.data)), errors.New("the document ends too early")}
	case !ok:
		return r.errorf("malformed JSON: %w", err)
	}
	line := r.lineAt(int(syntactic.ByteOffset))
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return &SyntaxError{line, errors.New("a name occurs twice in one object, and readers disagree about which one counts")}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &SyntaxError{line, errors.New("the document ends too early")}
	}
	return &SyntaxError{line, fmt.Errorf("malformed JSON: %w", syntactic.Err)}
}

// next returns the kind of the next value or delimiter: one of n f t " 0 { } [ ].
func (r *jsonReader) next() jsontext.Kind { return r.dec.PeekKind() }

func (r *jsonReader) token() (jsontext.Token, error) {
	token, err := r.dec.ReadToken()
	if err != nil {
		return token, r.wrap(err)
	}
	if r.dec.StackDepth() > maxDepth {
		return token, r.errorf("nested more than %d levels deep", maxDepth)
	}
	return token, nil
}

// skip passes over the next value, with all the checks of reading it.
func (r *jsonReader) skip() error {
	depth := r.dec.StackDepth()
	for {
		if _, err := r.token(); err != nil {
			return err
		}
		if r.dec.StackDepth() <= depth {
			return nil
		}
	}
}

// dictionary reads an object whose names are data, such as package names. The
// member function has to consume the value of the name that it is given.
func (r *jsonReader) dictionary(member func(name string) error) error {
	if err := r.open('{', "an object"); err != nil {
		return err
	}
	for r.next() != '}' {
		name, err := r.token()
		if err != nil {
			return err
		}
		if err := member(name.String()); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

// array reads an array. The element function has to consume the element with
// the 0-based index that it is given.
func (r *jsonReader) array(element func(i int) error) error {
	if err := r.open('[', "an array"); err != nil {
		return err
	}
	for i := 0; r.next() != ']'; i++ {
		if r.next() == 0 {
			_, err := r.token()
			return err
		}
		if err := element(i); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

func (r *jsonReader) open(delimiter jsontext.Kind, what string) error {
	token, err := r.token()
	if err == nil && token.Kind() != delimiter {
		return r.errorf("found %s where %s belongs", kindName(token.Kind()), what)
	}
	return err
}

// text reads a string. JavaScript takes null and false for an absent string,
// and package managers have written both; here they give the empty string.
func (r *jsonReader) text() (string, error) {
	token, err := r.token()
	if err != nil {
		return "", err
	}
	switch token.Kind() {
	case '"':
		return token.String(), nil
	case 'n', 'f':
		return "", nil
	}
	return "", r.errorf("found %s where a string belongs", kindName(token.Kind()))
}

// flag reads a boolean; null counts as false.
func (r *jsonReader) flag() (bool, error) {
	token, err := r.token()
	if err != nil {
		return false, err
	}
	switch token.Kind() {
	case 't':
		return true, nil
	case 'f', 'n':
		return false, nil
	}
	return false, r.errorf("found %s where true or false belongs", kindName(token.Kind()))
}

// number reads a number and returns its text.
func (r *jsonReader) number() (string, error) {
	token, err := r.token()
	if err != nil {
		return "", err
	}
	if token.Kind() != '0' {
		return "", r.errorf("found %s where a number belongs", kindName(token.Kind()))
	}
	return token.String(), nil
}

// textDictionary reads an object of strings whose names are data.
func (r *jsonReader) textDictionary(member func(name, text string)) error {
	return r.dictionary(func(name string) error {
		text, err := r.text()
		member(name, text)
		return err
	})
}

// texts reads an array of strings.
func (r *jsonReader) texts() ([]string, error) {
	var list []string
	err := r.array(func(int) error {
		s, err := r.text()
		list = append(list, s)
		return err
	})
	return list, err
}

func kindName(kind jsontext.Kind) string {
	switch kind {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "an array"
	}
	return "nothing"
}

// fields describes an object with fixed names.
type fields[T any] []field[T]

// field is a name that means something, and how to read its value into a T.
// The read function has to consume the value.
type field[T any] struct {
	name string
	read func(r *jsonReader, into *T) error
}

// read reads an object into a T. Names that are not among the fields are
// skipped, except those that differ from a field in case alone: a reader that
// ignores case would take them for it.
func (f fields[T]) read(r *jsonReader, into *T) error {
	return r.dictionary(func(name string) error {
		for i := range f {
			if f[i].name == name {
				return f[i].read(r, into)
			}
		}
		for i := range f {
			if strings.EqualFold(f[i].name, name) {
				return r.errorf("%q is not %q: readers that ignore case take one for the other", name, f[i].name)
			}
		}
		return r.skip()
	})
}

// skipField makes a field of a name whose value means nothing, but which must
// not be confused with others that differ in case.
func skipField[T any](r *jsonReader, _ *T) error { return r.skip() }

// textField and flagField make fields of what they point at.
func textField[T any](at func(*T) *string) func(*jsonReader, *T) error {
	return func(r *jsonReader, into *T) (err error) {
		*at(into), err = r.text()
		return err
	}
}

func flagField[T any](at func(*T) *bool) func(*jsonReader, *T) error {
	return func(r *jsonReader, into *T) (err error) {
		*at(into), err = r.flag()
		return err
	}
}

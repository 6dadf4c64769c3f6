package npmregistry

// The registry's document of a package ("packument", GET /NAME with Accept:
// application/json), as npm's registry and others really write it:
//
//   - "time" may stand before or after "versions", be null or be missing. It
//     holds every version ever published, "created" and "modified", and for a
//     package that was withdrawn as a whole "unpublished", an object.
//     Mirrors write times with an offset, and some leave out created and
//     modified.
//   - The key in "versions" is what npm installs by. The manifest's own
//     "version" can differ from it in build metadata or a leading "v".
//   - A manifest is package.json as the publisher sent it, so almost any field
//     can have any type, plus what the registry adds: dist, _npmUser,
//     maintainers. Old ones have dependencies as lists and maintainers as
//     strings "name <email>".
//   - "deprecated" is a message; "" and false mean that the deprecation was
//     taken back, and true occurs.
//   - npm adds "gypfile": true and an install script "node-gyp rebuild" when it
//     publishes a package with a binding.gyp. Other clients may add only one.

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/install-gate/gate/internal/npm"
)

// maxVersions bounds the versions of a package.
const maxVersions = 200_000

var errVersions = fmt.Errorf("more than %d versions", maxVersions)

// DecodePackument reads a registry's document of a package. It streams: what is
// not kept is never in memory as a whole. Maps and slices of the result may
// be shared between versions and must not be changed.
//
// The text has to be JSON without repeated names, of reasonable size and with a
// name. An error of the reader is wrapped.
func DecodePackument(r io.Reader) (*Packument, error) {
	d := &decoder{
		reader:       newReader(r),
		doc:          &Packument{},
		maintainers:  map[string][]Account{},
		publishers:   map[string]*Publisher{},
		scripts:      map[string]map[string]string{},
		dependencies: map[string]map[string]string{},
		bins:         map[string]map[string]string{},
	}
	if err := d.object(d.packumentMember); err != nil {
		return nil, fmt.Errorf("reading the package document: %w", d.at(err))
	}
	if _, err := d.json.ReadToken(); err == nil {
		return nil, errors.New("reading the package document: text behind its end")
	} else if !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the package document: %w", err)
	}
	if d.doc.Name == "" {
		return nil, errors.New("reading the package document: it has no name, so it is no package document")
	}
	d.nameBins()
	return d.doc, nil
}

// decoder is a document while it is read, with what its versions share. The
// keys of the maps are JSON texts.
type decoder struct {
	*reader
	doc *Packument

	maintainers  map[string][]Account
	publishers   map[string]*Publisher
	scripts      map[string]map[string]string
	dependencies map[string]map[string]string
	bins         map[string]map[string]string
}

func (d *decoder) packumentMember(name string) (err error) {
	switch name {
	case "name":
		d.doc.Name, err = d.symbol()
	case "dist-tags":
		d.doc.DistTags, err = textMap(d.reader)
	case "versions":
		err = d.versions()
	case "time":
		err = d.object(d.time)
	case "maintainers":
		d.doc.Maintainers, err = shared(d.reader, d.maintainers, accounts)
	default:
		err = d.json.SkipValue() // may be large: a README, all who starred it
	}
	return err
}

func (d *decoder) versions() error {
	return d.object(func(version string) error {
		if d.doc.Versions == nil {
			d.doc.Versions = map[string]*Manifest{}
		}
		if len(d.doc.Versions) >= maxVersions {
			return errVersions
		}
		m := &Manifest{Version: version}
		d.doc.Versions[version] = m
		return d.manifest(m)
	})
}

// time reads one member of "time". A version whose time cannot be read has none.
func (d *decoder) time(name string) error {
	if d.json.PeekKind() != '"' {
		return d.skip()
	}
	raw, err := d.bytes()
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339, string(raw))
	if err != nil {
		return nil
	}
	switch at = at.UTC(); {
	case name == "created":
		d.doc.Created = at
	case name == "modified":
		d.doc.Modified = at
	case len(d.doc.Times) >= maxVersions:
		return errVersions
	default:
		if d.doc.Times == nil {
			d.doc.Times = map[string]time.Time{}
		}
		d.doc.Times[name] = at
	}
	return nil
}

// nameBins gives commands without a name that of the package, which may stand
// behind the versions.
func (d *decoder) nameBins() {
	for _, bin := range d.bins {
		if file, ok := bin[""]; ok {
			delete(bin, "")
			bin[npm.BaseName(d.doc.Name)] = file
		}
	}
}

// textMap reads an object of strings; nil if it is empty. Values of other kinds
// are kept as JSON text.
func textMap(r *reader) (map[string]string, error) {
	var texts map[string]string
	err := r.object(func(name string) error {
		text, err := r.anyText()
		if texts == nil {
			texts = map[string]string{}
		}
		texts[name] = text
		return err
	})
	return texts, err
}

// accounts reads a list of people, or one person.
func accounts(r *reader) ([]Account, error) {
	if kind := r.json.PeekKind(); kind == 'n' {
		return nil, r.skip()
	} else if kind != '[' {
		one, err := account(r)
		return []Account{one}, err
	}
	all := []Account{}
	err := r.array(func() error {
		one, err := account(r)
		all = append(all, one)
		return err
	})
	return all, err
}

// account reads a person: an object, or a string "name <email> (url)".
func account(r *reader) (Account, error) {
	var a Account
	if r.json.PeekKind() == '"' {
		text, err := r.text()
		name, rest, _ := strings.Cut(text, "<")
		a.Email, _, _ = strings.Cut(rest, ">")
		a.Name = strings.TrimSpace(name)
		return a, err
	}
	err := r.object(func(name string) (err error) {
		switch name {
		case "name":
			a.Name, err = r.anyText()
		case "email":
			a.Email, err = r.anyText()
		default:
			err = r.skip()
		}
		return err
	})
	return a, err
}

// isKind reports whether the next value is of a kind, and passes over it if not.
func (r *reader) isKind(kind jsontext.Kind) (bool, error) {
	if r.json.PeekKind() == kind {
		return true, nil
	}
	return false, r.skip()
}

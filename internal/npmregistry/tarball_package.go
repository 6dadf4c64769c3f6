package npmregistry

// A tarball's package.json, as npm reads it: JSON, maybe behind a byte order
// mark, in which the last of several members with one name counts. Any member
// can have any type; what has another one than npm expects counts as missing,
// only a script that is no string is removed and so does not replace the
// implicit build.

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/install-gate/gate/internal/npm"
)

// packageDocument is what is taken from a package.json.
type packageDocument struct {
	name, version        string
	main                 string
	scripts              map[string]string // all of them
	lifecycle            map[string]string // those that an install runs
	replacesBuild        bool              // one of them replaces the implicit build
	noGypFile            bool              // "gypfile": false
	dependencies         map[string]string
	optionalDependencies map[string]string
	bin                  map[string]string
	binDirectory         string

	repeated []string // members that occur twice
}

func decodePackageJSON(data []byte) (*packageDocument, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	r := &reader{
		json: jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		pool: &pool{strings: map[string]string{}},
	}
	if r.json.PeekKind() == 'n' {
		return nil, errors.New("null where an object is expected")
	}
	p := &packageDocument{}
	seen := map[string]bool{}
	err := r.object(func(name string) error {
		if seen[name] {
			p.repeated = append(p.repeated, name)
		}
		seen[name] = true
		return p.member(r, name)
	})
	if err != nil {
		return nil, r.at(err)
	}
	if _, err := r.json.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text behind its end")
	}
	if file, ok := p.bin[""]; ok {
		delete(p.bin, "")
		p.bin[npm.BaseName(p.name)] = file
	}
	return p, nil
}

func (p *packageDocument) member(r *reader, name string) (err error) {
	switch name {
	case "name":
		p.name, err = r.anyText()
	case "version":
		p.version, err = r.anyText()
	case "main":
		p.main, err = r.anyText()
	case "scripts":
		err = p.readScripts(r)
	case "gypfile":
		p.noGypFile = r.json.PeekKind() == 'f'
		err = r.skip()
	case "dependencies":
		p.dependencies, err = dependencies(r)
	case "optionalDependencies":
		p.optionalDependencies, err = dependencies(r)
	case "bin":
		p.bin, err = commands(r)
	case "directories":
		p.binDirectory, err = binDirectory(r)
	default:
		err = r.skip()
	}
	return err
}

// readScripts reads "scripts". A script that is no string is kept as JSON text.
func (p *packageDocument) readScripts(r *reader) error {
	p.scripts, p.lifecycle, p.replacesBuild = map[string]string{}, nil, false
	if ok, err := r.isKind('{'); !ok {
		return err
	}
	isText := map[string]bool{}
	err := r.object(func(name string) error {
		if _, ok := p.scripts[name]; ok {
			p.repeated = append(p.repeated, "scripts."+name)
		}
		isText[name] = r.json.PeekKind() == '"'
		script, err := r.anyText()
		p.scripts[name] = script
		return err
	})
	for _, name := range []string{"preinstall", "install", "postinstall"} {
		script := p.scripts[name]
		if script == "" {
			continue
		}
		if p.lifecycle == nil {
			p.lifecycle = map[string]string{}
		}
		p.lifecycle[name] = script
		p.replacesBuild = p.replacesBuild || isText[name] && name != "postinstall"
	}
	return err
}

// binDirectory reads "directories" for "bin", which makes a command of every
// file in a directory.
func binDirectory(r *reader) (directory string, err error) {
	if ok, err := r.isKind('{'); !ok {
		return "", err
	}
	err = r.object(func(name string) error {
		if name != "bin" || r.json.PeekKind() != '"' {
			return r.skip()
		}
		directory, err = r.symbol()
		return err
	})
	return directory, err
}

// commands returns the commands of the package, given its files.
func (p *packageDocument) commands(files map[string][sha256.Size]byte) map[string]string {
	directory := strings.TrimPrefix(path.Clean("/"+p.binDirectory), "/")
	if len(p.bin) > 0 || directory == "" {
		return p.bin
	}
	var all map[string]string
	for file := range files {
		name := path.Base(file)
		if !strings.HasPrefix(file, directory+"/") || name[0] == '.' {
			continue
		}
		if all == nil {
			all = map[string]string{}
		}
		if other, ok := all[name]; !ok || file < other {
			all[name] = file
		}
	}
	return all
}

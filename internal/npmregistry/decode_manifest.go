package npmregistry

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// noReason is the message of a version that is deprecated without one.
const noReason = "deprecated without a message"

// manifest reads the document of one version.
func (d *decoder) manifest(m *Manifest) error {
	gypfile := false
	if err := d.object(func(name string) error { return d.manifestMember(m, name, &gypfile) }); err != nil {
		return err
	}
	m.GypFile = gypfile && m.Scripts["preinstall"] == "" && m.Scripts["install"] == ""
	return nil
}

func (d *decoder) manifestMember(m *Manifest, name string, gypfile *bool) (err error) {
	switch name {
	case "version":
		err = d.checkVersion(m.Version)
	case "deprecated":
		m.Deprecated, err = d.deprecated()
	case "scripts":
		m.Scripts, err = shared(d.reader, d.scripts, lifecycleScripts)
	case "gypfile":
		*gypfile, err = d.truth()
	case "_npmUser":
		m.Publisher, err = shared(d.reader, d.publishers, publisher)
	case "maintainers":
		m.Maintainers, err = shared(d.reader, d.maintainers, accounts)
	case "dependencies":
		m.Dependencies, err = shared(d.reader, d.dependencies, dependencies)
	case "optionalDependencies":
		m.OptionalDependencies, err = shared(d.reader, d.dependencies, dependencies)
	case "bin":
		m.Bin, err = shared(d.reader, d.bins, commands)
	case "repository":
		m.Repository, err = repository(d.reader)
	case "_hasShrinkwrap":
		m.HasShrinkwrap, err = d.truth()
	case "dist":
		err = d.dist(&m.Dist)
	default:
		err = d.skip()
	}
	return err
}

// checkVersion reads a manifest's "version", which has to mean the same as its
// key. A document that says both is contradictory, and so is no evidence.
func (d *decoder) checkVersion(key string) error {
	version, err := d.symbol()
	if err != nil || version == key {
		return err
	}
	a, errA := npm.ParseVersion(key)
	b, errB := npm.ParseVersion(strings.TrimSpace(version))
	if errA != nil || errB != nil || !a.Equal(b) {
		return fmt.Errorf("the manifest says that it is of version %q", version)
	}
	return nil
}

// truth reads a value as JavaScript would in a condition, but for the empty
// string and zero, which count as true: nobody writes them in good faith.
func (d *decoder) truth() (bool, error) {
	raw, err := d.json.ReadValue()
	if err != nil {
		return false, err
	}
	return raw.Kind() != 'f' && raw.Kind() != 'n', nil
}

func (d *decoder) deprecated() (string, error) {
	if d.json.PeekKind() == 't' {
		return noReason, d.skip()
	}
	return d.anyText()
}

// lifecycleScripts reads "scripts" and keeps those that an install runs. A
// script that is no string does not run, but is not normal: it is kept as JSON text.
func lifecycleScripts(r *reader) (map[string]string, error) {
	if ok, err := r.isKind('{'); !ok {
		return nil, err
	}
	var scripts map[string]string
	err := r.object(func(name string) error {
		if name != "preinstall" && name != "install" && name != "postinstall" {
			return r.skip()
		}
		script, err := r.anyText()
		if err != nil || script == "" {
			return err
		}
		if scripts == nil {
			scripts = map[string]string{}
		}
		scripts[name] = script
		return nil
	})
	return scripts, err
}

// repository reads "repository", an address or an object with one.
func repository(r *reader) (address string, err error) {
	switch r.json.PeekKind() {
	case '"':
		return r.symbol()
	case '{':
		err = r.object(func(name string) error {
			if name != "url" || r.json.PeekKind() != '"' {
				return r.skip()
			}
			address, err = r.symbol()
			return err
		})
		return address, err
	}
	return "", r.skip()
}

// commands reads "bin", a map or the file of a command that is named like the
// package. The latter is stored under the empty name until that is known.
func commands(r *reader) (map[string]string, error) {
	switch r.json.PeekKind() {
	case '{':
		return textMap(r)
	case '"':
		file, err := r.symbol()
		if err != nil || file == "" {
			return nil, err
		}
		return map[string]string{"": file}, nil
	}
	return nil, r.skip()
}

// dependencies reads a map from names to ranges. Manifests from before 2012
// have lists of "name@range", or one string of them, which npm understands.
func dependencies(r *reader) (map[string]string, error) {
	switch r.json.PeekKind() {
	case '{':
		return textMap(r)
	case '"':
		text, err := r.text()
		return dependencyList(strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' || c == '\n' || c == '\t' })), err
	case '[':
		var list []string
		err := r.array(func() error {
			item, err := r.anyText()
			list = append(list, item)
			return err
		})
		return dependencyList(list), err
	}
	return nil, r.skip()
}

func dependencyList(list []string) map[string]string {
	var all map[string]string
	for _, item := range list {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		if all == nil {
			all = map[string]string{}
		}
		end := strings.IndexAny(item[1:], "@ <>=") + 1 // not the at sign of a scope
		if end == 0 {
			end = len(item)
		}
		all[item[:end]] = strings.TrimSpace(strings.TrimPrefix(item[end:], "@"))
	}
	return all
}

// publisher reads "_npmUser". An object that says nothing is as good as none.
func publisher(r *reader) (*Publisher, error) {
	if r.json.PeekKind() == '"' {
		who, err := account(r)
		return &Publisher{Account: who}, err
	}
	var p Publisher
	err := r.object(func(name string) (err error) {
		switch name {
		case "name":
			p.Name, err = r.anyText()
		case "email":
			p.Email, err = r.anyText()
		case "trustedPublisher":
			err = trustedPublisher(r, &p)
		case "approver":
			var who Account
			who, err = account(r)
			p.Approver = who.Name
		default:
			err = r.skip()
		}
		return err
	})
	if err != nil || p == (Publisher{}) {
		return nil, err
	}
	return &p, nil
}

func trustedPublisher(r *reader, p *Publisher) error {
	return r.object(func(name string) (err error) {
		switch name {
		case "id":
			p.TrustedPublisher, err = r.anyText()
		case "oidcConfigId":
			p.OIDCConfig, err = r.anyText()
		default:
			err = r.skip()
		}
		return err
	})
}

func (d *decoder) dist(dist *Dist) error {
	return d.object(func(name string) (err error) {
		switch name {
		case "tarball":
			dist.Tarball, err = d.text()
		case "integrity":
			dist.Integrity, err = d.text()
		case "shasum":
			dist.Shasum, err = d.text()
		case "unpackedSize":
			dist.UnpackedSize, err = d.size()
		case "fileCount":
			dist.FileCount, err = d.size()
		case "signatures":
			err = d.array(func() error { return d.signature(dist) })
		case "attestations":
			err = d.attestations(dist)
		default:
			err = d.skip()
		}
		return err
	})
}

// size reads a count; 0 if it is none.
func (d *decoder) size() (int64, error) {
	raw, err := d.json.ReadValue()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n < 0 {
		return 0, nil
	}
	return n, nil
}

func (d *decoder) signature(dist *Dist) error {
	var s Signature
	err := d.object(func(name string) (err error) {
		switch name {
		case "keyid":
			s.KeyID, err = d.symbol()
		case "sig":
			s.Sig, err = d.text()
		default:
			err = d.skip()
		}
		return err
	})
	dist.Signatures = append(dist.Signatures, s)
	return err
}

func (d *decoder) attestations(dist *Dist) error {
	return d.object(func(name string) (err error) {
		switch name {
		case "url":
			dist.AttestationsURL, err = d.text()
		case "provenance":
			err = d.object(func(name string) (err error) {
				if name != "predicateType" {
					return d.skip()
				}
				dist.PredicateType, err = d.symbol()
				return err
			})
		default:
			err = d.skip()
		}
		return err
	})
}

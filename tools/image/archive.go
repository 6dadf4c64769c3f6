package main

import (
	"io/fs"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// archive writes the image to file as an OCI image layout in a tar archive, the
// form that skopeo and podman call oci-archive.
//
// Its index.json holds one descriptor, of the index for all architectures;
// podman load names the image after its org.opencontainers.image.ref.name. A
// tag cannot have the + of a version such as v1.2.3+dirty.
func (i *image) archive(file string) error {
	dir, err := os.MkdirTemp("", "gate-image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	name := map[string]string{"org.opencontainers.image.ref.name": "gate:" + strings.ReplaceAll(i.version, "+", "-")}
	if err := path.AppendIndex(i.index, layout.WithAnnotations(name)); err != nil {
		return err
	}
	entries, err := entriesOf(os.DirFS(dir))
	if err != nil {
		return err
	}
	data, err := tarOf(i.created, entries)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// entriesOf returns the files of a directory in lexical order, without what
// the machine adds: modes, owners and times.
func entriesOf(dir fs.FS) ([]entry, error) {
	var entries []entry
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if d.IsDir() {
			entries = append(entries, entry{name + "/", 0o755, nil})
			return nil
		}
		content, err := fs.ReadFile(dir, name)
		entries = append(entries, entry{name, 0o644, content})
		return err
	})
	return entries, err
}

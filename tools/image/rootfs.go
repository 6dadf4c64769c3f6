package main

import (
	"archive/tar"
	"bytes"
	"os"
	"time"
)

// user is the numeric id that gate runs as in the container: numeric, because
// Kubernetes can only verify runAsNonRoot for a number, and 65532, because that
// is what distroless images made the custom.
const user = 65532

// entry is a file or, without content, a directory of the root file system.
type entry struct {
	name    string
	mode    int64
	content []byte
}

// writeRootfs writes the root file system around a binary to file, a tar
// archive. The image is FROM scratch, so this is all there is in it:
//
//   - /gate
//   - the root certificates, where Go looks for them first
//   - /tmp and /cache, writable for whatever user the container runs as
//   - /src, where the project is mounted
func writeRootfs(file string, b binary) error {
	program, err := os.ReadFile(b.file)
	if err != nil {
		return err
	}
	roots, err := certificates()
	if err != nil {
		return err
	}
	archive, err := tarOf(b.time, []entry{
		{"cache/", 0o1777, nil},
		{"etc/", 0o755, nil},
		{"etc/ssl/", 0o755, nil},
		{"etc/ssl/certs/", 0o755, nil},
		{"etc/ssl/certs/ca-certificates.crt", 0o644, roots},
		{"gate", 0o755, program},
		{"src/", 0o755, nil},
		{"tmp/", 0o1777, nil},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(file, archive, 0o644)
}

// tarOf returns a tar archive of entries that root owns, all changed at the
// same time.
func tarOf(changed time.Time, entries []entry) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		header := &tar.Header{
			Typeflag: tar.TypeReg,
			Name:     e.name,
			Mode:     e.mode,
			Size:     int64(len(e.content)),
			ModTime:  changed,
			Format:   tar.FormatUSTAR,
		}
		if e.content == nil {
			header.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

package npmregistry

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// Bounds on a tarball, each far above what the npm registry serves.
const (
	// maxTarball bounds the compressed bytes, maxUnpacked those of the archive.
	maxTarball  = 256 << 20
	maxUnpacked = 1 << 30
	// maxRatio bounds how much larger than the compressed bytes the archive may
	// be, once it is larger than freeUnpacked. The format's own limit is 1032.
	maxRatio     = 200
	freeUnpacked = 8 << 20
	// maxPaths bounds the bytes of all paths together.
	maxPaths = 16 << 20
	// maxListed bounds lists that are there to be shown.
	maxListed = 100
)

// ErrTarball says that a tarball is damaged, hostile or beyond a bound, so that
// nothing can be said about what an install would make of it.
var ErrTarball = errors.New("refusing the tarball")

var (
	errPacked   = fmt.Errorf("more than %d bytes", maxTarball)
	errUnpacked = fmt.Errorf("more than %d bytes when unpacked", maxUnpacked)
	errRatio    = fmt.Errorf("more than %d times as large when unpacked", maxRatio)
	errPaths    = fmt.Errorf("paths of more than %d bytes in all", maxPaths)
)

// Tarball is what a version's tarball holds. It is the truth about what an
// install runs, where a Manifest is a claim.
//
// Paths are those of the installed package: npm takes the first directory off,
// whatever its name. Any text may hold what an attacker chose.
type Tarball struct {
	// Name, Version, Dependencies, OptionalDependencies and Bin are those of
	// its package.json, as written there. Bin has a command that is named like
	// the package, and those of directories.bin, under their names.
	Name, Version        string
	Dependencies         map[string]string
	OptionalDependencies map[string]string
	Bin                  map[string]string

	// Scripts holds the lifecycle scripts of its package.json that run when the
	// package is installed as a dependency: preinstall, install and
	// postinstall. One that is no string does not run, but is not normal: it is
	// kept as JSON text.
	Scripts map[string]string
	// ScriptFiles are the files that these scripts name, from path to
	// "sha256-" and the hash of the content in hexadecimal: those on their
	// command lines, in scripts of package.json that they run, and what an implicit
	// build reads. What these files load in turn is not followed, and
	// package.json itself is left out.
	ScriptFiles map[string]string

	// GypFiles are the *.gyp files beside package.json, sorted.
	GypFiles []string
	// GypFile says that npm, up to version 11, runs "node-gyp rebuild": there
	// is a binding.gyp, no preinstall or install script that would replace the
	// build, and no "gypfile": false.
	GypFile bool

	// Native are the programs and libraries for processors: ELF, Mach-O and PE
	// files and what is called *.node. The first 100 are listed, sorted.
	Native []string

	Files int   // how many files npm would write
	Size  int64 // the sum of their sizes in bytes

	// Irregular says what npm would not have packed: links, devices, paths that
	// lead out of the package, two files for one path, a package.json that
	// repeats a name. The first 100 are listed.
	Irregular []string
}

// ReadTarball reads a package's tarball to its end, in one pass and without
// writing anything to disk. The error wraps ErrTarball if the tarball is the
// reason, else it is that of the reader.
func ReadTarball(r io.Reader) (*Tarball, error) {
	in := &packed{r: r}
	t, err := readTarball(in)
	switch {
	case in.err != nil:
		return nil, fmt.Errorf("reading the tarball: %w", in.err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrTarball, err)
	}
	return t, nil
}

func readTarball(in *packed) (*Tarball, error) {
	zip, err := gzip.NewReader(bufio.NewReaderSize(in, 64<<10))
	if err != nil {
		return nil, unexpected(err)
	}
	files := &archive{r: &unpacked{zip: zip, from: in}}
	c := newContents()
	for {
		e, err := files.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = c.add(e, files)
		}
		if err != nil {
			return nil, err
		}
	}
	if files.trailing {
		c.irregular("data", "behind the end of the archive")
	}
	return c.finish()
}

// packed counts the compressed bytes, and remembers an error of the reader.
type packed struct {
	r    io.Reader
	size int64
	err  error
}

func (p *packed) Read(b []byte) (int, error) {
	if p.size > maxTarball {
		return 0, errPacked
	}
	n, err := p.r.Read(b)
	p.size += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		p.err = err
	}
	return n, err
}

// unpacked ends an archive that is too large, for itself or for the compressed
// bytes that it was made of.
type unpacked struct {
	zip  *gzip.Reader
	from *packed
	size int64
}

func (u *unpacked) Read(b []byte) (int, error) {
	n, err := u.zip.Read(b)
	u.size += int64(n)
	switch {
	case u.size > maxUnpacked:
		return 0, errUnpacked
	case u.size > freeUnpacked && u.size/maxRatio > u.from.size:
		return 0, errRatio
	}
	return n, err
}

package npmregistry

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	packageJSON = "package.json"
	bindingGyp  = "binding.gyp"
	// maxPackageJSON bounds a package.json in bytes.
	maxPackageJSON = 4 << 20
	// headSize is how many bytes of a file tell what it is.
	headSize = 64
)

// contents is a Tarball while its archive is read.
type contents struct {
	*Tarball
	manifest []byte // package.json; nil before it was met
	// hashes holds every file: which ones the scripts name is known only when
	// package.json was read, and a script can name a file of any kind.
	hashes map[string][sha256.Size]byte
	paths  int // bytes of the keys of hashes

	// Reused from file to file.
	hasher hash.Hash
	head   [headSize]byte
	buffer []byte
}

func newContents() *contents {
	return &contents{
		Tarball: &Tarball{},
		hashes:  map[string][sha256.Size]byte{},
		hasher:  sha256.New(),
		buffer:  make([]byte, 32<<10),
	}
}

// add takes an entry of the archive; content is that of a file.
func (c *contents) add(e entry, content io.Reader) error {
	file, reason, err := installPath(e.path)
	switch {
	case err != nil:
		return fmt.Errorf("at %q: %w", e.path, err)
	case e.kind == kindDirectory && file == "" && reason != leadsOut:
		return nil // the package's own directory
	case reason != "":
		c.irregular(reason, e.path)
	}
	switch e.kind {
	case kindFile:
	case kindDirectory:
		if _, ok := c.hashes[file]; ok {
			c.irregular("a directory for the path of a file", file)
			delete(c.hashes, file) // npm removes it
		}
		if file == packageJSON {
			c.manifest = nil
		}
		return nil
	case kindHardLink, kindSymlink:
		c.irregular("a link", e.path)
		return nil
	default:
		c.irregular("a device", e.path)
		return nil
	}
	if file == "" {
		return nil // not installed
	}
	if err := c.addFile(file, e.size, content); err != nil {
		return fmt.Errorf("at %q: %w", e.path, err)
	}
	return nil
}

func (c *contents) addFile(file string, size int64, content io.Reader) error {
	isManifest := strings.EqualFold(file, packageJSON)
	if isManifest && size > maxPackageJSON {
		return fmt.Errorf("larger than %d bytes", maxPackageJSON)
	}
	var kept bytes.Buffer
	if isManifest {
		content = io.TeeReader(content, &kept)
	}
	sum, head, err := c.hash(content)
	if err != nil {
		return err
	}
	switch {
	case file == packageJSON:
		c.manifest = kept.Bytes()
	case isManifest:
		c.irregular("package.json in other letters", file)
	}
	if isNative(file, head) && len(c.Native) < maxListed {
		c.Native = append(c.Native, file)
	}
	c.Files++
	c.Size += size
	return c.remember(file, sum)
}

// hash reads a file and returns the hash of it and its first bytes, valid until
// the next call.
func (c *contents) hash(content io.Reader) (sum [sha256.Size]byte, head []byte, err error) {
	n, _ := io.ReadFull(content, c.head[:]) // an error of the archive comes again below
	c.hasher.Reset()
	c.hasher.Write(c.head[:n])
	if _, err := io.CopyBuffer(c.hasher, content, c.buffer); err != nil {
		return sum, nil, err
	}
	c.hasher.Sum(sum[:0])
	return sum, c.head[:n], nil
}

func (c *contents) remember(file string, sum [sha256.Size]byte) error {
	known, ok := c.hashes[file]
	switch {
	case !ok:
		if c.paths += len(file); c.paths > maxPaths {
			return errPaths
		}
	case known != sum || file == packageJSON:
		c.irregular("another file for the path", file)
	}
	c.hashes[file] = sum // npm overwrites the first
	return nil
}

func (c *contents) irregular(what, where string) {
	if len(c.Irregular) < maxListed {
		c.Irregular = append(c.Irregular, what+": "+validText(where))
	}
}

// finish draws the conclusions, now that everything was read.
func (c *contents) finish() (*Tarball, error) {
	if c.manifest == nil {
		return nil, errors.New("no package.json")
	}
	p, err := decodePackageJSON(c.manifest)
	if err != nil {
		return nil, fmt.Errorf("package.json: %w", err)
	}
	for _, name := range p.repeated {
		c.irregular("package.json repeats a name", name)
	}
	hasBinding := false
	for file := range c.hashes {
		if !strings.Contains(file, "/") && path.Ext(file) == ".gyp" {
			c.GypFiles = append(c.GypFiles, file)
		}
		hasBinding = hasBinding || strings.EqualFold(file, bindingGyp)
	}
	c.Name, c.Version = p.name, p.version
	c.Dependencies, c.OptionalDependencies = p.dependencies, p.optionalDependencies
	c.Scripts = p.lifecycle
	c.GypFile = hasBinding && !p.replacesBuild && !p.noGypFile
	c.Bin = p.commands(c.hashes)
	if c.ScriptFiles, err = c.scriptFiles(p); err != nil {
		return nil, err
	}
	slices.Sort(c.GypFiles)
	c.GypFiles = c.GypFiles[:min(len(c.GypFiles), maxListed)]
	slices.Sort(c.Native)
	return c.Tarball, nil
}

func hexSum(sum [sha256.Size]byte) string { return "sha256-" + hex.EncodeToString(sum[:]) }

// leadsOut is the reason why npm does not install a path.
const leadsOut = "a path that leads out of the package"

// installPath returns where npm puts an entry, below the package's directory;
// empty if it leaves it out or if that is the directory itself. The reason is
// empty for a path as npm packs it. Paths that mean one thing to Windows
// and another to the rest are an error.
func installPath(name string) (file, reason string, err error) {
	top, inner, ok := strings.Cut(name, "/")
	if strings.Contains(name, `\`) || len(inner) > 1 && inner[1] == ':' {
		return "", "", errors.New("a path of Windows")
	}
	segments := strings.Split(inner, "/")
	if slices.Contains(segments, "..") {
		return "", leadsOut, nil
	}
	file = strings.TrimPrefix(path.Clean("/"+inner), "/")
	switch {
	case top == "" || top == "." || top == "..":
		reason = "a path that does not begin with a directory"
	case !ok || file == "":
		reason = "a file outside of the package's directory"
	case file != strings.TrimSuffix(inner, "/"):
		reason = "a path that is not in its shortest form"
	case !utf8.ValidString(file) || strings.ContainsFunc(file, unicode.IsControl):
		reason = "a path that is not plain text"
	}
	return validText(file), reason, nil
}

// isNative tells a program or library for processors by its first bytes.
func isNative(file string, head []byte) bool {
	if path.Ext(file) == ".node" {
		return true
	}
	if len(head) < 8 {
		return false
	}
	switch magic := binary.BigEndian.Uint32(head); magic {
	case 0x7f454c46: // ELF
		return true
	case 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe: // Mach-O
		return true
	case 0xcafebabe, 0xcafebabf:
		// Mach-O for several processors, whose number follows. Classes of Java
		// begin in the same way; their version, 45 or more, stands there.
		return binary.BigEndian.Uint32(head[4:]) < 45
	}
	// MS-DOS and with it PE: text does not have zeros.
	return string(head[:2]) == "MZ" && len(head) == headSize && slices.Contains(head, 0)
}

// validText replaces bytes that are not UTF-8, as JavaScript does in most cases.
func validText(text string) string { return string([]rune(text)) }

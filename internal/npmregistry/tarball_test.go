package npmregistry

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func sumOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256-" + hex.EncodeToString(sum[:])
}

const fullManifest = "\uFEFF" + `{
  "name": "@s/tool", "version": "1.2.3", "bin": "cli.js",
  "scripts": {"preinstall": "", "install": "node-gyp rebuild", "postinstall": "node ./lib/setup && npm run more", "more": "sh more.sh"},
  "dependencies": {"a": "^1.0.0", "b": "git+https://h.example/b.git"},
  "optionalDependencies": {"c": "2"}
}`

// full is a tarball in which package.json comes behind what it names.
func full() []byte {
	return pack(
		item(kindGlobalPax, "pax_global_header", "19 comment=0123456\n"),
		item(kindDirectory, "package/", ""),
		file("package/lib/setup.js", "setup"),
		pax("path=package/"+strings.Repeat("long/", 30)+"x.js", "mtime=1.5"), file("package/long", "12345"),
		item(kindLongPath, "././@LongLink", "package/"+strings.Repeat("gnu/", 30)+"y.js\x00"), file("package/gnu", "6"),
		file("package/other.gyp", "{}"),
		file("package/binding.gyp", "{}"),
		file("package/build/x.node", ""),
		file("package/linux", "\x7fELF\x02\x01\x01\x00"),
		file("package/more.sh", "more"),
		item(kindFile, "cli.js", "cli", put(345, "package")),
		manifest(fullManifest),
	)
}

func fullTarball() *Tarball {
	return &Tarball{
		Name: "@s/tool", Version: "1.2.3",
		Dependencies:         map[string]string{"a": "^1.0.0", "b": "git+https://h.example/b.git"},
		OptionalDependencies: map[string]string{"c": "2"},
		Bin:                  map[string]string{"tool": "cli.js"},
		Scripts:              map[string]string{"install": "node-gyp rebuild", "postinstall": "node ./lib/setup && npm run more"},
		ScriptFiles: map[string]string{
			"binding.gyp": sumOf("{}"), "lib/setup.js": sumOf("setup"), "more.sh": sumOf("more"),
		},
		GypFiles: []string{"binding.gyp", "other.gyp"},
		Native:   []string{"build/x.node", "linux"},
		Files:    10,
		Size:     int64(len("setup123456{}{}morecli") + 8 + len(fullManifest)),
	}
}

func TestReadTarball(t *testing.T) {
	got, err := ReadTarball(bytes.NewReader(full()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fullTarball(), got); diff != "" {
		t.Errorf("Tarball (-want +got):\n%s", diff)
	}
}

// A tarball may consist of several gzip streams, and end without empty blocks.
func TestReadTarballStreams(t *testing.T) {
	data := append(zip(manifest(`{"name":"p"}`)), zip(file("package/x", "x"))...)
	got, err := ReadTarball(bytes.NewReader(data))
	if err != nil || got.Files != 2 {
		t.Errorf("got %+v, %v, want two files", got, err)
	}
}

func TestReadTarballRefuses(t *testing.T) {
	ok := manifest("{}")
	signed := func(block []byte) { copy(block[265:], "\xff\xff\xff") }
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "unexpected EOF"},
		{"no gzip", []byte(strings.Repeat("x", 1000)), "invalid header"},
		{"an archive that is not compressed", ok, "invalid header"},
		{"a cut stream", pack(ok)[:60], "unexpected EOF"},
		{"garbage behind the stream", append(pack(ok), "garbage, and more of it"...), "invalid header"},
		{"a wrong sum of the stream", flip(pack(ok), -8), "checksum"},
		{"a cut header", zip(append(ok, "package"...)), "unexpected EOF"},
		{"a cut file", zip(ok[:blockSize+1]), "unexpected EOF"},
		{"an empty block in between", zip(append(make([]byte, blockSize), ok...)), "an empty block"},
		{"no package.json", pack(file("package/x", "")), "no package.json"},
		{"package.json beside the directory", pack(file("package.json", "{}")), "no package.json"},
		{"package.json too deep", pack(file("./package/package.json", "{}")), "no package.json"},
		{"package.json under a directory", pack(ok, item(kindDirectory, "package/package.json", "")), "no package.json"},
		{"package.json as a link", pack(item(kindSymlink, "package/package.json", "")), "no package.json"},
		{"package.json is no object", pack(manifest("[]")), "package.json: "},
		{"package.json is null", pack(manifest("null")), "null where"},
		{"package.json with a comment", pack(manifest("{} // x")), "package.json: "},
		{"package.json with bad UTF-8", pack(manifest("{\"name\":\"\xff\"}")), "UTF-8"},
		{"large package.json", pack(manifest(strings.Repeat(" ", maxPackageJSON) + "{}")), "larger than 4194304 bytes"},
		{"long script", pack(manifest(`{"scripts":{"install":"` + strings.Repeat("x", maxText) + `"}}`)), "longer than"},
		{"script of many words", pack(manifest(`{"scripts":{"install":"` + strings.Repeat("x ", maxWords) + `"}}`)), "words"},
		{"script in many directories", pack(manifest(`{"scripts":{"install":"` + strings.Repeat("cd x ", maxWords/20) + `"}}`)), "words"},

		{"a wrong checksum", zip(flip(ok, 0)), "a wrong checksum"},
		{"a signed checksum", zip(signedSum(item(kindFile, "package/x", "", signed))), "a wrong checksum"},
		{"no name", pack(file("", "")), "no name"},
		{"text behind the name", pack(file("package/x\x00\ny", "")), "text behind"},
		{"a size in binary", pack(item(kindFile, "package/x", "", put(124, "\x80"))), "no octal number"},
		{"a negative size", pack(item(kindFile, "package/x", "", put(124, "-1         "))), "no octal number"},
		{"two sizes", pack(item(kindFile, "package/x", "", put(124, "0\x000000000"))), "no octal number"},
		{"a huge size", pack(item(kindFile, "package/x", "", put(124, "77777777777"))), "when unpacked"},
		{"a huge owner", pack(item(kindFile, "package/x", "", put(108, "\x80\x20"))), "too large"},
		{"a huge time", pack(item(kindFile, "package/x", "", put(476, "\x80\x01"))), "too large"},
		{"an unknown mark of a number", pack(item(kindFile, "package/x", "", put(100, "\x90"))), "too large"},
		{"a link without target", pack(item(kindSymlink, "package/x", "", put(157, "\x00"))[:blockSize]), "text behind"},
		{"a target without link", pack(item(kindFile, "package/x", "", put(157, "x"))), "a target"},
		{"a target for a file by pax", pack(pax("linkpath=../x"), file("package/x", "")), "a target"},
		{"a target for a file by GNU", pack(item(kindLongLink, "x", "../x\x00"), file("package/x", "")), "a target"},
		{"a link with content", pack(item(kindHardLink, "package/x", "x")), "content where"},
		{"a directory with content", pack(item(kindDirectory, "package/x", "x")), "content where"},
		{"an old directory with content", pack(file("package/x/", "x")), "content where"},
		{"a sparse file", pack(item('S', "package/x", "")), "unknown kind"},
		{"a sparse file by pax", pack(pax("GNU.sparse.name=package/y"), file("package/x", "")), "GNU.sparse"},
		{"another type by pax", pack(pax("type=SymbolicLink"), file("package/x", "")), `"type"`},
		{"another size by pax", pack(pax("size=1"), file("package/x", "")), "two paths or sizes"},
		{"a size for all", pack(item(kindGlobalPax, "g", "9 size=0\n"), ok), "for all entries"},
		{"two pax headers", pack(pax("path=a/b"), pax("path=a/b"), ok), "between a pax header"},
		{"a long path behind a size", pack(pax("size=2"), item(kindLongPath, "L", "a/b"), ok), "between a pax header"},
		{"a contiguous file", pack(item('7', "package/x/", "")), "unknown kind"},
		{"two paths in one header", pack(pax("path=a/b", "path=a/c"), ok), "two paths or sizes"},
		{"paths of both kinds", pack(item(kindLongPath, "L", "a/b"), pax("path=a/c"), ok), "two paths or sizes"},
		{"a path with a line end", pack(item(kindLongPath, "L", "a/b\nc"), ok), "line end"},
		{"an empty path", pack(pax("path="), ok), "is empty"},
		{"a record over two lines", pack(item(kindPax, "x", "13 path=a/b\nc\n"), ok), "cannot be read"},
		{"a record with a wrong length", pack(item(kindPax, "x", "12 path=a/b\n9 x=12345\n"), ok), "cannot be read"},
		{"a record without a line end", pack(item(kindPax, "x", "11 path=a/b"), ok), "cannot be read"},
		{"a long header", pack(item(kindPax, "x", strings.Repeat("x", maxExtension+1)), ok), "larger than"},
		{"a long path", pack(pax("path=a/"+strings.Repeat("x", maxPath)), ok), "longer than 1024"},
		{"a prefix in GNU's format", pack(item(kindFile, "x", "", put(257, "ustar  \x00"), put(345, "package"))), "a prefix"},
		{"a backslash", pack(file(`package/..\x`, "")), "a path of Windows"},
		{"a drive", pack(file("package/c:/x", "")), "a path of Windows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadTarball(bytes.NewReader(tt.data))
			if !errors.Is(err, ErrTarball) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %+v, %v, want %v: %q", got, err, ErrTarball, tt.want)
			}
		})
	}
}

// flip changes one byte of data; an offset below zero counts from the end.
func flip(data []byte, offset int) []byte {
	data = bytes.Clone(data)
	data[(offset+len(data))%len(data)] ^= 1
	return data
}

// signedSum writes the checksum as some programs of the 1980s did.
func signedSum(block []byte) []byte {
	copy(block[148:156], "        ")
	sum := 0
	for _, b := range block {
		sum += int(int8(b))
	}
	copy(block[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return block
}

func TestReadTarballIrregular(t *testing.T) {
	ok := manifest("{}")
	tests := []struct {
		name  string
		data  []byte
		want  string
		files int
	}{
		{"a symbolic link", pack(ok, item(kindSymlink, "package/x", "")), "a link: package/x", 1},
		{"a hard link", pack(ok, item(kindHardLink, "package/x", "")), "a link: package/x", 1},
		{"a device", pack(ok, item(kindCharacter, "package/x", "")), "a device: package/x", 1},
		{"a pipe", pack(ok, item(kindFIFO, "package/x", "")), "a device: package/x", 1},
		{"traversal", pack(ok, file("package/../../x", "")), leadsOut + ": package/../../x", 1},
		{"traversal by pax", pack(ok, pax("path=package/a/../../../x"), file("package/x", "")), leadsOut + ": package/a/../../../x", 1},
		{"a directory outside", pack(ok, item(kindDirectory, "package/..", "")), leadsOut + ": package/..", 1},
		{"an absolute path", pack(ok, file("/etc/passwd", "")), "a path that does not begin with a directory: /etc/passwd", 2},
		{"two slashes", pack(ok, file("package//x", "")), "a path that is not in its shortest form: package//x", 2},
		{"a file beside the package", pack(ok, file("x", "")), "a file outside of the package's directory: x", 1},
		{"a control character", pack(ok, file("package/\x1b[2J", "")), "a path that is not plain text: package/\x1b[2J", 2},
		{"no UTF-8", pack(ok, file("package/\xff", "")), "a path that is not plain text: package/\uFFFD", 2},
		{"two package.json", pack(ok, ok), "another file for the path: package.json", 2},
		{"two package.json by two directories", pack(ok, file("p/package.json", "{}")), "another file for the path: package.json", 2},
		{"package.json twice by slashes", pack(ok, file("package//package.json", "{}")), "a path that is not in its shortest form: package//package.json", 2},
		{"two files", pack(ok, file("package/x", "1"), file("package/x", "2")), "another file for the path: x", 3},
		{"a directory over a file", pack(ok, file("package/x", "1"), item(kindDirectory, "package/x/", "")), "a directory for the path of a file: x", 2},
		{"the same file twice", pack(ok, file("package/x", "1"), file("package/x", "1")), "", 3},
		{"capitals", pack(ok, file("package/Package.JSON", "{}")), "package.json in other letters: Package.JSON", 2},
		{"a repeated name", pack(manifest(`{"a":1,"a":2}`)), "package.json repeats a name: a", 1},
		{"a repeated script", pack(manifest(`{"scripts":{"a":"","a":""}}`)), "package.json repeats a name: scripts.a", 1},
		{"data behind the end", zip(append(append(ok, make([]byte, 2*blockSize)...), ok...)), "data: behind the end of the archive", 1},
		{"zeros behind the end", zip(append(ok, make([]byte, 20*blockSize)...)), "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadTarball(bytes.NewReader(tt.data))
			if err != nil {
				t.Fatal(err)
			}
			first := ""
			if len(got.Irregular) > 0 {
				first = got.Irregular[0]
			}
			if first != tt.want || got.Files != tt.files {
				t.Errorf("got %q and %d files, want %q and %d", got.Irregular, got.Files, tt.want, tt.files)
			}
		})
	}
}

// What npm would install of two files with one path is the last one.
func TestReadTarballLastWins(t *testing.T) {
	got, err := ReadTarball(bytes.NewReader(pack(
		manifest(`{"name":"p","scripts":{"install":"node x"}}`), file("package/x.js", "1"),
		manifest(`{"name":"q","scripts":{"postinstall":"node x"},"scripts":{"install":"node x"}}`), file("q//x.js", "2"),
	)))
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "q" || got.Scripts["install"] == "" || len(got.Scripts) != 1 || got.ScriptFiles["x.js"] != sumOf("2") {
		t.Errorf("got %+v, want the second package.json, its second scripts and the second file", got)
	}
}

func TestReadTarballLists(t *testing.T) {
	parts := [][]byte{manifest("{}")}
	for i := range 2 * maxListed {
		parts = append(parts, item(kindSymlink, fmt.Sprintf("package/%d", i), ""), file(fmt.Sprintf("package/%d.node", i), ""))
	}
	got, err := ReadTarball(bytes.NewReader(pack(parts...)))
	if err != nil || len(got.Irregular) != maxListed || len(got.Native) != maxListed {
		t.Errorf("got %v, %v, want lists of %d", got, err, maxListed)
	}
}

func TestGypFile(t *testing.T) {
	binding := file("package/binding.gyp", "{}")
	tests := []struct {
		name, manifest string
		gyp            []byte
		want           bool
	}{
		{"alone", "{}", binding, true},
		{"on a file system without case", "{}", file("package/Binding.gyp", "{}"), true},
		{"below", "{}", file("package/src/binding.gyp", "{}"), false},
		{"another one", "{}", file("package/other.gyp", "{}"), false},
		{"install script", `{"scripts":{"install":"x"}}`, binding, false},
		{"preinstall script", `{"scripts":{"preinstall":"x"}}`, binding, false},
		{"postinstall script", `{"scripts":{"postinstall":"x"}}`, binding, true},
		{"empty script", `{"scripts":{"install":""}}`, binding, true},
		{"script that is no text", `{"scripts":{"install":true}}`, binding, true},
		{"switched off", `{"gypfile":false}`, binding, false},
		{"not switched off", `{"gypfile":"false"}`, binding, true},
		{"switched on again", `{"gypfile":false,"gypfile":0}`, binding, true},
	}
	for _, tt := range tests {
		got, err := ReadTarball(bytes.NewReader(pack(tt.gyp, manifest(tt.manifest))))
		if err != nil {
			t.Fatal(err)
		}
		if got.GypFile != tt.want || tt.want && len(got.ScriptFiles) != 1 {
			t.Errorf("%s: got %v with %v, want %v", tt.name, got.GypFile, got.ScriptFiles, tt.want)
		}
	}
}

func TestBin(t *testing.T) {
	tests := []struct {
		name, manifest string
		want           map[string]string
	}{
		{"map", `{"bin":{"a":"./x.js"}}`, map[string]string{"a": "./x.js"}},
		{"text", `{"name":"@s/p","bin":"x.js"}`, map[string]string{"p": "x.js"}},
		{"directory", `{"directories":{"bin":"./bin/"}}`, map[string]string{"x.js": "bin/x.js", "y": "bin/sub/y"}},
		{"both", `{"bin":{"a":"x.js"},"directories":{"bin":"bin"}}`, map[string]string{"a": "x.js"}},
		{"empty map", `{"bin":{},"directories":{"bin":"bin"}}`, map[string]string{"x.js": "bin/x.js", "y": "bin/sub/y"}},
		{"nonsense", `{"bin":1,"directories":"bin"}`, nil},
	}
	for _, tt := range tests {
		got, err := ReadTarball(bytes.NewReader(pack(
			manifest(tt.manifest), file("package/bin/x.js", ""), file("package/bin/sub/y", ""), file("package/bin/.hidden", ""), file("package/x.js", ""),
		)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got.Bin); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestIsNative(t *testing.T) {
	long := func(magic string) string { return magic + strings.Repeat("\x00", headSize-len(magic)) }
	tests := []struct {
		file, head string
		want       bool
	}{
		{"x", long("\x7fELF"), true},
		{"x", long("\xcf\xfa\xed\xfe"), true},
		{"x", long("\xfe\xed\xfa\xce"), true},
		{"x", long("\xca\xfe\xba\xbe\x00\x00\x00\x02"), true},
		{"X.class", long("\xca\xfe\xba\xbe\x00\x00\x00\x34"), false},
		{"x.exe", long("MZ\x90"), true},
		{"x.txt", "MZ is not only a magic number, it is also how this line begins..", false},
		{"x.node", "", true},
		{"x", "", false},
		{"x.js", "#!/usr/bin/env node\n", false},
	}
	for _, tt := range tests {
		if got := isNative(tt.file, []byte(tt.head)); got != tt.want {
			t.Errorf("isNative(%q, %.8q) = %v, want %v", tt.file, tt.head, got, tt.want)
		}
	}
}

// repeated is an endless reader.
type repeated struct {
	data []byte
	at   int
	read int64
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.data[r.at:])
	r.at = (r.at + n) % len(r.data)
	r.read += int64(n)
	return n, nil
}

func TestReadTarballEndless(t *testing.T) {
	const size = maxUnpacked &^ (1<<20 - 1)
	head := zip(item(kindFile, "package/x", "", put(124, fmt.Sprintf("%011o\x00", size))))
	var stored bytes.Buffer // random data, as far as gzip is concerned
	w, err := gzip.NewWriterLevel(&stored, gzip.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, &repeated{data: []byte("data")}, 1<<20); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		body []byte
		want error
		most int64 // bytes that may be read
	}{
		{"zeros", zip(make([]byte, 1<<20)), errRatio, 1 << 20},
		{"random data", stored.Bytes(), errPacked, maxTarball + 1<<20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := &repeated{data: tt.body}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := ReadTarball(io.MultiReader(bytes.NewReader(head), body))
			runtime.ReadMemStats(&after)
			if !errors.Is(err, ErrTarball) || !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v: %v", err, ErrTarball, tt.want)
			}
			if body.read > tt.most {
				t.Errorf("read %d bytes, want at most %d", body.read, tt.most)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 4<<20 {
				t.Errorf("allocated %d bytes, want less than 4 MiB", got)
			}
		})
	}
}

func TestUnpackedBound(t *testing.T) {
	zip, err := gzip.NewReader(bytes.NewReader(full()))
	if err != nil {
		t.Fatal(err)
	}
	in := &unpacked{zip: zip, from: &packed{size: maxUnpacked}, size: maxUnpacked - 3000}
	if n, err := io.Copy(io.Discard, in); !errors.Is(err, errUnpacked) || n > 3000 {
		t.Errorf("got %d bytes and %v, want %v", n, err, errUnpacked)
	}
}

func TestManyEntries(t *testing.T) {
	one := item(kindSymlink, "package/x", "")
	a := &archive{r: &repeated{data: one}}
	for n := 0; ; n++ {
		_, err := a.next()
		if err == nil {
			continue
		}
		if n != maxEntries || !strings.Contains(err.Error(), "entries") {
			t.Errorf("got %v after %d entries, want an error after %d", err, n, maxEntries)
		}
		return
	}
}

// A reader may return the end together with the last bytes.
func TestArchiveEnd(t *testing.T) {
	a := &archive{r: iotest.DataErrReader(bytes.NewReader(file("package/x", strings.Repeat("x", blockSize))))}
	if _, err := a.next(); err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(a); err != nil || len(content) != blockSize {
		t.Errorf("got %d bytes and %v, want %d", len(content), err, blockSize)
	}
	if _, err := a.next(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the end", err)
	}
}

func TestManyPaths(t *testing.T) {
	c := newContents()
	c.paths = maxPaths - 2
	if err := c.addFile("x", 0, strings.NewReader("")); err != nil {
		t.Error(err)
	}
	if err := c.addFile("xyz", 0, strings.NewReader("")); !errors.Is(err, errPaths) {
		t.Errorf("got %v, want %v", err, errPaths)
	}
}

// An error of the reader is not the tarball's.
func TestReadTarballReader(t *testing.T) {
	broken := errors.New("broken")
	_, err := ReadTarball(io.MultiReader(bytes.NewReader(full()[:100]), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || errors.Is(err, ErrTarball) {
		t.Errorf("got %v, want %v alone", err, broken)
	}
}

func TestTarballConformance(t *testing.T) {
	root := os.Getenv("GATE_FIXTURES")
	if root == "" {
		t.Skip("GATE_FIXTURES names no directory of conformance data")
	}
	files, err := filepath.Glob(filepath.Join(root, "incidents", "*", "tarballs", "*.tgz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v, %v, want tarballs", files, err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadTarball(f)
		f.Close()
		if err != nil || len(got.Irregular) > 0 {
			t.Errorf("%s: got %+v, %v, want a regular tarball", name, got, err)
			continue
		}
		if runs := len(got.Scripts) > 0 || got.GypFile; runs != (len(got.ScriptFiles) > 0) {
			t.Errorf("%s: got the scripts %v with the files %v", name, got.Scripts, got.ScriptFiles)
		}
	}
}

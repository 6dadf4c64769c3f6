package npmregistry

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// FuzzReadTarball takes compressed bytes.
func FuzzReadTarball(f *testing.F) {
	f.Add(full())
	f.Add(pack(manifest("{}")))
	f.Add(append(zip(manifest("{}")), zip(file("package/x", "x"))...))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkTarball(t, data)
	})
}

// checkTarball checks what holds for any tarball.
func checkTarball(t *testing.T, data []byte) {
	t.Helper()
	got, err := ReadTarball(bytes.NewReader(data))
	if err != nil {
		if !errors.Is(err, ErrTarball) || got != nil {
			t.Errorf("got %v, %v, want %v alone", got, err, ErrTarball)
		}
		return
	}
	for path := range got.ScriptFiles {
		if strings.HasPrefix(path, "/") || strings.HasPrefix(path, "../") || path == "" {
			t.Errorf("a script file outside of the package: %q", path)
		}
	}
	if got.Files < 1 || got.Size < 0 || len(got.ScriptFiles) > got.Files {
		t.Errorf("got %d files of %d bytes, %d of them named", got.Files, got.Size, len(got.ScriptFiles))
	}
}

type tarFile struct {
	path, content string
}

// FuzzArchive takes archives, and compares with archive/tar what both accept.
func FuzzArchive(f *testing.F) {
	end := make([]byte, 2*blockSize)
	for _, parts := range [][][]byte{
		{manifest("{}"), end},
		{pax("path=package/y", "size=1"), file("package/x", "x"), end},
		{item(kindLongPath, "L", "package/y\x00"), item(kindSymlink, "package/x", ""), end},
		{item(kindGlobalPax, "g", "10 a=bcde\n"), item(kindFile, "y", "z", put(345, "package")), item(0, "package/d/", ""), end},
		{item(kindHardLink, "package/x", "", put(124, "00000001000")), item(kindFile, "package/y", "x"), end},
	} {
		f.Add(bytes.Join(parts, nil), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, reseal bool) {
		if reseal { // let changed headers pass the checksum
			data = bytes.Clone(data)
			for at := 0; at+blockSize <= len(data); at += blockSize {
				if block := data[at : at+blockSize]; bytes.Contains(block, []byte("ustar")) {
					seal(block)
				}
			}
		}
		if len(data) < 1<<16 {
			checkTarball(t, zip(data))
		}
		ours, errOurs := readOurs(data)
		theirs, errTheirs := readTheirs(data)
		if errOurs != nil || errTheirs != nil {
			return
		}
		if len(ours) != len(theirs) {
			t.Fatalf("got %d files, archive/tar has %d:\n%q\n%q", len(ours), len(theirs), ours, theirs)
		}
		for i := range ours {
			if ours[i] != theirs[i] {
				t.Errorf("got %q, archive/tar has %q", ours[i], theirs[i])
			}
		}
	})
}

func readOurs(data []byte) ([]tarFile, error) {
	var all []tarFile
	a := &archive{r: bytes.NewReader(data)}
	for {
		e, err := a.next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(a)
		if err != nil {
			return nil, err
		}
		if e.kind == kindFile {
			all = append(all, tarFile{e.path, string(content)})
		}
	}
}

func readTheirs(data []byte) ([]tarFile, error) {
	var all []tarFile
	r := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		isFile := h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeCont
		if isFile && !strings.HasSuffix(h.Name, "/") {
			all = append(all, tarFile{h.Name, string(content)})
		}
	}
}

// FuzzPackageJSON takes package.json and what else is in the package.
func FuzzPackageJSON(f *testing.F) {
	f.Add([]byte(fullManifest), "lib/setup.js")
	f.Add([]byte(`{"scripts":{"install":"cd a && node \"b c\" .","b":"$X/y"},"main":"..","directories":{"bin":"a"}}`), "a/b.gyp")
	f.Add([]byte(`{"bin":{"":"x"},"dependencies":["a@1"],"optionalDependencies":"a b","scripts":null}`), "x")
	f.Fuzz(func(t *testing.T, text []byte, path string) {
		if len(text) > 1<<16 || len(path) > 90 {
			return
		}
		checkTarball(t, pack(manifest(string(text)), file("package/"+path, "")))
	})
}

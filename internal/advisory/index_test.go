package advisory

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var built = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

// sample is a directory with a file of each sort.
func sample() fstest.MapFS {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"README.md":            text("# no record"),
		"osv/npm/a/MAL-1.json": text(wrap(`"versions":["1.0.0"]`)),
		"osv/npm/ab.JSON": text(`{"id":"GHSA-2","modified":"2026-05-30T00:00:00Z","database_specific":{"cwe_ids":["CWE-506"]},"affected":[
			{"package":{"ecosystem":"npm","name":"a"},"versions":["2.0.0"]},
			{"package":{"ecosystem":"npm","name":"@s/b"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]},
			{"package":{"ecosystem":"npm","name":"a"},"versions":["3.0.0"]}]}`),
		"osv/npm/pipe.json":      {Mode: fs.ModeNamedPipe},
		"osv/npm/future.json":    text(`{"id":"MAL-3","modified":"2099-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"c"},"versions":["1.0.0"]}]}`),
		"osv/pypi/MAL-4.json":    text(`{"id":"MAL-4","modified":"2026-05-31T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"a"},"versions":["1.0.0"]}]}`),
		"osv/vulnerability.json": text(`{"id":"GHSA-5","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0"]}]}`),
		"osv/withdrawn.json":     text(`{"id":"MAL-6","modified":"2026-01-01T00:00:00Z","withdrawn":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0"]}]}`),
		"osv/wrong.json":         text(`{"id":"MAL-7"}`),
	}
}

func sampleStats(source string) Stats {
	return Stats{
		Source: source, Built: built, Newest: time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC),
		Files: 8, Records: 3, Names: 3, Withdrawn: 1, Other: 2, Unreadable: 2,
		Problems: []Problem{
			{"osv/npm/pipe.json", "not a regular file"},
			{"osv/wrong.json", "the record has no date of modification"},
		},
	}
}

// build makes an index of a source and opens it.
func build(t *testing.T, source Source) *Index {
	t.Helper()
	dest := filepath.Join(t.TempDir(), "new", "index")
	stats, err := BuildIndex(t.Context(), source, dest, built)
	if err != nil {
		t.Fatal(err)
	}
	x, err := OpenIndex(dest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	if diff := cmp.Diff(stats, x.Stats()); diff != "" {
		t.Errorf("the statistics differ (-built +opened):\n%s", diff)
	}
	return x
}

func TestIndexOfDirectory(t *testing.T) {
	x := build(t, Dir("records", sample()))
	if diff := cmp.Diff(sampleStats("records"), x.Stats()); diff != "" {
		t.Errorf("the statistics differ (-want +got):\n%s", diff)
	}
	date := time.Date(2026, 5, 30, 0, 0, 0, 0, time.UTC)
	ghsa := func(affected ...Affected) Record {
		return Record{ID: "GHSA-2", Modified: date, Malware: true, Affected: affected}
	}
	want := map[string][]Record{
		"a": {
			{ID: "MAL-2026-1", Modified: time.Date(2026, 5, 19, 18, 2, 36, 0, time.UTC), Malware: true, Affected: []Affected{{Name: "a", Versions: []string{"1.0.0"}}}},
			ghsa(Affected{Name: "a", Versions: []string{"2.0.0"}}, Affected{Name: "a", Versions: []string{"3.0.0"}}),
		},
		"@s/b": {ghsa(Affected{Name: "@s/b", Ranges: []Range{{Introduced: "0"}}})},
		"b":    nil,
		"":     nil,
	}
	for name, records := range want {
		got, err := x.Records(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(records, got); diff != "" {
			t.Errorf("the records of %q differ (-want +got):\n%s", name, diff)
		}
	}
}

// zipOf packs files in the order of their names.
func zipOf(t testing.TB, files fs.FS) *zip.Reader {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		f, err := w.Create(path)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return err
	})
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return readZip(t, packed.Bytes())
}

func readZip(t testing.TB, data []byte) *zip.Reader {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestIndexOfZip(t *testing.T) {
	files := sample()
	files["osv/npm/pipe.json"].Mode = 0 // a zip would need a way to make one
	x := build(t, Zip("https://example.com/all.zip", zipOf(t, files)))
	want := sampleStats("https://example.com/all.zip")
	want.Problems[0].Reason = x.Stats().Problems[0].Reason // about an empty file
	if diff := cmp.Diff(want, x.Stats()); diff != "" {
		t.Errorf("the statistics differ (-want +got):\n%s", diff)
	}
}

func TestIndexOfHostileZip(t *testing.T) {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	add := func(name, text string) {
		t.Helper()
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add("../../good.json", wrap(`"versions":["1.0.0"]`))
	add("bomb.json", `"`+strings.Repeat(" ", 2*maxRecord)+`"`)
	add("dense.json", `"`+strings.Repeat(" ", maxRecord/2)+`"`)
	add("\xff\x1b[2J.json", "{")
	stored, err := w.CreateRaw(&zip.FileHeader{
		Name: "sum.json", Method: zip.Store, CRC32: 1, CompressedSize64: 2, UncompressedSize64: 2,
	})
	if err == nil {
		_, err = io.WriteString(stored, "{}")
	}
	if _, e := w.CreateRaw(&zip.FileHeader{Name: "method.json", Method: 99}); err == nil {
		err = e
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	x := build(t, Zip("all.zip", readZip(t, packed.Bytes())))
	want := []Problem{
		{"bomb.json", "the file is larger than 4194304 bytes"},
		{"dense.json", "the file is packed by more than 200 to 1"},
		{"\uFFFD\x1b[2J.json", "jsontext: unexpected EOF after offset 1"},
		{"sum.json", "zip: checksum error"},
		{"method.json", "zip: unsupported compression algorithm"},
	}
	if diff := cmp.Diff(want, x.Stats().Problems); diff != "" {
		t.Errorf("the problems differ (-want +got):\n%s", diff)
	}
	if got := x.Stats().Records; got != 1 {
		t.Errorf("got %d records, want 1", got)
	}
}

func TestProblemsAreCounted(t *testing.T) {
	files := sample()
	for i := range 2 * maxProblems {
		files[fmt.Sprintf("bad/%d.json", i)] = &fstest.MapFile{Data: []byte(`{"` + strings.Repeat("x", 1000) + `":1,`)}
	}
	stats := build(t, Dir("records", files)).Stats()
	if got, want := stats.Unreadable, 2*maxProblems+2; got != want {
		t.Errorf("got %d unreadable files, want %d", got, want)
	}
	if got := len(stats.Problems); got != maxProblems {
		t.Errorf("got %d problems, want %d", got, maxProblems)
	}
	for _, p := range stats.Problems {
		if len(p.Reason) > maxSummary {
			t.Errorf("got a reason of %d bytes", len(p.Reason))
		}
	}
}

func TestBuildIndexErrors(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name   string
		ctx    context.Context
		source Source
		want   string
	}{
		{"empty", t.Context(), Dir("void", fstest.MapFS{}), "reading the advisories in void: no malware record"},
		{"no malware", t.Context(), Dir("void", fstest.MapFS{"a.json": {Data: []byte("{}")}}), "in 1 files"},
		{"no directory", t.Context(), Dir("void", os.DirFS(filepath.Join(t.TempDir(), "none"))), "no such file"},
		{"cancelled", ended, Dir("all", sample()), "context canceled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			dest := filepath.Join(dir, "index")
			if err := os.WriteFile(dest, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := BuildIndex(tt.ctx, tt.source, dest, built)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got the error %v, want %q in it", err, tt.want)
			}
			if data, err := os.ReadFile(dest); string(data) != "old" {
				t.Errorf("the old index is now %q, %v", data, err)
			}
			if files, err := os.ReadDir(dir); len(files) != 1 {
				t.Errorf("got %v, %v, want the old index alone", files, err)
			}
		})
	}
}

// indexBytes returns an index of the sample.
func indexBytes(tb testing.TB) []byte {
	tb.Helper()
	dest := filepath.Join(tb.TempDir(), "index")
	if _, err := BuildIndex(context.Background(), Dir("records", sample()), dest, built); err != nil {
		tb.Fatal(err)
	}
	data, err := os.ReadFile(dest)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestIndexIsReproducible(t *testing.T) {
	if !bytes.Equal(indexBytes(t), indexBytes(t)) {
		t.Error("two indexes of the same records differ")
	}
}

// TestDamagedIndex changes every byte, one after the other. Nothing but the
// right answer or an error may come of it.
func TestDamagedIndex(t *testing.T) {
	intact := indexBytes(t)
	want := lookUp(t, intact)
	for i := range intact {
		for _, change := range []byte{0xff, intact[i]} { // 0xff flips, the byte itself zeroes
			data := bytes.Clone(intact)
			if data[i] ^= change; data[i] == intact[i] {
				continue
			}
			x, err := readIndex(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				if !errors.Is(err, ErrDamaged) {
					t.Errorf("byte %d: got %v, want ErrDamaged", i, err)
				}
				continue
			}
			for name, records := range want {
				got, err := x.Records(name)
				if err != nil && !errors.Is(err, ErrDamaged) {
					t.Errorf("byte %d: got %v, want ErrDamaged", i, err)
				}
				if err == nil && !cmp.Equal(got, records) {
					t.Errorf("byte %d: got other records of %q", i, name)
				}
			}
		}
	}
	for size := range intact {
		if _, err := readIndex(bytes.NewReader(intact[:size]), int64(size)); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut after %d bytes: got %v, want ErrDamaged", size, err)
		}
	}
}

func lookUp(t *testing.T, index []byte) map[string][]Record {
	t.Helper()
	x, err := readIndex(bytes.NewReader(index), int64(len(index)))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]Record{}
	for _, name := range []string{"a", "@s/b", "c", "nobody"} {
		records, err := x.Records(name)
		if err != nil {
			t.Fatal(err)
		}
		found[name] = records
	}
	return found
}

// TestEmptiedTable stands for a file system that lost a part of the file in a
// crash: empty buckets must not look like packages without a record.
func TestEmptiedTable(t *testing.T) {
	data := indexBytes(t)
	table := headerSize + int(binary.LittleEndian.Uint32(data[20:]))
	clear(data[table:])
	x, err := readIndex(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if records, err := x.Records("a"); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, %v, want ErrDamaged", records, err)
	}
}

func TestOpenIndexErrors(t *testing.T) {
	if _, err := OpenIndex(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want ErrNotExist", err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, bytes.Repeat([]byte("other"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenIndex(other); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want ErrDamaged", err)
	}
	if _, err := OpenIndex(filepath.Dir(other)); !errors.Is(err, ErrDamaged) {
		t.Errorf("a directory: got %v, want ErrDamaged", err)
	}
}

func TestFixturesThroughIndex(t *testing.T) {
	fixtures(t)
	x := build(t, Dir("fixtures", os.DirFS(filepath.Join(os.Getenv("GATE_FIXTURES"), "osv"))))
	if stats := x.Stats(); stats.Unreadable != 0 || stats.Withdrawn != 1 || stats.Records != stats.Files-1 {
		t.Errorf("got %+v", stats)
	}
	for file, data := range fixtures(t) {
		record, err := DecodeRecord(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, affected := range record.Affected {
			records, err := x.Records(affected.Name)
			if err != nil {
				t.Fatal(err)
			}
			if !containsRecord(records, record) {
				t.Errorf("%s: the index does not have the record", file)
			}
		}
	}
}

func containsRecord(records []Record, want Record) bool {
	for _, r := range records {
		if cmp.Equal(r, want) {
			return true
		}
	}
	return false
}

// FuzzIndex reads hostile files. Their checksums are put right, as whoever
// writes a hostile file would.
func FuzzIndex(f *testing.F) {
	f.Add(indexBytes(f), "a")
	f.Add([]byte(indexMagic), "")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		data = mend(data, name)
		x, err := readIndex(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		if _, err := x.Records(name); err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("got %v, want ErrDamaged", err)
		}
	})
}

// mend returns a copy with the size and the checksums of the header and of the
// bucket for a name corrected, as far as they lie inside.
func mend(data []byte, name string) []byte {
	data = bytes.Clone(data)
	if len(data) < headerSize {
		return data
	}
	size := uint64(len(data))
	binary.LittleEndian.PutUint64(data[8:], size)
	buckets := binary.LittleEndian.Uint32(data[16:])
	table := headerSize + uint64(binary.LittleEndian.Uint32(data[20:]))
	if buckets == 0 || table > size {
		return data
	}
	binary.LittleEndian.PutUint32(data[24:], checksum(data[:24], data[headerSize:table]))
	number := bucketOf(name, buckets)
	at := table + uint64(number)*slotSize
	if at+slotSize > size {
		return data
	}
	slot := data[at : at+slotSize]
	offset, length := binary.LittleEndian.Uint64(slot), uint64(binary.LittleEndian.Uint32(slot[8:]))
	if offset <= size && length <= size-offset {
		binary.LittleEndian.PutUint32(slot[12:], bucketChecksum(number, data[offset:offset+length]))
	}
	return data
}

// export returns a zip like OSV's export for npm: records of 2 kB, most of it
// text that is not kept.
func export(b *testing.B, records int) *zip.Reader {
	b.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for i := range records {
		f, err := w.Create(fmt.Sprintf("MAL-2026-%d.json", i))
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(f, `{"id":"MAL-2026-%d","modified":"2026-05-19T18:02:36Z","published":"2026-05-19T00:00:00Z",
			"schema_version":"1.7.4","aliases":["GHSA-gx6x-v325-%04x"],"summary":"Malicious code in package-%d (npm)",
			"details":%q,"affected":[{"package":{"ecosystem":"npm","name":"@scope/package-%d"},
			"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],"versions":["1.0.%d","2.0.0"],
			"database_specific":{"cwes":[{"cweId":"CWE-506","name":"Embedded Malicious Code"}]}}],
			"database_specific":{"malicious-packages-origins":[{"source":"x","sha256":"%064x"}]}}`,
			i, i, i, strings.Repeat(fmt.Sprintf("details of %d ", i), 80), i, i, i)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return readZip(b, packed.Bytes())
}

func BenchmarkBuildIndex(b *testing.B) {
	source := Zip("all.zip", export(b, 20_000))
	dest := filepath.Join(b.TempDir(), "index")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := BuildIndex(b.Context(), source, dest, built); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(dest)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size()), "index-bytes")
}

func BenchmarkLookUp(b *testing.B) {
	dest := filepath.Join(b.TempDir(), "index")
	if _, err := BuildIndex(b.Context(), Zip("all.zip", export(b, 20_000)), dest, built); err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	x, err := OpenIndex(dest)
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	for _, name := range []string{"@scope/package-777", "lodash"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.Records(name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

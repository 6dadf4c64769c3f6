package npmregistry

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// largeTarball makes a tarball of 2000 files of 10 kB that compress as sources
// do, to about a quarter; size is that of the archive.
func largeTarball() (data []byte, size int64) {
	random := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 4000)
	for i := range words {
		words[i] = fmt.Sprintf("%x", random.Uint32()>>random.IntN(24))
	}
	parts := [][]byte{manifest(`{"name":"p","scripts":{"install":"node file1"}}`)}
	for i := range 2000 {
		var text bytes.Buffer
		for text.Len() < 10_000 {
			fmt.Fprintf(&text, "const %s = %s;\n", words[random.IntN(len(words))], words[random.IntN(len(words))])
		}
		parts = append(parts, file(fmt.Sprintf("package/lib/file%d.js", i), text.String()))
		size += int64(len(parts[i]))
	}
	return pack(parts...), size
}

func BenchmarkReadTarball(b *testing.B) {
	data, size := largeTarball()
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadTarball(bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(size)/float64(len(data)), "ratio")
}

package npmregistry

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// largeDocument makes a packument of 3000 versions and about 30 MB, most of it
// in fields that are not kept, as with packages that export many files.
func largeDocument() []byte {
	var out bytes.Buffer
	out.WriteString(`{"_id":"big","name":"big","dist-tags":{"latest":"1.2999.0"},"versions":{`)
	exports := make([]string, 60)
	for i := range exports {
		exports[i] = fmt.Sprintf(`"./path/to/module-%d":{"types":"./dist/module-%d.d.ts","default":"./dist/module-%d.js"}`, i, i, i)
	}
	times := []string{`"created":"2020-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z"`}
	for i := range 3000 {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `"1.%d.0":{"name":"big","version":"1.%d.0","description":"a package","exports":{%s},`, i, i, strings.Join(exports, ","))
		fmt.Fprintf(&out, `"scripts":{"build":"tsc","postinstall":"node install.js"},"dependencies":{"a":"^1.0.0","b":"^2.%d.0","c":"~3.0.0"},`, i/10)
		out.WriteString(`"maintainers":[{"name":"ann","email":"ann@h.example"},{"name":"bob","email":"bob@h.example"}],"_npmUser":{"name":"ann","email":"ann@h.example"},`)
		fmt.Fprintf(&out, `"dist":{"shasum":"%040d","integrity":"sha512-%086d==","tarball":"https://registry.example/big/-/big-1.%d.0.tgz","fileCount":100,"unpackedSize":123456,`, i, i, i)
		fmt.Fprintf(&out, `"signatures":[{"keyid":"SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U","sig":"%096d"}]},"readme":%q}`, i, strings.Repeat("text ", 700))
		times = append(times, fmt.Sprintf(`"1.%d.0":"2021-01-01T00:00:00.000Z"`, i))
	}
	fmt.Fprintf(&out, `},"time":{%s},"readme":%q}`, strings.Join(times, ","), strings.Repeat("text ", 10_000))
	return out.Bytes()
}

func BenchmarkDecodePackument(b *testing.B) {
	data := largeDocument()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var doc *Packument
	for b.Loop() {
		var err error
		if doc, err = DecodePackument(bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(retained(&doc)), "retained-B")
}

// retained returns how much memory a packument takes, by letting go of it.
func retained(doc **Packument) uint64 {
	var with, without runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&with)
	runtime.KeepAlive(*doc)
	*doc = nil
	runtime.GC()
	runtime.ReadMemStats(&without)
	return with.HeapAlloc - without.HeapAlloc
}

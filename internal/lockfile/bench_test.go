package lockfile

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// benchEntries is the size of a large project's lockfile.
const benchEntries = 3000

func BenchmarkParse(b *testing.B) {
	for _, lock := range []struct {
		format, file string
		data         []byte
	}{
		{"npm-3", "package-lock.json", npmBench(3)},
		{"npm-2", "package-lock.json", npmBench(2)},
		{"npm-1", "package-lock.json", npmBench(1)},
		{"bun", "bun.lock", bunBench()},
		{"vlt", "vlt-lock.json", vltBench()},
		{"deno", "deno.lock", denoBench()},
	} {
		b.Run(lock.format, func(b *testing.B) { benchParse(b, lock.file, lock.data) })
	}
}

// BenchmarkParseReal reads the largest lockfile of each format in GATE_FIXTURES.
func BenchmarkParseReal(b *testing.B) {
	largest := map[string]string{}
	dirs, err := filepath.Glob(filepath.Join(fixtures(b, "lockfiles"), "*", "*", "truth.json"))
	if err != nil {
		b.Fatal(err)
	}
	size := func(file string) int64 {
		info, err := os.Stat(file)
		if err != nil {
			b.Fatal(err)
		}
		return info.Size()
	}
	for _, file := range dirs {
		var t truth
		readTestJSON(b, file, &t)
		lock := filepath.Join(filepath.Dir(file), t.File)
		if old, ok := largest[t.Format]; !ok || size(lock) > size(old) {
			largest[t.Format] = lock
		}
	}
	var formats []string
	for format := range largest {
		formats = append(formats, format)
	}
	slices.Sort(formats)
	for _, format := range formats {
		b.Run(format, func(b *testing.B) { benchParse(b, largest[format], readTestFile(b, largest[format])) })
	}
}

func benchParse(b *testing.B, file string, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(file, data); err != nil {
			b.Fatal(err)
		}
	}
}

const (
	benchHash    = "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg=="
	benchAddress = "https://registry.npmjs.org/package-%d/-/package-%d-1.2.3.tgz"
)

type object = map[string]any

// benchRequests are the four packages that package i asks for.
func benchRequests(i int) object {
	requests := object{}
	for k := range 4 {
		requests[fmt.Sprintf("package-%d", (i*7+k*131)%benchEntries)] = "^1.2.0"
	}
	return requests
}

func npmBench(version int) []byte {
	root := object{"name": "app", "dependencies": benchRequests(0), "devDependencies": benchRequests(1)}
	packages, dependencies := object{"": root}, object{}
	for i := range benchEntries {
		name := fmt.Sprintf("package-%d", i)
		packages["node_modules/"+name] = object{
			"version": "1.2.3", "resolved": fmt.Sprintf(benchAddress, i, i), "integrity": benchHash, "dev": true, "license": "MIT",
			"dependencies": benchRequests(i), "engines": object{"node": ">=18"}, "bin": object{name: "bin.js"},
			"funding": object{"url": "https://example.net/fund"},
		}
		dependencies[name] = object{
			"version": "1.2.3", "resolved": fmt.Sprintf(benchAddress, i, i), "integrity": benchHash, "dev": true,
			"requires": benchRequests(i),
		}
	}
	lock := object{"name": "app", "lockfileVersion": version, "requires": true, "packages": packages, "dependencies": dependencies}
	switch version {
	case 1:
		delete(lock, "packages")
	case 3:
		delete(lock, "dependencies")
	}
	return indented(lock)
}

func bunBench() []byte {
	packages := object{}
	for i := range benchEntries {
		name := fmt.Sprintf("package-%d", i)
		packages[name] = []any{name + "@1.2.3", "", object{"dependencies": benchRequests(i)}, benchHash}
	}
	return indented(object{"lockfileVersion": 1, "workspaces": object{"": object{"dependencies": benchRequests(0)}}, "packages": packages})
}

func vltBench() []byte {
	nodes, edges := object{}, object{}
	for i := range benchEntries {
		name := fmt.Sprintf("package-%d", i)
		id := "~npm~" + name + "@1.2.3"
		nodes[id] = []any{0, name, benchHash}
		for request := range benchRequests(i) {
			edges[id+" "+request] = "prod ^1.2.0 ~npm~" + request + "@1.2.3"
		}
	}
	return indented(object{"lockfileVersion": 1, "options": object{}, "nodes": nodes, "edges": edges})
}

func denoBench() []byte {
	packages := object{}
	for i := range benchEntries {
		requests := []string{}
		for request := range benchRequests(i) {
			requests = append(requests, request)
		}
		slices.Sort(requests)
		packages[fmt.Sprintf("package-%d@1.2.3", i)] = object{"integrity": benchHash, "dependencies": requests}
	}
	return indented(object{"version": "5", "npm": packages})
}

// indented writes a value as package managers do.
func indented(v any) []byte {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err)
	}
	return data
}

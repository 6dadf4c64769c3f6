package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// build compiles a program and returns its file, called name.
func build(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "go.mod", "module example.com/program\n\ngo 1.26\n")
	write(t, dir, "main.go", "package main\n\nfunc main() {}\n")
	file := filepath.Join(dir, name)
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", file, ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return file
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBillOfBinary(t *testing.T) {
	file := build(t, "program_linux")
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := run([]string{file}, out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two bills of one binary differ")
	}
	var got bom
	if err := json.Unmarshal(first.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Metadata.Component.Name != "example.com/program" {
		t.Errorf("got program %q, want example.com/program", got.Metadata.Component.Name)
	}
	names := []string{}
	for _, c := range got.Components {
		names = append(names, c.Name)
	}
	if want := []string{"program_linux", "stdlib"}; !slices.Equal(names, want) {
		t.Errorf("got components %v, want %v", names, want)
	}
	if len(got.Components[0].Hashes) != 1 || len(got.Components[0].Hashes[0].Content) != 64 {
		t.Errorf("got hashes %v of the binary, want one SHA-256", got.Components[0].Hashes)
	}
}

func TestModulesOfAllBinaries(t *testing.T) {
	lib := library("example.com/Lib", "v2.0.0+incompatible")
	std := library("stdlib", "1.26.8")
	got, err := newBOM([]binary{
		{name: "a", modules: []component{std, lib}},
		{name: "b", modules: []component{std}},
	})
	if err != nil {
		t.Fatal(err)
	}
	refs := []string{}
	for _, c := range got.Components {
		refs = append(refs, c.Ref)
	}
	if want := []string{"file:a", "file:b", "pkg:golang/example.com/lib@v2.0.0%2Bincompatible", "pkg:golang/stdlib@1.26.8"}; !slices.Equal(refs, want) {
		t.Errorf("got %v, want %v", refs, want)
	}
	if got := got.Dependencies[2].DependsOn; !slices.Equal(got, []string{std.Ref}) {
		t.Errorf("got %v linked into b, want only %s", got, std.Ref)
	}
}

func TestRefused(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("not a binary"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		files []string
		want  string
	}{
		{"no binary", nil, "no binaries named"},
		{"no such file", []string{text + "x"}, "no such file"},
		{"not a Go binary", []string{text}, "unrecognized file format"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := run(test.files, &bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestVersionsMustAgree(t *testing.T) {
	a, b := binary{name: "a"}, binary{name: "b"}
	a.main.Version, b.main.Version = "v1.0.0", "v1.0.1"
	if _, err := newBOM([]binary{a, b}); err == nil {
		t.Error("got a bill of two versions, want an error")
	}
}

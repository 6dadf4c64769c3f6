// Command sbom writes a software bill of materials, as CycloneDX JSON, of
// binaries that Go built.
//
//	sbom dist/gate_* > sbom.cdx.json
//
// It lists what was linked, as the toolchain recorded it in the binaries, not
// what go.mod would allow: a module that only the tests or another system need
// is not in it. The same binaries make the same bytes.
package main

import (
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sbom: error:", err)
		os.Exit(1)
	}
}

// run writes the bill of the binaries named by files.
func run(files []string, stdout io.Writer) error {
	if len(files) == 0 {
		return errors.New("no binaries named; usage: sbom FILE…")
	}
	var binaries []binary
	for _, file := range files {
		b, err := readBinary(file)
		if err != nil {
			return fmt.Errorf("reading %s: %w", file, err)
		}
		binaries = append(binaries, b)
	}
	document, err := newBOM(binaries)
	if err != nil {
		return err
	}
	out := json.NewEncoder(stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(document)
}

// binary is a file and what it was linked from.
type binary struct {
	name    string
	sha256  string
	main    debug.Module
	time    string // of the commit, RFC 3339; empty if the binary does not say
	modules []component
}

func readBinary(file string) (binary, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return binary{}, err
	}
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return binary{}, err
	}
	sum := sha256.Sum256(content)
	b := binary{name: filepath.Base(file), sha256: hex.EncodeToString(sum[:]), main: info.Main}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			b.time = s.Value
		}
	}
	// info.GoVersion is go1.26.8, and more after a space where the toolchain
	// was built with experiments.
	toolchain, _, _ := strings.Cut(strings.TrimPrefix(info.GoVersion, "go"), " ")
	b.modules = append(b.modules, library("stdlib", toolchain))
	for _, module := range info.Deps {
		// The recorded sum is that of the replacement.
		for module.Replace != nil {
			module = module.Replace
		}
		if module.Version == "" {
			return binary{}, fmt.Errorf("%s is replaced by a directory, whose content nobody else has", module.Path)
		}
		c := library(module.Path, module.Version)
		c.Properties = []property{{"go:sum", module.Sum}}
		b.modules = append(b.modules, c)
	}
	return b, nil
}

// library describes a module. "stdlib" is the name under which vulnerability
// databases keep the Go standard library.
func library(path, version string) component {
	ref := packageURL(path, version)
	return component{Type: "library", Ref: ref, Name: path, Version: version, PackageURL: ref}
}

// packageURL names a module as the purl specification asks: lower case, and a
// version's + escaped.
func packageURL(path, version string) string {
	return "pkg:golang/" + strings.ToLower(path) + "@" + strings.ReplaceAll(url.PathEscape(version), "+", "%2B")
}

// newBOM joins binaries of one version of one program to a bill.
func newBOM(binaries []binary) (*bom, error) {
	first := binaries[0]
	program := library(first.main.Path, first.main.Version)
	program.Type = "application"
	root := dependency{Ref: program.Ref}
	modules := map[string]component{}
	var files []component
	var edges []dependency
	for _, b := range binaries {
		if b.main.Path != first.main.Path || b.main.Version != first.main.Version {
			return nil, fmt.Errorf("%s is %s %s, but %s is %s %s", b.name, b.main.Path, b.main.Version,
				first.name, first.main.Path, first.main.Version)
		}
		file := component{Type: "file", Ref: "file:" + b.name, Name: b.name, Hashes: []hash{{"SHA-256", b.sha256}}}
		edge := dependency{Ref: file.Ref}
		for _, module := range b.modules {
			modules[module.Ref] = module
			edge.DependsOn = append(edge.DependsOn, module.Ref)
		}
		slices.Sort(edge.DependsOn)
		files, edges = append(files, file), append(edges, edge)
		root.DependsOn = append(root.DependsOn, file.Ref)
	}
	components := slices.SortedFunc(maps.Values(modules), func(a, b component) int { return cmp.Compare(a.Ref, b.Ref) })
	return &bom{
		Format:       "CycloneDX",
		SpecVersion:  "1.6",
		Version:      1,
		Metadata:     metadata{Timestamp: first.time, Component: program},
		Components:   append(files, components...),
		Dependencies: append([]dependency{root}, edges...),
	}, nil
}

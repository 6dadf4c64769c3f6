package main

import (
	"debug/buildinfo"
	"fmt"
	"path/filepath"
	"time"
)

// architectures are those that the image is built for, as GOARCH and as OCI
// name them.
var architectures = []string{"amd64", "arm64"}

// binary is gate for linux on one architecture.
type binary struct {
	file     string
	arch     string
	version  string    // of the module: v1.2.3, or a pseudo-version
	revision string    // the commit
	time     time.Time // of the commit
}

// findBinaries returns the linux binaries in dir, one for each architecture,
// all built from the same commit.
func findBinaries(dir string) ([]binary, error) {
	var found []binary
	for _, arch := range architectures {
		files, err := filepath.Glob(filepath.Join(dir, "gate_*_linux_"+arch))
		if err != nil {
			return nil, err
		}
		if len(files) != 1 {
			return nil, fmt.Errorf("%s holds %d binaries for linux on %s, not one; run ./release", dir, len(files), arch)
		}
		b, err := readBinary(files[0], arch)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", files[0], err)
		}
		if first := append(found, b)[0]; b.version != first.version || b.revision != first.revision {
			return nil, fmt.Errorf("%s is %s of commit %s, but %s is %s of commit %s; run ./release",
				b.file, b.version, b.revision, first.file, first.version, first.revision)
		}
		found = append(found, b)
	}
	return found, nil
}

// readBinary reads what the Go toolchain recorded in a binary. The vcs settings
// are missing from one that was built outside a git checkout or with
// -buildvcs=false; CGO_ENABLED tells whether it runs without a C library.
func readBinary(file, arch string) (binary, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return binary{}, err
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if settings["GOOS"] != "linux" || settings["GOARCH"] != arch || settings["CGO_ENABLED"] != "0" {
		return binary{}, fmt.Errorf("is built for %s on %s with CGO_ENABLED=%s, not a static binary for linux on %s",
			settings["GOOS"], settings["GOARCH"], settings["CGO_ENABLED"], arch)
	}
	committed, err := time.Parse(time.RFC3339, settings["vcs.time"])
	if err != nil {
		return binary{}, fmt.Errorf("does not record its commit; build it with ./release in a git checkout")
	}
	return binary{file: file, arch: arch, version: info.Main.Version, revision: settings["vcs.revision"], time: committed}, nil
}

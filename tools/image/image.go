package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// image is gate's image for all architectures.
type image struct {
	index   v1.ImageIndex
	digest  v1.Hash // of the index
	version string
	created time.Time
}

// newImage makes the image around binaries. The root file systems are left in
// dir, where the image reads its layers from.
func newImage(dir string, binaries []binary) (*image, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, b := range binaries {
		rootfs := filepath.Join(dir, "rootfs_linux_"+b.arch+".tar")
		if err := writeRootfs(rootfs, b); err != nil {
			return nil, fmt.Errorf("writing %s: %w", rootfs, err)
		}
		platform, err := newPlatform(rootfs, b)
		if err != nil {
			return nil, fmt.Errorf("building the image for %s: %w", b.arch, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        platform,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: b.arch}},
		})
	}
	first := binaries[0]
	index, ok := mutate.Annotations(index, labels(first)).(v1.ImageIndex)
	if !ok {
		return nil, fmt.Errorf("annotating the image")
	}
	digest, err := index.Digest()
	if err != nil {
		return nil, err
	}
	return &image{index: index, digest: digest, version: first.version, created: first.time}, nil
}

// newPlatform makes the image for one architecture: one layer, the root file
// system. It says the same as the Dockerfile, which a test compares it with.
func newPlatform(rootfs string, b binary) (v1.Image, error) {
	layer, err := tarball.LayerFromFile(rootfs, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	base := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	base = mutate.ConfigMediaType(base, types.OCIConfigJSON)
	image, err := mutate.Append(base, mutate.Addendum{
		Layer:     layer,
		MediaType: types.OCILayer,
		History:   v1.History{Created: v1.Time{Time: b.time}, CreatedBy: "tools/image"},
	})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", b.arch
	config.Created = v1.Time{Time: b.time}
	config.Config = v1.Config{
		User:       strconv.Itoa(user) + ":" + strconv.Itoa(user),
		WorkingDir: "/src",
		Entrypoint: []string{"/gate"},
		Cmd:        []string{"check"},
		Env:        []string{"XDG_CACHE_HOME=/cache"},
		Labels:     labels(b),
	}
	return mutate.ConfigFile(image, config)
}

// labels are those that the OCI image specification names in annotations.md.
func labels(b binary) map[string]string {
	return map[string]string{
		"org.opencontainers.image.title":         "gate",
		"org.opencontainers.image.description":   "Judges npm lockfiles before anything is installed from them",
		"org.opencontainers.image.url":           "https://github.com/install-gate/gate",
		"org.opencontainers.image.documentation": "https://github.com/install-gate/gate/blob/main/docs/install.md",
		"org.opencontainers.image.source":        "https://github.com/install-gate/gate",
		"org.opencontainers.image.licenses":      "Apache-2.0",
		"org.opencontainers.image.version":       b.version,
		"org.opencontainers.image.revision":      b.revision,
		"org.opencontainers.image.created":       b.time.Format(time.RFC3339),
	}
}

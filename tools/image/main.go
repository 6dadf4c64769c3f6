// Command image builds the container image of gate without a container engine.
//
// It takes the linux binaries that ./release wrote to a directory and writes
//
//   - one root file system for each architecture, DIST/rootfs_linux_ARCH.tar,
//     which the Dockerfile unpacks, and
//   - with -out, the same image for all architectures as an OCI layout in a tar
//     archive, and with -push, to a registry.
//
// The same binaries make the same bytes: nothing comes from this machine, no
// clock, no user, no certificate store. Version, commit and time are what the
// Go toolchain recorded in the binaries.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "image: error:", err)
		os.Exit(1)
	}
}

// run builds the image that args ask for and prints its digest.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dist := flags.String("dist", "dist", "take the linux binaries from, and write the root file systems to, `DIR`")
	out := flags.String("out", "", "write the image as an OCI layout to `FILE`, a tar archive")
	push := flags.String("push", "", "push the image to `REF`, such as ghcr.io/install-gate/gate:v1.2.3")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is not a flag; image takes no arguments", flags.Arg(0))
	}
	binaries, err := findBinaries(*dist)
	if err != nil {
		return err
	}
	image, err := newImage(*dist, binaries)
	if err != nil {
		return err
	}
	if *out != "" {
		if err := image.archive(*out); err != nil {
			return fmt.Errorf("writing %s: %w", *out, err)
		}
	}
	if *push != "" {
		if err := image.push(ctx, *push); err != nil {
			return fmt.Errorf("pushing to %s: %w", *push, err)
		}
	}
	_, err = fmt.Fprintln(stdout, image.digest)
	return err
}

// push sends the image to a registry, with the credentials that docker login
// or podman login left for it.
func (i *image) push(ctx context.Context, ref string) error {
	tag, err := name.ParseReference(ref, name.StrictValidation)
	if err != nil {
		return err
	}
	return remote.WriteIndex(tag, i.index, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain))
}

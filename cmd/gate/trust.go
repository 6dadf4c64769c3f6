package main

import (
	"fmt"
	"io"
	"os"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/provenance"
)

// maxTrustRoot bounds the file of --trust-root in bytes; Sigstore's has 7 KB.
const maxTrustRoot = 1 << 20

// trustIn returns by what signatures and attestations are verified: the trust
// root in a file, or for an empty name the one that is built in.
func trustIn(file string) (*evidence.Trust, error) {
	root, err := provenance.EmbeddedRoot()
	if file != "" {
		root, err = readTrustRoot(file)
	}
	if err != nil {
		return nil, usage(err, "--trust-root takes a trusted_root.json as Sigstore publishes it")
	}
	keys, err := provenance.EmbeddedKeys()
	if err != nil {
		return nil, err
	}
	return &evidence.Trust{
		Keys: keys,
		Attestor: func(keys *provenance.Keys) (evidence.Attestor, error) {
			return provenance.NewVerifier(root, keys)
		},
	}, nil
}

func readTrustRoot(file string) (*provenance.Root, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("reading the trust root: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxTrustRoot+1))
	if err != nil {
		return nil, fmt.Errorf("reading the trust root: %w", err)
	}
	return provenance.ParseRoot(data)
}

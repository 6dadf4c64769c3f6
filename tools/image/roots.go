package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// certificates returns Mozilla's root certificates as PEM, each below a comment
// with its subject.
//
// They come from a Go module, whose content go.sum pins, not from the machine
// that builds: its store is another one everywhere and may trust a proxy that
// nobody else should. PEM cannot say that a root is trusted only for
// certificates issued before some date, so such roots are left out: a
// certificate lives for 398 days at most, and those dates pass.
func certificates() ([]byte, error) {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		certificate, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			return nil, fmt.Errorf("reading the root certificates: %w", err)
		}
		fmt.Fprintf(&out, "# %s\n", certificate.Subject)
		if err := pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

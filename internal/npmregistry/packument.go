// Package npmregistry asks an npm registry about packages: where the registry
// is and how to log in, as npm's own configuration says it, and what the
// registry's documents hold.
package npmregistry

import "time"

// Packument is the registry's document of one package, cut down to what the
// checks need. A registry may leave out any part of it; the fields say which.
// Versions share maps, slices and accounts that are equal: nothing in a
// Packument may be changed.
type Packument struct {
	Name     string
	DistTags map[string]string

	// Versions holds the versions that can be installed now.
	Versions map[string]*Manifest

	// Times holds the publish times of every version ever published, so also
	// of removed ones. It is nil where the registry does not serve "time".
	Times map[string]time.Time
	// Created and Modified are zero where the registry does not say. A "time"
	// without them was not written by the npm registry: mirrors fill it with
	// the dates at which they fetched the tarballs.
	Created, Modified time.Time

	// Maintainers are the accounts that may publish now.
	Maintainers []Account
}

// Manifest is the registry's document of one version. It is a claim by whoever
// published it: the tarball may differ.
type Manifest struct {
	Version    string
	Deprecated string // the message; empty if not deprecated

	// Scripts holds the lifecycle scripts that run when the package is
	// installed as a dependency: preinstall, install and postinstall.
	Scripts map[string]string
	// GypFile says that the package has a binding.gyp and no script that would
	// replace the implicit "node-gyp rebuild".
	GypFile bool

	// Publisher is the account that published the version; nil where the
	// registry does not say.
	Publisher *Publisher
	// Maintainers are the accounts that could publish at that time; nil where
	// the registry does not say.
	Maintainers []Account

	Dependencies         map[string]string // name to range
	OptionalDependencies map[string]string
	Bin                  map[string]string // command to file
	// Repository is the address of the sources, as the publisher wrote it.
	Repository    string
	HasShrinkwrap bool

	Dist Dist
}

// Account is an npm user.
type Account struct {
	Name  string
	Email string
}

// Publisher is "_npmUser" of a version.
type Publisher struct {
	Account
	// TrustedPublisher names the CI provider ("github", "gitlab") if the
	// version was published by the CI's OIDC identity; else empty.
	TrustedPublisher string
	// OIDCConfig is the registry's id of the trusted publisher's configuration.
	OIDCConfig string
	// Approver is the account that approved a staged release; else empty.
	Approver string
}

// Dist says where a version's tarball is and what it hashes to.
type Dist struct {
	Tarball      string
	Integrity    string // Subresource Integrity; empty for releases before 2017
	Shasum       string // sha1 in hexadecimal
	UnpackedSize int64  // bytes; 0 where unknown
	FileCount    int64  // 0 where unknown
	Signatures   []Signature
	// AttestationsURL is empty where the version has no attestations.
	AttestationsURL string
	// PredicateType is that of the provenance attestation, empty without one.
	PredicateType string
}

// Signature is a registry's ECDSA signature over "name@version:integrity".
type Signature struct {
	KeyID string
	Sig   string // base64 of DER
}

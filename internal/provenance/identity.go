// Sigstore's certificate authority copies the claims of a CI service's token
// into extensions of the certificate, below the OID 1.3.6.1.4.1.57264.1. Those
// numbered 1 to 6 are of the first generation: raw text, GitHub only, without
// the numbers that identify a repository and its owner. Certificates of early
// 2023 have nothing else. Those from 8 on are DER strings; 23 (deployment
// environment) and 24 (subject of the token) came in late 2025 and in 2026.

package provenance

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

// The CI services whose provenance npm takes.
const (
	issuerGitHub = "https://token.actions.githubusercontent.com"
	issuerGitLab = "https://gitlab.com"
)

// The extensions that sigstore-go does not read.
var (
	oidEnvironment  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 23}
	oidTokenSubject = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 24}
)

// signer is what a verified certificate says.
type signer struct {
	certificate.Summary
	environment, tokenSubject string
}

// readSigner reads the certificate of a bundle that was verified.
func readSigner(b *bundle.Bundle, verified *verify.VerificationResult) (*signer, error) {
	content, err := b.VerificationContent()
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	leaf := content.Certificate()
	if leaf == nil || verified.Signature == nil || verified.Signature.Certificate == nil {
		return nil, errors.New("signed without a certificate")
	}
	s := &signer{Summary: *verified.Signature.Certificate}
	for _, e := range leaf.Extensions {
		var err error
		switch {
		case e.Id.Equal(oidEnvironment):
			err = certificate.ParseDERString(e.Value, &s.environment)
		case e.Id.Equal(oidTokenSubject):
			err = certificate.ParseDERString(e.Value, &s.tokenSubject)
		}
		if err != nil {
			return nil, fmt.Errorf("reading extension %s of the certificate: %w", e.Id, err)
		}
	}
	return s, nil
}

// checkIssuer reports as an error that no CI service known here vouches for the
// signer: anybody with an e-mail account gets a certificate too.
func (s *signer) checkIssuer() error {
	switch {
	case s.Issuer == issuerGitHub, s.Issuer == issuerGitLab:
		return nil
	case s.BuildSignerURI != "":
		return undecidable{fmt.Errorf("builds of the CI service %q are not known", clip(s.Issuer))}
	}
	return fmt.Errorf("signed by %q of %q, which is not a CI job", clip(s.SubjectAlternativeName), clip(s.Issuer))
}

// identity returns what the certificate says about the job. Extensions of the
// first generation are left out, but for the issuer: they name a repository by
// an address alone, which can change hands.
func (s *signer) identity() *Identity {
	workflow, ref := splitWorkflow(s.SourceRepositoryURI, s.BuildConfigURI)
	return &Identity{
		Issuer:                 s.Issuer,
		SubjectAlternativeName: s.SubjectAlternativeName,
		SourceRepository:       s.SourceRepositoryURI,
		SourceRepositoryID:     s.SourceRepositoryIdentifier,
		SourceOwner:            s.SourceRepositoryOwnerURI,
		SourceOwnerID:          s.SourceRepositoryOwnerIdentifier,
		Workflow:               workflow,
		WorkflowRef:            ref,
		Ref:                    s.SourceRepositoryRef,
		Commit:                 s.SourceRepositoryDigest,
		Trigger:                s.BuildTrigger,
		Environment:            s.environment,
		Runner:                 s.RunnerEnvironment,
		BuildSigner:            s.BuildSignerURI,
		Run:                    s.RunInvocationURI,
		TokenSubject:           s.tokenSubject,
	}
}

// splitWorkflow splits REPOSITORY/PATH@REF, as GitHub writes it, or with two
// slashes, as GitLab does. A ref may hold an at sign itself: monorepos tag
// name@version. The workflow of another repository keeps its full address.
func splitWorkflow(repository, uri string) (path, ref string) {
	at := strings.Index(uri, "@refs/")
	if at < 0 {
		at = strings.LastIndexByte(uri, '@')
	}
	if at < 0 {
		return uri, ""
	}
	path, ref = uri[:at], uri[at+1:]
	if inside, ok := strings.CutPrefix(path, repository+"/"); ok && repository != "" {
		path = strings.TrimPrefix(inside, "/")
	}
	return path, ref
}

// shortcoming says what an identity lacks, or nothing if it is whole. A job has
// an environment only if its workflow asks for one, and the token's subject is
// in new certificates only.
func (s *signer) shortcoming(id *Identity) string {
	if id.SourceRepository == "" && s.GithubWorkflowRepository != "" {
		return "the certificate has extensions of the first generation only, which do not identify a repository"
	}
	var missing []string
	for _, part := range []struct{ name, value string }{
		{"repository", id.SourceRepository},
		{"repository id", id.SourceRepositoryID},
		{"owner", id.SourceOwner},
		{"owner id", id.SourceOwnerID},
		{"workflow", id.Workflow},
		{"workflow ref", id.WorkflowRef},
		{"ref", id.Ref},
		{"commit", id.Commit},
		{"trigger", id.Trigger},
		{"runner", id.Runner},
		{"build signer", id.BuildSigner},
	} {
		if part.value == "" {
			missing = append(missing, part.name)
		}
	}
	if missing == nil {
		return ""
	}
	return "the certificate does not say the " + strings.Join(missing, ", ")
}

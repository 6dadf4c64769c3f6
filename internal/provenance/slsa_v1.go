// SLSA provenance v1 as npm writes it on GitHub since 2023 (build type
// https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1), and
// as GitHub's own attest actions do, whose result can be handed to npm
// (https://actions.github.io/buildtypes/workflow/v1):
//
//	buildDefinition.externalParameters.workflow {ref, repository, path}
//	buildDefinition.internalParameters.github {event_name, repository_id, repository_owner_id}
//	buildDefinition.resolvedDependencies [{uri: git+REPOSITORY@REF, digest: {gitCommit}}]
//	runDetails.builder.id https://github.com/actions/runner/RUNNER (npm's only)
//	runDetails.metadata.invocationId, the address of the run
//
// workflow.ref comes from GITHUB_WORKFLOW_REF, of which npm drops what follows a
// second at sign: of refs/tags/name@1.0.0 the statement has refs/tags/name, and
// of refs/tags/@scope/name@1.0.0 only refs/tags/.

package provenance

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// buildTypesV1 are the build types with the fields above.
var buildTypesV1 = map[string]bool{
	"https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1": true,
	"https://actions.github.io/buildtypes/workflow/v1":                       true,
}

const githubRunner = "https://github.com/actions/runner/"

type predicateV1 struct {
	BuildDefinition struct {
		BuildType          string         `json:"buildType"`
		ExternalParameters jsontext.Value `json:"externalParameters"`
		InternalParameters jsontext.Value `json:"internalParameters"`
		Resolved           []dependency   `json:"resolvedDependencies"`
	} `json:"buildDefinition"`
	RunDetails struct {
		Builder struct {
			ID string `json:"id"`
		} `json:"builder"`
		Metadata struct {
			InvocationID string `json:"invocationId"`
		} `json:"metadata"`
	} `json:"runDetails"`
}

type dependency struct {
	URI    string            `json:"uri"`
	Digest map[string]string `json:"digest"`
}

type externalV1 struct {
	Workflow struct {
		Ref        string `json:"ref"`
		Repository string `json:"repository"`
		Path       string `json:"path"`
	} `json:"workflow"`
}

type internalV1 struct {
	GitHub struct {
		EventName         string `json:"event_name"`
		RepositoryID      string `json:"repository_id"`
		RepositoryOwnerID string `json:"repository_owner_id"`
	} `json:"github"`
}

func claimsV1(text jsontext.Value, by *signer) ([]claim, error) {
	var p predicateV1
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, undecidable{fmt.Errorf("reading the predicate: %w", err)}
	}
	if build := p.BuildDefinition.BuildType; by.Issuer != issuerGitHub || !buildTypesV1[build] {
		return nil, undecidable{fmt.Errorf("builds of the type %q by %q are not known", clip(build), clip(by.Issuer))}
	}
	var external externalV1
	var internal internalV1
	if err := cmp.Or(
		unmarshalOptional(p.BuildDefinition.ExternalParameters, &external),
		unmarshalOptional(p.BuildDefinition.InternalParameters, &internal),
	); err != nil {
		return nil, undecidable{fmt.Errorf("reading the predicate's parameters: %w", err)}
	}
	path, ref := splitWorkflow(by.SourceRepositoryURI, by.BuildConfigURI)
	claims := []claim{
		{"repository", external.Workflow.Repository, by.repository()},
		{"workflow", external.Workflow.Path, strings.TrimPrefix(path, "https://github.com/")},
		{"workflow ref", external.Workflow.Ref, cutLike(external.Workflow.Ref, ref)},
		{"trigger", internal.GitHub.EventName, by.trigger()},
		{"repository id", internal.GitHub.RepositoryID, by.SourceRepositoryIdentifier},
		{"owner id", internal.GitHub.RepositoryOwnerID, by.SourceRepositoryOwnerIdentifier},
		{"run", p.RunDetails.Metadata.InvocationID, by.RunInvocationURI},
	}
	if runner, ok := strings.CutPrefix(p.RunDetails.Builder.ID, githubRunner); ok {
		claims = append(claims, claim{"runner", runner, by.RunnerEnvironment})
	}
	return append(claims, by.sourceClaims(p.BuildDefinition.Resolved, "gitCommit")...), nil
}

// unmarshalOptional reads a value that may be absent.
func unmarshalOptional(text jsontext.Value, into any) error {
	if text == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// cutLike returns a ref as npm states it, without what follows an at sign, if
// the stated one has none.
func cutLike(stated, ref string) string {
	if strings.Contains(stated, "@") {
		return ref
	}
	ref, _, _ = strings.Cut(ref, "@")
	return ref
}

// sourceClaims compares the first source of a build, which is where npm and
// GitHub put the repository; an action may add others behind it.
func (s *signer) sourceClaims(sources []dependency, algorithm string) []claim {
	if len(sources) == 0 {
		return nil
	}
	uri := sources[0].URI
	return []claim{
		{"source", uri, s.gitSource(uri)},
		{"source commit", sources[0].Digest[algorithm], s.commit()},
	}
}

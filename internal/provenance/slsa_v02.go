// SLSA provenance v0.2 as npm wrote it on GitHub until August 2023 (build types
// https://github.com/npm/cli/gha@v0, gha@v1 and gha/v2) and writes it on GitLab
// still (https://github.com/npm/cli/gitlab/v0alpha1):
//
//	invocation.configSource {uri: git+REPOSITORY[@REF], digest: {sha1}, entryPoint}
//	invocation.environment  of GitHub the GITHUB_ variables
//	invocation.parameters   of GitLab the CI_ variables
//	metadata.buildInvocationId, of GitLab the address of the job
//	materials [{uri, digest: {sha1}}]
//
// entryPoint is the workflow's path, in the first versions
// OWNER/REPOSITORY/PATH@REF, and on GitLab the name of the job. GitLab's builder
// is a single runner, REPOSITORY/-/runners/NUMBER.

package provenance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The beginnings of the build types with the fields above. GitLab's manual
// shows its own with capitals.
var (
	buildTypesGitHub = []string{"https://github.com/npm/cli/gha@", "https://github.com/npm/cli/gha/"}
	buildTypesGitLab = []string{"https://github.com/npm/cli/gitlab/", "https://github.com/npm/CLI/gitlab/"}
)

type predicateV02 struct {
	BuildType string `json:"buildType"`
	Builder   struct {
		ID string `json:"id"`
	} `json:"builder"`
	Invocation struct {
		ConfigSource struct {
			dependency
			EntryPoint string `json:"entryPoint"`
		} `json:"configSource"`
		Parameters  variablesGitLab `json:"parameters"`
		Environment variablesGitHub `json:"environment"`
	} `json:"invocation"`
	Metadata struct {
		BuildInvocationID string `json:"buildInvocationId"`
	} `json:"metadata"`
	Materials []dependency `json:"materials"`
}

type variablesGitHub struct {
	EventName         string `json:"GITHUB_EVENT_NAME"`
	Ref               string `json:"GITHUB_REF"`
	Repository        string `json:"GITHUB_REPOSITORY"`
	RepositoryID      string `json:"GITHUB_REPOSITORY_ID"`
	RepositoryOwnerID string `json:"GITHUB_REPOSITORY_OWNER_ID"`
	RunID             string `json:"GITHUB_RUN_ID"`
	RunAttempt        string `json:"GITHUB_RUN_ATTEMPT"`
	SHA               string `json:"GITHUB_SHA"`
	WorkflowRef       string `json:"GITHUB_WORKFLOW_REF"`
}

type variablesGitLab struct {
	CommitSHA      string `json:"CI_COMMIT_SHA"`
	PipelineSource string `json:"CI_PIPELINE_SOURCE"`
	ProjectID      string `json:"CI_PROJECT_ID"`
	ProjectURL     string `json:"CI_PROJECT_URL"`
}

func claimsV02(text jsontext.Value, by *signer) ([]claim, error) {
	var p predicateV02
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, undecidable{fmt.Errorf("reading the predicate: %w", err)}
	}
	claims := append(by.sourceClaims([]dependency{p.Invocation.ConfigSource.dependency}, "sha1"), by.sourceClaims(p.Materials, "sha1")...)
	switch {
	case by.Issuer == issuerGitHub && hasPrefix(p.BuildType, buildTypesGitHub):
		return append(claims, p.claimsGitHub(by)...), nil
	case by.Issuer == issuerGitLab && hasPrefix(p.BuildType, buildTypesGitLab):
		return append(claims, p.claimsGitLab(by)...), nil
	}
	return nil, undecidable{fmt.Errorf("builds of the type %q by %q are not known", clip(p.BuildType), clip(by.Issuer))}
}

func hasPrefix(text string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(text, prefix) })
}

func (p *predicateV02) claimsGitHub(by *signer) []claim {
	const server = "https://github.com/"
	vars := p.Invocation.Environment
	claims := []claim{
		{"GITHUB_EVENT_NAME", vars.EventName, by.trigger()},
		{"GITHUB_REF", vars.Ref, by.ref()},
		{"GITHUB_REPOSITORY", vars.Repository, strings.TrimPrefix(by.repository(), server)},
		{"GITHUB_REPOSITORY_ID", vars.RepositoryID, by.SourceRepositoryIdentifier},
		{"GITHUB_REPOSITORY_OWNER_ID", vars.RepositoryOwnerID, by.SourceRepositoryOwnerIdentifier},
		{"GITHUB_SHA", vars.SHA, by.commit()},
		{"GITHUB_WORKFLOW_REF", vars.WorkflowRef, strings.TrimPrefix(by.BuildConfigURI, server)},
	}
	if vars.RunID != "" && vars.RunAttempt != "" {
		run := by.repository() + "/actions/runs/" + vars.RunID + "/attempts/" + vars.RunAttempt
		claims = append(claims, claim{"run", run, by.RunInvocationURI})
	}
	entry := p.Invocation.ConfigSource.EntryPoint
	if strings.Contains(entry, "@") {
		return append(claims, claim{"entry point", entry, strings.TrimPrefix(by.BuildConfigURI, server)})
	}
	path, _ := splitWorkflow(by.SourceRepositoryURI, by.BuildConfigURI)
	return append(claims, claim{"entry point", entry, strings.TrimPrefix(path, server)})
}

func (p *predicateV02) claimsGitLab(by *signer) []claim {
	vars := p.Invocation.Parameters
	claims := []claim{
		{"CI_COMMIT_SHA", vars.CommitSHA, by.commit()},
		{"CI_PIPELINE_SOURCE", vars.PipelineSource, by.trigger()},
		{"CI_PROJECT_ID", vars.ProjectID, by.SourceRepositoryIdentifier},
		{"CI_PROJECT_URL", vars.ProjectURL, by.repository()},
		{"job", p.Metadata.BuildInvocationID, by.RunInvocationURI},
	}
	if project, _, ok := strings.Cut(p.Builder.ID, "/-/runners/"); ok {
		claims = append(claims, claim{"builder's project", project, by.repository()})
	}
	return claims
}

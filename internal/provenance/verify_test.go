package provenance

import (
	"encoding/base64"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/npm"
)

const (
	testSAN    = "https://github.com/acme/tool/.github/workflows/release.yml@refs/tags/@acme/tool@1.2.3"
	testCommit = "5f7c2e0d1b3a4958677665544332211000ffeedd"
	gitlabSAN  = "https://gitlab.com/acme/tool//.gitlab-ci.yml@refs/heads/main"
)

var testID = npm.ID{Name: "@acme/tool", Version: "1.2.3"}

// githubExt is what a certificate for a GitHub job holds.
var githubExt = ext{
	1: issuerGitHub, 8: issuerGitHub, 9: testSAN, 10: testCommit, 11: "github-hosted",
	12: "https://github.com/acme/tool", 13: testCommit, 14: "refs/tags/@acme/tool@1.2.3", 15: "101",
	16: "https://github.com/acme", 17: "202", 18: testSAN, 19: testCommit, 20: "push",
	21: "https://github.com/acme/tool/actions/runs/9/attempts/1", 22: "public",
}

var gitlabExt = ext{
	8: issuerGitLab, 9: gitlabSAN, 10: testCommit, 11: "gitlab-hosted",
	12: "https://gitlab.com/acme/tool", 13: testCommit, 14: "refs/heads/main", 15: "101",
	16: "https://gitlab.com/acme", 17: "202", 18: gitlabSAN, 19: testCommit, 20: "push",
	21: "https://gitlab.com/acme/tool/-/jobs/9", 22: "private",
}

// oldExt is what GitHub's certificates held until spring 2023.
var oldExt = ext{
	1: issuerGitHub, 2: "push", 3: testCommit, 4: "Release", 5: "acme/tool", 6: "refs/tags/@acme/tool@1.2.3",
}

func predicateGitHubV1() object {
	return object{
		"buildDefinition": object{
			"buildType": "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
			"externalParameters": object{"workflow": object{
				"ref": "refs/tags/", "repository": "https://github.com/acme/tool", "path": ".github/workflows/release.yml",
			}},
			"internalParameters": object{"github": object{
				"event_name": "push", "repository_id": "101", "repository_owner_id": "202",
			}},
			"resolvedDependencies": []object{{
				"uri": "git+https://github.com/acme/tool@refs/tags/@acme/tool@1.2.3", "digest": object{"gitCommit": testCommit},
			}},
		},
		"runDetails": object{
			"builder":  object{"id": "https://github.com/actions/runner/github-hosted"},
			"metadata": object{"invocationId": "https://github.com/acme/tool/actions/runs/9/attempts/1"},
		},
	}
}

func predicateGitHubV02() object {
	return object{
		"buildType": "https://github.com/npm/cli/gha/v2",
		"builder":   object{"id": "https://github.com/actions/runner"},
		"invocation": object{
			"configSource": object{
				"uri": "git+https://github.com/acme/tool@refs/tags/@acme/tool@1.2.3", "digest": object{"sha1": testCommit},
				"entryPoint": ".github/workflows/release.yml",
			},
			"parameters": object{},
			"environment": object{
				"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/@acme/tool@1.2.3", "GITHUB_REPOSITORY": "acme/tool",
				"GITHUB_REPOSITORY_ID": "101", "GITHUB_REPOSITORY_OWNER_ID": "202", "GITHUB_RUN_ID": "9", "GITHUB_RUN_ATTEMPT": "1",
				"GITHUB_SHA": testCommit, "GITHUB_WORKFLOW_REF": "acme/tool/.github/workflows/release.yml@refs/tags/@acme/tool@1.2.3",
			},
		},
		"materials": []object{{"uri": "git+https://github.com/acme/tool@refs/tags/@acme/tool@1.2.3", "digest": object{"sha1": testCommit}}},
	}
}

func predicateGitLab() object {
	return object{
		"buildType": "https://github.com/npm/cli/gitlab/v0alpha1",
		"builder":   object{"id": "https://gitlab.com/acme/tool/-/runners/12270835"},
		"invocation": object{
			"configSource": object{"uri": "git+https://gitlab.com/acme/tool", "digest": object{"sha1": testCommit}, "entryPoint": "deploy"},
			"parameters": object{
				"CI": "true", "CI_COMMIT_SHA": testCommit, "CI_PIPELINE_SOURCE": "push", "CI_PROJECT_ID": "101",
				"CI_PROJECT_URL": "https://gitlab.com/acme/tool",
			},
			"environment": object{"server": "https://gitlab.com", "project": "acme/tool", "job": object{"id": "9"}, "pipeline": object{"ref": ".gitlab-ci.yml"}},
		},
		"metadata":  object{"buildInvocationId": "https://gitlab.com/acme/tool/-/jobs/9"},
		"materials": []object{{"uri": "git+https://gitlab.com/acme/tool", "digest": object{"sha1": testCommit}}},
	}
}

// change returns an object with the value at a path of names replaced.
func change(in object, value any, path ...string) object {
	out := maps.Clone(in)
	if len(path) == 1 {
		out[path[0]] = value
		return out
	}
	inner, _ := in[path[0]].(object)
	out[path[0]] = change(inner, value, path[1:]...)
	return out
}

func statementOf(predicateType string, predicate object) object {
	_, digest := lockedHash(1)
	return object{
		"_type": "https://in-toto.io/Statement/v1", "predicateType": predicateType, "predicate": predicate,
		"subject": []object{{"name": "pkg:npm/%40acme/tool@1.2.3", "digest": object{"sha512": digest}}},
	}
}

func publishStatement() object {
	s := statementOf(publishType, object{"name": "@acme/tool", "version": "1.2.3", "registry": "https://registry.npmjs.org"})
	s["_type"] = "https://in-toto.io/Statement/v0.1"
	return s
}

func answerOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	text, err := json.Marshal(object{"attestations": entries})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestVerifyProvenance(t *testing.T) {
	w := newWorld(t)
	v := w.verifier()
	locked, _ := lockedHash(1)
	github := statementOf(provenanceV1, predicateGitHubV1())
	githubV02 := statementOf(provenanceV02, predicateGitHubV02())
	gitlab := statementOf(provenanceV02, predicateGitLab())
	build := func(s object, value any, path ...string) object {
		return change(s, value, append([]string{"predicate"}, path...)...)
	}
	other := strings.Repeat("0", 40)
	subjects := github["subject"].([]object)
	_, otherDigest := lockedHash(2)
	tests := []struct {
		name      string
		statement object
		san       string
		ext       ext
		status    Status
		reason    string
	}{
		{"GitHub, v1", github, testSAN, githubExt, Verified, ""},
		{"GitHub's attest action", build(github, "https://actions.github.io/buildtypes/workflow/v1", "buildDefinition", "buildType"), testSAN, githubExt, Verified, ""},
		{"GitHub, v1, the ref in full", build(github, "refs/tags/@acme/tool@1.2.3", "buildDefinition", "externalParameters", "workflow", "ref"), testSAN, githubExt, Verified, ""},
		{"GitHub, v0.2", githubV02, testSAN, githubExt, Verified, ""},
		{"GitHub, v0.2, entry point in full", build(githubV02, "acme/tool/.github/workflows/release.yml@refs/tags/@acme/tool@1.2.3", "invocation", "configSource", "entryPoint"), testSAN, githubExt, Verified, ""},
		{"GitLab", gitlab, gitlabSAN, gitlabExt, Verified, ""},
		{"an empty predicate parameter is no contradiction", build(github, nil, "buildDefinition", "internalParameters"), testSAN, githubExt, Verified, ""},
		{"old certificate", githubV02, testSAN, oldExt, Incomplete, "first generation"},
		{"no ref", github, testSAN, githubExt.with(ext{14: ""}), Incomplete, "does not say the ref"},
		{"no repository id", github, testSAN, githubExt.with(ext{15: ""}), Incomplete, "does not say the repository id"},

		{"an e-mail address", github, "dev@acme.example", ext{8: "https://accounts.google.com"}, Invalid, "not a CI job"},
		{"issuer with a path behind it", github, testSAN, ext{8: issuerGitHub + "/enterprise"}, Invalid, "not a CI job"},
		{"unknown CI service", github, testSAN, githubExt.with(ext{8: "https://oidc.circleci.com/org/1"}), Unsupported, "are not known"},
		{"unknown build type", build(github, "https://acme.example/build", "buildDefinition", "buildType"), testSAN, githubExt, Unsupported, "are not known"},
		{"GitLab's build type on GitHub", gitlab, testSAN, githubExt, Unsupported, "are not known"},
		{"unreadable predicate", build(github, []int{1}, "buildDefinition"), testSAN, githubExt, Unsupported, "reading the predicate"},
		{"unreadable parameters", build(github, 1, "buildDefinition", "externalParameters"), testSAN, githubExt, Unsupported, "parameters"},

		{"two subjects", change(github, append(subjects, subjects...), "subject"), testSAN, githubExt, Invalid, "2 subjects"},
		{"no subject", change(github, []object{}, "subject"), testSAN, githubExt, Invalid, "0 subjects"},
		{"another package", change(github, []object{{"name": "pkg:npm/%40acme/tools@1.2.3", "digest": subjects[0]["digest"]}}, "subject"), testSAN, githubExt, Invalid, "is about"},
		{"another tarball", change(github, []object{{"name": subjects[0]["name"], "digest": object{"sha512": otherDigest}}}, "subject"), testSAN, githubExt, Invalid, "another sha512"},
		{"a sha256 only", change(github, []object{{"name": subjects[0]["name"], "digest": object{"sha256": otherDigest[:64]}}}, "subject"), testSAN, githubExt, Invalid, "another sha512"},
		{"unknown statement", change(github, "https://in-toto.io/Statement/v2", "_type"), testSAN, githubExt, Unsupported, "unknown type"},
		{"unknown version of SLSA", change(github, provenancePrefix+"v2", "predicateType"), testSAN, githubExt, Unsupported, "are not known"},

		{"v1 repository", build(github, "https://github.com/acme/tools", "buildDefinition", "externalParameters", "workflow", "repository"), testSAN, githubExt, Invalid, "its repository is"},
		{"v1 workflow", build(github, ".github/workflows/ci.yml", "buildDefinition", "externalParameters", "workflow", "path"), testSAN, githubExt, Invalid, "its workflow is"},
		{"v1 workflow ref", build(github, "refs/heads/main", "buildDefinition", "externalParameters", "workflow", "ref"), testSAN, githubExt, Invalid, "its workflow ref is"},
		{"v1 trigger", build(github, "release", "buildDefinition", "internalParameters", "github", "event_name"), testSAN, githubExt, Invalid, "its trigger is"},
		{"v1 repository id", build(github, "1", "buildDefinition", "internalParameters", "github", "repository_id"), testSAN, githubExt, Invalid, "its repository id is"},
		{"v1 owner id", build(github, "1", "buildDefinition", "internalParameters", "github", "repository_owner_id"), testSAN, githubExt, Invalid, "its owner id is"},
		{"v1 source", build(github, []object{{"uri": "git+https://github.com/acme/tool@refs/heads/main"}}, "buildDefinition", "resolvedDependencies"), testSAN, githubExt, Invalid, "its source is"},
		{"v1 commit", build(github, []object{{"digest": object{"gitCommit": other}}}, "buildDefinition", "resolvedDependencies"), testSAN, githubExt, Invalid, "its source commit is"},
		{"v1 runner", build(github, "https://github.com/actions/runner/self-hosted", "runDetails", "builder", "id"), testSAN, githubExt, Invalid, "its runner is"},
		{"v1 run", build(github, "https://github.com/acme/tool/actions/runs/9/attempts/2", "runDetails", "metadata", "invocationId"), testSAN, githubExt, Invalid, "its run is"},

		{"v0.2 repository", build(githubV02, "acme/tools", "invocation", "environment", "GITHUB_REPOSITORY"), testSAN, githubExt, Invalid, "its GITHUB_REPOSITORY is"},
		{"v0.2 repository, old certificate", build(githubV02, "acme/tools", "invocation", "environment", "GITHUB_REPOSITORY"), testSAN, oldExt, Invalid, "its GITHUB_REPOSITORY is"},
		{"v0.2 ref, old certificate", build(githubV02, "refs/heads/main", "invocation", "environment", "GITHUB_REF"), testSAN, oldExt, Invalid, "its GITHUB_REF is"},
		{"v0.2 run", build(githubV02, "8", "invocation", "environment", "GITHUB_RUN_ID"), testSAN, githubExt, Invalid, "its run is"},
		{"v0.2 entry point", build(githubV02, ".github/workflows/ci.yml", "invocation", "configSource", "entryPoint"), testSAN, githubExt, Invalid, "its entry point is"},
		{"v0.2 material", build(githubV02, []object{{"uri": "git+https://github.com/acme/tools"}}, "materials"), testSAN, githubExt, Invalid, "its source is"},

		{"GitLab commit", build(gitlab, other, "invocation", "configSource", "digest", "sha1"), gitlabSAN, gitlabExt, Invalid, "its source commit is"},
		{"GitLab project", build(gitlab, "102", "invocation", "parameters", "CI_PROJECT_ID"), gitlabSAN, gitlabExt, Invalid, "its CI_PROJECT_ID is"},
		{"GitLab job", build(gitlab, "https://gitlab.com/acme/tool/-/jobs/8", "metadata", "buildInvocationId"), gitlabSAN, gitlabExt, Invalid, "its job is"},
		{"GitLab runner", build(gitlab, "https://gitlab.com/acme/tools/-/runners/1", "builder", "id"), gitlabSAN, gitlabExt, Invalid, "its builder's project is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			announced := tt.statement["predicateType"].(string)
			bundle := w.provenance(w.json(tt.statement), tt.san, tt.ext)
			got, err := v.Verify(answerOf(t, entry{announced, bundle}), testID, locked, w.now)
			if err != nil || got.Provenance == nil || got.Publish != nil || got.Others != nil {
				t.Fatalf("got %v, %s", err, describe(got))
			}
			a := got.Provenance
			if a.Status != tt.status || !strings.Contains(a.Reason, tt.reason) || (a.Reason == "") != (tt.reason == "") {
				t.Errorf("got %v %q, want %v %q", a.Status, a.Reason, tt.status, tt.reason)
			}
			genuine := tt.status == Verified || tt.status == Incomplete
			if (a.Identity != nil) != genuine || a.LogTime.IsZero() == genuine {
				t.Errorf("got identity %v of %v with the status %v", a.Identity, a.LogTime, a.Status)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	w := newWorld(t)
	locked, _ := lockedHash(1)
	extensions := githubExt.with(ext{11: "self-hosted", 23: "production", 24: "repo:acme/tool:environment:production"})
	statement := change(statementOf(provenanceV1, predicateGitHubV1()), object{"id": "self"}, "predicate", "runDetails", "builder")
	bundle := w.provenance(w.json(statement), testSAN, extensions)
	got, err := w.verifier().Verify(answerOf(t, entry{provenanceV1, bundle}), testID, locked, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Attestation{
		Type: provenanceV1, Status: Verified, LogTime: w.now,
		Identity: &Identity{
			Issuer:                 issuerGitHub,
			SubjectAlternativeName: testSAN,
			SourceRepository:       "https://github.com/acme/tool",
			SourceRepositoryID:     "101",
			SourceOwner:            "https://github.com/acme",
			SourceOwnerID:          "202",
			Workflow:               ".github/workflows/release.yml",
			WorkflowRef:            "refs/tags/@acme/tool@1.2.3",
			Ref:                    "refs/tags/@acme/tool@1.2.3",
			Commit:                 testCommit,
			Trigger:                "push",
			Environment:            "production",
			Runner:                 "self-hosted",
			BuildSigner:            testSAN,
			Run:                    "https://github.com/acme/tool/actions/runs/9/attempts/1",
			TokenSubject:           "repo:acme/tool:environment:production",
		},
	}
	if diff := cmp.Diff(want, got.Provenance); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
}

func TestSplitWorkflow(t *testing.T) {
	const repository = "https://github.com/acme/tool"
	tests := []struct{ name, uri, path, ref string }{
		{"GitHub", repository + "/.github/workflows/a.yml@refs/heads/main", ".github/workflows/a.yml", "refs/heads/main"},
		{"two slashes, as on GitLab", repository + "//.gitlab-ci.yml@refs/heads/main", ".gitlab-ci.yml", "refs/heads/main"},
		{"an at sign in the tag", repository + "/a.yml@refs/tags/@a/b@1.0.0", "a.yml", "refs/tags/@a/b@1.0.0"},
		{"a commit", repository + "/a.yml@" + testCommit, "a.yml", testCommit},
		{"another repository", "https://github.com/acme/toolkit/a.yml@refs/heads/main", "https://github.com/acme/toolkit/a.yml", "refs/heads/main"},
		{"no ref", repository + "/a.yml", repository + "/a.yml", ""},
		{"nothing", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if path, ref := splitWorkflow(repository, tt.uri); path != tt.path || ref != tt.ref {
				t.Errorf("got %q, %q, want %q, %q", path, ref, tt.path, tt.ref)
			}
		})
	}
}

func TestVerifyPublish(t *testing.T) {
	w := newWorld(t)
	v := w.verifier()
	locked, _ := lockedHash(1)
	statement := publishStatement()
	tests := []struct {
		name   string
		bundle jsontext.Value
		status Status
		reason string
	}{
		{"good", w.publish(w.json(statement), worldKeyID), Verified, ""},
		{"unknown key", w.publish(w.json(statement), "SHA256:other"), Unsupported, "not among the registry's keys"},
		{"another version", w.publish(w.json(change(statement, "1.2.4", "predicate", "version")), worldKeyID), Invalid, "the predicate is about"},
		{"another name", w.publish(w.json(change(statement, "tool", "predicate", "name")), worldKeyID), Invalid, "the predicate is about"},
		{"signed by a job", w.provenance(w.json(statement), testSAN, githubExt), Invalid, "not with the registry's key"},
		{"a name twice", w.publish([]byte(`{"_type":"https://in-toto.io/Statement/v1","_type":"https://in-toto.io/Statement/v1"}`), worldKeyID), Unsupported, "reading the statement"},
		{"no bundle", jsontext.Value(`{}`), Unsupported, "reading the bundle"},
		{"null", jsontext.Value(`null`), Unsupported, "reading the bundle"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := v.Verify(answerOf(t, entry{publishType, tt.bundle}), testID, locked, w.now)
			if err != nil || got.Publish == nil || got.Provenance != nil || got.Others != nil {
				t.Fatalf("got %v, %s", err, describe(got))
			}
			a := got.Publish
			if a.Status != tt.status || !strings.Contains(a.Reason, tt.reason) {
				t.Errorf("got %v %q, want %v %q", a.Status, a.Reason, tt.status, tt.reason)
			}
			if a.Identity != nil {
				t.Errorf("got the identity %v of a registry", a.Identity)
			}
		})
	}
}

// tampered returns a bundle with one bit of a base64 value changed.
func tampered(t *testing.T, bundle jsontext.Value, path ...string) jsontext.Value {
	t.Helper()
	var root any
	if err := json.Unmarshal(bundle, &root); err != nil {
		t.Fatal(err)
	}
	at := root
	for _, name := range path[:len(path)-1] {
		if list, ok := at.([]any); ok {
			at = list[0]
		}
		at = at.(object)[name]
	}
	if list, ok := at.([]any); ok {
		at = list[0]
	}
	last := path[len(path)-1]
	raw, err := base64.StdEncoding.DecodeString(at.(object)[last].(string))
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-1] ^= 1
	at.(object)[last] = base64.StdEncoding.EncodeToString(raw)
	text, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestVerifyTampered(t *testing.T) {
	w := newWorld(t)
	v := w.verifier()
	locked, _ := lockedHash(1)
	statement := w.json(statementOf(provenanceV1, predicateGitHubV1()))
	good := w.provenance(statement, testSAN, githubExt)
	for _, path := range [][]string{
		{"dsseEnvelope", "signatures", "sig"},
		{"verificationMaterial", "tlogEntries", "inclusionPromise", "signedEntryTimestamp"},
		{"verificationMaterial", "x509CertificateChain", "certificates", "rawBytes"},
	} {
		got, err := v.Verify(answerOf(t, entry{provenanceV1, tampered(t, good, path...)}), testID, locked, w.now)
		if err != nil || statuses(got) != "invalid none" {
			t.Errorf("%v: got %v, %s", path, err, describe(got))
		}
	}
	// Whoever signs with the key of another world is nobody.
	foreign := newWorld(t).provenance(statement, testSAN, githubExt)
	got, err := v.Verify(answerOf(t, entry{provenanceV1, foreign}), testID, locked, w.now)
	if err != nil || statuses(got) != "unsupported none" || !strings.Contains(got.Provenance.Reason, "trust root") {
		t.Errorf("foreign log: got %v, %s", err, describe(got))
	}
}

func TestVerifyAnswer(t *testing.T) {
	w := newWorld(t)
	v := w.verifier()
	locked, _ := lockedHash(1)
	build := w.provenance(w.json(statementOf(provenanceV1, predicateGitHubV1())), testSAN, githubExt)
	publish := w.publish(w.json(publishStatement()), worldKeyID)
	strange := w.publish(w.json(statementOf("https://example.com/review/v1", nil)), worldKeyID)
	tests := []struct {
		name    string
		answer  []byte
		want    string
		others  int
		problem string
	}{
		{"both", answerOf(t, entry{publishType, publish}, entry{provenanceV1, build}), "verified verified", 0, ""},
		{"the other way round", answerOf(t, entry{provenanceV1, build}, entry{publishType, publish}), "verified verified", 0, ""},
		{"none", []byte(`{"attestations":[]}`), "none none", 0, ""},
		{"announced as each other", answerOf(t, entry{publishType, build}, entry{provenanceV1, publish}), "invalid invalid", 0, ""},
		{"announced as something", answerOf(t, entry{"https://example.com/", build}), "invalid none", 0, ""},
		{"two of a kind", answerOf(t, entry{provenanceV1, build}, entry{provenanceV1, build}), "unsupported none", 0, ""},
		{"a third kind", answerOf(t, entry{"https://example.com/review/v1", strange}), "none none", 1, ""},
		{"a third kind as provenance", answerOf(t, entry{provenanceV1, strange}), "invalid none", 0, ""},
		{"one unreadable", answerOf(t, entry{publishType, jsontext.Value(`{"mediaType":"x"}`)}, entry{provenanceV1, build}), "verified unsupported", 0, ""},
		{"unknown member beside", []byte(`{"attestations":[],"more":1}`), "none none", 0, ""},

		{"no attestations", []byte(`{}`), "", 0, `no "attestations"`},
		{"null", []byte(`{"attestations":null}`), "", 0, `no "attestations"`},
		{"not JSON", []byte(`<html>`), "", 0, "reading attestations"},
		{"a name twice", []byte(`{"attestations":[],"attestations":[]}`), "", 0, "reading attestations"},
		{"a name twice, deep", []byte(`{"attestations":[{"predicateType":"x","bundle":{"a":1,"a":1}}]}`), "", 0, "reading attestations"},
		{"another case", []byte(`{"Attestations":[]}`), "", 0, `no "attestations"`},
		{"something behind", []byte(`{"attestations":[]} x`), "", 0, "reading attestations"},
		{"too many", answerOf(t, make([]entry, maxAttestations+1)...), "", 0, "more than"},
		{"too large", append([]byte(`{"attestations":[]}`), make([]byte, maxAnswer)...), "", 0, "larger than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := v.Verify(tt.answer, testID, locked, w.now)
			if tt.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tt.problem) {
					t.Errorf("got %v, want %q", err, tt.problem)
				}
				return
			}
			if err != nil || statuses(got) != tt.want || len(got.Others) != tt.others {
				t.Errorf("got %v, %s, want %s and %d others", err, describe(got), tt.want, tt.others)
			}
		})
	}
}

func TestVerifyLocked(t *testing.T) {
	w := newWorld(t)
	v := w.verifier()
	first, _ := lockedHash(1)
	second, _ := lockedHash(2)
	answer := answerOf(t, entry{publishType, w.publish(w.json(publishStatement()), worldKeyID)})
	for name, locked := range map[string]npm.Integrity{
		"none":      nil,
		"only sha1": {{Algorithm: "sha1", Digest: "2jmj7l5rSw0yVb/vlWAYkK/YBwk="}},
		"two":       append(first[:1:1], second...),
	} {
		if got, err := v.Verify(answer, testID, locked, w.now); err == nil {
			t.Errorf("%s: got %s, want an error", name, describe(got))
		}
	}
	if got, err := v.Verify(answer, testID, second, w.now); err != nil || statuses(got) != "none invalid" {
		t.Errorf("another hash: got %v, %s", err, describe(got))
	}
}

func TestVerifyBackdated(t *testing.T) {
	w := newWorld(t)
	v := w.verifier()
	locked, _ := lockedHash(1)
	answer := answerOf(t,
		entry{publishType, w.publish(w.json(publishStatement()), worldKeyID)},
		entry{provenanceV1, w.provenance(w.json(statementOf(provenanceV1, predicateGitHubV1())), testSAN, githubExt)})
	tests := []struct {
		name      string
		published time.Time
		want      string
	}{
		{"the same day", w.now.Add(-maxBackdating), "verified verified"},
		{"a mirror's later date", w.now.AddDate(1, 0, 0), "verified verified"},
		{"unknown", time.Time{}, "verified verified"},
		{"a year earlier", w.now.AddDate(-1, 0, 0), "invalid invalid"},
	}
	for _, tt := range tests {
		if got, err := v.Verify(answer, testID, locked, tt.published); err != nil || statuses(got) != tt.want {
			t.Errorf("%s: got %v, %s, want %s", tt.name, err, describe(got), tt.want)
		}
	}
}

// TestVerifyParallel is for the race detector.
func TestVerifyParallel(t *testing.T) {
	w := newWorld(t)
	v := w.verifier()
	locked, _ := lockedHash(1)
	answer := answerOf(t,
		entry{publishType, w.publish(w.json(publishStatement()), worldKeyID)},
		entry{provenanceV1, w.provenance(w.json(statementOf(provenanceV1, predicateGitHubV1())), testSAN, githubExt)})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if got, err := v.Verify(answer, testID, locked, w.now); err != nil || statuses(got) != "verified verified" {
				t.Errorf("got %v, %s", err, describe(got))
			}
		})
	}
	wait.Wait()
}

func FuzzVerify(f *testing.F) {
	w := newWorld(f)
	v := w.verifier()
	locked, _ := lockedHash(1)
	f.Add(answerOf(f, entry{publishType, w.publish(w.json(publishStatement()), worldKeyID)}))
	f.Add(answerOf(f, entry{provenanceV1, w.provenance(w.json(statementOf(provenanceV1, predicateGitHubV1())), testSAN, githubExt)}))
	f.Add(answerOf(f, entry{provenanceV02, w.provenance(w.json(statementOf(provenanceV02, predicateGitLab())), gitlabSAN, gitlabExt)}))
	f.Add([]byte(`{"attestations":[{"predicateType":"x","bundle":{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}}]}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		got, err := v.Verify(answer, testID, locked, w.now)
		if (err == nil) != (got != nil) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// FuzzPredicate reads predicates as if they had been signed.
func FuzzPredicate(f *testing.F) {
	w := newWorld(f)
	for _, p := range []object{predicateGitHubV1(), predicateGitHubV02(), predicateGitLab()} {
		f.Add(w.json(p))
	}
	f.Fuzz(func(_ *testing.T, predicate []byte) {
		for _, issuer := range []string{issuerGitHub, issuerGitLab} {
			by := new(signer)
			by.Issuer = issuer
			for _, predicateType := range []string{provenanceV1, provenanceV02} {
				s := &statement{PredicateType: predicateType, Predicate: predicate}
				if claims, err := s.claims(by); err == nil && contradiction(claims) != nil {
					panic("an empty certificate contradicts nothing")
				}
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	w := newWorld(b)
	v := w.verifier()
	locked, _ := lockedHash(1)
	for name, e := range map[string]entry{
		"publish":    {publishType, w.publish(w.json(publishStatement()), worldKeyID)},
		"provenance": {provenanceV1, w.provenance(w.json(statementOf(provenanceV1, predicateGitHubV1())), testSAN, githubExt)},
	} {
		answer := answerOf(b, e)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(answer, testID, locked, w.now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkVerifyReal verifies a bundle of the public instance, whose
// certificates are larger.
func BenchmarkVerifyReal(b *testing.B) {
	answer := readFile(b, fixtures(b, "provenance", "npm", "provenance-action"), "nuxt@4.1.2.json")
	entries, err := parseAnswer(answer)
	if err != nil {
		b.Fatal(err)
	}
	v := embeddedVerifier(b)
	id, locked := v.expected(entries)
	for _, e := range entries {
		answer := answerOf(b, e)
		b.Run(e.PredicateType[strings.LastIndex(e.PredicateType[:len(e.PredicateType)-4], "/")+1:], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(answer, id, locked, time.Time{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package action

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// job is a workflow run on this machine by act, a local runner of workflows:
// checkout, the steps, and a last one that records what gate left behind.
type job struct {
	event     string
	payload   map[string]any // what GitHub says about the event
	checksums string         // what the action pins, if not what it does
	steps     []gateStep
}

// gateStep is a step of a workflow that uses the action.
type gateStep struct {
	with  map[string]string
	extra string // another key of the step
}

// ran is what a job did.
type ran struct {
	failed bool
	log    string
	record map[string]string // outputs and files, read by the last step
}

// recorded are the outputs whose values are read, and those whose files are.
var recorded = struct{ values, files []string }{[]string{"verdict", "blocked"}, []string{"report", "sarif", "html", "comment"}}

// run runs the job in a repository.
func (j job) run(t *testing.T, r *repository) ran {
	t.Helper()
	act := findAct(t)
	temp, root := t.TempDir(), copyAction(t, cmp.Or(j.checksums, readOrEmpty(t, "checksums.txt")))
	payload := []byte("{}")
	if j.payload != nil {
		var err error
		if payload, err = json.Marshal(j.payload); err != nil {
			t.Fatal(err)
		}
	}
	(&repository{t: t, dir: temp}).write(map[string]string{"job.yml": j.workflow(r, temp), "event.json": string(payload)})
	cmd := exec.Command(act, j.event, "--workflows", filepath.Join(temp, "job.yml"), "--eventpath", filepath.Join(temp, "event.json"),
		"--platform", "ubuntu-latest=-self-hosted", "--local-repository", "install-gate/gate@v1="+root,
		"--artifact-server-addr", "127.0.0.1", "--cache-server-addr", "127.0.0.1", "--no-cache-server")
	cmd.Dir = r.dir
	cmd.Env = append(gitEnv(), "HOME="+temp, "XDG_CACHE_HOME="+filepath.Join(temp, "cache"))
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	err := cmd.Run()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		t.Fatal(err)
	}
	got := ran{failed: err != nil, log: log.String(), record: map[string]string{}}
	for _, name := range slices.Concat(recorded.values, recorded.files) {
		got.record[name] = strings.TrimSpace(readOrEmpty(t, filepath.Join(temp, "record-"+name)))
	}
	return got
}

// findAct returns the program act, or skips the test.
func findAct(t *testing.T) string {
	t.Helper()
	if act := os.Getenv("GATE_ACT"); act != "" {
		return act
	}
	act, err := exec.LookPath("act")
	if err != nil {
		t.Skip("act is not installed and GATE_ACT does not name it: go install github.com/nektos/act@v0.2.89")
	}
	return act
}

func (j job) workflow(r *repository, temp string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "on: %s\njobs:\n  job:\n    runs-on: ubuntu-latest\n", j.event)
	fmt.Fprintf(&b, "    env: {npm_config_registry: %q, RECORD: %q}\n", r.registry, filepath.Join(temp, "record-"))
	b.WriteString("    steps:\n      - uses: actions/checkout@v4\n")
	for i, s := range j.steps {
		id := "gate"
		if i > 0 {
			id = fmt.Sprintf("gate%d", i)
		}
		fmt.Fprintf(&b, "      - uses: install-gate/gate@v1\n        id: %s\n", id)
		if s.extra != "" {
			fmt.Fprintf(&b, "        %s\n", s.extra)
		}
		b.WriteString("        with:\n")
		for _, name := range slices.Sorted(maps.Keys(s.with)) {
			fmt.Fprintf(&b, "          %s: %q\n", name, s.with[name])
		}
	}
	b.WriteString("      - if: always()\n        env:\n")
	var script strings.Builder
	for _, name := range recorded.values {
		fmt.Fprintf(&b, "          OUT_%s: ${{ steps.gate.outputs.%s }}\n", name, name)
		fmt.Fprintf(&script, "          echo \"$OUT_%s\" >\"${RECORD}%s\"\n", name, name)
	}
	for _, name := range recorded.files {
		fmt.Fprintf(&b, "          OUT_%s: ${{ steps.gate.outputs.%s }}\n", name, name)
		fmt.Fprintf(&script, "          [ -z \"$OUT_%s\" ] || cp \"$OUT_%s\" \"${RECORD}%s\"\n", name, name, name)
	}
	b.WriteString("        run: |\n" + script.String())
	return b.String()
}

// with returns the inputs of a step: those that every test needs, and more of
// the form name=value.
func with(more ...string) map[string]string {
	inputs := map[string]string{"path": gateBinary, "advisories": "off", "as-of": attackTime}
	for _, setting := range more {
		name, value, _ := strings.Cut(setting, "=")
		inputs[name] = value
	}
	return inputs
}

// event returns the payload of a pull request from a repository.
func (p pull) event(from string) map[string]any {
	side := func(sha, ref, repository string) map[string]any {
		return map[string]any{"sha": sha, "ref": ref, "repo": map[string]any{"full_name": repository, "fork": repository != "acme/app"}}
	}
	return map[string]any{"pull_request": map[string]any{
		"number": 1, "base": side(p.base, "main", "acme/app"), "head": side(p.head, "topic", from),
	}}
}

func (g ran) expect(t *testing.T, verdict string, says ...string) {
	t.Helper()
	if g.record["verdict"] != verdict || g.failed != (verdict != "pass") {
		t.Errorf("got verdict %q and a failed job: %t; want %q", g.record["verdict"], g.failed, verdict)
	}
	for _, text := range says {
		if !strings.Contains(g.log, text) {
			t.Errorf("the log lacks %q", text)
		}
	}
	if t.Failed() {
		t.Log(g.log)
	}
}

func TestActPass(t *testing.T) {
	r := newRepository(t, project(t, "clean", ""))
	got := job{event: "push", steps: []gateStep{{with: with()}, {with: map[string]string{"verify": "true"}}}}.run(t, r)
	got.expect(t, "pass", "gate ran in this job and passed", "Summary - ## gate: pass")
	if got.record["blocked"] != "false" {
		t.Errorf("output blocked: got %q, want false", got.record["blocked"])
	}
	for name, text := range map[string]string{"report": `"verdict": "pass"`, "sarif": `"version": "2.1.0"`, "html": "<html", "comment": "gate: pass"} {
		if !strings.Contains(got.record[name], text) {
			t.Errorf("%s: got %.60q, want it to have %q", name, got.record[name], text)
		}
	}
}

func TestActBlock(t *testing.T) {
	r := newRepository(t, project(t, "clean", ""))
	p := r.propose(project(t, "attacked", ""))
	got := job{event: "pull_request", payload: p.event("acme/app"), steps: []gateStep{{with: with()}}}.run(t, r)
	got.expect(t, "blocked", fmt.Sprintf(attackAnnotation, ""), "1 changed since "+p.base, "exit status 1", "Summary - ## gate: blocked")
	if got.record["blocked"] != "true" {
		t.Errorf("output blocked: got %q, want true", got.record["blocked"])
	}
	for name, text := range map[string]string{"report": `"verdict": "blocked"`, "sarif": "too-new", "html": "too-new", "comment": "too-new"} {
		if !strings.Contains(got.record[name], text) {
			t.Errorf("%s: got %.60q, want it to have %q", name, got.record[name], text)
		}
	}
}

// TestActFork has a pull request from a fork that switches every check off.
func TestActFork(t *testing.T) {
	weak := map[string]string{"gate.yaml": weakPolicy(t)}
	r := newRepository(t, project(t, "clean", ""))
	p := r.propose(together(project(t, "attacked", ""), weak))
	steps := []gateStep{{with: with()}}
	job{event: "pull_request", payload: p.event("mallory/app"), steps: steps}.run(t, r).expect(t, "blocked", fmt.Sprintf(attackAnnotation, ""))

	// The same policy lets the attack pass once it is in main.
	accepting := newRepository(t, together(project(t, "clean", ""), weak))
	p = accepting.propose(project(t, "attacked", ""))
	job{event: "pull_request", payload: p.event("mallory/app"), steps: steps}.run(t, accepting).expect(t, "pass")
}

func TestActMonorepo(t *testing.T) {
	r := newRepository(t, together(project(t, "clean", "packages/a/"), project(t, "clean", "packages/b/")))
	p := r.propose(project(t, "attacked", "packages/b/"))
	got := job{event: "pull_request", payload: p.event("acme/app"), steps: []gateStep{{with: with()}}}.run(t, r)
	got.expect(t, "blocked", fmt.Sprintf(attackAnnotation, "packages/b/"))
	if report := got.record["report"]; !strings.Contains(report, `"path": "packages/a/package-lock.json"`) {
		t.Errorf("the report lacks packages/a: %.400s", report)
	}

	job{event: "pull_request", payload: p.event("acme/app"), steps: []gateStep{{with: with("dir=packages/a")}}}.run(t, r).expect(t, "pass")
	got = job{event: "pull_request", payload: p.event("acme/app"), steps: []gateStep{{with: with("dir=packages/b")}}}.run(t, r)
	got.expect(t, "blocked", fmt.Sprintf(attackAnnotation, "packages/b/"))
}

func TestActNoLockfile(t *testing.T) {
	r := newRepository(t, map[string]string{"package.json": "{}"})
	got := job{event: "push", steps: []gateStep{{with: with()}}}.run(t, r)
	got.expect(t, "unknown", "::error title=gate::gate: error: no lockfile below", "exit status 3")
	if got.record["report"] != "" {
		t.Errorf("report: got %q, want none", got.record["report"])
	}
}

func TestActShallow(t *testing.T) {
	origin := newRepository(t, project(t, "clean", ""))
	p := origin.propose(project(t, "attacked", ""))
	origin.git("branch", "merge", p.merge)
	r := &repository{t, t.TempDir(), origin.registry}
	r.git("clone", "-q", "--no-local", "--depth=1", "--branch=merge", "file://"+origin.dir, ".")
	steps := []gateStep{{with: with()}}
	job{event: "pull_request", payload: p.event("acme/app"), steps: steps}.run(t, r).expect(t, "blocked", "1 changed since "+p.base)
	r.git("remote", "set-url", "origin", "file:///nowhere")
	job{event: "pull_request", payload: p.event("acme/app"), steps: steps}.run(t, r).expect(t, "unknown", "fetch-depth: 2", "exit status 3")
}

func TestActMergeQueue(t *testing.T) {
	r := newRepository(t, project(t, "clean", ""))
	p := r.propose(project(t, "attacked", ""))
	payload := map[string]any{"merge_group": map[string]any{"base_sha": p.base, "head_sha": p.merge}}
	got := job{event: "merge_group", payload: payload, steps: []gateStep{{with: with()}}}.run(t, r)
	got.expect(t, "blocked", "1 changed since "+p.base)
}

func TestActVerify(t *testing.T) {
	r := newRepository(t, together(project(t, "clean", ""), project(t, "attacked", "attacked/")))
	verify := gateStep{with: map[string]string{"verify": "true"}}
	last := gateStep{with: verify.with, extra: "if: always()"}
	tests := []struct {
		name  string
		steps []gateStep
		says  string
	}{
		{"gate is not there", []gateStep{verify}, "gate did not run in this job"},
		{"gate was skipped", []gateStep{{with: with(), extra: "if: github.event_name == 'schedule'"}, last}, "gate did not run in this job"},
		{"gate was talked away", []gateStep{{with: with(), extra: "continue-on-error: true"}, last}, "gate ran 1 times in this job and passed 0 times"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := job{event: "push", steps: tt.steps}.run(t, r)
			if !got.failed || !strings.Contains(got.log, tt.says) {
				t.Errorf("got a failed job: %t; want one that says %q\n%s", got.failed, tt.says, got.log)
			}
		})
	}
}

// TestActRelease lets the action fetch the binary that it pins.
func TestActRelease(t *testing.T) {
	r := newRepository(t, project(t, "clean", ""))
	url, pin := release(t)
	steps := []gateStep{{with: with("path=", "release-url="+url)}}
	job{event: "push", checksums: pin, steps: steps}.run(t, r).expect(t, "pass")

	wrong := strings.Repeat("0", 64) + pin[64:]
	got := job{event: "push", checksums: wrong, steps: steps}.run(t, r)
	got.expect(t, "unknown", "the download is not the gate that this action pins")
	job{event: "push", steps: steps}.run(t, r).expect(t, "unknown", "pins no release of gate")
}

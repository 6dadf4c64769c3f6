package action

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// step is one run of the action's script, with the variables that the runner
// would set.
type step struct {
	event     string // the name of the event; push if empty
	pull      pull   // the pull request, or the merge queue's base
	sha       string // the commit that the workflow runs for; HEAD if empty
	runID     string // "1" if empty
	platform  string // OS and architecture, as in Linux-X64, which it is if empty
	checksums string // what the action pins, if not what it does
	inputs    map[string]string
}

// outcome is what a step did.
type outcome struct {
	code    int
	log     string // standard output and error
	outputs map[string]string
	summary string
}

// run runs a step in a repository. Steps of one temp belong to one job.
func (s step) run(t *testing.T, r *repository, temp string) outcome {
	t.Helper()
	cmd := exec.Command("bash", filepath.Join(s.install(t), "run.sh"))
	cmd.Env = append(gitEnv(), s.env(t, r, temp)...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	o := outcome{outputs: map[string]string{}}
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		o.code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	o.log = log.String()
	o.summary = readOrEmpty(t, filepath.Join(temp, "summary"))
	for line := range strings.Lines(readOrEmpty(t, filepath.Join(temp, "output"))) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		o.outputs[name] = value
	}
	return o
}

// install returns a directory with the scripts.
func (s step) install(t *testing.T) string {
	t.Helper()
	if s.checksums == "" {
		here, err := filepath.Abs(".")
		if err != nil {
			t.Fatal(err)
		}
		return here
	}
	return filepath.Join(copyAction(t, s.checksums), "action")
}

// copyAction returns a directory with the action that pins other checksums.
func copyAction(t *testing.T, checksums string) string {
	t.Helper()
	dir := t.TempDir()
	scripts, err := filepath.Glob("*.sh")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "action"), 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"action/checksums.txt": checksums, "action.yml": readOrEmpty(t, "../action.yml")}
	for _, script := range scripts {
		files["action/"+script] = readOrEmpty(t, script)
	}
	(&repository{t: t, dir: dir}).write(files)
	return dir
}

func readOrEmpty(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

func (s step) env(t *testing.T, r *repository, temp string) []string {
	t.Helper()
	or := func(value, otherwise string) string {
		if value == "" {
			return otherwise
		}
		return value
	}
	system, arch, _ := strings.Cut(or(s.platform, "Linux-X64"), "-")
	env := []string{
		"HOME=" + temp, "npm_config_registry=" + r.registry, "RUNNER_TEMP=" + temp, "RUNNER_OS=" + system, "RUNNER_ARCH=" + arch,
		"GITHUB_WORKSPACE=" + r.dir, "GITHUB_EVENT_NAME=" + or(s.event, "push"), "GITHUB_SHA=" + or(s.sha, r.git("rev-parse", "HEAD")),
		"GITHUB_RUN_ID=" + or(s.runID, "1"), "GITHUB_RUN_ATTEMPT=1", "GITHUB_JOB=job",
		"GITHUB_OUTPUT=" + filepath.Join(temp, "output"), "GITHUB_STEP_SUMMARY=" + filepath.Join(temp, "summary"),
		"EVENT_BASE=" + s.pull.base, "EVENT_HEAD=" + s.pull.head,
	}
	inputs := map[string]string{"path": gateBinary, "advisories": "off", "as-of": attackTime}
	for name, value := range s.inputs {
		inputs[name] = value
	}
	for name, input := range readMetadata(t).Inputs {
		value, set := inputs[name]
		if !set {
			value = input.Default
		}
		env = append(env, variable(name)+"="+value)
	}
	return env
}

// variable is the name of the variable in which the script finds an input.
func variable(input string) string {
	return "INPUT_" + strings.ToUpper(strings.ReplaceAll(input, "-", "_"))
}

func (o outcome) expect(t *testing.T, code int, verdict string) {
	t.Helper()
	if o.code != code || o.outputs["verdict"] != verdict {
		t.Errorf("got code %d and verdict %q, want %d and %q", o.code, o.outputs["verdict"], code, verdict)
	}
	if blocked := fmt.Sprint(verdict != "pass"); o.outputs["blocked"] != blocked {
		t.Errorf("output blocked: got %q, want %s", o.outputs["blocked"], blocked)
	}
	if t.Failed() {
		t.Log(o.log)
	}
}

func (o outcome) says(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(o.log, text) {
			t.Errorf("the log lacks %q:\n%s", text, o.log)
		}
	}
}

func TestOutputs(t *testing.T) {
	r := newRepository(t, project(t, "clean", ""))
	temp := t.TempDir()
	got := step{}.run(t, r, temp)
	got.expect(t, 0, "pass")
	if _, err := os.Stat(filepath.Join(temp, ".cache")); !os.IsNotExist(err) {
		t.Errorf("the home directory has a cache, want none (%v)", err)
	}
	for name, begin := range map[string]string{"report": "{\n  \"verdict\": \"pass\"", "sarif": "{", "html": "<!DOCTYPE html>", "comment": ""} {
		if text := readOrEmpty(t, got.outputs[name]); text == "" || !strings.HasPrefix(strings.ToLower(text), strings.ToLower(begin)) {
			t.Errorf("output %s: the file %q begins with %.40q, want %q", name, got.outputs[name], text, begin)
		}
	}
	if !strings.Contains(got.summary, "gate: pass") {
		t.Errorf("summary: got %q", got.summary)
	}
}

// TestNothingJudged has the cases in which there is no verdict.
func TestNothingJudged(t *testing.T) {
	r := newRepository(t, together(project(t, "clean", ""), map[string]string{"docs/README.md": "", "bin/gate.sh": "#!/bin/sh\n"}))
	if err := os.Chmod(filepath.Join(r.dir, "bin/gate.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("bin", filepath.Join(r.dir, "link")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		step step
		code int
		says []string
	}{
		{"no lockfile", step{inputs: map[string]string{"dir": "docs"}}, 3, []string{"no lockfile below", "%0Agate: hint: "}},
		{"no directory", step{inputs: map[string]string{"dir": "100%\nnone"}}, 2, []string{`the input dir is "100%25%0Anone", which is no directory`}},
		{"no program", step{inputs: map[string]string{"path": "none"}}, 2, []string{`the input path is "none"`}},
		{"program of the checkout", step{inputs: map[string]string{"path": "bin/gate.sh"}}, 2, []string{"a change could bring its own gate along"}},
		{"program through a link", step{inputs: map[string]string{"path": "link/gate.sh"}}, 2, []string{"a change could bring its own gate along"}},
		{"program of the checkout on Windows", step{platform: "Windows-X64", inputs: map[string]string{"path": `bin\gate.sh`}}, 2, []string{"a change could bring its own gate along"}},
		{"policy of the checkout by its full path", step{inputs: map[string]string{"policy": filepath.Join(r.dir, "docs/README.md")}}, 2, []string{"a change could bring its policy along"}},
		{"program is no gate", step{inputs: map[string]string{"path": "/bin/true"}}, 3, []string{"true ended with 0 and wrote no report"}},
		{"broken flag", step{inputs: map[string]string{"timeout": "soon; touch hacked"}}, 2, []string{`"soon; touch hacked"`}},
		{"unknown base", step{inputs: map[string]string{"base": "--all"}}, 3, []string{`the checkout lacks the input base, commit "--all"`}},
		{"unknown policy", step{inputs: map[string]string{"policy": "none.yaml"}}, 2, []string{"has no policy none.yaml"}},
		{"neither true nor false", step{inputs: map[string]string{"verify": "yes"}}, 2, []string{`true or false, not "yes"`}},
		{"no release pinned", step{inputs: map[string]string{"path": ""}}, 3, []string{"pins no release of gate for linux_amd64"}},
		{"no release for the platform", step{platform: "Linux-ARM", inputs: map[string]string{"path": ""}}, 3, []string{"not released for Linux on ARM"}},
		{"workflow of another commit", step{event: "workflow_run", sha: strings.Repeat("1", 40)}, 3, []string{"the checkout lacks 1111", "policy-from: HEAD"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.step.run(t, r, t.TempDir())
			if got.code != tt.code {
				t.Errorf("got code %d, want %d", got.code, tt.code)
			}
			got.says(t, append(tt.says, "::error title=gate::gate: error: ")...)
			if got.outputs["blocked"] == "false" || got.outputs["report"] != "" {
				t.Errorf("outputs: got %v", got.outputs)
			}
		})
	}
}

// TestVerify runs steps in one job and then verifies it.
func TestVerify(t *testing.T) {
	clean := step{inputs: map[string]string{"dir": "clean"}}
	attacked := step{inputs: map[string]string{"dir": "attacked"}}
	tests := []struct {
		name  string
		steps []step
		code  int
		says  string
	}{
		{"gate did not run", nil, 3, "gate did not run in this job"},
		{"gate passed", []step{clean}, 0, "gate ran in this job and passed"},
		{"gate passed twice", []step{clean, clean}, 0, "gate ran in this job and passed"},
		{"gate blocked", []step{attacked}, 3, "ran 1 times in this job and passed 0 times"},
		{"one of two blocked", []step{attacked, clean}, 3, "ran 2 times in this job and passed 1 times"},
		{"gate ran in another run", []step{{runID: "7", inputs: clean.inputs}}, 3, "gate did not run in this job"},
	}
	r := newRepository(t, together(project(t, "clean", "clean/"), project(t, "attacked", "attacked/")))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			temp := t.TempDir()
			for _, s := range tt.steps {
				s.run(t, r, temp)
			}
			if err := os.RemoveAll(filepath.Join(temp, "output")); err != nil {
				t.Fatal(err)
			}
			got := step{inputs: map[string]string{"verify": "true"}}.run(t, r, temp)
			got.says(t, tt.says)
			want := map[string]string{}
			if tt.code == 0 {
				want = map[string]string{"verdict": "pass", "blocked": "false"}
			}
			if got.code != tt.code || !cmp.Equal(got.outputs, want) {
				t.Errorf("got code %d and outputs %v, want %d and %v", got.code, got.outputs, tt.code, want)
			}
		})
	}
}

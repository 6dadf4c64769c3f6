package action

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMetadata keeps the script free of expressions: an input is the value of a
// variable and nothing else.
func TestMetadata(t *testing.T) {
	m := readMetadata(t)
	want := map[string]string{
		"EVENT_BASE": "${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha }}",
		"EVENT_HEAD": "${{ github.event.pull_request.head.sha }}",
	}
	for name := range m.Inputs {
		want[variable(name)] = fmt.Sprintf("${{ inputs.%s }}", name)
	}
	for _, s := range m.Runs.Steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("a step has an expression in its script: %s", s.Run)
		}
		if diff := cmp.Diff(want, s.Env); diff != "" {
			t.Errorf("variables of the step (-want +got):\n%s", diff)
		}
	}
	for name, output := range m.Outputs {
		if want := fmt.Sprintf("${{ steps.gate.outputs.%s }}", name); output.Value != want {
			t.Errorf("output %s: got %s, want %s", name, output.Value, want)
		}
	}
}

// tableRow matches the first cells of a row that begins with code.
var tableRow = regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| (.*?) \\|")

// TestDocs compares the tables of the documentation with action.yml.
func TestDocs(t *testing.T) {
	m := readMetadata(t)
	text := readOrEmpty(t, "../docs/action.md")
	_, text, _ = strings.Cut(text, "## Inputs")
	inputs, outputs, found := strings.Cut(text, "## Outputs")
	if !found {
		t.Fatal("docs/action.md has no inputs or no outputs")
	}
	outputs, _, _ = strings.Cut(outputs, "\n## ")

	want, got := map[string]string{}, map[string]string{}
	for name, input := range m.Inputs {
		want[name] = ""
		if input.Default != "" {
			want[name] = "`" + input.Default + "`"
		}
	}
	for _, row := range tableRow.FindAllStringSubmatch(inputs, -1) {
		got[row[1]] = row[2]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("inputs and their defaults (-action.yml +docs):\n%s", diff)
	}

	var wantOutputs, gotOutputs []string
	for name := range m.Outputs {
		wantOutputs = append(wantOutputs, name)
	}
	for _, row := range tableRow.FindAllStringSubmatch(outputs, -1) {
		gotOutputs = append(gotOutputs, row[1])
	}
	slices.Sort(wantOutputs)
	slices.Sort(gotOutputs)
	if diff := cmp.Diff(wantOutputs, gotOutputs); diff != "" {
		t.Errorf("outputs (-action.yml +docs):\n%s", diff)
	}
}

// workflowBlock matches the workflows in the documentation.
var workflowBlock = regexp.MustCompile("(?s)```yaml\n(name: .*?)```")

// TestExamples lints the workflows of the documentation; actionlint knows the
// inputs and outputs of a local action.
func TestExamples(t *testing.T) {
	lint := os.Getenv("GATE_ACTIONLINT")
	if lint == "" {
		var err error
		if lint, err = exec.LookPath("actionlint"); err != nil {
			t.Skip("actionlint is not installed and GATE_ACTIONLINT does not name it: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12")
		}
	}
	examples := workflowBlock.FindAllStringSubmatch(readOrEmpty(t, "../docs/action.md"), -1)
	if len(examples) < 2 {
		t.Fatalf("docs/action.md has %d workflows, want at least 2", len(examples))
	}
	files := map[string]string{"gate/action.yml": readOrEmpty(t, "../action.yml")}
	for i, example := range examples {
		files[fmt.Sprintf(".github/workflows/example%d.yml", i)] = strings.ReplaceAll(example[1], "install-gate/gate@COMMIT", "./gate")
	}
	r := newRepository(t, files)
	cmd := exec.Command(lint, "-no-color")
	cmd.Dir = r.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("actionlint: %v\n%s", err, out)
	}
}

// TestShellcheck lints the scripts.
func TestShellcheck(t *testing.T) {
	lint, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("shellcheck is not installed")
	}
	scripts, err := filepath.Glob("../action/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for i, script := range scripts {
		scripts[i] = strings.TrimPrefix(script, "../")
	}
	cmd := exec.Command(lint, scripts...)
	cmd.Dir = ".." // the scripts name each other from there
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("shellcheck: %v\n%s", err, out)
	}
}

package report_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

// command matches a workflow command as the format writes it: none but the
// three that annotate, and no property that ends early.
var command = regexp.MustCompile(`^::(error|warning|notice)(?: ((?:(?:file|line|title)=[^:,]*,?)*))?::(.*)$`)

// cutAnnotations returns what follows the commands at the beginning.
func cutAnnotations(t *testing.T, out []byte) []byte {
	t.Helper()
	n := 0
	for {
		line, rest, _ := bytes.Cut(out, []byte("\n"))
		if !command.Match(line) {
			break
		}
		n++
		out = rest
	}
	if n == 0 || n > 10 {
		t.Errorf("got %d annotations, want 1 to 10", n)
	}
	return out
}

// annotations returns the commands in a report, without the text for people.
func annotations(t *testing.T, r policy.Result, o report.Options) []string {
	t.Helper()
	var commands []string
	for line := range strings.Lines(string(render(t, report.GitHub, r, o))) {
		if strings.HasPrefix(line, "::") {
			commands = append(commands, strings.TrimSuffix(line, "\n"))
		}
	}
	return commands
}

// TestAnnotationCount checks that no text adds a command or hides one.
func TestAnnotationCount(t *testing.T) {
	want := len(annotations(t, hostileResult("harmless"), hostileOptions("harmless")))
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			if got := len(annotations(t, hostileResult(text), hostileOptions(text))); got != want && text != "" {
				t.Errorf("got %d commands, want %d", got, want)
			}
		})
	}
}

func TestAnnotations(t *testing.T) {
	tests := []struct {
		name    string
		result  policy.Result
		options report.Options
		want    []string
	}{
		{"pass", pass(), report.Options{}, nil},
		{"excepted", excepted(), report.Options{}, nil},
		{"allowed gap", gapsAllowed(), report.Options{}, nil},
		{"gap of a registry", unknownRegistry(), report.Options{}, []string{
			"::error title=https%3A//npm.example/::publish-time: the registry does not serve publish times; 1 check cannot judge 640 entries",
			"::error title=https%3A//npm.example/::publisher: the registry does not say who published a version; 3 checks cannot judge 640 entries",
		}},
		{"alike", alike(45), report.Options{}, []string{
			"::error file=package-lock.json,line=10,title=old-00@1.0.0::missing-integrity: has no integrity hash%0A" +
				"hint: regenerate the lockfile%0Athe same holds for 44 more packages",
			`::error file=package-lock.json,line=412,title=size-sensor@1.0.4::install-script: runs code at install: preinstall "bun run index.js"%0A` +
				"hint: read the script; if it is needed, add an exception to gate.yaml",
		}},
		{"in a subdirectory", manyWarnings(1), report.Options{Root: "packages/a b"}, []string{
			`::warning file=packages/a b/package-lock.json,line=600,title=old-00@1.0.0::deprecated: deprecated by its owner: "use new-00"`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, annotations(t, tt.result, tt.options)); diff != "" {
				t.Errorf("annotations differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnnotationLimit(t *testing.T) {
	got := annotations(t, manyWarnings(51, blocked().Findings...), report.Options{})
	if len(got) != 10 {
		t.Fatalf("got %d annotations, want 10", len(got))
	}
	if want := "::notice::44 more in the log of this step"; got[9] != want {
		t.Errorf("got %q at the end, want %q", got[9], want)
	}
	isError := func(line string) bool { return strings.HasPrefix(line, "::error ") }
	if n := slices.IndexFunc(got, func(line string) bool { return !isError(line) }); n != 2 {
		t.Errorf("got %d errors first, want 2", n)
	}
}

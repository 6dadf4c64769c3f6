// Package tools tests what the repository's workflows may and may not do.
package tools

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	usesLine = regexp.MustCompile(`^\s*(?:- )?uses:\s*(\S+)(.*)$`)
	// pinned is an action at a full commit, or one of this repository.
	pinned = regexp.MustCompile(`^(?:\./.*|[^@]+@[0-9a-f]{40})$`)
	// release is the comment that says which release the commit is;
	// Dependabot keeps it right.
	release = regexp.MustCompile(`^ # v\d+\.\d+\.\d+$`)
	runLine = regexp.MustCompile(`^(\s*(?:- )?)run:`)
)

// problems returns what is wrong with a workflow. It reads lines, not YAML: the
// workflows here write one key to a line.
func problems(text string) []string {
	var found []string
	count := map[string]int{}
	script := -1 // the indentation of the script that the line is in, or -1
	for i, line := range strings.Split(text, "\n") {
		say := func(what string) { found = append(found, fmt.Sprintf("line %d: %s", i+1, what)) }
		body := strings.TrimLeft(line, " ")
		if script >= 0 && body != "" && len(line)-len(body) <= script {
			script = -1
		}
		if m := runLine.FindStringSubmatch(line); m != nil {
			script = len(m[1])
		}
		if script >= 0 && strings.Contains(line, "${{") {
			say("an expression in a script is code for whoever writes its value; pass it in env")
		}
		if m := usesLine.FindStringSubmatch(line); m != nil {
			if !pinned.MatchString(m[1]) {
				say(m[1] + " is not pinned to a commit")
			} else if !strings.HasPrefix(m[1], "./") && !release.MatchString(m[2]) {
				say("no comment says which release " + m[1] + " is")
			}
			if strings.HasPrefix(m[1], "actions/checkout@") {
				count["checkout"]++
			}
		}
		key, value, _ := strings.Cut(strings.TrimPrefix(body, "- "), ":")
		count[key]++
		if key == "persist-credentials" && strings.TrimSpace(value) != "false" {
			say("the token stays in .git/config")
		}
		if key == "pull_request_target" {
			say("pull_request_target runs a stranger's change with this repository's rights")
		}
	}
	if count["checkout"] != count["persist-credentials"] {
		found = append(found, "a checkout does not set persist-credentials: false")
	}
	if count["runs-on"] != count["timeout-minutes"] {
		found = append(found, "a job has no timeout-minutes")
	}
	if count["runs-on"] > 0 && !regexp.MustCompile(`(?m)^permissions:( \{\}$|\n  contents: read\n\S|\n  contents: read\n\n)`).MatchString(text) {
		found = append(found, "the workflow's own permissions are more than contents: read, or not set")
	}
	return found
}

func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("got workflows %v, %v, want some", files, err)
	}
	actions, err := filepath.Glob("../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, actions...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range problems(string(text)) {
			t.Errorf("%s: %s", file, problem)
		}
	}
}

func TestProblems(t *testing.T) {
	const sha = "0123456789012345678901234567890123456789"
	const job = "permissions: {}\njobs:\n  a:\n    runs-on: x\n    timeout-minutes: 1\n    steps:\n"
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"good", job + "      - uses: a/b@" + sha + " # v1.2.3\n      - run: echo\n        env:\n          A: ${{ github.ref }}\n", nil},
		{"tag", job + "      - uses: a/b@v1\n", []string{"line 7: a/b@v1 is not pinned to a commit"}},
		{"short commit", job + "      - uses: a/b@0123456\n", []string{"line 7: a/b@0123456 is not pinned to a commit"}},
		{"own action", job + "      - uses: ./.github/actions/x\n", nil},
		{"release unnamed", job + "      - uses: a/b@" + sha + "\n", []string{"line 7: no comment says which release a/b@" + sha + " is"}},
		{
			"expression in a script", job + "      - run: |\n          echo\n          echo ${{ github.ref }}\n      - if: ${{ always() }}\n",
			[]string{"line 9: an expression in a script is code for whoever writes its value; pass it in env"},
		},
		{
			"checkout with credentials", job + "      - uses: actions/checkout@" + sha + " # v1.2.3\n",
			[]string{"a checkout does not set persist-credentials: false"},
		},
		{"no timeout", "permissions: {}\njobs:\n  a:\n    runs-on: x\n", []string{"a job has no timeout-minutes"}},
		{
			"permissions not set", "jobs:\n  a:\n    runs-on: x\n    timeout-minutes: 1\n",
			[]string{"the workflow's own permissions are more than contents: read, or not set"},
		},
		{
			"permissions too broad", strings.Replace(job, "{}", "\n  contents: read\n  packages: write", 1),
			[]string{"the workflow's own permissions are more than contents: read, or not set"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := problems(test.text); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

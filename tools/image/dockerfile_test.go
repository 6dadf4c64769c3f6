package main

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// instructions writes a configuration as the Dockerfile would, without what
// the labels are set to: there, some come from arguments.
func instructions(c v1.Config) map[string]string {
	list := func(words []string) string {
		text, err := json.Marshal(words)
		if err != nil {
			panic(err)
		}
		return string(text)
	}
	return map[string]string{
		"USER":       c.User,
		"WORKDIR":    c.WorkingDir,
		"ENTRYPOINT": list(c.Entrypoint),
		"CMD":        list(c.Cmd),
		"ENV":        strings.Join(c.Env, " "),
		"LABEL":      strings.Join(slices.Sorted(maps.Keys(c.Labels)), " "),
	}
}

// readDockerfile returns what the Dockerfile says in the same form.
func readDockerfile(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	text := strings.ReplaceAll(string(data), "\\\n", " ")
	for line := range strings.Lines(text) {
		instruction, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch instruction {
		case "USER", "WORKDIR", "ENV":
			got[instruction] = rest
		case "ENTRYPOINT", "CMD":
			got[instruction] = strings.ReplaceAll(rest, `", "`, `","`)
		case "LABEL":
			got[instruction] = labelNames(rest)
		}
	}
	return got
}

// labelNames returns the names in an instruction such as a.b="x y" c.d="z".
func labelNames(text string) string {
	var names []string
	for i, part := range strings.Split(text, `"`) {
		if key, isName := strings.CutSuffix(strings.TrimSpace(part), "="); isName && i%2 == 0 {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

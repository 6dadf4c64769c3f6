package main

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestReadme holds the report in the README to what a script makes gate print.
func TestReadme(t *testing.T) {
	script, err := txtar.ParseFile("testdata/script/readme.txtar")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range script.Files {
		if f.Name == "want.txt" && !strings.Contains(string(readme), "```\n"+string(f.Data)+"```\n") {
			t.Errorf("the README does not show this report:\n%s", f.Data)
		}
	}
}

package check_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/check"
)

const docsFile = "../../docs/checks.md"

// TestDocs holds docs/checks.md to what the checks say of themselves.
func TestDocs(t *testing.T) {
	got := docs()
	if *update {
		if err := os.WriteFile(docsFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/checks.md (-want +got), go test -args -update writes it:\n%s", diff)
	}
}

func docs() string {
	var b strings.Builder
	b.WriteString("# The checks\n\nThis file is written from the checks themselves; `gate explain CHECK` prints the same.\n" +
		"Levels can be changed in [gate.yaml](policy.md).\n\n| check | reports that | level |\n|---|---|---|\n")
	for _, c := range check.All {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", c.ID, c.ID, c.Title, c.Level)
	}
	for _, c := range check.All {
		fmt.Fprintf(&b, "\n## %s\n\nReports that %s.\n\n%s\n", c.ID, c.Title, c.Doc)
		var needs []string
		for _, kind := range c.Needs {
			needs = append(needs, "`"+string(kind)+"`")
		}
		if len(needs) > 0 {
			fmt.Fprintf(&b, "\nNeeds %s.\n", strings.Join(needs, ", "))
		}
		if c.Recheck {
			b.WriteString("\nAlso asked of entries that the base already has.\n")
		}
	}
	return b.String()
}

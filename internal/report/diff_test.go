package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/install-gate/gate/internal/report"
)

// TestDiffOfSeveralLockfiles checks that one without a change hides no other.
func TestDiffOfSeveralLockfiles(t *testing.T) {
	diffs := append([]report.Diff{{File: "a/yarn.lock", Base: "main"}}, options().Diffs...)
	for _, f := range report.DiffFormats {
		t.Run(f.Name, func(t *testing.T) {
			out := string(renderDiff(t, f, diffs))
			for _, want := range []string{"a/yarn.lock", "package-lock.json", "size-sensor", "timeago.js"} {
				if !strings.Contains(out, want) {
					t.Errorf("got no %q in\n%s", want, out)
				}
			}
		})
	}
}

func TestHostileDiff(t *testing.T) {
	for _, f := range report.DiffFormats {
		for name, text := range hostile {
			t.Run(f.Name+"/"+name, func(t *testing.T) {
				out := renderDiff(t, f, hostileOptions(text).Diffs)
				checkHarmless(t, out)
				switch {
				case f.Name == "markdown":
					checkMarkdown(t, string(out))
				case f.Name == "json" && !json.Valid(out):
					t.Errorf("got no valid JSON: %.300s", out)
				}
			})
		}
	}
}

func renderDiff(t *testing.T, f report.DiffFormat, diffs []report.Diff) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, diffs); err != nil {
		t.Fatalf("writing the diff: %v", err)
	}
	return b.Bytes()
}

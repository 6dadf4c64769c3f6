package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestFormats writes one result with everything in it in every format.
func TestFormats(t *testing.T) {
	for _, f := range report.Formats {
		t.Run(f.Name, func(t *testing.T) {
			golden(t, f.Name, render(t, f.Write, everything(), options()))
		})
	}
}

func TestText(t *testing.T) {
	tests := []struct {
		name    string
		result  policy.Result
		options report.Options
	}{
		{"pass", pass(), report.Options{}},
		{"pass-with-warnings", manyWarnings(3), report.Options{}},
		{"blocked", blocked(), report.Options{}},
		{"blocked-many-warnings", manyWarnings(51, blocked().Findings...), report.Options{}},
		{"blocked-alike", alike(45), report.Options{}},
		{"unknown-registry", unknownRegistry(), report.Options{}},
		{"unknown-unreachable", unreachable(), report.Options{}},
		{"unknown-many-reasons", unreachableForManyReasons(), report.Options{}},
		{"unknown-packages", unknownPackages(), report.Options{}},
		{"unknown-many-packages", manyUnknown(33), report.Options{}},
		{"unknown-without-gap", unknownWithoutGap(), report.Options{}},
		{"gaps-allowed", gapsAllowed(), report.Options{}},
		{"excepted", excepted(), report.Options{}},
		{"base", withBase(), report.Options{Base: "origin/main"}},
		{"project", projectFindings(), report.Options{}},
		{"color", everything(), report.Options{Color: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			golden(t, "text-"+tt.name, render(t, report.Text, tt.result, tt.options))
		})
	}
}

func TestLookup(t *testing.T) {
	for _, name := range report.Names() {
		if f, ok := report.Lookup(name); !ok || f.Name != name {
			t.Errorf("Lookup(%q) = %q, %v, want the format", name, f.Name, ok)
		}
	}
	if _, ok := report.Lookup("TEXT"); ok {
		t.Error("Lookup(\"TEXT\") found a format, want none: names are exact")
	}
}

// TestWriteError checks that a full disk is not taken for a written report.
func TestWriteError(t *testing.T) {
	for _, f := range report.Formats {
		t.Run(f.Name, func(t *testing.T) {
			if err := f.Write(fullDisk{}, blocked(), report.Options{}); err == nil {
				t.Error("got no error from a writer that fails, want one")
			}
		})
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, os.ErrClosed }

func render(t *testing.T, write report.Writer, r policy.Result, o report.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, r, o); err != nil {
		t.Fatalf("writing the report: %v", err)
	}
	return b.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); -update rewrites it:\n%s", file, diff)
	}
}

package finding

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSort(t *testing.T) {
	at := func(file string, line int, name, check string) Finding {
		return Finding{Position: Position{file, line}, Name: name, Check: check, Severity: Error}
	}
	shuffled := []Finding{
		at("b.lock", 1, "a", "too-new"),
		at("a.lock", 9, "z", "too-new"),
		at("a.lock", 2, "b", "too-new"),
		at("a.lock", 2, "b", "deprecated"),
		at("a.lock", 2, "a", "too-new"),
		at("a.lock", 9, "z", "too-new"), // said twice
		{Check: "too-new", Unknown: true, Registry: "https://b.example/"},
		{Check: "too-new", Unknown: true, Registry: "https://a.example/"},
	}
	want := []Finding{
		{Check: "too-new", Unknown: true, Registry: "https://a.example/"},
		{Check: "too-new", Unknown: true, Registry: "https://b.example/"},
		at("a.lock", 2, "a", "too-new"),
		at("a.lock", 2, "b", "deprecated"),
		at("a.lock", 2, "b", "too-new"),
		at("a.lock", 9, "z", "too-new"),
		at("b.lock", 1, "a", "too-new"),
	}
	if diff := cmp.Diff(want, Sort(shuffled)); diff != "" {
		t.Errorf("Sort (-want +got):\n%s", diff)
	}
}

func TestBlocks(t *testing.T) {
	tests := []struct {
		name string
		f    Finding
		want bool
	}{
		{"an error", Finding{Severity: Error}, true},
		{"an error that is excepted", Finding{Severity: Error, Excepted: true}, false},
		{"a warning", Finding{Severity: Warning}, false},
		{"what could not be judged", Finding{Severity: Error, Unknown: true}, true},
		{"nothing", Finding{}, false},
	}
	for _, tt := range tests {
		if got := tt.f.Blocks(); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

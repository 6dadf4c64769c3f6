package policy

import (
	"strings"
	"testing"
)

func TestClosest(t *testing.T) {
	tests := []struct{ word, want string }{
		{"too-mew", "too-new"},
		{"too_new", "too-new"},
		{"TOO-NEW", "too-new"},
		{"toonew", "too-new"},
		{"deprecate", "deprecated"},
		{"depr", "deprecated"},
		{"maintainer-changed", "maintainers-changed"},
		{"de", ""},
		{"", ""},
		{"provenance-lost", ""},
		{strings.Repeat("too-new", 100), ""},
	}
	for _, tt := range tests {
		if got := closest(tt.word, known); got != tt.want {
			t.Errorf("closest(%q): got %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"abc", "ac", 1},
		{"kitten", "sitting", 3},
	}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q): got %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := distance(tt.b, tt.a); got != tt.want {
			t.Errorf("distance(%q, %q): got %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

package report_test

import (
	"strings"
	"testing"

	"github.com/install-gate/gate/internal/report"
)

func TestPrintable(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"empty", "", ""},
		{"plain", "size-sensor@1.0.4", "size-sensor@1.0.4"},
		{"other scripts", "пакет 包 é", "пакет 包 é"},
		{"combining accent", "e\u0301", "e\u0301"},
		{"quotes and backslash", `"a\b" 'c'`, `"a\b" 'c'`},
		{"line breaks", "a\nb\r\nc\td", `a\u{a}b\u{d}\u{a}c\u{9}d`},
		{"escape sequence", "\x1b[31mred", `\u{1b}[31mred`},
		{"C1", "\u009b31m", `\u{9b}31m`},
		{"NUL and DEL", "\x00\x7f", `\u{0}\u{7f}`},
		{"bidi override", "a\u202eb", `a\u{202e}b`},
		{"bidi isolates and marks", "\u2066\u2069\u200e\u200f\u061c", `\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}`},
		{"line separators", "\u2028\u2029", `\u{2028}\u{2029}`},
		{"no-break space", "a\u00a0b", `a\u{a0}b`},
		{"zero width", "a\u200bb\ufeff", `a\u{200b}b\u{feff}`},
		{"variation selectors", "\ufe0f\U000e0100", `\u{fe0f}\u{e0100}`},
		{"tags", "\U000e0041", `\u{e0041}`},
		{"letters without a glyph", "\u3164\u115f\u2800", `\u{3164}\u{115f}\u{2800}`},
		{"private use", "\ue000", `\u{e000}`},
		{"invalid UTF-8", "a\xff\xc0b", `a\x{ff}\x{c0}b`},
		{"replacement character", "\ufffd", "\ufffd"},
		{"workflow command", "::error::x", `\u{3a}:error::x`},
		{"workflow command after spaces", "  ::error::x", `  \u{3a}:error::x`},
		{"colons inside", "a::b", "a::b"},
		{"old command", "##[error]x", `#\u{23}[error]x`},
		{"old command inside", "a ###[error]x", `a ##\u{23}[error]x`},
		{"azure command", "##vso[task.setvariable]", `#\u{23}vso[task.setvariable]`},
		{"heading", "## usage", "## usage"},
		{"longest", strings.Repeat("é", 500), strings.Repeat("é", 500)},
		{"too long", strings.Repeat("é", 501), strings.Repeat("é", 500) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := report.Printable(tt.text); got != tt.want {
				t.Errorf("Printable(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

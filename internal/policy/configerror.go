package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ConfigError is one mistake in gate.yaml.
type ConfigError struct {
	File   string
	Line   int // 1-based
	Column int // 1-based, in characters
	Msg    string
	Hint   string // what to write instead; empty if Msg says it all
}

// Error returns the mistake with its position and the hint, in one line.
func (e *ConfigError) Error() string {
	text := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// ConfigErrors are the first mistakes in gate.yaml, by position; at least one
// and at most ten.
type ConfigErrors []*ConfigError

// maxErrors is how many mistakes are reported at once.
const maxErrors = 10

// newConfigErrors puts mistakes in order.
func newConfigErrors(all []*ConfigError) ConfigErrors {
	slices.SortStableFunc(all, func(a, b *ConfigError) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return all[:min(len(all), maxErrors)]
}

// Error returns one line for each mistake.
func (all ConfigErrors) Error() string {
	lines := make([]string, len(all))
	for i, e := range all {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the mistakes for errors.Is and errors.As.
func (all ConfigErrors) Unwrap() []error {
	errs := make([]error, len(all))
	for i, e := range all {
		errs[i] = e
	}
	return errs
}

// mistake makes a ConfigError that has no position yet.
func mistake(hint, format string, args ...any) *ConfigError {
	return &ConfigError{Msg: fmt.Sprintf(format, args...), Hint: hint}
}

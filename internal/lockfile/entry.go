package lockfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/install-gate/gate/internal/npm"
)

// check refuses what no package manager writes and what would mean different
// things to different readers. Names of links and workspaces are free, since
// nothing is fetched by them.
func (e *Entry) check() error {
	if hasControl(e.Name) || hasControl(e.Version) || hasControl(e.Resolved) || slices.ContainsFunc(e.Integrity, hasControl) {
		return &SyntaxError{e.Line, errors.New("control character in an entry")}
	}
	if e.Name == "" {
		return &SyntaxError{e.Line, errors.New("an entry without a name")}
	}
	if e.Source == Link || e.Source == Workspace {
		return nil
	}
	if err := npm.CheckName(e.Name); err != nil {
		return &SyntaxError{e.Line, err}
	}
	if e.Source != Registry || e.Version == "" {
		return nil
	}
	if _, err := npm.ParseVersion(e.Version); err != nil {
		return &SyntaxError{e.Line, fmt.Errorf("version of a registry package is %w", err)}
	}
	return nil
}

// hasControl reports whether text holds control or format characters, which
// can hide or forge what a report shows.
func hasControl(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7f {
			return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
		}
	}
	return false
}

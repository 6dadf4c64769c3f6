// Package npm holds the vocabulary of the npm registry: package names,
// versions, integrity strings and the shape of registry addresses, each with
// the rules that npm itself applies.
package npm

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// maxNameLength is the registry's limit for names, scope included.
const maxNameLength = 214

// ErrInvalidName is wrapped by every error of CheckName.
var ErrInvalidName = errors.New("invalid package name")

// CheckName reports whether npm would accept name for a package that already
// exists. These are the rules of validate-npm-package-name for old packages:
// capitals and the characters ~'!()* are allowed there, although nobody can
// publish such a name today.
//
// The name is not repeated in the error: it may hold control characters.
func CheckName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: empty", ErrInvalidName)
	case len(name) > maxNameLength:
		return fmt.Errorf("%w: longer than %d characters", ErrInvalidName, maxNameLength)
	}
	if scope := Scope(name); scope != "" {
		return cmp.Or(checkSegment(scope[1:]), checkSegment(BaseName(name)))
	}
	if name[0] == '_' || name == "node_modules" || name == "favicon.ico" {
		return fmt.Errorf("%w: begins with an underscore or is a reserved word", ErrInvalidName)
	}
	return checkSegment(name)
}

// checkSegment checks a scope or the part behind it. npm asks that it does not
// begin with a period and is unchanged by encodeURIComponent.
func checkSegment(s string) error {
	if s == "" || s[0] == '.' {
		return fmt.Errorf("%w: a part is empty or begins with a period", ErrInvalidName)
	}
	for _, r := range s {
		if !isUnreserved(r) {
			return fmt.Errorf("%w: holds the character %U", ErrInvalidName, r)
		}
	}
	return nil
}

// isUnreserved reports whether encodeURIComponent leaves r alone.
func isUnreserved(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return true
	}
	return strings.ContainsRune("-_.!~*'()", r)
}

// Scope returns the scope of a name with its at sign, "@babel" of
// "@babel/core", or "" for a name without one.
func Scope(name string) string {
	if !strings.HasPrefix(name, "@") {
		return ""
	}
	scope, _, ok := strings.Cut(name, "/")
	if !ok {
		return ""
	}
	return scope
}

// BaseName returns the name without its scope.
func BaseName(name string) string {
	if _, base, ok := strings.Cut(name, "/"); ok && strings.HasPrefix(name, "@") {
		return base
	}
	return name
}

// EscapeName returns the name as one segment of a registry's path: the slash
// of a scoped name becomes %2f, as npm sends it.
func EscapeName(name string) string {
	if scope := Scope(name); scope != "" {
		return "@" + url.PathEscape(scope[1:]) + "%2f" + url.PathEscape(BaseName(name))
	}
	return url.PathEscape(name)
}

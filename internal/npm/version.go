package npm

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// maxVersionLength is node-semver's limit; longer text is not a version to npm.
const maxVersionLength = 256

// ParseVersion reads an exact version as npm does. A leading "v" or "=" is
// allowed, as in node-semver's loose mode; ranges and partial versions are not.
func ParseVersion(text string) (*semver.Version, error) {
	if len(text) > maxVersionLength {
		return nil, fmt.Errorf("version longer than %d characters", maxVersionLength)
	}
	v, err := semver.StrictNewVersion(strings.TrimLeft(text, "v="))
	if err != nil {
		return nil, fmt.Errorf("not a semantic version: %w", err)
	}
	return v, nil
}

// CompareVersions orders two versions by semver precedence. Text that is not a
// version sorts before every version; equal precedence is broken by text, so
// that the order is total.
func CompareVersions(a, b string) int {
	if a == b {
		return 0
	}
	va, _ := ParseVersion(a) // nil with an error
	vb, _ := ParseVersion(b)
	return compareParsed(a, b, va, vb)
}

func compareParsed(a, b string, va, vb *semver.Version) int {
	switch {
	case va == nil && vb == nil:
		return cmp.Compare(a, b)
	case va == nil:
		return -1
	case vb == nil:
		return 1
	}
	return cmp.Or(va.Compare(vb), cmp.Compare(a, b))
}

// SortVersions sorts like CompareVersions and reads each version once.
func SortVersions(versions []string) {
	type parsed struct {
		text   string
		semver *semver.Version
	}
	all := make([]parsed, len(versions))
	for i, text := range versions {
		v, _ := ParseVersion(text) // nil with an error
		all[i] = parsed{text, v}
	}
	slices.SortFunc(all, func(a, b parsed) int { return compareParsed(a.text, b.text, a.semver, b.semver) })
	for i, p := range all {
		versions[i] = p.text
	}
}

// SameLine reports whether two versions belong to one release line: the same
// major version, or the same minor version below 1.0.0, where semver lets every
// minor release break. It is false if either text is not a version.
func SameLine(a, b string) bool {
	va, errA := ParseVersion(a)
	vb, errB := ParseVersion(b)
	if errA != nil || errB != nil || va.Major() != vb.Major() {
		return false
	}
	return va.Major() > 0 || va.Minor() == vb.Minor()
}

// ID is the identity of a published package version.
type ID struct {
	Name    string
	Version string
}

// String returns name@version, the form that npm prints and signs.
func (id ID) String() string { return id.Name + "@" + id.Version }

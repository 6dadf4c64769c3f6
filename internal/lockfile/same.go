package lockfile

import (
	"regexp"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// publicRegistry is what a registry package comes from if the lockfile does
// not say. Yarn's registry is another name for it.
const (
	publicRegistry = "https://registry.npmjs.org/"
	yarnRegistry   = "https://registry.yarnpkg.com/"
)

// isSame reports whether two entries lock the same package: after can replace
// before without anything to review. Places in the tree, flags and the way a
// format writes things down do not count.
//
// Equal hashes settle it if they are the ones that are checked: npm checks the
// strongest alone. Where the hashes cannot be compared, as yarn berry's can
// not, both have to come from the same registry at the address that it gives
// this version; and a hash may not get lost or weaker.
func isSame(before, after *Entry) bool {
	if before.Name != after.Name || before.Version != after.Version {
		return false
	}
	switch compareHashes(before, after) {
	case npm.Same:
		return true
	case npm.Different:
		return false
	}
	return isLocal(before.Source) == isLocal(after.Source) && origin(before) == origin(after) && !isWeaker(before, after)
}

// compareHashes compares the hashes that the package managers would check.
func compareHashes(before, after *Entry) npm.Agreement {
	if agreement := compareChecksums(before.Checksum, after.Checksum); agreement != npm.Incomparable {
		return agreement
	}
	a, errA := before.Hashes()
	b, errB := after.Hashes()
	if errA != nil || errB != nil {
		if slices.Equal(before.Integrity, after.Integrity) {
			return npm.Same
		}
		return npm.Different
	}
	agreement := a.Compare(b)
	if agreement == npm.Same && strongest(a) != strongest(b) {
		return npm.Incomparable // the hash that is checked is in one of them alone
	}
	return agreement
}

// compareChecksums compares checksums of yarn berry. The part before the slash
// says how the archive was made that was hashed.
func compareChecksums(before, after string) npm.Agreement {
	if before != "" && before == after {
		return npm.Same
	}
	a, _, okA := strings.Cut(before, "/")
	b, _, okB := strings.Cut(after, "/")
	if okA && okB && a == b {
		return npm.Different
	}
	return npm.Incomparable
}

func strongest(in npm.Integrity) string {
	for _, h := range in.Strongest() {
		return h.Algorithm
	}
	return ""
}

// isWeaker reports whether after gave up a hash that before had.
func isWeaker(before, after *Entry) bool {
	a, errA := before.Hashes()
	b, errB := after.Hashes()
	if errA != nil || errB != nil || len(a) == 0 || after.Checksum != "" || after.Conditional {
		return false
	}
	// The strongest of both together is the strongest of after, unless that is
	// the weaker one.
	return strongest(b) == "" || strongest(slices.Concat(a, b)) != strongest(b)
}

// isLocal reports whether a package is a directory or file of the project.
// Package managers differ in how they install those.
func isLocal(s Source) bool { return s == File || s == Link || s == Workspace }

// gitAddress takes host, repository and full commit hash out of a git address
// or the address of GitHub's archive of a commit.
var gitAddress = regexp.MustCompile(
	`^(?:git\+)?[a-z]+://(?:[^@/]*@)?(?:codeload\.)?([^/:]+)[/:]([^#?]+?)(?:\.git)?(?:#(?:commit=)?|/tar\.gz/)([0-9a-f]{40})$`)

// origin says where an entry comes from, in a form that does not depend on the
// format: the registry, if the address is the one where that registry has this
// version, the commit of a git repository, or else the address as it stands.
func origin(e *Entry) string {
	switch {
	case isLocal(e.Source):
		return strings.TrimPrefix(strings.TrimPrefix(e.Resolved, "file:"), "link:")
	case e.Source == Git:
		if m := gitAddress.FindStringSubmatch(e.Resolved); m != nil {
			return strings.Join(m[1:], " ")
		}
	case e.Source == Registry && e.Resolved == "":
		return publicRegistry
	}
	if tarball, ok := npm.ParseTarballURL(e.Resolved); ok && tarball.ID == e.ID() {
		return canonicalRegistry(tarball.Registry)
	}
	return e.Resolved
}

func canonicalRegistry(registry string) string {
	if registry == yarnRegistry {
		return publicRegistry
	}
	return registry
}

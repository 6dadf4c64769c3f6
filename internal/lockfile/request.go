package lockfile

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// maxSpecText bounds how much of a request a message repeats, in bytes.
const maxSpecText = 160

// userInfo and query are the parts of an address that can hold credentials.
var (
	userInfo = regexp.MustCompile(`//[^/?#]*@`)
	query    = regexp.MustCompile(`\?[^#]*`)
)

// asText writes a request as package managers do, without the parts that can
// hold a credential.
func asText(name, spec string) string {
	if strings.Contains(spec, "//") {
		spec = query.ReplaceAllString(userInfo.ReplaceAllString(spec, "//"), "")
	}
	return shorten(name) + "@" + shorten(spec)
}

func shorten(text string) string {
	if len(text) <= maxSpecText {
		return text
	}
	return strings.ToValidUTF8(text[:maxSpecText], "") + "…"
}

// bareSpec drops what yarn berry adds when it writes a range down: its default
// protocol, and the place that a path is relative to.
func bareSpec(spec string) string {
	spec, _, _ = strings.Cut(spec, "::locator=")
	if bare, ok := strings.CutPrefix(spec, "npm:"); ok && strings.LastIndexByte(bare, '@') <= 0 {
		return bare
	}
	return spec
}

// describe says what the lockfile holds instead of what a request asks for.
func describe(e *Entry, name, spec string) string {
	switch {
	case e.Source == Git:
		return "the lock holds a git repository in its place"
	case npmSpec(spec) == gitSpec:
		return fmt.Sprintf("the lock holds %s of the registry in its place", e.ID())
	case e.Name != name:
		return fmt.Sprintf("the lock holds %s in its place", e.ID())
	}
	return "the lock holds " + e.Version
}

// mayMeet reports whether an entry can be what a request asks for. It is true
// for everything that the text alone does not rule out.
func mayMeet(e *Entry, name, spec string) bool {
	switch npmSpec(spec) {
	case gitSpec:
		return e.Source != Registry
	case aliasSpec:
		bare := spec[len("npm:"):]
		if strings.LastIndexByte(bare, '@') <= 0 { // a range to yarn berry, a name to npm
			return mayMeetRange(e, name, bare) || mayMeetRange(e, bare, "")
		}
		alias, versions, _ := npmAlias(spec)
		return mayMeetRange(e, alias, versions)
	case registrySpec:
		return mayMeetRange(e, name, spec)
	}
	return true
}

func mayMeetRange(e *Entry, name, versions string) bool {
	switch e.Source {
	case Git:
		return false
	case Registry, Bundled:
	default:
		return true // a directory or tarball that was put in its place
	}
	wanted, isRange := parseRange(versions)
	if e.Name != name {
		return false
	}
	v, err := npm.ParseVersion(e.Version)
	return err != nil || !isRange || wanted.contains(v)
}

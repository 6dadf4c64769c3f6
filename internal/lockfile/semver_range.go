package lockfile

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/install-gate/gate/internal/npm"
)

// A versionRange is an npm range: alternatives, each a list of comparators that
// must all hold. Nil stands for every version, prereleases included.
//
// npm's ranges are those of node-semver, which differ from other semver
// libraries where it matters here: a prerelease only matches next to a
// comparator with a prerelease of the same three numbers, a partial upper
// bound excludes the prereleases of what it stands for, and spaces join. What
// node-semver reads in its loose mode alone is not a range here.
type versionRange [][]comparator

// comparator is one bound. Its operator is "=", "<", "<=", ">" or ">=".
type comparator struct {
	op string
	v  *semver.Version
}

// Limits on what is read as a range.
const (
	maxRangeLength = 1024
	maxNumber      = 1<<53 - 1 // JavaScript's largest exact integer
	wildcard       = math.MaxUint64
)

const partialPattern = `v?(\d+|[xX*])(?:\.(\d+|[xX*])(?:\.(\d+|[xX*])(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?)?)?`

var (
	hyphenRange   = regexp.MustCompile(`^` + partialPattern + `\s+-\s+` + partialPattern + `$`)
	simpleRange   = regexp.MustCompile(`^(~>|[<>]=?|[~^=]|)` + partialPattern + `$`)
	operatorSpace = regexp.MustCompile(`(~>|[<>]=?|[~^=])\s+`)
)

// parseRange reads a range. It is false for tags, addresses and anything else
// that is no range.
func parseRange(text string) (versionRange, bool) {
	if len(text) > maxRangeLength {
		return nil, false
	}
	text = strings.TrimSpace(text)
	if text == "" || text == "*" {
		return nil, true
	}
	var r versionRange
	for alternative := range strings.SplitSeq(text, "||") {
		set, ok := parseComparators(strings.TrimSpace(alternative))
		if !ok {
			return nil, false
		}
		r = append(r, set)
	}
	return r, true
}

func parseComparators(text string) ([]comparator, bool) {
	if m := hyphenRange.FindStringSubmatch(text); m != nil {
		from, okFrom := newPartial(m[1:5])
		to, okTo := newPartial(m[5:9])
		return append(from.bounds(">="), to.bounds("<=")...), okFrom && okTo
	}
	set := []comparator{} // not nil: an empty alternative matches what has no prerelease
	for field := range strings.FieldsSeq(operatorSpace.ReplaceAllString(text, "$1")) {
		m := simpleRange.FindStringSubmatch(field)
		if m == nil {
			return nil, false
		}
		p, ok := newPartial(m[2:6])
		if !ok {
			return nil, false
		}
		set = append(set, p.bounds(m[1])...)
	}
	return set, true
}

// contains reports whether npm takes v for a version of the range.
func (r versionRange) contains(v *semver.Version) bool {
	return r == nil || slices.ContainsFunc(r, func(set []comparator) bool { return holdsAll(set, v) })
}

func holdsAll(set []comparator, v *semver.Version) bool {
	mentioned := v.Prerelease() == ""
	for _, c := range set {
		if !c.holds(v) {
			return false
		}
		mentioned = mentioned || c.v.Prerelease() != "" &&
			c.v.Major() == v.Major() && c.v.Minor() == v.Minor() && c.v.Patch() == v.Patch()
	}
	return mentioned
}

func (c comparator) holds(v *semver.Version) bool {
	order := v.Compare(c.v)
	switch c.op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	}
	return order == 0
}

// partial is a version of which the end may be open.
type partial struct {
	major, minor, patch uint64 // wildcard where open
	pre                 string
}

// newPartial takes the four groups of partialPattern.
func newPartial(groups []string) (partial, bool) {
	numbers := [3]uint64{wildcard, wildcard, wildcard}
	for i, text := range groups[:3] {
		if text == "" || strings.ContainsAny(text, "xX*") {
			continue
		}
		if i > 0 && numbers[i-1] == wildcard {
			return partial{}, false // a number behind an open place
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil || n > maxNumber || len(text) > 1 && text[0] == '0' {
			return partial{}, false
		}
		numbers[i] = n
	}
	p := partial{major: numbers[0], minor: numbers[1], patch: numbers[2]}
	if groups[3] == "" {
		return p, true
	}
	p.pre = groups[3]
	_, err := npm.ParseVersion(p.floor().String()) // 1.2.3-01 is no version
	return p, err == nil && p.patch != wildcard
}

// floor returns the lowest version that p stands for.
func (p partial) floor() *semver.Version {
	zero := func(n uint64) uint64 {
		if n == wildcard {
			return 0
		}
		return n
	}
	return semver.New(zero(p.major), zero(p.minor), zero(p.patch), p.pre, "")
}

// ceiling returns the bound right behind everything that shares the first n
// numbers with p: its lowest prerelease, which lies below all its versions.
func (p partial) ceiling(n int) *semver.Version {
	switch {
	case n == 1 || p.minor == wildcard:
		return semver.New(p.major+1, 0, 0, "0", "")
	case n == 2 || p.patch == wildcard:
		return semver.New(p.major, p.minor+1, 0, "0", "")
	}
	return semver.New(p.major, p.minor, p.patch+1, "0", "")
}

// bounds returns the comparators that p means behind an operator.
func (p partial) bounds(op string) []comparator {
	if p.major == wildcard {
		if op == "<" || op == ">" {
			return []comparator{{"<", semver.New(0, 0, 0, "0", "")}} // nothing
		}
		return nil
	}
	switch op {
	case "^":
		return p.within(p.firstNonZero())
	case "~", "~>":
		return p.within(2)
	}
	if p.patch != wildcard {
		return []comparator{{cmp.Or(op, "="), p.floor()}}
	}
	return p.openBounds(op)
}

// openBounds is bounds for an open version with a plain operator.
func (p partial) openBounds(op string) []comparator {
	behind := p.ceiling(3)
	switch op {
	case ">":
		first := semver.New(behind.Major(), behind.Minor(), 0, "", "")
		return []comparator{{">=", first}}
	case ">=":
		return []comparator{{">=", p.floor()}}
	case "<":
		first := p.floor()
		return []comparator{{"<", semver.New(first.Major(), first.Minor(), 0, "0", "")}}
	case "<=":
		return []comparator{{"<", behind}}
	}
	return p.within(3)
}

// within returns the bounds of what shares the first n numbers with p and is
// not below it.
func (p partial) within(n int) []comparator {
	return []comparator{{">=", p.floor()}, {"<", p.ceiling(n)}}
}

// firstNonZero returns how many numbers a caret keeps: up to the first that is
// not zero.
func (p partial) firstNonZero() int {
	switch {
	case p.major > 0 || p.minor == wildcard:
		return 1
	case p.minor > 0 || p.patch == wildcard:
		return 2
	}
	return 3
}

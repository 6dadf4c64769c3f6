package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
)

// rank orders findings by how much they matter to the reader.
type rank int

const (
	isError rank = iota
	isUnknown
	isWarning
	rankCount
)

func rankOf(f finding.Finding) rank {
	switch {
	case f.Unknown:
		return isUnknown
	case f.Severity == finding.Warning:
		return isWarning
	default:
		return isError
	}
}

// group is what several places have in common: all their findings are alike.
// Of a lockfile without any hashes, it makes one statement.
type group struct {
	rank       rank // the worst of the statements'
	places     []place
	hidden     int // places left out by shorten
	statements []statement
	hints      []string
}

// place is one package as one lockfile has it, or a file of the project.
type place struct {
	title string // name@version, or the file
	file  string // empty if the place is no file
	line  int    // 0 for a whole file
}

// position returns file:line; it is empty if the title says as much.
func (p place) position() string {
	switch {
	case p.title == p.file:
		return ""
	case p.line == 0:
		return p.file
	}
	return fmt.Sprintf("%s:%d", p.file, p.line)
}

// statement is one line about the places of a group.
type statement struct {
	rank    rank
	checks  []string // several if the same evidence is missing for all of them
	message string
	line    int    // where in a file of the project; 0 for packages
	hint    string // empty if the message says it all
	retry   bool   // the registry did not answer at all
}

// groupFindings puts the findings of each place together, then the places with
// the same findings, and sorts the groups by rank. What is excepted is left
// out, and so is what the gaps say once for a whole registry.
func groupFindings(r policy.Result) []group {
	var order []place
	byPlace := map[place][]finding.Finding{}
	gaps := map[source]bool{}
	for _, g := range r.Gaps {
		gaps[source{g.Registry, g.Evidence}] = true
	}
	for _, f := range r.Findings {
		if f.Excepted || isRegistryWide(f) && gaps[sourceOf(f)] {
			continue
		}
		at := placeOf(f)
		if byPlace[at] == nil {
			order = append(order, at)
		}
		byPlace[at] = append(byPlace[at], f)
	}
	var groups []group
	index := map[string]int{}
	for _, at := range order {
		g := newGroup(at, byPlace[at])
		if i, known := index[g.signature()]; known {
			groups[i].places = append(groups[i].places, at)
			continue
		}
		index[g.signature()] = len(groups)
		groups = append(groups, g)
	}
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(a.rank, b.rank) })
	return groups
}

// source is a kind of evidence of one registry.
type source struct{ registry, evidence string }

func sourceOf(f finding.Finding) source { return source{f.Registry, f.Evidence} }

// isRegistryWide reports whether a finding says that a registry supplies a kind
// of evidence for no entry at all.
func isRegistryWide(f finding.Finding) bool { return f.Unknown && f.Name == "" }

func placeOf(f finding.Finding) place {
	if f.Name == "" {
		return place{title: cmp.Or(f.Position.File, f.Registry, "the project"), file: f.Position.File}
	}
	return place{title(f.Name, f.Version), f.Position.File, f.Position.Line}
}

// title names a package as package managers do.
func title(name, version string) string {
	if version == "" {
		return name
	}
	return name + "@" + version
}

func newGroup(at place, findings []finding.Finding) group {
	g := group{rank: isWarning, places: []place{at}}
	for _, f := range findings {
		g.rank = min(g.rank, rankOf(f))
		g.state(f)
		if f.Hint != "" && !slices.Contains(g.hints, f.Hint) {
			g.hints = append(g.hints, f.Hint)
		}
	}
	slices.SortStableFunc(g.statements, func(a, b statement) int { return cmp.Compare(a.rank, b.rank) })
	return g
}

// signature is the same for groups that say the same.
func (g *group) signature() string {
	var b strings.Builder
	for _, s := range g.statements {
		fmt.Fprintf(&b, "%d %q %q\n", s.rank, s.checks, s.message)
	}
	fmt.Fprintf(&b, "%q", g.hints)
	return b.String()
}

// state adds what a finding states. Missing evidence is stated once for all the
// checks that need it.
func (g *group) state(f finding.Finding) {
	s := statement{
		rank: rankOf(f), checks: []string{f.Check}, message: f.Message,
		hint: f.Hint, retry: f.Unknown && f.Evidence == packument,
	}
	if f.Name == "" && f.Position.Line > 0 {
		s.line = f.Position.Line
		s.message = fmt.Sprintf("line %d: %s", f.Position.Line, f.Message)
	}
	if f.Unknown {
		for i, o := range g.statements {
			if o.rank == isUnknown && o.message == s.message {
				g.statements[i].checks = append(o.checks, f.Check)
				return
			}
		}
	}
	g.statements = append(g.statements, s)
}

// maxPlaces is how many places are listed of an error group, and of all groups
// that are not errors for each rank: many warnings must not drown an error.
const maxPlaces = 20

// shorten drops what is too much to read and counts it: in the group if some of
// its places are left, else by rank.
func shorten(groups []group) (shown []group, rest [rankCount]int) {
	room := [rankCount]int{isUnknown: maxPlaces, isWarning: maxPlaces}
	for _, g := range groups {
		room[isError] = maxPlaces // every error group has its own
		n := min(len(g.places), room[g.rank])
		room[g.rank] -= n
		if n == 0 {
			rest[g.rank] += len(g.places)
			continue
		}
		g.hidden = len(g.places) - n
		g.places = g.places[:n]
		shown = append(shown, g)
	}
	return shown, rest
}

// listSome joins at most limit texts and counts the rest.
func listSome(texts []string, limit int) string {
	if rest := len(texts) - limit; rest > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(texts[:limit], ", "), rest)
	}
	return strings.Join(texts, ", ")
}

// count prints a number with the right form of the noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// duration prints a time span in days or hours if it is a whole number of them.
func duration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d%day == 0:
		return count(int(d/day), "day", "days")
	case d%time.Hour == 0:
		return count(int(d/time.Hour), "hour", "hours")
	}
	return d.String()
}

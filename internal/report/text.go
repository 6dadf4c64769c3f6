// The format "text" is for a person who reads a terminal or the log of a CI
// job, from the end upwards: the verdict stands last, with what to type next.

package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
)

// Limits on what is listed in one line or block.
const (
	maxColumn    = 24 // runes of the column of check ids
	maxChecks    = 5  // checks that miss the same evidence
	maxExcepted  = 5  // exceptions
	maxReasons   = 5  // gaps of one registry
	maxBlocking  = 8  // checks that block
	maxCulprits  = 4  // packages or files that one check blocks
	maxExplained = 3  // checks to explain
)

const (
	seeAll   = "--format json lists all"
	tryAgain = "run gate again when the registry answers"
)

// style is an ANSI SGR parameter.
type style string

const (
	bold   style = "1"
	dim    style = "2"
	red    style = "1;31"
	green  style = "1;32"
	yellow style = "33"
	purple style = "35"
)

// The mark and the style of each rank. The words alone tell them apart.
var (
	marks  = [rankCount]string{"error", "unknown", "warning"}
	styles = [rankCount]style{red, purple, yellow}
	plural = [rankCount]string{"errors", "missing evidence", "warnings"}
)

// Text writes the result for people.
func Text(w io.Writer, r policy.Result, o Options) error {
	t := &textWriter{color: o.Color, hinted: map[string]bool{}}
	t.lockfiles(r.Lockfiles, o.Base)
	t.groups(r)
	t.excepted(r.Findings)
	t.gaps(r)
	t.verdict(r)
	_, err := io.WriteString(w, t.b.String())
	return err
}

// textWriter gathers the report. Every line that begins with foreign text
// begins with a call of Printable.
type textWriter struct {
	b      strings.Builder
	color  bool
	column int             // width of the column of check ids
	hinted map[string]bool // hints given, each once in a report
}

func (t *textWriter) line(format string, args ...any) {
	fmt.Fprintf(&t.b, format+"\n", args...)
}

// blank separates blocks by an empty line.
func (t *textWriter) blank() {
	if t.b.Len() > 0 {
		t.b.WriteByte('\n')
	}
}

func (t *textWriter) paint(s style, text string) string {
	if !t.color {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func (t *textWriter) lockfiles(locks []policy.Lockfile, base string) {
	for _, l := range locks {
		t.line("%s (%s): %s", t.paint(bold, Printable(l.Path)), Printable(formatOf(l)), Printable(lockfileCounts(l, base)))
	}
}

// formatOf names a lockfile's format with its version.
func formatOf(l policy.Lockfile) string { return strings.TrimSpace(l.Format + " " + l.Version) }

// lockfileCounts says what was read of a lockfile.
func lockfileCounts(l policy.Lockfile, base string) string {
	counts := []string{count(l.Entries, "entry", "entries"), fmt.Sprintf("%d unique", l.Unique)}
	if len(l.Skipped) > 0 {
		counts = append(counts, skipped(l.Skipped))
	}
	if base != "" {
		counts = append(counts, fmt.Sprintf("%d changed since %s", l.Changed, base))
	}
	if l.Unbound > 0 {
		counts = append(counts, fmt.Sprintf("%d bound by name and version alone", l.Unbound))
	}
	return strings.Join(counts, ", ")
}

// skipped sums up the entries that no registry can judge, the most common
// source first.
func skipped(bySource map[string]int) string {
	total := 0
	var parts []string
	for _, source := range slices.SortedFunc(maps.Keys(bySource), func(a, b string) int {
		return cmp.Or(cmp.Compare(bySource[b], bySource[a]), cmp.Compare(a, b))
	}) {
		total += bySource[source]
		parts = append(parts, fmt.Sprintf("%d %s", bySource[source], source))
	}
	return fmt.Sprintf("%d skipped (%s)", total, strings.Join(parts, ", "))
}

func (t *textWriter) groups(r policy.Result) {
	groups, rest := shorten(groupFindings(r))
	for _, g := range groups {
		for _, s := range g.statements {
			t.widen(s.checks[0])
		}
	}
	for i, g := range groups {
		if i == 0 || g.rank == isError || groups[i-1].rank != g.rank {
			t.blank()
		}
		t.group(g)
		last := i+1 == len(groups) || groups[i+1].rank != g.rank
		if n := rest[g.rank]; n > 0 && last {
			t.line("… and %d more with %s; %s", n, plural[g.rank], seeAll)
		}
	}
}

func (t *textWriter) widen(word string) {
	t.column = max(t.column, min(utf8.RuneCountInString(Printable(word)), maxColumn))
}

func (t *textWriter) group(g group) {
	for _, at := range g.places {
		t.place(at)
	}
	if g.hidden > 0 {
		t.line("… and %d more; %s", g.hidden, seeAll)
	}
	for _, s := range g.statements {
		t.statement(s)
	}
	for _, hint := range g.hints {
		t.hint(hint)
	}
}

func (t *textWriter) place(at place) {
	title := t.paint(bold, Printable(at.title))
	position := at.position()
	if position == "" {
		t.line("%s", title)
		return
	}
	t.line("%s  %s", title, t.paint(dim, Printable(position)))
}

func (t *textWriter) statement(s statement) {
	check := s.checks[0]
	if len(s.checks) > 1 {
		check = count(len(s.checks), "check", "checks")
	}
	message := Printable(s.message)
	if len(s.checks) > 1 {
		message += " (" + someChecks(s.checks) + ")"
	}
	t.marked(marks[s.rank], styles[s.rank], check, message)
}

// marked writes a line in columns: the mark, a word and the rest.
func (t *textWriter) marked(mark string, s style, word, text string) {
	t.line("  %s  %-*s  %s", t.paint(s, fmt.Sprintf("%-7s", mark)), t.column, Printable(word), text)
}

// hint writes what to do, once for the whole report.
func (t *textWriter) hint(text string) {
	if t.hinted[text] {
		return
	}
	t.hinted[text] = true
	t.line("  %s", t.paint(dim, "hint: "+Printable(text)))
}

func someChecks(ids []string) string {
	printable := make([]string, len(ids))
	for i, id := range ids {
		printable[i] = Printable(id)
	}
	return listSome(printable, maxChecks)
}

// excepted sums up the exceptions that apply in one line.
func (t *textWriter) excepted(findings []finding.Finding) {
	n := 0
	var items []string
	for _, f := range findings {
		if !f.Excepted {
			continue
		}
		n++
		item := fmt.Sprintf("%s %s (%s)", Printable(placeOf(f).title), Printable(f.Check), Printable(f.Reason))
		if !slices.Contains(items, item) {
			items = append(items, item)
		}
	}
	if n > 0 {
		t.blank()
		t.line("%d excepted in gate.yaml: %s", n, listSome(items, maxExcepted))
	}
}

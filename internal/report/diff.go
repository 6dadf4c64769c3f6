package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/lockfile"
)

// Diff is what changed in one lockfile.
type Diff struct {
	File    string // path of the lockfile
	Base    string // what it was compared with
	Changes []lockfile.Change
}

// DiffFormats is the one list of formats for diffs; the first is the default.
var DiffFormats = []DiffFormat{
	{"text", diffText},
	{"markdown", diffMarkdown},
	{"json", diffJSON},
}

// DiffFormat is a format with the name that --format takes.
type DiffFormat struct {
	Name  string
	Write func(w io.Writer, diffs []Diff) error
}

// LookupDiff returns the format for diffs with a name.
func LookupDiff(name string) (DiffFormat, bool) {
	i := slices.IndexFunc(DiffFormats, func(f DiffFormat) bool { return f.Name == name })
	if i < 0 {
		return DiffFormat{}, false
	}
	return DiffFormats[i], true
}

// DiffNames returns the names of the formats for diffs.
func DiffNames() []string {
	names := make([]string, len(DiffFormats))
	for i, f := range DiffFormats {
		names[i] = f.Name
	}
	return names
}

// kinds is the order in which a summary counts.
var kinds = []lockfile.ChangeKind{
	lockfile.MovedRegistry, lockfile.ReResolved, lockfile.Downgraded, lockfile.Upgraded, lockfile.Added, lockfile.Removed,
}

// countKinds says "2 upgraded, 1 added", or "no change".
func countKinds(changes []lockfile.Change) string {
	count := map[lockfile.ChangeKind]int{}
	for _, c := range changes {
		count[c.Kind]++
	}
	var parts []string
	for _, kind := range kinds {
		if n := count[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	if len(parts) == 0 {
		return "no change"
	}
	return strings.Join(parts, ", ")
}

// versions says from which version to which, or what else is different.
func versions(c lockfile.Change) string {
	switch c.Kind {
	case lockfile.Added:
		return c.To
	case lockfile.Removed:
		return c.From
	case lockfile.MovedRegistry:
		return fmt.Sprintf("%s, from %s to %s", c.To, origin(c.Before), origin(c.After))
	case lockfile.ReResolved:
		return c.To + ", other hash or address"
	}
	return c.From + " → " + c.To
}

// origin names where an entry comes from, without the path and credentials
// that its address may hold.
func origin(e *lockfile.Entry) string {
	_, rest, ok := strings.Cut(e.Resolved, "://")
	if !ok {
		return string(e.Source)
	}
	host, _, _ := strings.Cut(rest, "/")
	return host[strings.LastIndexByte(host, '@')+1:]
}

// through says how a package comes into the project.
func through(c lockfile.Change) string {
	if c.Direct {
		return "direct"
	}
	if len(c.Path) < 2 {
		return ""
	}
	return "through " + chain(c.Path[:len(c.Path)-1])
}

// chain joins the names of packages of which each brings in the next.
func chain(names []string) string { return strings.Join(names, " › ") }

func diffText(w io.Writer, diffs []Diff) error {
	for _, d := range diffs {
		if _, err := fmt.Fprintln(w, Printable(fmt.Sprintf("%s since %s: %s", d.File, d.Base, countKinds(d.Changes)))); err != nil {
			return err
		}
		for _, c := range d.Changes {
			line := fmt.Sprintf("  %-14s  %s %s", c.Kind, c.Name, versions(c))
			if how := through(c); how != "" {
				line += "  (" + how + ")"
			}
			if _, err := fmt.Fprintln(w, Printable(line)); err != nil {
				return err
			}
		}
	}
	return nil
}

func diffMarkdown(w io.Writer, diffs []Diff) error {
	for _, d := range diffs {
		if _, err := io.WriteString(w, diffTable(d)); err != nil {
			return err
		}
	}
	return nil
}

func diffTable(d Diff) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\nSince %s: %s.\n\n", markdownCode(d.File), markdownCode(d.Base), countKinds(d.Changes))
	if len(d.Changes) == 0 {
		return b.String()
	}
	b.WriteString("| change | package | version | |\n|---|---|---|---|\n")
	for _, c := range d.Changes {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.Kind,
			markdownCell(markdownCode(c.Name)), markdownCell(markdownCode(versions(c))), markdownCell(markdownCode(through(c))))
	}
	b.WriteByte('\n')
	return b.String()
}

// jsonChange is one change in the JSON form of a diff. What does not apply is
// empty.
type jsonChange struct {
	Kind   lockfile.ChangeKind `json:"kind"`
	Name   string              `json:"name"`
	From   string              `json:"from"`
	To     string              `json:"to"`
	Direct bool                `json:"direct"`
	Path   []string            `json:"path"`
}

type jsonDiff struct {
	File    string       `json:"file"`
	Base    string       `json:"base"`
	Changes []jsonChange `json:"changes"`
}

func diffJSON(w io.Writer, diffs []Diff) error {
	out := []jsonDiff{}
	for _, d := range diffs {
		changes := []jsonChange{}
		for _, c := range d.Changes {
			changes = append(changes, jsonChange{c.Kind, c.Name, c.From, c.To, c.Direct, append([]string{}, c.Path...)})
		}
		out = append(out, jsonDiff{d.File, d.Base, changes})
	}
	return EncodeJSON(w, out)
}

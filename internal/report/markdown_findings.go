package report

import (
	"fmt"
	"slices"
	"strings"
)

// Limits on what one block of Markdown lists.
const (
	maxRows       = 50  // rows of a table, items of a list
	maxDetails    = 200 // packages with details
	maxStatements = 30  // statements on one package or file
)

// blockerTable has a row for each group that blocks, with what to do.
func blockerTable(groups []group) *section {
	s := &section{
		title: "What blocks", most: maxRows, one: "row", many: "rows",
		open: "| package | why | what to do |\n|---|---|---|\n", end: "\n",
	}
	for _, g := range groups {
		var reasons, steps []string
		for _, st := range g.statements {
			if st.rank == isWarning {
				continue
			}
			reasons = append(reasons, st.markdown())
			if step := st.step(); !slices.Contains(steps, step) {
				steps = append(steps, step)
			}
		}
		s.add("| %s | %s | %s |\n", markdownCell(g.names()), markdownCell(markdownLines(reasons)), markdownCell(markdownLines(steps)))
	}
	return s
}

// step says what to do about a statement.
func (s *statement) step() string {
	switch {
	case s.hint != "":
		return markdownText(s.hint)
	case s.retry:
		return tryAgain
	}
	return markdownCode("gate explain " + s.checks[0])
}

// markdownLines puts lines below each other in a cell.
func markdownLines(lines []string) string {
	if rest := len(lines) - maxStatements; rest > 0 {
		lines = append(lines[:maxStatements:maxStatements], fmt.Sprintf("and %d more", rest))
	}
	return strings.Join(lines, "<br>")
}

func warningTable(groups []group) *section {
	places := 0
	for _, g := range groups {
		places += len(g.places)
	}
	s := &section{
		title: "Warnings", most: maxRows, one: "row", many: "rows",
		open: fmt.Sprintf("<details><summary>%s with nothing that blocks</summary>\n\n| package | why |\n|---|---|\n",
			count(places, "package", "packages")),
		end: "\n</details>\n\n",
	}
	for _, g := range groups {
		var reasons []string
		for _, st := range g.statements {
			reasons = append(reasons, st.markdown())
		}
		s.add("| %s | %s |\n", markdownCell(g.names()), markdownCell(markdownLines(reasons)))
	}
	return s
}

// names lists the places of a group.
func (g *group) names() string {
	var names []string
	for _, at := range g.places {
		if name := markdownCode(at.title); len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return listSome(names, maxCulprits)
}

func (s *statement) markdown() string {
	return markdownChecks(s.checks) + ": " + markdownText(s.message)
}

// detailList has all that is known of each group, folded.
func detailList(groups []group, paths map[place][]string) *section {
	s := &section{title: "Details", most: maxDetails, one: "package", many: "packages"}
	for _, g := range groups {
		s.add("%s", g.details(paths))
	}
	return s
}

func (g *group) details(paths map[place][]string) string {
	var b strings.Builder
	more := ""
	if n := len(g.places) - 1; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	fmt.Fprintf(&b, "<details><summary>%s%s</summary>\n\n", htmlCode(g.places[0].title), more)
	for _, at := range g.places[:min(len(g.places), maxPlaces)] {
		if more != "" || at.position() != "" {
			fmt.Fprintf(&b, "- %s\n", at.markdown(paths[at]))
		}
	}
	if n := len(g.places) - maxPlaces; n > 0 {
		fmt.Fprintf(&b, "- and %d more\n", n)
	}
	for _, s := range g.statements[:min(len(g.statements), maxStatements)] {
		fmt.Fprintf(&b, "- **%s** %s\n", marks[s.rank], s.markdown())
	}
	if n := len(g.statements) - maxStatements; n > 0 {
		fmt.Fprintf(&b, "- and %d more statements\n", n)
	}
	for _, hint := range g.hints[:min(len(g.hints), maxStatements)] {
		fmt.Fprintf(&b, "- hint: %s\n", markdownText(hint))
	}
	b.WriteString("\n</details>\n\n")
	return b.String()
}

// markdown says where the place is and what leads to it.
func (p place) markdown(path []string) string {
	if p.position() == "" {
		return markdownCode(p.title)
	}
	return markdownCode(p.title) + " in " + markdownCode(p.position()) + markdownThrough(len(path) == 1, path)
}

// markdownThrough says behind a package how it comes into the project.
func markdownThrough(direct bool, path []string) string {
	switch {
	case direct:
		return ", a direct dependency"
	case len(path) < 2:
		return ""
	}
	return ", through " + markdownCode(chain(path[:len(path)-1]))
}

func markdownChecks(ids []string) string {
	codes := make([]string, len(ids))
	for i, id := range ids {
		codes[i] = markdownCode(id)
	}
	return listSome(codes, maxChecks)
}

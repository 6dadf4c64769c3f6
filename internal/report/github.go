// The format "github" is what the GitHub Actions runner turns into annotations:
// a line "::error file=F,line=N,title=T::MESSAGE" in a step's output. Paths are
// relative to the root of the repository. Of one step, 10 errors, 10 warnings
// and 10 notices are shown; the rest is dropped without a word.

package report

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/install-gate/gate/internal/policy"
)

// maxAnnotations is how many annotations are written, the one that counts the
// rest included. What is shown beside the code has to be worth reading.
const maxAnnotations = 10

// GitHub writes annotations, errors first, then the report for people.
func GitHub(w io.Writer, r policy.Result, o Options) error {
	var b strings.Builder
	all := append(annotateGroups(groupFindings(r), o), annotateGaps(registryGaps(r))...)
	for _, command := range firstAnnotations(all) {
		fmt.Fprintln(&b, command.String())
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	return Text(w, r, o)
}

// firstAnnotations puts errors first and counts what is too much in a notice.
func firstAnnotations(all []*githubactions.Command) []*githubactions.Command {
	var ordered []*githubactions.Command
	for _, name := range []string{"error", "warning"} {
		for _, command := range all {
			if command.Name == name {
				ordered = append(ordered, command)
			}
		}
	}
	if len(ordered) <= maxAnnotations {
		return ordered
	}
	rest := len(ordered) - maxAnnotations + 1
	return append(ordered[:maxAnnotations-1], &githubactions.Command{
		Name:    "notice",
		Message: fmt.Sprintf("%d more in the log of this step", rest),
	})
}

// annotateGroups returns an annotation for each group, at its first place.
func annotateGroups(groups []group, o Options) []*githubactions.Command {
	all := make([]*githubactions.Command, 0, len(groups))
	for _, g := range groups {
		at := g.places[0]
		line := cmp.Or(at.line, g.statements[0].line)
		command := annotation(g.rank, at.title, o.inRepository(at.file), line)
		command.Message = g.annotation()
		all = append(all, command)
	}
	return all
}

// annotation returns the text for a group: a line for each statement and hint.
func (g *group) annotation() string {
	var lines []string
	for _, s := range g.statements[:min(len(g.statements), maxStatements)] {
		lines = append(lines, someChecks(s.checks)+": "+Printable(s.message))
	}
	if n := len(g.statements) - maxStatements; n > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", n))
	}
	for _, hint := range g.hints[:min(len(g.hints), maxStatements)] {
		lines = append(lines, "hint: "+Printable(hint))
	}
	if n := len(g.places) - 1; n > 0 {
		lines = append(lines, "the same holds for "+count(n, "more package", "more packages"))
	}
	return strings.Join(lines, "\n")
}

func annotateGaps(gaps []policy.Gap) []*githubactions.Command {
	var all []*githubactions.Command
	for _, g := range gaps {
		if g.Allowed {
			continue
		}
		command := annotation(isUnknown, g.Registry, "", 0)
		command.Message = fmt.Sprintf("%s: %s; %s cannot judge %s", Printable(g.Evidence), Printable(g.Reason),
			count(len(g.Checks), "check", "checks"), count(g.Entries, "entry", "entries"))
		all = append(all, command)
	}
	return all
}

// annotation returns a command without a message. What cannot be judged blocks,
// so it is an error here.
func annotation(r rank, title, file string, line int) *githubactions.Command {
	command := &githubactions.Command{Name: "error", Properties: githubactions.CommandProperties{"title": Printable(title)}}
	if r == isWarning {
		command.Name = "warning"
	}
	if file != "" {
		command.Properties["file"] = Printable(file)
	}
	if line > 0 {
		command.Properties["line"] = strconv.Itoa(line)
	}
	return command
}

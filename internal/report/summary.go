// The format "summary" is the Markdown that GitHub shows on the page of a
// workflow run: what a step appends to the file that $GITHUB_STEP_SUMMARY names.
// More than 1 MiB in one step is not shown at all.

package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/policy"
)

// maxSummary is the size in bytes of a summary. It leaves room for what other
// tools write in the same step.
const maxSummary = 1<<20 - 128<<10

// Summary writes the result as a step summary.
func Summary(w io.Writer, r policy.Result, o Options) error {
	_, err := io.WriteString(w, newMarkdownReport(r, o).fit(maxSummary))
	return err
}

func newMarkdownReport(r policy.Result, o Options) *markdownReport {
	var blocking, warning []group
	for _, g := range groupFindings(r) {
		if g.rank == isWarning {
			warning = append(warning, g)
		} else {
			blocking = append(blocking, g)
		}
	}
	paths := newPaths(r.Packages)
	blockers, details := blockerTable(blocking), detailList(blocking, paths)
	gaps, exceptions := gapList(r), exceptionList(r)
	warnings, changes := warningTable(warning), changeList(o.Diffs)
	lockfiles, accept := lockfileList(r, o), proposalCode(r)
	return &markdownReport{
		head:       fmt.Sprintf("## gate: %s\n\n**%s**\n\n", verdictWord(r.Verdict), verdictCounts(r)),
		sections:   []*section{lockfiles, blockers, details, warnings, gaps, accept, exceptions, changes},
		importance: []*section{blockers, lockfiles, gaps, accept, exceptions, details, changes, warnings},
		foot:       markdownFoot(r, o),
	}
}

func lockfileList(r policy.Result, o Options) *section {
	s := &section{most: maxRows, one: "lockfile", many: "lockfiles", end: "\n"}
	for _, l := range r.Lockfiles {
		s.add("- %s (%s): %s\n", markdownCode(l.Path), markdownText(formatOf(l)), markdownText(lockfileCounts(l, o.Base)))
	}
	return s
}

// markdownFoot says what to type next and what was judged how.
func markdownFoot(r policy.Result, o Options) string {
	var steps []string
	ids, retry := nextChecks(r)
	if retry {
		steps = append(steps, tryAgain)
	}
	for _, id := range ids {
		steps = append(steps, markdownCode("gate explain "+id))
	}
	var b strings.Builder
	if len(steps) > 0 {
		fmt.Fprintf(&b, "Next: %s\n\n", strings.Join(steps, ", "))
	}
	if facts := factsOf(r, o); len(facts) > 0 {
		fmt.Fprintf(&b, "<sub>%s</sub>\n", markdownText(strings.Join(facts, ", ")))
	}
	return b.String()
}

func gapList(r policy.Result) *section {
	s := &section{title: "What a registry does not say", most: maxRows, one: "gap", many: "gaps", end: "\n"}
	for _, g := range registryGaps(r) {
		checks, entries := count(len(g.Checks), "check", "checks"), count(g.Entries, "entry", "entries")
		outcome := fmt.Sprintf("%s cannot judge %s", checks, entries)
		if g.Allowed {
			outcome = fmt.Sprintf("`gate.yaml` lets %s skip %s", checks, entries)
		}
		s.add("- **%s** %s of %s: %s; %s (%s)\n", gapMark(g), markdownCode(g.Evidence), markdownCode(g.Registry),
			markdownText(g.Reason), outcome, markdownChecks(g.Checks))
	}
	return s
}

func gapMark(g policy.Gap) string {
	if g.Allowed {
		return "allowed"
	}
	return marks[isUnknown]
}

// proposalCode has the lines of gate.yaml that accept the gaps.
func proposalCode(r policy.Result) *section {
	s := &section{most: maxRows, one: "line", many: "lines", open: "To go without that evidence, say so in `gate.yaml`:\n\n```yaml\n", end: "```\n\n"}
	for _, line := range proposal(registryGaps(r)) {
		s.add("%s\n", line)
	}
	return s
}

func exceptionList(r policy.Result) *section {
	s := &section{title: "Exceptions used", most: maxRows, one: "exception", many: "exceptions", end: "\n"}
	for _, f := range r.Findings {
		if f.Excepted {
			s.add("- %s %s: %s\n", markdownCode(placeOf(f).title), markdownCode(f.Check), markdownText(f.Reason))
		}
	}
	return s
}

// changeList says in words what changed in the lockfiles.
func changeList(diffs []Diff) *section {
	s := &section{
		title: "What changed in the lockfiles", most: maxDetails, one: "change", many: "changes",
		open: "<details><summary>" + countKinds(allChanges(diffs)) + "</summary>\n\n", end: "\n</details>\n\n",
	}
	for _, d := range diffs {
		for _, c := range d.Changes {
			where := ""
			if len(diffs) > 1 {
				where = " in " + markdownCode(d.File)
			}
			s.add("- %s %s %s%s%s\n", c.Kind, markdownCode(c.Name), markdownCode(versions(c)), where, markdownThrough(c.Direct, c.Path))
		}
	}
	return s
}

func allChanges(diffs []Diff) []lockfile.Change {
	var all []lockfile.Change
	for _, d := range diffs {
		all = append(all, d.Changes...)
	}
	return all
}

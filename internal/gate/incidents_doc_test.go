package gate_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
)

var update = flag.Bool("update", false, "rewrite docs/incidents.md")

const incidentsDoc = "../../docs/incidents.md"

// compareDoc compares docs/incidents.md with what it should say, or rewrites it.
func compareDoc(t *testing.T, all []outcome) {
	t.Helper()
	got := incidentsPage(all)
	if *update {
		if err := os.WriteFile(incidentsDoc, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(read(t, incidentsDoc)), got); diff != "" {
		t.Errorf("docs/incidents.md is out of date, run with -update (-have +want):\n%s", diff)
	}
}

func incidentsPage(all []outcome) string {
	attacks, harmless := kind(all, "attack"), kind(all, "benign")
	var page strings.Builder
	fmt.Fprintf(&page, `<!-- made by go test ./internal/gate -run TestIncidents -update with GATE_FIXTURES set; do not edit -->

# Past incidents

What gate says of %d attacks on npm packages and of %d harmless changes that look similar. Each is the change of a
package-lock.json, judged with a base by the default policy, at the moment and with the registry's answers of that
moment. Approved are the install scripts that the lockfile had before. Where no record of a detail exists it was
reconstructed.

With the cooldown %d of the attacks are blocked, without regard to age (checks too-new and first-release off) %d. The
checks were written with these attacks in view: the numbers say little about attacks of another kind.

In the tables a check in **bold** reports an error, another one a warning.

## Attacks

`, len(attacks), len(harmless), blocked(attacks, withCooldown), blocked(attacks, withoutCooldown))
	writeOutcomes(&page, attacks)
	page.WriteString("\n## What is not caught\n\n")
	writeMissed(&page, attacks)
	page.WriteString("\n## Harmless changes\n\n")
	fmt.Fprintf(&page, "%d of %d are stopped all the same. An exception lets one version in.\n\n",
		blocked(harmless, withCooldown), len(harmless))
	for _, id := range slices.Sorted(maps.Keys(waiting)) {
		fmt.Fprintf(&page, "%s passes for want of the check %s.\n\n", id, waiting[id])
	}
	writeOutcomes(&page, harmless)
	page.WriteString("\n## Checks\n\n")
	writeSignals(&page, attacks, harmless)
	return page.String()
}

func kind(all []outcome, kind string) []outcome {
	var some []outcome
	for _, o := range all {
		if o.Kind == kind {
			some = append(some, o)
		}
	}
	return some
}

func withCooldown(o outcome) policy.Result    { return o.aged }
func withoutCooldown(o outcome) policy.Result { return o.ageless }

func blocked(all []outcome, result func(outcome) policy.Result) int {
	n := 0
	for _, o := range all {
		if result(o).Verdict == policy.Blocked {
			n++
		}
	}
	return n
}

func writeOutcomes(page *strings.Builder, all []outcome) {
	page.WriteString("| | what happened | reported by | verdict | without the cooldown |\n|---|---|---|---|---|\n")
	for _, o := range all {
		fmt.Fprintf(page, "| %s | %s | %s | %s | %s |\n",
			o.ID, strings.ReplaceAll(o.Title, "|", "\\|"), list(reports(o.aged)), o.aged.Verdict, o.ageless.Verdict)
	}
}

// writeMissed says which attacks pass once they are old enough, or at once.
func writeMissed(page *strings.Builder, attacks []outcome) {
	page.WriteString("Nothing but their age blocks these attacks: nothing that a registry says sets them apart from an\n" +
		"ordinary release. They pass if they are still there after the cooldown.\n\n")
	for _, o := range attacks {
		if o.ageless.Verdict == policy.Blocked {
			continue
		}
		rest := "nothing else is reported"
		if left := list(reports(o.ageless)); left != "" {
			rest = "a warning remains: " + left
		}
		if o.aged.Verdict != policy.Blocked {
			rest = "**not even young**; " + rest
		}
		fmt.Fprintf(page, "- %s: %s\n", o.ID, rest)
	}
}

// reports returns the checks that report, with the highest severity of each.
func reports(r policy.Result) map[string]finding.Severity {
	all := map[string]finding.Severity{}
	for _, f := range r.Findings {
		if f.Unknown || f.Excepted || f.Check == "exception" {
			continue
		}
		if all[f.Check] != finding.Error {
			all[f.Check] = f.Severity
		}
	}
	return all
}

func list(checks map[string]finding.Severity) string {
	var names []string
	for _, id := range slices.Sorted(maps.Keys(checks)) {
		if checks[id] == finding.Error {
			id = "**" + id + "**"
		}
		names = append(names, id)
	}
	return strings.Join(names, ", ")
}

// writeSignals counts for each check what it reports.
func writeSignals(page *strings.Builder, attacks, harmless []outcome) {
	fmt.Fprintf(page, "How many of the %d attacks and %d harmless changes a check reports, and how many as an error. The last column\n"+
		"counts the attacks that no other check blocks, age aside.\n\n", len(attacks), len(harmless))
	page.WriteString("| check | attacks | as an error | harmless | as an error | attacks blocked alone |\n|---|---|---|---|---|---|\n")
	caught, caughtErrors := tally(attacks)
	stopped, stoppedErrors := tally(harmless)
	alone := map[string]int{}
	for _, o := range attacks {
		var errors []string
		for id, severity := range reports(o.ageless) {
			if severity == finding.Error {
				errors = append(errors, id)
			}
		}
		if len(errors) == 1 {
			alone[errors[0]]++
		}
	}
	ids := slices.Concat(slices.Collect(maps.Keys(caught)), slices.Collect(maps.Keys(stopped)))
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		fmt.Fprintf(page, "| %s | %d | %d | %d | %d | %d |\n", id, caught[id], caughtErrors[id], stopped[id], stoppedErrors[id], alone[id])
	}
}

// tally counts by check the cases that are reported, and those that are as an
// error.
func tally(all []outcome) (reported, asError map[string]int) {
	reported, asError = map[string]int{}, map[string]int{}
	for _, o := range all {
		for id, severity := range reports(o.aged) {
			reported[id]++
			if severity == finding.Error {
				asError[id]++
			}
		}
	}
	return reported, asError
}

package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/install-gate/gate/internal/policy"
)

// packument is the kind of evidence without which a registry says nothing at
// all. To allow that gap is to allow everything, so no report proposes it.
const packument = "packument"

// gaps writes what a registry cannot be asked, once for each registry. Gaps
// that are not the whole registry's have been reported with their packages.
func (t *textWriter) gaps(r policy.Result) {
	gaps := registryGaps(r)
	for _, g := range gaps {
		t.widen(g.Evidence)
	}
	for rest := gaps; len(rest) > 0; {
		registry := rest[0].Registry
		n := slices.IndexFunc(rest, func(g policy.Gap) bool { return g.Registry != registry })
		if n < 0 {
			n = len(rest)
		}
		t.registry(rest[:n])
		rest = rest[n:]
	}
	t.proposal(gaps)
}

// registryGaps returns the gaps that are allowed or concern a whole registry.
func registryGaps(r policy.Result) []policy.Gap {
	wide := map[source]bool{}
	for _, f := range r.Findings {
		if isRegistryWide(f) {
			wide[sourceOf(f)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(r.Gaps), func(g policy.Gap) bool {
		return !g.Allowed && !wide[source{g.Registry, g.Evidence}]
	})
}

// registry writes the gaps of one registry.
func (t *textWriter) registry(gaps []policy.Gap) {
	t.blank()
	t.line("%s", t.paint(bold, Printable(gaps[0].Registry)))
	unreachable := false
	for _, g := range gaps[:min(len(gaps), maxReasons)] {
		checks := count(len(g.Checks), "check", "checks")
		entries := count(g.Entries, "entry", "entries")
		if g.Allowed {
			t.marked("allowed", dim, g.Evidence, fmt.Sprintf("%s: gate.yaml lets %s skip %s (%s)",
				Printable(g.Reason), checks, entries, someChecks(g.Checks)))
			continue
		}
		unreachable = unreachable || g.Evidence == packument
		t.marked(marks[isUnknown], styles[isUnknown], g.Evidence, fmt.Sprintf("%s: %s cannot judge %s (%s)",
			Printable(g.Reason), checks, entries, someChecks(g.Checks)))
	}
	if n := len(gaps) - maxReasons; n > 0 {
		t.line("  … and %d more; %s", n, seeAll)
	}
	if unreachable {
		t.hint("check that registry's address and token in .npmrc, then run gate again")
	}
}

// proposal writes the lines of gate.yaml that accept the gaps.
func (t *textWriter) proposal(gaps []policy.Gap) {
	lines := proposal(gaps)
	if len(lines) == 0 {
		return
	}
	t.blank()
	t.line("%s", acceptGaps)
	for _, line := range lines {
		t.line("  %s", line)
	}
}

// acceptGaps introduces a proposal.
const acceptGaps = "if you accept to go without that evidence, say so in gate.yaml:"

// proposal returns the lines of gate.yaml that accept the gaps, printable.
func proposal(gaps []policy.Gap) []string {
	var registries []string
	kinds := map[string][]string{}
	for _, g := range gaps {
		if g.Allowed || g.Evidence == packument {
			continue
		}
		if kinds[g.Registry] == nil {
			registries = append(registries, g.Registry)
		}
		if kind := Printable(g.Evidence) + ": allow"; !slices.Contains(kinds[g.Registry], kind) {
			kinds[g.Registry] = append(kinds[g.Registry], kind)
		}
	}
	var lines []string
	for _, registry := range registries {
		if lines == nil {
			lines = append(lines, "registries:")
		}
		lines = append(lines, fmt.Sprintf("  %s: {gaps: {%s}}", strconv.Quote(Printable(registry)), strings.Join(kinds[registry], ", ")))
	}
	return lines
}

package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npmregistry"
)

var maintainersChanged = &Check{
	ID:    "maintainers-changed",
	Title: "the accounts that may publish changed between two versions",
	Doc: `Accounts were added or removed, or an account has another e-mail address, since the version before. That happens in
every living project, and it happened before several attacks: a hand-over, a dormant account that came back, an account
whose address was replaced.

Look whether the project speaks of the change.`,
	Level: Warning,
	Needs: []evidence.Kind{evidence.Packument, evidence.Publisher},
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Before == nil || p.Manifest.Maintainers == nil || p.Before.Maintainers == nil {
			return
		}
		var changes []string
		added, removed := difference(p.Manifest.Maintainers, p.Before.Maintainers)
		changes = appendList(changes, "added", added)
		changes = appendList(changes, "removed", removed)
		changes = appendList(changes, "new address for", readdressed(p.Manifest, p.Before))
		if len(changes) > 0 {
			p.Report(fmt.Sprintf("maintainers since %s: %s", p.Before.Version, strings.Join(changes, "; ")), "")
		}
	},
}

func appendList(changes []string, what string, names []string) []string {
	if len(names) == 0 {
		return changes
	}
	return append(changes, what+" "+listSome(names))
}

// difference returns the sorted names that are in one list alone.
func difference(now, before []npmregistry.Account) (added, removed []string) {
	a, b := accountNames(now), accountNames(before)
	for _, name := range a {
		if !slices.Contains(b, name) {
			added = append(added, name)
		}
	}
	for _, name := range b {
		if !slices.Contains(a, name) {
			removed = append(removed, name)
		}
	}
	return added, removed
}

func accountNames(accounts []npmregistry.Account) []string {
	names := make([]string, len(accounts))
	for i, account := range accounts {
		names[i] = account.Name
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// readdressed returns the accounts that have another address than before.
func readdressed(now, before *npmregistry.Manifest) []string {
	old := map[string]string{}
	for _, account := range before.Maintainers {
		old[account.Name] = account.Email
	}
	var names []string
	for _, account := range now.Maintainers {
		if email := old[account.Name]; email != "" && account.Email != "" && !strings.EqualFold(email, account.Email) {
			names = append(names, account.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

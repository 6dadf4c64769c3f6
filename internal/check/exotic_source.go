package check

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/lockfile"
)

var exoticSource = &Check{
	ID:    "exotic-source",
	Title: "a package comes from git, a URL or a file instead of a registry",
	Doc: `No registry vouches for such a package: there is no publish time, no publisher, no signature and usually no hash, and
a git dependency may run its prepare script while it is fetched. Attackers use it as a second stage that no scanner of
the registry sees. A git reference that is not a full commit can be moved or imitated and is always an error. A
runtime such as node that the package manager installs like a package is reported too.

Depend on a published version, or pin the full 40-digit commit and add an exception with the reason.`,
	Level:     ErrorOnChange,
	AnySource: true,
	Entry: func(p *Pass) {
		switch p.Entry.Source {
		case lockfile.Git:
			reportGit(p)
		case lockfile.URL:
			p.Report("comes from a URL outside any registry", "depend on a published version instead")
		case lockfile.File:
			p.Report("comes from a file or directory, not from a registry", "publish it, or make it a workspace")
		case lockfile.Registry, lockfile.Workspace, lockfile.Link, lockfile.Bundled:
			// the registry's, the project's own, or in the tarball of another package
		default:
			p.Report(fmt.Sprintf("is a %s, which no registry vouches for", p.Entry.Source), addException)
		}
	},
}

const addException = "if it is needed, add an exception with the reason to gate.yaml"

var (
	fullCommit  = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	shortCommit = regexp.MustCompile(`^[0-9a-f]{7,39}$`)
)

func reportGit(p *Pass) {
	commit := gitCommit(p.Entry.Resolved)
	switch {
	case fullCommit.MatchString(commit):
		p.Report("comes from git, not from a registry", "depend on a published version; "+addException)
	case shortCommit.MatchString(commit):
		p.ReportAs(finding.Error,
			fmt.Sprintf("comes from git by the short commit %q; others can be made that begin alike", commit), pinCommit)
	case commit == "":
		p.ReportAs(finding.Error, "comes from git without a commit, so whatever is there on the day is installed", pinCommit)
	default:
		p.ReportAs(finding.Error,
			fmt.Sprintf("comes from git by %q, which is no commit and can be moved", cut(commit)), pinCommit)
	}
}

const pinCommit = "depend on a published version, or lock the full 40-digit commit"

// gitCommit cuts the commit out of the addresses that lockfiles write for git:
//
//	git+ssh://HOST/PATH.git#COMMIT                        npm, yarn classic
//	https://HOST/PATH.git#commit=COMMIT                   yarn berry, with & between several
//	https://codeload.github.com/OWNER/NAME/tar.gz/COMMIT  pnpm, yarn classic
//	https://gitlab.com/…/archive.tar.gz?ref=COMMIT        yarn classic
//	github:OWNER/NAME#COMMIT                              bun, shortened to seven digits
//
// It returns whatever stands in the commit's place, and "" if nothing does.
func gitCommit(resolved string) string {
	if _, fragment, ok := strings.Cut(resolved, "#"); ok {
		return parameter(fragment, "commit", fragment)
	}
	address, query, _ := strings.Cut(resolved, "?")
	last := strings.TrimSuffix(address[strings.LastIndexByte(address, '/')+1:], ".tar.gz")
	if strings.HasSuffix(last, ".git") || strings.ContainsAny(last, "@:") {
		return "" // the repository, or the host and maybe a credential
	}
	return parameter(query, "ref", last)
}

// parameter returns the value of a key in a list like "a=b&key=value".
func parameter(list, key, otherwise string) string {
	for part := range strings.SplitSeq(list, "&") {
		if value, ok := strings.CutPrefix(part, key+"="); ok {
			return value
		}
	}
	return otherwise
}

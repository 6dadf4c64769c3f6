// The format "html" is one page for people who would rather look than read. It
// loads nothing: a browser that keeps to its content security policy runs the
// one style sheet and the one script in it, known by their hashes, and nothing
// that a package could have put into a name.

package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the texts of the page
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/policy"
)

var (
	//go:embed html.tmpl
	htmlText string
	//go:embed html.css
	htmlStyle string
	//go:embed html.js
	htmlScript string

	htmlPage = template.Must(template.New("html").Parse(htmlText))
)

// page is what the template sees. All foreign text in it is printable.
type page struct {
	Policy string // the content security policy
	Style  template.CSS
	Script template.JS

	Verdict   policy.Verdict
	Word      string
	Counts    string
	Facts     []string
	Next      []string // commands to type
	Retry     string
	Tiles     []pageTile
	Timeline  *timeline
	Checks    []string
	Cards     []pageCard
	Gaps      []pageGap
	Proposal  string
	Excepted  []pageException
	Changes   []pageChanges
	Lockfiles []pageLockfile
}

type pageTile struct {
	Count int
	Label string
	Kind  string
}

// pageCard is a group of findings.
type pageCard struct {
	Mark       string
	Places     []pagePlace
	More       []pagePlace // folded
	Statements []pageStatement
	Hints      []string
	CheckIDs   []string
}

type pagePlace struct {
	Title    string
	Position string
	Path     []string
}

type pageStatement struct {
	Mark, Checks, Message string
}

type pageGap struct {
	Evidence, Registry, Reason, Checks string
	Entries                            int
	Allowed                            bool
}

type pageException struct{ Title, Check, Reason string }

type pageChanges struct {
	File, Base, Counts string
	Changes            []pageChange
}

type pageChange struct{ Kind, Name, Versions, Through string }

type pageLockfile struct{ Path, Format, Counts string }

// HTML writes the result as a page.
func HTML(w io.Writer, r policy.Result, o Options) error {
	var b bytes.Buffer
	if err := htmlPage.Execute(&b, newPage(r, o)); err != nil {
		return fmt.Errorf("filling the page: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func newPage(r policy.Result, o Options) page {
	groups := groupFindings(r)
	p := page{
		Policy:  securityPolicy(),
		Style:   template.CSS(htmlStyle),
		Script:  template.JS(htmlScript),
		Verdict: r.Verdict, Word: verdictWord(r.Verdict), Counts: verdictCounts(r), Facts: printableAll(factsOf(r, o)),
		Tiles: pageTiles(r), Timeline: newTimeline(r),
		Checks: pageChecks(groups), Cards: pageCards(groups, newPaths(r.Packages)),
		Proposal: strings.Join(proposal(registryGaps(r)), "\n"),
	}
	ids, retry := nextChecks(r)
	for _, id := range ids {
		p.Next = append(p.Next, "gate explain "+Printable(id))
	}
	if retry {
		p.Retry = tryAgain
	}
	for _, g := range registryGaps(r) {
		p.Gaps = append(p.Gaps, pageGap{
			Printable(g.Evidence), Printable(g.Registry), Printable(g.Reason), someChecks(g.Checks), g.Entries, g.Allowed,
		})
	}
	for _, f := range r.Findings {
		if f.Excepted {
			p.Excepted = append(p.Excepted, pageException{Printable(placeOf(f).title), Printable(f.Check), Printable(f.Reason)})
		}
	}
	for _, d := range o.Diffs {
		p.Changes = append(p.Changes, newPageChanges(d))
	}
	for _, l := range r.Lockfiles {
		p.Lockfiles = append(p.Lockfiles, newPageLockfile(l, o.Base))
	}
	return p
}

// securityPolicy allows the style sheet and the script of the page alone.
func securityPolicy() string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(htmlStyle) + "; script-src " + hash(htmlScript) +
		"; base-uri 'none'; form-action 'none'"
}

func pageTiles(r policy.Result) []pageTile {
	t := newTally(r)
	packages := 0
	for _, l := range r.Lockfiles {
		packages += l.Unique
	}
	return []pageTile{
		{t.errors, "errors", marks[isError]},
		{len(t.unasked), "checks without evidence", marks[isUnknown]},
		{t.warnings, "warnings", marks[isWarning]},
		{t.excepted, "excepted", "quiet"},
		{packages, "packages", "quiet"},
	}
}

// pageChecks lists the ids in the cards, sorted.
func pageChecks(groups []group) []string {
	var ids []string
	for _, g := range groups {
		for _, s := range g.statements {
			for _, id := range s.checks {
				ids = append(ids, Printable(id))
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func pageCards(groups []group, paths map[place][]string) []pageCard {
	cards := make([]pageCard, 0, len(groups))
	for _, g := range groups {
		c := pageCard{Mark: marks[g.rank], CheckIDs: pageChecks([]group{g})}
		for _, at := range g.places {
			c.Places = append(c.Places, pagePlace{Printable(at.title), Printable(at.position()), printableAll(paths[at])})
		}
		if len(c.Places) > maxCulprits {
			c.Places, c.More = c.Places[:maxCulprits], c.Places[maxCulprits:]
		}
		for _, s := range g.statements {
			c.Statements = append(c.Statements, pageStatement{marks[s.rank], someChecks(s.checks), Printable(s.message)})
		}
		c.Hints = printableAll(g.hints)
		cards = append(cards, c)
	}
	return cards
}

func newPageChanges(d Diff) pageChanges {
	out := pageChanges{File: Printable(d.File), Base: Printable(d.Base), Counts: countKinds(d.Changes)}
	for _, c := range d.Changes {
		out.Changes = append(out.Changes, newPageChange(c))
	}
	return out
}

func newPageChange(c lockfile.Change) pageChange {
	return pageChange{string(c.Kind), Printable(c.Name), Printable(versions(c)), Printable(through(c))}
}

func newPageLockfile(l policy.Lockfile, base string) pageLockfile {
	return pageLockfile{Printable(l.Path), Printable(formatOf(l)), Printable(lockfileCounts(l, base))}
}

func printableAll(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = Printable(text)
	}
	return out
}

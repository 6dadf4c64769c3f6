package evidence_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/install-gate/gate/internal/advisory"
	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

// TestContents: which tarballs are worth their download.
func TestContents(t *testing.T) {
	yes := true
	tests := []struct {
		name    string
		now     time.Time
		base    *lockfile.Delta
		scripts map[string]string
		flag    *bool
		want    bool
	}{
		{name: "an old entry", now: day(2).AddDate(1, 0, 0)},
		{name: "an old entry that changed", now: day(2).AddDate(1, 0, 0), base: lockfile.NewDelta(nil), want: true},
		{name: "an entry that did not change", now: day(3), base: lockfile.NewDelta([]*lockfile.Lockfile{lock("package-lock.json", "p@1.1.0")})},
		{name: "a young entry", now: day(3), want: true},
		{name: "one with a script", now: day(2).AddDate(1, 0, 0), scripts: map[string]string{"install": "node x"}, want: true},
		{name: "one of which the lockfile says so", now: day(2).AddDate(1, 0, 0), flag: &yes, want: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := packument("p", "1.0.0", "1.1.0")
			doc.Versions["1.1.0"].Scripts = tt.scripts
			doc.Versions["1.1.0"].Dist.Tarball = npm.PublicRegistry + "p/-/p-1.1.0.tgz"
			registry := &fakeRegistry{
				docs:     map[string]*npmregistry.Packument{"p": doc},
				contents: map[string]*npmregistry.Tarball{publicRegistry + "p/-/p-1.1.0.tgz": {Name: "p"}},
			}
			l := lock("package-lock.json", "p@1.1.0")
			l.Entries[0].InstallScript = tt.flag
			r := collect(t, evidence.Request{
				Lockfiles: []*lockfile.Lockfile{l}, Base: tt.base, Registry: always(registry), Now: tt.now,
			})[0]
			if got := r.Content != nil; got != tt.want {
				t.Errorf("looked at the content: %v, want %v", got, tt.want)
			}
			if len(r.Gaps) > 0 {
				t.Errorf("got gaps %v, want none", r.Gaps)
			}
		})
	}
}

// TestContentBefore: what runs code is compared with what the version before ran.
func TestContentBefore(t *testing.T) {
	doc := packument("p", "1.0.0", "1.1.0")
	contents := map[string]*npmregistry.Tarball{}
	for version, m := range doc.Versions {
		m.Scripts = map[string]string{"install": "node x"}
		m.Dist.Tarball = npm.PublicRegistry + "p/-/p-" + version + ".tgz"
		contents[m.Dist.Tarball] = &npmregistry.Tarball{Version: version, Scripts: m.Scripts}
	}
	registry := &fakeRegistry{docs: map[string]*npmregistry.Packument{"p": doc}, contents: contents}
	r := collect(t, evidence.Request{Lockfiles: []*lockfile.Lockfile{lock("package-lock.json", "p@1.1.0")}, Registry: always(registry), Now: day(3)})[0]
	if r.Content == nil || r.Content.Version != "1.1.0" || r.BeforeContent == nil || r.BeforeContent.Version != "1.0.0" {
		t.Errorf("got %v after %v, want 1.1.0 after 1.0.0", r.Content, r.BeforeContent)
	}

	delete(contents, npm.PublicRegistry+"p/-/p-1.1.0.tgz")
	r = collect(t, evidence.Request{Lockfiles: []*lockfile.Lockfile{lock("package-lock.json", "p@1.1.0")}, Registry: always(registry), Now: day(3)})[0]
	if _, gap := r.Gap(evidence.Tarball); !gap || !r.WrongContent {
		t.Errorf("got gaps %v, wrong content %v, want a gap for wrong content", r.Gaps, r.WrongContent)
	}
}

// fakeAdvisories answers with one record for every version.
type fakeAdvisories struct {
	answer advisory.Answer
	err    error
	asked  []npm.ID
}

func (*fakeAdvisories) Source() string { return "https://osv.example/" }

func (f *fakeAdvisories) Records(_ context.Context, ids []npm.ID) (map[npm.ID]advisory.Answer, error) {
	f.asked = ids
	answers := map[npm.ID]advisory.Answer{}
	for _, id := range ids {
		answers[id] = f.answer
	}
	return answers, f.err
}

func TestAdvisories(t *testing.T) {
	record := advisory.Record{
		ID: "MAL-1", Malware: true, Published: day(5),
		Affected: []advisory.Affected{{Name: "p", Versions: []string{"1.0.0"}}},
	}
	registry := &fakeRegistry{
		docs:   map[string]*npmregistry.Packument{"p": packument("p", "1.0.0"), "@own/p": packument("@own/p", "1.0.0")},
		scopes: map[string]string{"@own": "https://npm.own.example/"},
	}
	judge := func(source *fakeAdvisories, asOf time.Time) []evidence.Record {
		return collect(t, evidence.Request{
			Lockfiles: []*lockfile.Lockfile{lock("package-lock.json", "@own/p@1.0.0", "p@1.0.0")},
			Registry:  always(registry), Advisories: source, AsOf: asOf,
		})
	}

	known := &fakeAdvisories{answer: advisory.Answer{Records: []advisory.Record{record}}}
	records := judge(known, time.Time{})
	if len(records[0].Advisories) != 0 || len(records[1].Advisories) != 1 {
		t.Errorf("got %v and %v, want none for the private package and one", records[0].Advisories, records[1].Advisories)
	}
	if len(known.asked) != 1 || known.asked[0].Name != "p" {
		t.Errorf("asked for %v; the name of a private package must not be told", known.asked)
	}
	if records = judge(known, day(4)); len(records[1].Advisories) != 0 {
		t.Errorf("got %v before it was published", records[1].Advisories)
	}

	down := &fakeAdvisories{err: errors.New("asking osv.example: connection refused")}
	gap, ok := judge(down, time.Time{})[1].Gap(evidence.Advisory)
	if !ok || !gap.Whole || gap.Source != "https://osv.example/" {
		t.Errorf("got %v, %v, want a gap of the whole source", gap, ok)
	}
	unreadable := &fakeAdvisories{answer: advisory.Answer{Problems: []advisory.Problem{{Where: "MAL-2", Reason: "not JSON"}}}}
	gap, ok = judge(unreadable, time.Time{})[1].Gap(evidence.Advisory)
	if !ok || gap.Whole || !strings.Contains(gap.Reason, "MAL-2") {
		t.Errorf("got %v, %v, want a gap that names the record", gap, ok)
	}
}

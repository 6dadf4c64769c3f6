package evidence_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npmregistry"
)

// collectOne returns the record of one locked version of a package.
func collectOne(t *testing.T, doc *npmregistry.Packument, version string, asOf time.Time) evidence.Record {
	t.Helper()
	registry := &fakeRegistry{docs: map[string]*npmregistry.Packument{doc.Name: doc}}
	return collect(t, evidence.Request{
		Lockfiles: []*lockfile.Lockfile{lock("package-lock.json", doc.Name+"@"+version)},
		Registry:  always(registry),
		AsOf:      asOf,
	})[0]
}

// published makes a document of versions with the days of their publication.
func published(days map[string]int) *npmregistry.Packument {
	doc := packument("p")
	doc.Created, doc.Modified = day(1), day(31)
	for version, n := range days {
		doc.Versions[version] = &npmregistry.Manifest{Version: version, Publisher: person("alice")}
		doc.Times[version] = day(n)
	}
	return doc
}

func TestLine(t *testing.T) {
	tests := []struct {
		name    string
		days    map[string]int
		version string
		want    string // empty for a first release
	}{
		{"the next lower version", map[string]int{"1.0.0": 1, "1.1.0": 5, "1.2.0": 9}, "1.2.0", "1.1.0"},
		{"by semver, not by text", map[string]int{"1.9.0": 1, "1.10.0": 5, "1.11.0": 9}, "1.11.0", "1.10.0"},
		{"a first release", map[string]int{"1.0.0": 9}, "1.0.0", ""},
		{"the lowest of several", map[string]int{"1.0.0": 9, "2.0.0": 20}, "1.0.0", ""},
		{"a backport follows its own line", map[string]int{"6.3.0": 1, "7.5.3": 8, "7.5.4": 9, "6.3.1": 10}, "6.3.1", "6.3.0"},
		{"another line if there is no other", map[string]int{"1.4.0": 1, "2.0.0": 9}, "2.0.0", "1.4.0"},
		{"below 1.0.0 the minor version is the line", map[string]int{"0.2.5": 1, "0.3.0": 4, "0.2.6": 9}, "0.2.6", "0.2.5"},
		{"a burst is measured against what was there before", map[string]int{"1.0.0": 1, "1.0.1": 9, "1.0.2": 9}, "1.0.2", "1.0.0"},
		{"a burst that opens a line, too", map[string]int{"1.0.0": 1, "2.0.0": 9, "2.0.1": 9}, "2.0.1", "1.0.0"},
		{"nothing settled at all", map[string]int{"1.0.0": 9, "1.0.1": 9, "1.0.2": 9}, "1.0.2", "1.0.1"},
		{"prereleases do not count for a release", map[string]int{"1.0.0": 1, "1.1.0-rc.1": 4, "1.1.0": 9}, "1.1.0", "1.0.0"},
		{"but for a prerelease", map[string]int{"1.0.0": 1, "1.1.0-rc.1": 4, "1.1.0-rc.2": 9}, "1.1.0-rc.2", "1.1.0-rc.1"},
		{"a hyphen in build metadata is no prerelease", map[string]int{"1.0.0+a-b": 1, "1.1.0": 9}, "1.1.0", "1.0.0+a-b"},
		{"what came out later was not before", map[string]int{"1.0.0": 1, "1.0.1": 20, "2.0.0": 9}, "2.0.0", "1.0.0"},
		{"nothing was out before", map[string]int{"1.0.0": 20, "2.0.0": 9}, "2.0.0", ""},
		{"a version that the registry does not have", map[string]int{"1.0.0": 1, "2.0.0": 5}, "1.5.0", "1.0.0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := collectOne(t, published(tt.days), tt.version, time.Time{})
			got := ""
			if r.Line != nil {
				got = r.Line.Version
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if r.Before != r.Line {
				t.Errorf("without a base, Before is %v, want the same as Line", r.Before)
			}
		})
	}
}

// TestLineWithoutTimes: where npm's publish times are not served, the next lower
// version of the line is all there is to compare with.
func TestLineWithoutTimes(t *testing.T) {
	changes := map[string]func(*npmregistry.Packument){
		"no times":          func(d *npmregistry.Packument) { d.Times = nil },
		"dates of a mirror": func(d *npmregistry.Packument) { d.Created = time.Time{} },
	}
	for name, change := range changes {
		doc := published(map[string]int{"1.0.0": 1, "1.0.1": 20, "1.0.2": 9})
		change(doc)
		if r := collectOne(t, doc, "1.0.2", time.Time{}); r.Line == nil || r.Line.Version != "1.0.1" {
			t.Errorf("%s: got %v, want 1.0.1", name, r.Line)
		}
	}
}

func TestReleases(t *testing.T) {
	doc := published(map[string]int{"1.0.0": 1, "1.1.0": 5, "2.0.0": 5})
	doc.Times["1.0.1"] = day(3) // removed: in time, not in versions
	doc.Versions["1.1.0"].Publisher.TrustedPublisher = "github"
	doc.Versions["2.0.0"].Publisher = nil
	r := collectOne(t, doc, "1.1.0", time.Time{})
	want := []evidence.Release{
		{Version: "1.0.0", Published: day(1), Publisher: "alice"},
		{Version: "1.0.1", Published: day(3), Removed: true},
		{Version: "1.1.0", Published: day(5), Publisher: "alice", Trusted: true},
		{Version: "2.0.0", Published: day(5)},
	}
	if diff := cmp.Diff(want, r.Package.Releases); diff != "" {
		t.Errorf("releases (-want +got):\n%s", diff)
	}
	if release, ok := r.Package.Release("1.0.1"); !ok || release != want[1] {
		t.Errorf("Release(1.0.1) = %v, %v, want %v", release, ok, want[1])
	}
	if _, ok := r.Package.Release("9.0.0"); ok {
		t.Error("Release knows a version that never was")
	}
}

func TestAsOf(t *testing.T) {
	doc := published(map[string]int{"1.0.0": 1, "1.1.0": 5, "1.2.0": 9})
	doc.Times["1.1.1"] = day(8) // removed later
	r := collectOne(t, doc, "1.2.0", day(6))
	if r.Manifest != nil || !r.Published.IsZero() {
		t.Errorf("a later release is seen: manifest %v, published %v", r.Manifest, r.Published)
	}
	if got := len(r.Package.Releases); got != 2 {
		t.Errorf("got %d releases, want 2: %v", got, r.Package.Releases)
	}
	if r.Line == nil || r.Line.Version != "1.1.0" {
		t.Errorf("got line %v, want 1.1.0", r.Line)
	}
	if r := collectOne(t, doc, "1.2.0", day(9)); r.Manifest == nil || !r.Published.Equal(day(9)) {
		t.Errorf("a release of the very moment is not seen: %v, %v", r.Manifest, r.Published)
	}
}

func TestTimeGaps(t *testing.T) {
	const version = "1.0.0"
	tests := []struct {
		name   string
		change func(*npmregistry.Packument)
		want   string // the gap's reason; empty without a gap
	}{
		{"as npm serves it", func(*npmregistry.Packument) {}, ""},
		{"no time at all", func(d *npmregistry.Packument) { d.Times = nil }, "the registry does not serve publish times"},
		{
			"dates of a mirror", func(d *npmregistry.Packument) { d.Created, d.Modified = time.Time{}, time.Time{} },
			"the registry serves its own dates in place of npm's publish times",
		},
		{
			"no creation date", func(d *npmregistry.Packument) { d.Created = time.Time{} },
			"the registry serves its own dates in place of npm's publish times",
		},
		{
			"not for this version", func(d *npmregistry.Packument) { delete(d.Times, version) },
			"the registry has no publish time for the version",
		},
		{"neither time nor version", func(d *npmregistry.Packument) { delete(d.Times, version); delete(d.Versions, version) }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := packument("p", version, "1.1.0")
			tt.change(doc)
			r := collectOne(t, doc, version, time.Time{})
			gap, ok := r.Gap(evidence.PublishTime)
			if gap.Reason != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, want %q", gap.Reason, tt.want)
			}
			if ok && !r.Published.IsZero() {
				t.Errorf("got the publish time %v in spite of the gap", r.Published)
			}
		})
	}
}

func TestPublisherGaps(t *testing.T) {
	ancient := time.Date(2012, 5, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		change func(*npmregistry.Packument)
		want   bool
	}{
		{"as npm serves it", func(*npmregistry.Packument) {}, false},
		{"none", func(d *npmregistry.Packument) { d.Versions["1.0.0"].Publisher = nil }, true},
		{"none, long ago", func(d *npmregistry.Packument) { d.Versions["1.0.0"].Publisher = nil; d.Times["1.0.0"] = ancient }, false},
		{"none, long ago by a mirror's dates", func(d *npmregistry.Packument) {
			d.Versions["1.0.0"].Publisher = nil
			d.Times["1.0.0"] = ancient
			d.Created, d.Modified = time.Time{}, time.Time{}
		}, true},
		{"none, and no times", func(d *npmregistry.Packument) { d.Versions["1.0.0"].Publisher = nil; d.Times = nil }, true},
		{"no such version", func(d *npmregistry.Packument) { delete(d.Versions, "1.0.0") }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := packument("p", "1.0.0", "1.1.0")
			tt.change(doc)
			r := collectOne(t, doc, "1.0.0", time.Time{})
			if _, got := r.Gap(evidence.Publisher); got != tt.want {
				t.Errorf("gap: got %v, want %v", got, tt.want)
			}
		})
	}
}

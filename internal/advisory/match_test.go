package advisory

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/npm"
)

const (
	hashBad  = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
	hashGood = "sha512-7iaw3Ur350mqGo7jwQrpkj9hiYB3Lkc/iBml1JQODbJ6wYX4oOHV+E+IvIh/1nsUNzLDBMxfqa2Ob1f1ACio/w=="
)

func integrity(t *testing.T, text string) npm.Integrity {
	t.Helper()
	in, err := npm.ParseIntegrity(text)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestMatch(t *testing.T) {
	const (
		versions  = `"versions":["1.2.0","2.0.0-rc.1"]`
		fromZero  = `"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]`
		closed    = `"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"1.2.11"}]}]`
		inclusive = `"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"last_affected":"1.2.0"}]}]`
		twice     = `"ranges":[{"type":"ECOSYSTEM","events":[{"fixed":"3.2.5"},{"introduced":"3.0.0"},{"fixed":"1.0.2"},{"introduced":"1.0.0"}]}]`
		again     = `"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"1.1.0"},{"introduced":"1.1.0"}]}]`
		nested    = `"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"introduced":"4.1.1"},{"last_affected":"4.1.2"}]}]`
		fromLater = `"ranges":[{"type":"SEMVER","events":[{"introduced":"5.0.0"}]}]`
		partial   = `"ranges":[{"type":"SEMVER","events":[{"introduced":"1.2"},{"fixed":"2.0.0"}]}]`
		hash      = `"database_specific":{"indicators":{"package_integrity":[{"hashes":{"sha512_sri":"` + hashBad + `"}}]}}`
	)
	tests := []struct {
		name, members, version, hash string
		want                         string // the kind, and + for narrower
	}{
		{"version listed", versions, "1.2.0", "", "exact-version"},
		{"version listed with build metadata", versions, "1.2.0+build", "", "exact-version"},
		{"prerelease listed", versions, "2.0.0-rc.1", "", "exact-version"},
		{"release of a listed prerelease", versions, "2.0.0", "", ""},
		{"version not listed", versions, "1.2.1", "", ""},
		{"text that is no version and not listed", versions, "latest", "", ""},
		{"hash named", hash, "9.9.9", hashBad, "exact-hash"},
		{"hash named beside another one", hash, "9.9.9", hashGood + " " + hashBad, "exact-hash"},
		{"another hash", hash, "9.9.9", hashGood, ""},
		{"no hash", hash, "9.9.9", "", ""},
		{"hash is surer than version", versions + "," + hash, "1.2.0", hashBad, "exact-hash"},
		{"version with another hash", versions + "," + hash, "1.2.0", hashGood, "exact-version"},
		{"everything", fromZero, "0.0.1-a", "", "open-range"},
		{"everything, and no version", fromZero, "latest", "", "open-range"},
		{"everything beside a list", versions + "," + fromZero, "7.0.0", "", "open-range+"},
		{"listed beside everything", versions + "," + fromZero, "1.2.0", "", "exact-version"},
		{"below a range", closed, "1.0.0-rc.1", "", ""},
		{"first of a range", closed, "1.0.0", "", "closed-range"},
		{"prerelease of the fix", closed, "1.2.11-0", "", "closed-range"},
		{"the fix", closed, "1.2.11", "", ""},
		{"no version against a range", closed, "latest", "", "open-range"},
		{"last of a range", inclusive, "1.2.0", "", "closed-range"},
		{"above the last of a range", inclusive, "1.2.1-0", "", ""},
		{"first stretch of unsorted events", twice, "1.0.1", "", "closed-range"},
		{"between the stretches", twice, "2.0.0", "", ""},
		{"second stretch of unsorted events", twice, "3.2.4", "", "closed-range"},
		{"reintroduced by the fix", again, "1.1.0", "", "exact-version"},
		{"after it was reintroduced", again, "1.5.0", "", "open-range+"},
		{"inside nested events", nested, "4.1.1", "", "closed-range"},
		{"around nested events", nested, "3.0.0", "", "closed-range"},
		{"above nested events", nested, "5.0.0", "", ""},
		{"first of a range without an end", fromLater, "5.0.0", "", "exact-version"},
		{"later in a range without an end", fromLater, "5.1.0", "", "open-range"},
		{"below a range without an end", fromLater, "5.0.0-rc.1", "", ""},
		{"a bound that is no version", partial, "1.5.0", "", "open-range"},
		{"outside by the other bound", partial, "2.0.0", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			record, err := DecodeRecord([]byte(wrap(tt.members)))
			if err != nil {
				t.Fatal(err)
			}
			if got := kinds(Match([]Record{record}, "a", tt.version, integrity(t, tt.hash))); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := Match([]Record{record}, "A", tt.version, integrity(t, tt.hash)); got != nil {
				t.Errorf("got %+v for a package of another name", got)
			}
		})
	}
}

// kinds writes hits as "kind", with + for Narrower, separated by spaces.
func kinds(hits []Hit) string {
	var all []string
	for _, h := range hits {
		text := h.Kind.String()
		if h.Narrower {
			text += "+"
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func TestMatchSeveral(t *testing.T) {
	day := time.Date(2026, 5, 19, 0, 0, 0, 0, time.UTC)
	record := func(id string, affected Affected) Record {
		affected.Name = "a"
		return Record{ID: id, Aliases: []string{"X-" + id}, Summary: "bad", Published: day, Modified: day, Malware: true, Affected: []Affected{affected}}
	}
	withdrawn := record("MAL-1", Affected{Versions: []string{"1.0.0"}})
	withdrawn.Withdrawn = day
	vulnerability := record("GHSA-1", Affected{Versions: []string{"1.0.0"}})
	vulnerability.Malware = false
	records := []Record{
		withdrawn,
		vulnerability,
		record("MAL-5", Affected{Ranges: []Range{{Introduced: "0"}, {Introduced: "0", Fixed: "2.0.0"}}}),
		record("MAL-4", Affected{Versions: []string{"1.0.0"}, Ranges: []Range{{Introduced: "0"}}}),
		record("MAL-3", Affected{Versions: []string{"1.0.0"}}),
		record("MAL-2", Affected{Versions: []string{"1.0.1"}}),
	}
	hit := func(id string, kind Kind, r Range) Hit {
		return Hit{ID: id, Kind: kind, Aliases: []string{"X-" + id}, Summary: "bad", Published: day, Modified: day, Range: r}
	}
	want := []Hit{
		hit("MAL-3", ExactVersion, Range{}),
		hit("MAL-4", ExactVersion, Range{}),
		hit("MAL-5", ClosedRange, Range{Introduced: "0", Fixed: "2.0.0"}),
	}
	if diff := cmp.Diff(want, Match(records, "a", "1.0.0", nil)); diff != "" {
		t.Errorf("the hits differ (-want +got):\n%s", diff)
	}
}

func TestRangeString(t *testing.T) {
	for want, r := range map[string]Range{
		"every version":               {Introduced: "0"},
		"every version before 2.0.0":  {Introduced: "0", Fixed: "2.0.0"},
		"1.0.0 and later":             {Introduced: "1.0.0"},
		"1.0.0 and later up to 1.2.0": {Introduced: "1.0.0", LastAffected: "1.2.0"},
	} {
		if got := r.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestFixtures holds the conformance records against what is known of the
// packages: which versions were bad and which good ones a record covers as well.
func TestFixtures(t *testing.T) {
	keyvHash := "sha512-N/n4R+nD5SC0fYOpAp4ZnbwwxqGVodgEZ9D7Gm/VBocorU0aQimVyleDWSY6/axdO0/temub760n3hnMppZpUg=="
	tests := []struct{ id, name, version, hash, want string }{
		{"MAL-2026-4153", "size-sensor", "1.0.4", "", "exact-version open-range+"}, // with a former state of the record
		{"MAL-2026-4153", "size-sensor", "1.0.2", "", "open-range+"},
		{"MAL-2026-11524", "keyv", "6.0.0", "", "exact-version"},
		{"MAL-2026-11524", "keyv", "6.0.0", keyvHash, "exact-hash"},
		{"MAL-2026-11524", "keyv", "5.0.0", keyvHash, "exact-hash"},
		{"MAL-2026-11524", "keyv", "5.0.0", hashGood, ""},
		{"MAL-2026-3179", "mbt", "1.2.48", "", "exact-version"},
		{"MAL-2026-3179", "mbt", "1.2.47", "", ""},
		{"MAL-2026-3463", "@tanstack/history", "1.161.9", "", "exact-version"},
		{"MAL-2026-3463", "@tanstack/history", "1.162.0", "", "open-range+"},
		{"MAL-2025-47141", "@ctrl/tinycolor", "4.1.1", "", "closed-range"},
		{"MAL-2025-47141", "@ctrl/tinycolor", "4.1.2", "", "closed-range"},
		{"MAL-2025-47141", "@ctrl/tinycolor", "4.1.0", "", "open-range+"},
		{"MAL-2026-2307", "axios", "1.14.1", "", "exact-version"},
		{"MAL-2026-2307", "axios", "1.14.0", "", ""},
		{"MAL-2025-46969", "chalk", "5.6.1", "", "exact-version"},
		{"MAL-2025-46969", "chalk", "5.6.2", "", ""},
		{"MAL-2025-6022", "eslint-config-prettier", "10.1.7", "", "exact-version"},
		{"MAL-2023-462", "fsevents", "1.2.10", "", "closed-range"},
		{"MAL-2023-462", "fsevents", "1.2.11", "", ""},
		{"MAL-2023-462", "fsevents", "2.3.3", "", ""},
		{"MAL-2024-11183", "@solana/web3.js", "1.95.7", "", "closed-range"},
		{"MAL-2024-11183", "@solana/web3.js", "1.95.8", "", ""},
		{"MAL-2023-8697", "@ledgerhq/connect-kit", "1.1.7", "", "closed-range"},
		{"MAL-2023-8697", "@ledgerhq/connect-kit", "1.1.8", "", ""},
		{"MAL-2024-1976", "chasqui", "29.0.1-ep.2", "", "exact-version"},
		{"MAL-2024-1722", "account-settings", "35.0.0", "", ""}, // withdrawn
		{"MAL-2022-5052", "okhsa", "0.1.0", "", "open-range"},
		{"MAL-2022-219", "@dydxprotocol/perpetual", "1.2.2", "", "exact-version"},
		{"MAL-2022-219", "@dydxprotocol/perpetual", "1.2.1", "", ""},
		{"MAL-2025-4292", "@act-platform/app-sdk", "1.0.0", "", "open-range+"},
	}
	var records []Record
	for file, data := range fixtures(t) {
		record, err := DecodeRecord(data)
		switch {
		case err != nil:
			t.Errorf("%s: %v", file, err)
		case !record.Malware:
			t.Errorf("%s is not malware", file)
		case record.Withdrawn.IsZero() && len(record.Affected) != 1:
			t.Errorf("%s: got %d packages, want 1", file, len(record.Affected))
		}
		records = append(records, record)
	}
	for _, tt := range tests {
		hits := Match(records, tt.name, tt.version, integrity(t, tt.hash))
		if got := kinds(hits); got != tt.want {
			t.Errorf("%s@%s: got %q, want %q", tt.name, tt.version, got, tt.want)
		}
		for _, h := range hits {
			if h.ID != tt.id {
				t.Errorf("%s@%s: got a hit of %s, want %s", tt.name, tt.version, h.ID, tt.id)
			}
		}
	}
}

func TestFixed(t *testing.T) {
	vulnerable := func(id string, ranges ...Range) Record {
		return Record{ID: id, Affected: []Affected{{Name: "p", Ranges: ranges}}}
	}
	withdrawn := vulnerable("GHSA-withdrawn", Range{Introduced: "1.0.0", Fixed: "1.1.0"})
	withdrawn.Withdrawn = time.Unix(1, 0)
	malware := vulnerable("MAL-1", Range{Introduced: "1.0.0", Fixed: "1.1.0"})
	malware.Malware = true
	records := []Record{
		vulnerable("GHSA-fixed", Range{Introduced: "1.0.0", Fixed: "1.1.0"}),
		vulnerable("GHSA-still-there", Range{Introduced: "1.0.0", Fixed: "1.2.0"}),
		vulnerable("GHSA-never-there", Range{Introduced: "2.0.0", Fixed: "2.1.0"}),
		vulnerable("GHSA-open", Range{Introduced: "0"}),
		withdrawn, malware,
	}
	if got := Fixed(records, "p", "1.0.5", "1.1.0"); !slices.Equal(got, []string{"GHSA-fixed"}) {
		t.Errorf("got %v, want GHSA-fixed", got)
	}
	if got := Fixed(records, "other", "1.0.5", "1.1.0"); len(got) != 0 {
		t.Errorf("got %v for another package, want none", got)
	}
}

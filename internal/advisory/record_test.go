package advisory

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// wrap makes a malware record about an npm package out of members of affected[0].
func wrap(members string) string {
	return `{"id":"MAL-2026-1","modified":"2026-05-19T18:02:36Z","affected":[{"package":{"ecosystem":"npm","name":"a"},` + members + `}]}`
}

func TestDecodeRecord(t *testing.T) {
	const text = `{
		"schema_version": "1.7.4", "id": "MAL-2026-11524", "aliases": ["GHSA-gx6x-v325-85g4"],
		"published": "2026-08-04T18:00:00Z", "modified": "2026-08-04T23:56:06.868204584Z", "withdrawn": null,
		"summary": "Malicious code in keyv (npm)", "details": "…", "future": [{}],
		"affected": [
			{"package": {"ecosystem": "PyPI", "name": "keyv"}, "versions": ["9"]},
			{"package": {"ecosystem": "npm", "name": "keyv", "purl": "pkg:npm/keyv"}, "versions": ["6.0.0"],
			 "ranges": [
				{"type": "SEMVER", "events": [{"introduced": "0"}]},
				{"type": "GIT", "repo": "https://example.com/", "events": [{"introduced": "0"}, {"limit": "c0ffee"}]},
				{"type": "ECOSYSTEM", "events": [{"introduced": "1.0.0"}, {"fixed": "1.2.0"}]}],
			 "database_specific": {"cwes": [{"cweId": "CWE-506"}], "indicators": {
				"evidence_files": [{"path": "setup.mjs"}],
				"package_integrity": [{"filename": "keyv-6.0.0.tgz", "hashes": {"sha1": "0f", "sha512_sri": "sha512-AA=="}}, {}]}}}],
		"database_specific": {"malicious-packages-origins": null}}`
	want := Record{
		ID:        "MAL-2026-11524",
		Aliases:   []string{"GHSA-gx6x-v325-85g4"},
		Summary:   "Malicious code in keyv (npm)",
		Published: time.Date(2026, 8, 4, 18, 0, 0, 0, time.UTC),
		Modified:  time.Date(2026, 8, 4, 23, 56, 6, 868204584, time.UTC),
		Malware:   true,
		Affected: []Affected{{
			Name:      "keyv",
			Versions:  []string{"6.0.0"},
			Ranges:    []Range{{Introduced: "0"}, {Introduced: "1.0.0", Fixed: "1.2.0"}},
			Integrity: []string{"sha512-AA=="},
		}},
	}
	got, err := DecodeRecord([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the record differs (-want +got):\n%s", diff)
	}
}

func TestDecodeRecordErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"not JSON", `MAL`, "invalid character"},
		{"empty", ``, "EOF"},
		{"cut off", wrap(`"versions":["1.0.0"]`)[:60], "unexpected EOF"},
		{"more behind it", wrap(`"versions":["1.0.0"]`) + `{}`, "after top-level value"},
		{"an array", `[]`, "of another kind"},
		{"no id", `{"modified":"2026-01-01T00:00:00Z"}`, "no id"},
		{"an id that is a path", `{"id":"MAL-../x","modified":"2026-01-01T00:00:00Z"}`, "U+002F"},
		{"a long id", `{"id":"MAL-` + strings.Repeat("1", 99) + `","modified":"2026-01-01T00:00:00Z"}`, "longer than 64"},
		{"no date", `{"id":"MAL-1"}`, "no date"},
		{"a bad date", `{"id":"MAL-1","modified":"yesterday"}`, `the value at "/modified" is wrong`},
		{"withdrawn, but not when", `{"id":"MAL-1","modified":"2026-01-01T00:00:00Z","withdrawn":true}`, `the value at "/withdrawn" is of another kind`},
		{"repeated name", `{"id":"MAL-1","id":"MAL-2"}`, "duplicate"},
		{"repeated name in what is skipped", `{"id":"MAL-1","new":{"a":1,"a":2}}`, "duplicate"},
		{"invalid UTF-8 in what is skipped", "{\"details\":\"\xff\"}", "UTF-8"},
		{"nested without end", `{"new":` + strings.Repeat("[", 100_000), "depth"},
		{"too large", `"` + strings.Repeat(" ", maxRecord) + `"`, "larger than"},
		{"no package name", `{"id":"MAL-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm"},"versions":["1.0.0"]}]}`, "no name"},
		{"nothing named", wrap(`"versions":[]`), "neither versions"},
		{"only commits", wrap(`"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]`), "neither versions"},
		{"another kind of version", wrap(`"versions":[1]`), "versions"},
		{"unknown range", wrap(`"ranges":[{"type":"SOME","events":[{"introduced":"0"}]}]`), `unknown type "SOME"`},
		{"empty event", wrap(`"ranges":[{"type":"SEMVER","events":[{}]}]`), "none of introduced"},
		{"limit", wrap(`"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"limit":"1.0.0"}]}]`), "none of introduced"},
		{"two events in one", wrap(`"ranges":[{"type":"SEMVER","events":[{"introduced":"0","fixed":"1.0.0"}]}]`), "several at once"},
		{"no beginning", wrap(`"ranges":[{"type":"SEMVER","events":[{"fixed":"1.0.0"}]}]`), "without introduced"},
		{"a hash of another kind", wrap(`"database_specific":{"indicators":{"package_integrity":[{"hashes":{"sha512_sri":7}}]}}`), "sha512_sri"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			record, err := DecodeRecord([]byte(tt.text))
			if err == nil {
				t.Fatalf("got %+v, want an error", record)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got the error %q, want %q in it", err, tt.want)
			}
		})
	}
}

func TestMalware(t *testing.T) {
	const rest = `,"modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0"]`
	tests := []struct {
		name, text string
		want       bool
	}{
		{"MAL", `{"id":"MAL-2025-1"` + rest + `}]}`, true},
		{"GHSA with the CWE", `{"id":"GHSA-mh6f-8j2x-4483","database_specific":{"cwe_ids":["CWE-20","CWE-506"]}` + rest + `}]}`, true},
		{"GHSA with the CWE as ossf has it", `{"id":"GHSA-mh6f-8j2x-4483"` + rest + `,"database_specific":{"cwes":[{"cweId":"CWE-506"}]}}]}`, true},
		{"GHSA with another CWE", `{"id":"GHSA-67hx-6x53-jw92","database_specific":{"cwe_ids":["CWE-5060"]}` + rest + `}]}`, false},
		{"GHSA that speaks of it", `{"id":"GHSA-67hx-6x53-jw92","summary":"arbitrary code execution when compiling malicious code"` + rest + `}]}`, false},
		{"another database with the CWE", `{"id":"CVE-2026-1","database_specific":{"cwe_ids":["CWE-506"]}` + rest + `}]}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			record, err := DecodeRecord([]byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if record.Malware != tt.want || len(record.Affected) == 0 {
				t.Errorf("got malware %v with %d packages, want %v", record.Malware, len(record.Affected), tt.want)
			}
		})
	}
}

func TestSummaryIsCut(t *testing.T) {
	text := `{"id":"MAL-1","modified":"2026-01-01T00:00:00Z","summary":"` + strings.Repeat("é", 1000) + `"}`
	record, err := DecodeRecord([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("é", 126) + "…"; record.Summary != want {
		t.Errorf("got %q, want %q", record.Summary, want)
	}
}

// fixtures returns the OSV records of the conformance data by file name.
func fixtures(t *testing.T) map[string][]byte {
	t.Helper()
	root := os.Getenv("GATE_FIXTURES")
	if root == "" {
		t.Skip("GATE_FIXTURES names no conformance data")
	}
	files, err := filepath.Glob(filepath.Join(root, "osv", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no records below %s: %v", root, err)
	}
	found := map[string][]byte{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(file)] = data
	}
	return found
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(wrap(`"versions":["1.0.0"],"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]`)), "1.0.0")
	f.Add([]byte(wrap(`"ranges":[{"type":"SEMVER","events":[{"last_affected":"x"},{"introduced":"1.0.0-rc.1"}]}]`)), "x")
	f.Add([]byte(`{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z","database_specific":{"cwe_ids":["CWE-506"]}}`), "")
	f.Fuzz(func(t *testing.T, data []byte, version string) {
		record, err := DecodeRecord(data)
		if err != nil {
			return
		}
		for _, affected := range record.Affected {
			for _, named := range affected.Versions {
				matches := len(Match([]Record{record}, affected.Name, named, nil)) > 0
				if matches != record.Malware {
					t.Errorf("%q is named in a record with malware %v: got a match %v", named, record.Malware, matches)
				}
			}
			for _, r := range affected.Ranges {
				if r.Introduced == "" || r.Fixed != "" && r.LastAffected != "" {
					t.Errorf("the range %+v is none", r)
				}
			}
			Match([]Record{record}, affected.Name, version, nil)
		}
	})
}

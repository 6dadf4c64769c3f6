// Package advisory knows which npm packages are malware, from records in the
// OSV format: asked one by one at the OSV API, or looked up in an index made of
// the OSV export or of a directory of records.
//
// It says what the records say and how surely (see Kind); what that is worth is
// for a check to decide. Malware is all it keeps: vulnerabilities are another
// question.
package advisory

// This file reads one OSV record, a JSON object (https://ossf.github.io/osv-schema/).
// What the records about npm really look like:
//
//   - Malware is everything of ossf/malicious-packages, with ids MAL-year-number,
//     and those advisories of GitHub (GHSA-…) that carry CWE-506, "embedded
//     malicious code". GitHub has it in database_specific.cwe_ids as texts,
//     ossf in affected[].database_specific.cwes as objects. Summaries are no
//     mark: the one of event-stream's record does not say malware, and
//     vulnerabilities in compilers do speak of malicious code.
//   - versions and ranges stand side by side, and either makes a version
//     affected. Many records have the range from 0 without an end in addition to
//     the few versions that were bad, also for packages with good releases.
//   - GitHub calls its ranges ECOSYSTEM where OSV's export says SEMVER. Both mean
//     semantic versions for npm.
//   - Since 2026 some records give the hash of the malicious tarball in
//     affected[].database_specific.indicators, in the form that lockfiles use.
//   - withdrawn is the date on which a record was taken back; the rest of it
//     stays as it was.
//   - database_specific is null in some records, and fields are added with every
//     schema version.

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxRecord bounds a record in bytes. The largest malware record about npm
	// in a snapshot of June 2025 had 12 kB.
	maxRecord = 4 << 20
	// maxID bounds an id in bytes; those of MAL and GHSA have less than 20.
	maxID = 64
	// maxSummary bounds the summary that is kept, in bytes.
	maxSummary = 256
)

const (
	ecosystem     = "npm"
	malwarePrefix = "MAL-"
	githubPrefix  = "GHSA-"
	malwareCWE    = `"CWE-506"` // as JSON has it
)

// Record is what one advisory says about npm packages. The names in the JSON
// form are those of the index.
type Record struct {
	ID        string    `json:"id"`
	Aliases   []string  `json:"aliases,omitzero"` // ids in other databases
	Summary   string    `json:"summary,omitzero"` // one line; cut if it is long
	Published time.Time `json:"published,omitzero"`
	Modified  time.Time `json:"modified,omitzero"`
	// Withdrawn is when the record was taken back; zero if it stands.
	Withdrawn time.Time `json:"withdrawn,omitzero"`
	// Malware says that the record is about malware, not a vulnerability.
	Malware bool `json:"malware,omitzero"`
	// Affected is empty for a record that is withdrawn or not about npm. Of a
	// record that is not about malware, what cannot be read is left out.
	Affected []Affected `json:"affected,omitzero"`
}

// Affected says which versions of one package are meant: those in Versions,
// those in one of Ranges, and tarballs with a hash in Integrity.
type Affected struct {
	Name      string   `json:"name"`
	Versions  []string `json:"versions,omitzero"`
	Ranges    []Range  `json:"ranges,omitzero"`
	Integrity []string `json:"integrity,omitzero"` // "sha512-…", as the record has it
}

// DecodeRecord reads one OSV record. Unknown members are passed over, as the
// schema asks; repeated names, invalid UTF-8 and members of another kind than
// the schema's are errors, and so is a malware record about an npm package that
// does not say which versions it means.
func DecodeRecord(data []byte) (Record, error) {
	if len(data) > maxRecord {
		return Record{}, fmt.Errorf("the record is larger than %d bytes", maxRecord)
	}
	var osv osvRecord
	if err := decode(data, &osv); err != nil {
		return Record{}, err
	}
	if err := checkID(osv.ID); err != nil {
		return Record{}, err
	}
	if osv.Modified.IsZero() {
		return Record{}, errors.New("the record has no date of modification")
	}
	record := Record{
		ID:        osv.ID,
		Aliases:   osv.Aliases,
		Summary:   cut(osv.Summary, maxSummary),
		Published: osv.Published,
		Modified:  osv.Modified,
		Withdrawn: osv.Withdrawn,
		Malware:   osv.isMalware(),
	}
	if !record.Withdrawn.IsZero() {
		return record, nil
	}
	for _, a := range osv.Affected {
		if a.Package.Ecosystem != ecosystem {
			continue
		}
		affected, err := a.decode()
		switch {
		case err == nil:
			record.Affected = append(record.Affected, affected)
		case record.Malware:
			return Record{}, fmt.Errorf("%s about %q: %w", osv.ID, cut(a.Package.Name, maxSummary), err)
		}
	}
	return record, nil
}

// decode reads JSON and passes over unknown members. The library's own text for
// a value of the wrong kind differs from run to run and speaks of Go's types.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	wrong, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return err
	case wrong.Err != nil:
		return fmt.Errorf("the value at %q is wrong: %w", wrong.JSONPointer, wrong.Err)
	}
	return fmt.Errorf("the value at %q is of another kind than it should be", wrong.JSONPointer)
}

// osvRecord holds the members of a record that matter here.
type osvRecord struct {
	ID               string        `json:"id"`
	Aliases          []string      `json:"aliases"`
	Summary          string        `json:"summary"`
	Published        time.Time     `json:"published"`
	Modified         time.Time     `json:"modified"`
	Withdrawn        time.Time     `json:"withdrawn"`
	Affected         []osvAffected `json:"affected"`
	DatabaseSpecific struct {
		CWEs jsontext.Value `json:"cwe_ids"`
	} `json:"database_specific"`
}

type osvAffected struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
	} `json:"package"`
	Versions         []string   `json:"versions"`
	Ranges           []osvRange `json:"ranges"`
	DatabaseSpecific struct {
		CWEs       jsontext.Value `json:"cwes"`
		Indicators struct {
			PackageIntegrity []struct {
				Hashes struct {
					SHA512 string `json:"sha512_sri"`
				} `json:"hashes"`
			} `json:"package_integrity"`
		} `json:"indicators"`
	} `json:"database_specific"`
}

func (r *osvRecord) isMalware() bool {
	if strings.HasPrefix(r.ID, malwarePrefix) {
		return true
	}
	if !strings.HasPrefix(r.ID, githubPrefix) {
		return false
	}
	named := bytes.Contains(r.DatabaseSpecific.CWEs, []byte(malwareCWE))
	for _, a := range r.Affected {
		named = named || bytes.Contains(a.DatabaseSpecific.CWEs, []byte(malwareCWE))
	}
	return named
}

func (a *osvAffected) decode() (Affected, error) {
	affected := Affected{Name: a.Package.Name, Versions: a.Versions}
	if affected.Name == "" {
		return Affected{}, errors.New("the package has no name")
	}
	for _, r := range a.Ranges {
		ranges, err := r.decode()
		if err != nil {
			return Affected{}, err
		}
		affected.Ranges = append(affected.Ranges, ranges...)
	}
	for _, p := range a.DatabaseSpecific.Indicators.PackageIntegrity {
		if p.Hashes.SHA512 != "" {
			affected.Integrity = append(affected.Integrity, p.Hashes.SHA512)
		}
	}
	if len(affected.Versions)+len(affected.Ranges)+len(affected.Integrity) == 0 {
		return Affected{}, errors.New("neither versions nor ranges nor hashes")
	}
	return affected, nil
}

// checkID asks that an id can stand in an address and in a report.
func checkID(id string) error {
	if id == "" {
		return errors.New("the record has no id")
	}
	if len(id) > maxID {
		return fmt.Errorf("the record's id is longer than %d bytes", maxID)
	}
	for _, r := range id {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		if !letter && !strings.ContainsRune("-_.:", r) {
			return fmt.Errorf("the record's id holds the character %U", r)
		}
	}
	return nil
}

// cut shortens a text to at most limit bytes, the mark of it included.
func cut(text string, limit int) string {
	const mark = "…"
	if len(text) <= limit {
		return text
	}
	end := limit - len(mark)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + mark
}

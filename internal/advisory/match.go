package advisory

import (
	"cmp"
	"slices"
	"time"

	"github.com/install-gate/gate/internal/npm"
)

// Kind says how surely a record means a version, from the least sure.
type Kind int

// The kinds of hits.
const (
	// OpenRange is a range without an end, or one whose bounds cannot be
	// compared with the version. By the letter of the schema the version is
	// malware; in practice such ranges get into the records of good packages.
	OpenRange Kind = iota + 1
	// ClosedRange is a range with both ends around the version.
	ClosedRange
	// ExactVersion means that the record names the version, in its list or as
	// the first one of a range without an end.
	ExactVersion
	// ExactHash means that the record names the tarball's sha512.
	ExactHash
)

// String returns the kind's name, such as "exact-version".
func (k Kind) String() string {
	switch k {
	case OpenRange:
		return "open-range"
	case ClosedRange:
		return "closed-range"
	case ExactVersion:
		return "exact-version"
	case ExactHash:
		return "exact-hash"
	}
	return "unknown"
}

// Hit is a record that means a version, by the surest of its reasons.
type Hit struct {
	ID        string
	Kind      Kind
	Aliases   []string
	Summary   string
	Published time.Time // zero if the record does not say
	Modified  time.Time
	// Range is the range of an OpenRange or ClosedRange; otherwise zero.
	Range Range
	// Narrower is set for an OpenRange if the record also has versions, ranges or
	// hashes of the package that are not this one's. Beside them it says little.
	Narrower bool
}

// Match looks for a version of a package, which may have hashes, in records. It
// gives at most one hit for each record, the surest first and then by id.
// Records that are withdrawn or not about malware give none.
func Match(records []Record, name, version string, hashes npm.Integrity) []Hit {
	var hits []Hit
	for _, record := range records {
		if !record.Malware || !record.Withdrawn.IsZero() {
			continue
		}
		if hit := record.match(name, version, hashes); hit.Kind != 0 {
			hits = append(hits, hit)
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Kind, a.Kind), cmp.Compare(a.ID, b.ID))
	})
	return hits
}

// match returns the record's hit, whose Kind is zero if there is none.
func (r *Record) match(name, version string, hashes npm.Integrity) Hit {
	hit := Hit{ID: r.ID, Aliases: r.Aliases, Summary: r.Summary, Published: r.Published, Modified: r.Modified}
	for _, affected := range r.Affected {
		if affected.Name != name {
			continue
		}
		hit.lookAt(affected.names(version), affected.Versions)
		hit.lookAt(affected.hasHash(hashes), affected.Integrity)
		for _, stretch := range affected.Ranges {
			hit.lookAtRange(stretch, version)
		}
	}
	hit.Narrower = hit.Narrower && hit.Kind == OpenRange
	return hit
}

func (h *Hit) lookAt(found Kind, list []string) {
	if found > h.Kind {
		h.Kind, h.Range = found, Range{}
	}
	h.Narrower = h.Narrower || found == 0 && len(list) > 0
}

func (h *Hit) lookAtRange(r Range, version string) {
	found := r.kind(version)
	if found == ExactVersion {
		r = Range{}
	}
	if found > h.Kind {
		h.Kind, h.Range = found, r
	}
	h.Narrower = h.Narrower || found == 0
}

func (a *Affected) names(version string) Kind {
	if slices.ContainsFunc(a.Versions, func(v string) bool { return sameVersion(v, version) }) {
		return ExactVersion
	}
	return 0
}

func (a *Affected) hasHash(hashes npm.Integrity) Kind {
	for _, h := range hashes {
		if slices.Contains(a.Integrity, h.String()) {
			return ExactHash
		}
	}
	return 0
}

// kind returns 0 for a version that is not in the range.
func (r Range) kind(version string) Kind {
	in, certain := r.contains(version)
	switch {
	case !in:
		return 0
	case certain && !r.Open():
		return ClosedRange
	case r.Open() && sameVersion(r.Introduced, version):
		return ExactVersion
	}
	return OpenRange
}

// Fixed returns the ids of the vulnerabilities that a package had in one
// version and no longer has in another, sorted. A record that is withdrawn, or
// that cannot be compared with the later version, counts for nothing.
func Fixed(records []Record, name, from, to string) []string {
	var ids []string
	for _, record := range records {
		if record.Malware || !record.Withdrawn.IsZero() {
			continue
		}
		if record.match(name, from, nil).Kind > OpenRange && record.match(name, to, nil).Kind == 0 {
			ids = append(ids, record.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

package evidence

import (
	"context"
	"slices"
	"time"

	"github.com/install-gate/gate/internal/advisory"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npm"
)

// Advisories answers for malware advisories; *advisory.API and an index do in
// production.
type Advisories interface {
	// Source names who answers, for the report.
	Source() string
	// Records returns an answer for each of the versions.
	Records(ctx context.Context, ids []npm.ID) (map[npm.ID]advisory.Answer, error)
}

// inquiry asks about all entries at once, beside the questions to the registry.
// The names of packages from a registry of their own scope are private and not
// told to anyone.
type inquiry struct {
	source  Advisories
	about   []*Record
	answers map[npm.ID]advisory.Answer
	err     error
	done    chan struct{}
}

// inquire starts to ask. A nil source is not asked and gives a nil inquiry.
func inquire(ctx context.Context, source Advisories, records []Record) *inquiry {
	if source == nil {
		return nil
	}
	q := &inquiry{source: source, done: make(chan struct{})}
	var ids []npm.ID
	for i := range records {
		if r := &records[i]; r.Entry.Source == lockfile.Registry && !r.ScopedRegistry && !r.Skipped {
			ids, q.about = append(ids, r.Entry.ID()), append(q.about, r)
			if r.Changed && r.BaseVersion != "" {
				ids = append(ids, npm.ID{Name: r.Entry.Name, Version: r.BaseVersion})
			}
		}
	}
	go func() {
		defer close(q.done)
		if len(ids) > 0 {
			q.answers, q.err = source.Records(ctx, ids)
		}
	}()
	return q
}

// fill waits for the answers and writes them into the records. Advisories
// published after asOf are left out, if asOf is not zero.
func (q *inquiry) fill(asOf time.Time) {
	if q == nil {
		return
	}
	<-q.done
	for _, r := range q.about {
		if q.err != nil {
			r.Gaps = append(r.Gaps, Gap{Kind: Advisory, Reason: q.err.Error(), Source: q.source.Source(), Whole: true})
			continue
		}
		q.fillOne(r, asOf)
	}
}

func (q *inquiry) fillOne(r *Record, asOf time.Time) {
	answer := q.answers[r.Entry.ID()]
	for _, p := range answer.Problems {
		r.Gaps = append(r.Gaps, Gap{Kind: Advisory, Reason: p.Where + ": " + p.Reason, Source: q.source.Source()})
	}
	hashes, _ := r.Entry.Hashes() // malformed ones match nothing
	r.Advisories = slices.DeleteFunc(advisory.Match(answer.Records, r.Entry.Name, r.Entry.Version, hashes),
		func(h advisory.Hit) bool { return !asOf.IsZero() && h.Published.After(asOf) })
	base := q.answers[npm.ID{Name: r.Entry.Name, Version: r.BaseVersion}]
	known := slices.DeleteFunc(slices.Clone(base.Vulnerabilities),
		func(v advisory.Record) bool { return !asOf.IsZero() && v.Published.After(asOf) })
	r.Fixes = advisory.Fixed(known, r.Entry.Name, r.BaseVersion, r.Entry.Version)
}

package evidence

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

// Registry answers for packages; *npmregistry.Client does in production.
// Values are compared: two equal ones are asked about a package once.
type Registry interface {
	// RegistryFor returns the address of the registry that npm would ask for
	// the package, with a slash at its end; for an empty name the default.
	RegistryFor(name string) string
	// Packument asks that registry. An unknown package is
	// npmregistry.ErrNotFound.
	Packument(ctx context.Context, name string) (*npmregistry.Packument, error)
	// Tarball fetches what lies at an address of that registry and verifies it
	// by the strongest hashes of want.
	Tarball(ctx context.Context, address string, want npm.Integrity) (*npmregistry.Tarball, error)
	// Attestations returns what that registry says is attested of a version, and
	// Keys the keys that it signs with, as it sends them. Where there are none
	// the error is npmregistry.ErrNotFound.
	Attestations(ctx context.Context, id npm.ID) ([]byte, error)
	Keys(ctx context.Context, name string) ([]byte, error)
}

// maxParallel bounds how many packages are asked for at once. The registry's
// client has a limit of its own for connections; this one bounds how many
// packuments are in memory.
const maxParallel = 16

// Request says what to collect.
type Request struct {
	Lockfiles []*lockfile.Lockfile
	// Base is what the lockfiles changed from; nil if there is no base.
	Base *lockfile.Delta
	// OnlyChanged asks about no entry that the base has.
	OnlyChanged bool
	// Registry returns the registry as it is configured for the project of a
	// lockfile, given the lockfile's path.
	Registry func(file string) Registry
	// Advisories is asked for malware; nil asks nobody.
	Advisories Advisories
	// Trust is by what signatures and attestations are verified; nil verifies
	// none.
	Trust *Trust
	// Now is the time at which everything is judged.
	Now time.Time
	// AsOf hides what was published later; zero hides nothing.
	AsOf time.Time
	// Progress, if set, is called after each package, from several goroutines.
	Progress func(done, total int)
}

// Collect gathers the evidence for every entry of the lockfiles, in their
// order. The error is the context's; whatever else goes wrong is a gap in the
// records it concerns.
func Collect(ctx context.Context, req Request) ([]Record, error) {
	records, questions := prepare(req)
	advisories := inquire(ctx, req.Advisories, records)
	signers := newSigners(req.Trust)
	var group errgroup.Group
	group.SetLimit(maxParallel)
	var done atomic.Int64
	for _, q := range questions {
		group.Go(func() error {
			q.answer(ctx, req.AsOf)
			q.openTarballs(ctx, req.Base != nil, req.Now)
			q.verify(ctx, signers, req.Base != nil, req.Now)
			if req.Progress != nil {
				req.Progress(int(done.Add(1)), len(questions))
			}
			return ctx.Err()
		})
	}
	err := group.Wait()
	advisories.fill(req.AsOf)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("asking the registry: %w", err)
	}
	return records, nil
}

// question is what is asked of a registry once, for all records that hold the
// package.
type question struct {
	registry Registry
	name     string
	records  []*Record
}

// prepare makes the records and the questions, both in the lockfiles' order.
func prepare(req Request) ([]Record, []*question) {
	var records []Record
	for _, lock := range req.Lockfiles {
		for i := range lock.Entries {
			record := Record{File: lock.Path, Format: lock.Format, Entry: &lock.Entries[i], Changed: true}
			if req.Base != nil {
				record.Changed = !req.Base.Has(record.Entry)
				record.BaseVersion = req.Base.At(record.Entry)
				record.Skipped = req.OnlyChanged && !record.Changed
			}
			records = append(records, record)
		}
	}
	type key struct {
		registry Registry
		name     string
	}
	asked := map[key]*question{}
	var questions []*question
	for i := range records {
		r := &records[i]
		if r.Entry.Source != lockfile.Registry || r.Skipped {
			continue
		}
		registry := req.Registry(r.File)
		r.Registry = registry.RegistryFor(r.Entry.Name)
		r.ScopedRegistry = r.Registry != registry.RegistryFor("")
		q := asked[key{registry, r.Entry.Name}]
		if q == nil {
			q = &question{registry: registry, name: r.Entry.Name}
			asked[key{registry, r.Entry.Name}] = q
			questions = append(questions, q)
		}
		q.records = append(q.records, r)
	}
	return records, questions
}

// answer asks about one package and fills its records.
func (q *question) answer(ctx context.Context, asOf time.Time) {
	doc, err := q.registry.Packument(ctx, q.name)
	unknown := errors.Is(err, npmregistry.ErrNotFound)
	if err != nil && !unknown {
		for _, r := range q.records {
			r.Gaps = append(r.Gaps, Gap{Kind: Packument, Reason: reason(err)})
		}
		return
	}
	if unknown {
		doc = &npmregistry.Packument{Name: q.name}
	}
	h := newHistory(doc, asOf)
	h.pkg.Unknown = unknown
	for _, r := range q.records {
		h.fill(r)
	}
}

// reason says why a registry did not answer without naming the package, so
// that one trouble with many packages is one gap.
func reason(err error) string {
	if e, ok := errors.AsType[*npmregistry.Error](err); ok {
		return e.Reason()
	}
	return err.Error()
}

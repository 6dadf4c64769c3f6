package evidence

import (
	"context"
	"errors"
	"time"

	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

// recentFor is how long after its publication a version is looked at closely
// even without a base: the time in which bad versions are found.
const recentFor = 30 * 24 * time.Hour

// openTarballs fetches the tarballs of those records that call for it.
func (q *question) openTarballs(ctx context.Context, hasBase bool, now time.Time) {
	for _, r := range q.records {
		if r.Manifest == nil || !wantsContent(r, hasBase, now) {
			continue
		}
		r.Content = q.open(ctx, r, r.Manifest, lockedHashes(r))
		if r.Content != nil && runsCode(r.Content) && r.Before != nil && hasScripts(r.Before) {
			r.BeforeContent = q.open(ctx, r, r.Before, nil)
		}
	}
}

// wantsContent reports whether a tarball is worth its download: of an entry
// that changed, of one that says it runs code at install, and of a young one.
func wantsContent(r *Record, hasBase bool, now time.Time) bool {
	switch flag := r.Entry.InstallScript; {
	case !r.Changed:
		return false
	case hasBase, hasScripts(r.Manifest), flag != nil && *flag:
		return true
	}
	return isRecent(r, now)
}

func isRecent(r *Record, now time.Time) bool {
	age := now.Sub(r.Published)
	return !r.Published.IsZero() && age >= 0 && age < recentFor
}

func hasScripts(m *npmregistry.Manifest) bool { return len(m.Scripts) > 0 || m.GypFile }

func runsCode(t *npmregistry.Tarball) bool { return len(t.Scripts) > 0 || t.GypFile }

// lockedHashes returns the hashes that the lockfile gives for a tarball. Where
// there are none that can be used the registry's own have to do.
func lockedHashes(r *Record) npm.Integrity {
	hashes, _ := r.Entry.Hashes() // malformed ones are no hashes
	return hashes
}

// open fetches the tarball of a version. What goes wrong is a gap of the
// record. Without hashes to verify it by, the registry's are taken.
func (q *question) open(ctx context.Context, r *Record, m *npmregistry.Manifest, want npm.Integrity) *npmregistry.Tarball {
	if len(want) == 0 {
		want = publishedHashes(m)
	}
	if m.Dist.Tarball == "" {
		r.Gaps = append(r.Gaps, Gap{Kind: Tarball, Reason: "the tarball: the registry gives no address for it"})
		return nil
	}
	content, err := q.registry.Tarball(ctx, npm.Relocate(m.Dist.Tarball, r.Registry), want)
	if err == nil {
		return content
	}
	r.WrongContent = r.WrongContent || errors.Is(err, npmregistry.ErrWrongHash) && m == r.Manifest
	if _, known := r.Gap(Tarball); !known {
		r.Gaps = append(r.Gaps, Gap{Kind: Tarball, Reason: "the tarball: " + tarballReason(err)})
	}
	return nil
}

func tarballReason(err error) string {
	if errors.Is(err, npmregistry.ErrNotFound) {
		return "the registry does not have it"
	}
	return reason(err)
}

// publishedHashes returns the hashes that the registry gives for a version.
func publishedHashes(m *npmregistry.Manifest) npm.Integrity {
	hashes, err := npm.ParseIntegrity(m.Dist.Integrity)
	if err == nil && len(hashes) > 0 {
		return hashes
	}
	if hash, err := npm.FromShasum(m.Dist.Shasum); err == nil {
		return npm.Integrity{hash}
	}
	return nil
}

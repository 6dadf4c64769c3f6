package evidence_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

const (
	publicRegistry = "https://registry.npmjs.org/"
	acmeRegistry   = "https://npm.acme.example/"
)

// fakeRegistry answers from a map; a name that is not in it is unknown.
type fakeRegistry struct {
	docs   map[string]*npmregistry.Packument
	errs   map[string]error
	scopes map[string]string // the registries of scopes
	// answer, if set, is called before each answer.
	answer func(ctx context.Context, name string) error

	contents map[string]*npmregistry.Tarball // by address
	keys     map[string][]byte               // by the registry's address
	attested map[string]string               // by name@version

	mu    sync.Mutex
	asked []string
}

func (f *fakeRegistry) Tarball(_ context.Context, address string, _ npm.Integrity) (*npmregistry.Tarball, error) {
	if t := f.contents[address]; t != nil {
		return t, nil
	}
	return nil, npmregistry.ErrWrongHash
}

// Keys answers with the keys of the registry of a package.
func (f *fakeRegistry) Keys(_ context.Context, name string) ([]byte, error) {
	f.note("keys of " + f.RegistryFor(name))
	if data, ok := f.keys[f.RegistryFor(name)]; ok {
		return data, nil
	}
	return nil, cmp.Or(f.errs["keys"], npmregistry.ErrNotFound)
}

func (f *fakeRegistry) Attestations(_ context.Context, id npm.ID) ([]byte, error) {
	f.note("attestations of " + id.String())
	if data, ok := f.attested[id.String()]; ok {
		return []byte(data), nil
	}
	return nil, cmp.Or(f.errs["attestations"], npmregistry.ErrNotFound)
}

func (f *fakeRegistry) note(question string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, question)
}

func (f *fakeRegistry) RegistryFor(name string) string {
	if address, ok := f.scopes[npm.Scope(name)]; ok {
		return address
	}
	return publicRegistry
}

func (f *fakeRegistry) Packument(ctx context.Context, name string) (*npmregistry.Packument, error) {
	f.note(name)
	if f.answer != nil {
		if err := f.answer(ctx, name); err != nil {
			return nil, err
		}
	}
	if err := f.errs[name]; err != nil {
		return nil, err
	}
	if doc := f.docs[name]; doc != nil {
		return doc, nil
	}
	return nil, fmt.Errorf("asking for %s: %w", name, npmregistry.ErrNotFound)
}

// askedSorted returns the names asked for, repetitions included.
func (f *fakeRegistry) askedSorted() []string { return slices.Sorted(slices.Values(f.asked)) }

// always gives every lockfile the same registry.
func always(r evidence.Registry) func(string) evidence.Registry {
	return func(string) evidence.Registry { return r }
}

// lock makes a lockfile of registry entries from texts of the form name@version.
func lock(path string, ids ...string) *lockfile.Lockfile {
	l := &lockfile.Lockfile{Path: path, Format: "npm"}
	for i, id := range ids {
		at := strings.LastIndexByte(id, '@')
		l.Entries = append(l.Entries, lockfile.Entry{
			Name: id[:at], Version: id[at+1:], Source: lockfile.Registry, Line: i + 1,
			Locations: []string{"node_modules/" + id[:at]},
		})
	}
	return l
}

// packument makes a document of versions that were published a day apart.
func packument(name string, versions ...string) *npmregistry.Packument {
	doc := &npmregistry.Packument{
		Name: name, Versions: map[string]*npmregistry.Manifest{}, Times: map[string]time.Time{},
		Created: day(1), Modified: day(len(versions)),
	}
	for i, v := range versions {
		doc.Versions[v] = &npmregistry.Manifest{Version: v, Publisher: person("alice")}
		doc.Times[v] = day(i + 1)
	}
	return doc
}

func day(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }

func person(name string) *npmregistry.Publisher {
	return &npmregistry.Publisher{Account: npmregistry.Account{Name: name}}
}

func collect(t *testing.T, req evidence.Request) []evidence.Record {
	t.Helper()
	records, err := evidence.Collect(t.Context(), req)
	if err != nil {
		t.Fatalf("Collect: %v", err)
	}
	return records
}

func TestCollectKeepsOrder(t *testing.T) {
	var ids []string
	registry := &fakeRegistry{docs: map[string]*npmregistry.Packument{}}
	for i := range 100 {
		name := fmt.Sprintf("p%02d", 99-i)
		ids = append(ids, name+"@1.0.0")
		registry.docs[name] = packument(name, "1.0.0")
	}
	records := collect(t, evidence.Request{
		Lockfiles: []*lockfile.Lockfile{lock("a/package-lock.json", ids[:60]...), lock("b/package-lock.json", ids[60:]...)},
		Registry:  always(registry),
	})
	if got, want := len(records), len(ids); got != want {
		t.Fatalf("got %d records, want %d", got, want)
	}
	for i, r := range records {
		file := "a/package-lock.json"
		if i >= 60 {
			file = "b/package-lock.json"
		}
		if r.Entry.ID().String() != ids[i] || r.File != file {
			t.Errorf("record %d is %v of %s, want %s of %s", i, r.Entry.ID(), r.File, ids[i], file)
		}
		if r.Package == nil || r.Package.Name != r.Entry.Name || r.Manifest == nil || !r.Changed {
			t.Errorf("record %d: got package %v, manifest %v, changed %v", i, r.Package, r.Manifest, r.Changed)
		}
	}
}

func TestCollectAsksOnce(t *testing.T) {
	docs := map[string]*npmregistry.Packument{"a": packument("a", "1.0.0", "2.0.0"), "b": packument("b", "1.0.0")}
	locks := []*lockfile.Lockfile{
		lock("x/package-lock.json", "a@1.0.0", "a@2.0.0", "b@1.0.0"),
		lock("y/package-lock.json", "a@1.0.0"),
	}
	t.Run("one registry", func(t *testing.T) {
		registry := &fakeRegistry{docs: docs}
		collect(t, evidence.Request{Lockfiles: locks, Registry: always(registry)})
		if diff := gocmp.Diff([]string{"a", "b"}, registry.askedSorted()); diff != "" {
			t.Errorf("names asked for (-want +got):\n%s", diff)
		}
	})
	t.Run("two registries", func(t *testing.T) {
		x, y := &fakeRegistry{docs: docs}, &fakeRegistry{docs: docs, scopes: map[string]string{"": acmeRegistry}}
		records := collect(t, evidence.Request{Lockfiles: locks, Registry: func(file string) evidence.Registry {
			if file == "x/package-lock.json" {
				return x
			}
			return y
		}})
		if diff := gocmp.Diff([][]string{{"a", "b"}, {"a"}}, [][]string{x.askedSorted(), y.askedSorted()}); diff != "" {
			t.Errorf("names asked for (-want +got):\n%s", diff)
		}
		if got := records[3].Registry; got != acmeRegistry {
			t.Errorf("registry of the second lockfile: got %s, want %s", got, acmeRegistry)
		}
	})
}

func TestCollectRegistry(t *testing.T) {
	registry := &fakeRegistry{scopes: map[string]string{"@acme": acmeRegistry}}
	l := lock("package-lock.json", "a@1.0.0", "@acme/b@1.0.0", "@other/c@1.0.0", "d@1.0.0")
	l.Entries[3].Source = lockfile.Git
	type where struct {
		Registry string
		Scoped   bool
	}
	var got []where
	for _, r := range collect(t, evidence.Request{Lockfiles: []*lockfile.Lockfile{l}, Registry: always(registry)}) {
		got = append(got, where{r.Registry, r.ScopedRegistry})
	}
	want := []where{{publicRegistry, false}, {acmeRegistry, true}, {publicRegistry, false}, {"", false}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("registries (-want +got):\n%s", diff)
	}
	if slices.Contains(registry.asked, "d") {
		t.Error("a git dependency was asked for")
	}
}

func TestCollectGaps(t *testing.T) {
	registry := &fakeRegistry{
		docs: map[string]*npmregistry.Packument{"good": packument("good", "1.0.0")},
		errs: map[string]error{"bad": errors.New("the registry is on fire")},
	}
	records := collect(t, evidence.Request{
		Lockfiles: []*lockfile.Lockfile{lock("package-lock.json", "bad@1.0.0", "bad@2.0.0", "good@1.0.0", "unheard-of@1.0.0")},
		Registry:  always(registry),
	})
	for _, r := range records[:2] {
		want := []evidence.Gap{{Kind: evidence.Packument, Reason: "the registry is on fire"}}
		if diff := gocmp.Diff(want, r.Gaps); diff != "" || r.Package != nil {
			t.Errorf("%v: package %v, gaps (-want +got):\n%s", r.Entry.ID(), r.Package, diff)
		}
	}
	if r := records[2]; len(r.Gaps) > 0 || r.Manifest == nil {
		t.Errorf("good: got gaps %v, manifest %v", r.Gaps, r.Manifest)
	}
	if r := records[3]; len(r.Gaps) > 0 || r.Package == nil || !r.Package.Unknown || r.Manifest != nil {
		t.Errorf("an unknown package is a fact and no gap: got %v, gaps %v", r.Package, r.Gaps)
	}
}

func TestCollectBase(t *testing.T) {
	base := lock("package-lock.json", "a@1.0.0", "same@1.0.0")
	head := lock("package-lock.json", "a@1.2.0", "new@1.0.0", "same@1.0.0")
	registry := &fakeRegistry{docs: map[string]*npmregistry.Packument{
		"a":    packument("a", "1.0.0", "1.1.0", "1.2.0"),
		"same": packument("same", "0.9.0", "1.0.0"),
		"new":  packument("new", "1.0.0"),
	}}
	type change struct {
		ID, Base, Before string
		Changed          bool
	}
	var got []change
	records := collect(t, evidence.Request{
		Lockfiles: []*lockfile.Lockfile{head}, Base: lockfile.NewDelta([]*lockfile.Lockfile{base}), Registry: always(registry),
	})
	for _, r := range records {
		c := change{ID: r.Entry.ID().String(), Base: r.BaseVersion, Changed: r.Changed}
		if r.Before != nil {
			c.Before = r.Before.Version
		}
		got = append(got, c)
	}
	want := []change{
		{"a@1.2.0", "1.0.0", "1.0.0", true}, // not 1.1.0, which nobody here had installed
		{"new@1.0.0", "", "", true},
		{"same@1.0.0", "1.0.0", "0.9.0", false},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestCollectProgress(t *testing.T) {
	registry := &fakeRegistry{}
	var calls, highest, total atomic.Int64
	collect(t, evidence.Request{
		Lockfiles: []*lockfile.Lockfile{lock("package-lock.json", "a@1.0.0", "a@2.0.0", "b@1.0.0", "c@1.0.0")},
		Registry:  always(registry),
		Progress: func(done, of int) {
			calls.Add(1)
			total.Store(int64(of))
			for old := highest.Load(); int64(done) > old && !highest.CompareAndSwap(old, int64(done)); old = highest.Load() {
			}
		},
	})
	if calls.Load() != 3 || highest.Load() != 3 || total.Load() != 3 {
		t.Errorf("got %d calls up to %d of %d, want 3 each: one for each package", calls.Load(), highest.Load(), total.Load())
	}
}

// hundred is a lockfile of a hundred packages.
func hundred() *lockfile.Lockfile {
	var ids []string
	for i := range 100 {
		ids = append(ids, fmt.Sprintf("p%02d@1.0.0", i))
	}
	return lock("package-lock.json", ids...)
}

func TestCollectIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asking atomic.Int64
		release := make(chan struct{})
		registry := &fakeRegistry{answer: func(context.Context, string) error {
			asking.Add(1)
			defer asking.Add(-1)
			<-release
			return nil
		}}
		finished := make(chan error)
		go func() {
			_, err := evidence.Collect(t.Context(), evidence.Request{Lockfiles: []*lockfile.Lockfile{hundred()}, Registry: always(registry)})
			finished <- err
		}()
		synctest.Wait() // until nothing moves any more
		if got, limit := asking.Load(), int64(16); got != limit {
			t.Errorf("%d questions at once, want %d", got, limit)
		}
		close(release)
		if err := <-finished; err != nil {
			t.Errorf("Collect: %v", err)
		}
	})
}

// TestCollectDeadline: what was answered in time is kept, the rest are gaps.
func TestCollectDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := &fakeRegistry{
			docs: map[string]*npmregistry.Packument{"p00": packument("p00", "1.0.0")},
			answer: func(ctx context.Context, name string) error {
				if name == "p00" {
					return nil
				}
				<-ctx.Done()
				return ctx.Err()
			},
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		records, err := evidence.Collect(ctx, evidence.Request{Lockfiles: []*lockfile.Lockfile{hundred()}, Registry: always(registry)})
		if err != nil || len(records) != 100 {
			t.Fatalf("got %d records, %v, want 100 and no error", len(records), err)
		}
		if len(records[0].Gaps) > 0 {
			t.Errorf("the answered package has gaps %v", records[0].Gaps)
		}
		for _, r := range records[1:] {
			if _, ok := r.Gap(evidence.Packument); !ok {
				t.Errorf("%s has no gap", r.Entry.Name)
			}
		}
	})
}

func TestCollectCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	registry := &fakeRegistry{answer: func(ctx context.Context, _ string) error {
		cancel()
		return ctx.Err()
	}}
	records, err := evidence.Collect(ctx, evidence.Request{Lockfiles: []*lockfile.Lockfile{hundred()}, Registry: always(registry)})
	if !errors.Is(err, context.Canceled) || records != nil {
		t.Errorf("got %d records, %v, want context.Canceled and none", len(records), err)
	}
}

// BenchmarkCollect has the size of a large application: 1,400 packages with 40
// releases each.
func BenchmarkCollect(b *testing.B) {
	versions := make([]string, 40)
	for i := range versions {
		versions[i] = fmt.Sprintf("%d.%d.0", i/10, i%10)
	}
	registry := &fakeRegistry{docs: map[string]*npmregistry.Packument{}}
	var ids []string
	for i := range 1400 {
		name := fmt.Sprintf("package-%04d", i)
		registry.docs[name] = packument(name, versions...)
		ids = append(ids, name+"@3.5.0")
	}
	req := evidence.Request{Lockfiles: []*lockfile.Lockfile{lock("package-lock.json", ids...)}, Registry: always(registry)}
	b.ReportAllocs()
	for b.Loop() {
		registry.asked = registry.asked[:0]
		if _, err := evidence.Collect(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

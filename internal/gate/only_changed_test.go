package gate_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/install-gate/gate/internal/advisory"
	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry"
)

// listener notes what is asked of a registry and of an advisory service.
type listener struct {
	evidence.Registry
	mu    sync.Mutex
	asked []string
}

func (l *listener) note(question string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, question)
}

func (l *listener) Packument(ctx context.Context, name string) (*npmregistry.Packument, error) {
	l.note(name)
	return l.Registry.Packument(ctx, name)
}

func (*listener) Source() string { return "https://osv.example/" }

func (l *listener) Records(_ context.Context, ids []npm.ID) (map[npm.ID]advisory.Answer, error) {
	for _, id := range ids {
		l.note("malware in " + id.String())
	}
	return nil, nil
}

// TestOnlyChanged: what the base has is not asked about and not judged again,
// but stays part of the result.
func TestOnlyChanged(t *testing.T) {
	long := now.AddDate(-1, 0, 0)
	retired := document("old", "1.0.0", long)
	retired.Versions["1.0.0"].Deprecated = "use new"
	ears := &listener{Registry: registryOf(retired, document("new", "1.0.0", long))}
	in := input(t, ears, "", entry("new", "1.0.0"), entry("old", "1.0.0"))
	in.Advisories = ears
	in.Base = lockfile.NewDelta([]*lockfile.Lockfile{lockOf("package-lock.json", entry("old", "1.0.0"))})
	if r := judge(t, in); summary(r) != "deprecated:warning" {
		t.Errorf("asking about all: got %q, want deprecated:warning", summary(r))
	}
	ears.asked = nil
	in.OnlyChanged = true
	r := judge(t, in)
	if summary(r) != "" {
		t.Errorf("asking about changes: got %q, want nothing", summary(r))
	}
	if got := r.Lockfiles[0]; got.Entries != 2 || got.Changed != 1 {
		t.Errorf("got %d entries, %d changed, want 2 and 1", got.Entries, got.Changed)
	}
	want := map[string]bool{"new": true, "malware in new@1.0.0": true}
	got := map[string]bool{}
	for _, question := range ears.asked {
		got[question] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

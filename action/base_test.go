package action

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestBase judges what main has already, a hash that is missing, and the attack
// that a change brings.
func TestBase(t *testing.T) {
	clean, attacked := project(t, "clean", "app/"), project(t, "attacked", "app/")
	legacy := project(t, "legacy", "legacy/") // blocks only if there is no base
	const everything = "::error file=legacy/package-lock.json,line=12,title=left-pad@1.3.0::missing-integrity"
	tests := []struct {
		name    string
		event   string
		change  map[string]string
		inputs  map[string]string
		code    int
		verdict string
		says    string
	}{
		{"push judges everything", "push", nil, nil, 1, "blocked", everything},
		{"push with a base", "push", nil, map[string]string{"base": "main"}, 0, "pass", "0 changed"},
		{"pull request that adds nothing", "pull_request", map[string]string{"README.md": ""}, nil, 0, "pass", "0 changed"},
		{"pull request that attacks", "pull_request", attacked, nil, 1, "blocked", fmt.Sprintf(attackAnnotation, "app/")},
		{"pull request beside the directory", "pull_request", attacked, map[string]string{"dir": "legacy"}, 0, "pass", "0 changed"},
		{"pull request checked out on pull_request_target", "pull_request_target", attacked, nil, 1, "blocked", fmt.Sprintf(attackAnnotation, "app/")},
		{"merge queue", "merge_group", attacked, nil, 1, "blocked", fmt.Sprintf(attackAnnotation, "app/")},
		{"other event", "workflow_dispatch", nil, nil, 1, "blocked", everything},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRepository(t, together(clean, legacy))
			p := r.propose(tt.change)
			s := step{event: tt.event, pull: p, inputs: tt.inputs}
			if tt.event == "pull_request_target" {
				s.sha = p.base
			}
			got := s.run(t, r, t.TempDir())
			got.expect(t, tt.code, tt.verdict)
			got.says(t, tt.says)
			if tt.says != everything && strings.Contains(got.log, everything) {
				t.Errorf("what the base has already was judged:\n%s", got.log)
			}
		})
	}
}

// TestHead judges a pull request whose head is checked out, not its merge, while
// main went on.
func TestHead(t *testing.T) {
	r := newRepository(t, project(t, "clean", "app/"))
	p := r.propose(map[string]string{"README.md": ""})
	r.git("checkout", "-q", "main")
	p.base = r.commit(project(t, "attacked", "old/"))
	r.git("checkout", "-q", "--detach", p.head)
	got := step{event: "pull_request", pull: p, sha: p.merge}.run(t, r, t.TempDir())
	got.expect(t, 0, "pass")
	got.says(t, "0 changed")
}

// TestStaleEvent has an event that names an older base than the merge has.
func TestStaleEvent(t *testing.T) {
	r := newRepository(t, project(t, "clean", "app/"))
	old := r.git("rev-parse", "HEAD")
	r.commit(project(t, "attacked", "old/"))
	p := r.propose(map[string]string{"README.md": ""})
	p.base = old
	got := step{event: "pull_request", pull: p}.run(t, r, t.TempDir())
	got.expect(t, 0, "pass")
	got.says(t, "0 changed")
}

// TestForgedMerge checks out a merge that the author of the change made: of the
// head that the event names and a base that has the attack already.
func TestForgedMerge(t *testing.T) {
	r := newRepository(t, project(t, "clean", ""))
	p := r.propose(map[string]string{"README.md": ""})
	r.git("checkout", "-q", "--detach", p.base)
	r.commit(together(project(t, "attacked", ""), map[string]string{"gate.yaml": weakPolicy(t)}))
	r.git("merge", "-q", "--no-ff", "-m", "forged", p.head)
	got := step{event: "pull_request", pull: p, sha: p.merge}.run(t, r, t.TempDir())
	got.expect(t, 1, "blocked")
	got.says(t, "1 changed since "+p.base)
}

// TestTargetCheckout refuses to judge the base branch in the name of a change.
func TestTargetCheckout(t *testing.T) {
	r := newRepository(t, project(t, "clean", ""))
	p := r.propose(project(t, "attacked", ""))
	r.git("checkout", "-q", "main")
	got := step{event: "pull_request_target", pull: p, sha: p.base}.run(t, r, t.TempDir())
	got.expect(t, 2, "unknown")
	got.says(t, "nothing of the change would be judged")
}

// TestTrust has changes that try to bring along what they are judged by.
func TestTrust(t *testing.T) {
	weak := weakPolicy(t)
	tests := []struct {
		name   string
		main   map[string]string // beside the clean project
		change func(base string) map[string]string
		inputs map[string]string
		code   int
		says   string
	}{
		{name: "weak policy of the base counts", main: map[string]string{"gate.yaml": weak}, code: 0, says: "pass: "},
		{name: "weak policy of the change does not", change: func(string) map[string]string { return map[string]string{"gate.yaml": weak} }, code: 1, says: "too-new"},
		{
			name:   "another weak policy of the change does not",
			main:   map[string]string{"ci/gate.yaml": "version: 1\n"},
			change: func(string) map[string]string { return map[string]string{"ci/gate.yaml": weak} },
			inputs: map[string]string{"policy": "ci/gate.yaml"}, code: 1, says: "too-new",
		},
		{
			name:   "unless the workflow says so",
			change: func(string) map[string]string { return map[string]string{"gate.yaml": weak} },
			inputs: map[string]string{"policy-from": "HEAD"}, code: 0, says: "pass: ",
		},
		{
			name:   "a directory called like the base is not the base",
			change: func(base string) map[string]string { return project(t, "attacked", base+"/") },
			code:   1, says: "too-new",
		},
		{
			name: "a directory that looks like a repository is none",
			change: func(string) map[string]string {
				return map[string]string{"HEAD": "ref: refs/heads/main\n", "config": "[core]\n", "refs/x": "", "objects/x": ""}
			},
			inputs: map[string]string{"dir": "bare"}, code: 3, says: "cannot use bare repository",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRepository(t, together(project(t, "clean", ""), tt.main))
			change := project(t, "attacked", "")
			if tt.change != nil {
				for name, text := range tt.change(r.git("rev-parse", "HEAD")) {
					change[filepath.Join(tt.inputs["dir"], name)] = text
				}
			}
			got := step{event: "pull_request", pull: r.propose(change), inputs: tt.inputs}.run(t, r, t.TempDir())
			got.says(t, tt.says)
			if got.code != tt.code {
				t.Errorf("got code %d, want %d\n%s", got.code, tt.code, got.log)
			}
		})
	}
}

// TestShallow checks out the merge of a pull request as actions/checkout does
// without fetch-depth.
func TestShallow(t *testing.T) {
	origin := newRepository(t, project(t, "clean", ""))
	p := origin.propose(project(t, "attacked", ""))
	origin.git("branch", "merge", p.merge)
	clone := func(depth string) *repository {
		r := &repository{t, t.TempDir(), origin.registry}
		r.git("clone", "-q", "--no-local", "--depth="+depth, "--branch=merge", "file://"+origin.dir, ".")
		return r
	}
	s := step{event: "pull_request", pull: p}

	t.Run("origin answers", func(t *testing.T) {
		got := s.run(t, clone("1"), t.TempDir())
		got.expect(t, 1, "blocked")
		got.says(t, "1 changed", fmt.Sprintf(attackAnnotation, ""))
	})
	t.Run("origin does not answer", func(t *testing.T) {
		r := clone("1")
		r.git("remote", "set-url", "origin", "file:///nowhere")
		got := s.run(t, r, t.TempDir())
		got.expect(t, 3, "unknown")
		got.says(t, "the checkout lacks the base of the change", "fetch-depth: 2")
	})
	t.Run("parents are there", func(t *testing.T) {
		r := clone("2")
		r.git("remote", "set-url", "origin", "file:///nowhere")
		s.run(t, r, t.TempDir()).expect(t, 1, "blocked")
	})
	t.Run("no common ancestor", func(t *testing.T) {
		r := clone("1")
		r.git("fetch", "-q", "--depth=1", "origin", p.base)
		r.git("remote", "set-url", "origin", "file:///nowhere")
		got := s.run(t, r, t.TempDir())
		got.expect(t, 2, "unknown")
		got.says(t, "fetch-depth: 0")
	})
}

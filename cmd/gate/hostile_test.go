package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/npm"
	"github.com/install-gate/gate/internal/npmregistry/registrytest"
	"github.com/install-gate/gate/internal/report"
)

// hostileCase is expect.json of a hostile lockfile.
type hostileCase struct {
	Expect string   `json:"expect"` // "error", "finding" or "ok"
	Accept []string `json:"accept"`
	Check  string   `json:"check"`
}

// hostileChecks translates the names that the data has for what is wrong.
var hostileChecks = map[string][]string{
	"resolved-unknown-host":      {"foreign-registry"},
	"resolved-identity-mismatch": {"resolved-mismatch", "lock-disagreement"},
	"resolved-insecure-scheme":   {"insecure-url"},
	"url-credentials":            {"insecure-url"},
	"integrity-missing":          {"missing-integrity"},
	"integrity-malformed":        {"weak-integrity"},
	"integrity-weak":             {"weak-integrity"},
	"integrity-ambiguous":        {"weak-integrity"},
	"integrity-mismatch":         {"integrity-mismatch"},
	"bundled-without-parent":     {"missing-integrity"},
	"git-not-pinned":             {"exotic-source"},
	"path-escapes-project":       {"path-escapes-project"},
	"alias-undeclared":           {"lock-drift"},
	"several-lockfiles-disagree": {"lock-disagreement"},
	"lockfile-sections-disagree": {"lock-disagreement"},
}

// TestHostile runs the program on the hostile lockfiles of GATE_FIXTURES, a
// directory of conformance data, with a registry that knows the packages in
// them.
func TestHostile(t *testing.T) {
	fixtures := os.Getenv("GATE_FIXTURES")
	if fixtures == "" {
		t.Skip("GATE_FIXTURES is not set")
	}
	cases, err := filepath.Glob(filepath.Join(fixtures, "lockfiles-hostile", "*", "expect.json"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("got %d cases, %v", len(cases), err)
	}
	t.Setenv("npm_config_registry", registrytest.New(t, publishedIn(cases)).Sign().URL)
	t.Setenv("HOME", t.TempDir())
	for _, file := range cases {
		dir := filepath.Dir(file)
		if _, err := os.Stat(filepath.Join(dir, "gen.json")); err == nil {
			continue // too large to store; the readers' own test makes them
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var c hostileCase
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data, &c); err != nil {
				t.Fatal(err)
			}
			c.compare(t, dir)
		})
	}
}

func (c hostileCase) compare(t *testing.T, dir string) {
	var stdout, stderr bytes.Buffer
	args := []string{"check", dir, "--advisories", "off", "--no-cache", "--as-of", "2026-01-01T00:00:00Z"}
	code := run(append(args, "--format", "json"), nil, &stdout, &stderr)
	var result struct {
		Findings []struct{ Check, Severity string }
	}
	if stdout.Len() > 0 {
		if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
			t.Fatal(err)
		}
	}
	var checks []string
	for _, f := range result.Findings {
		if f.Severity == "error" {
			checks = append(checks, f.Check)
		}
	}
	isError := code == exitUnknown && stdout.Len() == 0
	switch {
	case c.Expect == "error" && isError, slices.Contains(c.Accept, "error") && isError:
	case c.Expect != "error" && c.Check == "none" && (code == exitPass || strings.Contains(stderr.String(), "no packages")):
	case c.Expect == "error" && slices.Contains(c.Accept, "finding") && code == exitBlocked:
	case c.Expect == "finding" && code == exitBlocked && slices.ContainsFunc(checks, func(id string) bool { return slices.Contains(hostileChecks[c.Check], id) }):
	default:
		t.Errorf("want %s (%s), got exit code %d, checks %v, %s\n%s", c.Expect, c.Check, code, checks, report.Printable(stderr.String()), stdout.String())
	}
	run(args, nil, &stdout, &stderr)
	mustBeHarmless(t, stdout.String()+"\n"+stderr.String())
}

// mustBeHarmless fails if output could command a terminal or a CI system, or
// shows a password of the data.
func mustBeHarmless(t *testing.T, output string) {
	t.Helper()
	for line := range strings.SplitSeq(output, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
			t.Errorf("a line is a workflow command: %q", line)
		}
		if i := strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
			t.Errorf("a line has a control character: %q", line)
		}
		if strings.Contains(line, "not-a-real-password") {
			t.Errorf("a line shows a password: %q", line)
		}
	}
}

// publishedIn makes a registry of the packages that the lockfiles hold. For
// each version it publishes the hash that most of them have for its own address.
func publishedIn(cases []string) fstest.MapFS {
	votes := map[string]map[string]map[string]int{} // by name, version and hash
	for _, file := range cases {
		names, _ := lockfile.Discover(filepath.Dir(file))
		for _, name := range names {
			lock, err := lockfile.Read(filepath.Dir(file), name)
			if err != nil {
				continue
			}
			for _, e := range lock.Entries {
				if votes[e.Name] == nil {
					votes[e.Name] = map[string]map[string]int{}
				}
				if votes[e.Name][e.Version] == nil {
					votes[e.Name][e.Version] = map[string]int{}
				}
				at, ok := npm.ParseTarballURL(e.Resolved)
				if ok && at.ID == e.ID() && len(e.Integrity) == 1 && strings.HasPrefix(e.Integrity[0], "sha512-") {
					votes[e.Name][e.Version][e.Integrity[0]]++
				}
			}
		}
	}
	files := fstest.MapFS{}
	for name, versions := range votes {
		files["registry/"+name+".json"] = &fstest.MapFile{Data: []byte(publish(name, versions))}
	}
	return files
}

func publish(name string, versions map[string]map[string]int) string {
	const published = "2020-01-01T00:00:00.000Z"
	manifests, times := map[string]any{}, map[string]string{"created": published, "modified": published}
	for version, hashes := range versions {
		best := ""
		for hash, n := range hashes {
			if best == "" || n > hashes[best] || n == hashes[best] && hash < best {
				best = hash
			}
		}
		base := name[strings.LastIndexByte(name, '/')+1:]
		manifests[version] = map[string]any{
			"name": name, "version": version, "_npmUser": map[string]string{"name": "alice"},
			"dist": map[string]string{"integrity": best, "tarball": fmt.Sprintf("https://registry.npmjs.org/%s/-/%s-%s.tgz", name, base, version)},
		}
		times[version] = published
	}
	doc, err := json.Marshal(map[string]any{"name": name, "versions": manifests, "time": times})
	if err != nil {
		panic(err)
	}
	return string(doc)
}

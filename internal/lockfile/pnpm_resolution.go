package lockfile

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/install-gate/gate/internal/npm"
)

// pnpmResolution is where a package comes from.
type pnpmResolution struct {
	line      int
	kind      string // "" for a tarball
	tarball   string
	registry  string // 5.0 and 5.1 only
	integrity string
	repo      string
	commit    string
	directory string
	url       string
	gitHosted bool
	revised   bool // a registry's later revision of the same version
	variants  []pnpmResolution
}

// readResolution refuses unknown fields: what pnpm fetches depends on them.
func readResolution(node *yamlNode) (pnpmResolution, error) {
	res := pnpmResolution{line: node.line}
	texts := map[string]*string{
		"type": &res.kind, "tarball": &res.tarball, "registry": &res.registry, "integrity": &res.integrity,
		"repo": &res.repo, "commit": &res.commit, "directory": &res.directory, "url": &res.url,
	}
	pairs, err := node.dictionary()
	if err != nil {
		return res, err
	}
	for i := range pairs {
		p := &pairs[i]
		switch text, known := texts[p.key]; {
		case known:
			*text, err = p.value.str()
		case p.key == "gitHosted":
			res.gitHosted, err = p.value.flag()
		case p.key == "revision":
			res.revised = true
		case p.key == "variants":
			res.variants, err = readVariants(&p.value)
		case p.key != "path" && p.key != "bin" && p.key != "archive" && p.key != "prefix":
			err = p.errorf("unknown field in a resolution")
		}
		if err != nil {
			return res, err
		}
	}
	return res, res.check()
}

func (res *pnpmResolution) check() error {
	for _, address := range []string{res.tarball, res.registry, res.url} {
		if err := checkAddress(address); err != nil {
			return &SyntaxError{res.line, err}
		}
	}
	ok := true
	switch res.kind {
	case "", "directory":
	case "git":
		ok = res.repo != "" && res.commit != ""
	case "binary":
		ok = res.url != "" && res.integrity != ""
	case "variations":
		ok = len(res.variants) > 0
	default:
		return &SyntaxError{res.line, fmt.Errorf("resolution of type %.40q: only the project's pnpmfile knows what it fetches", res.kind)}
	}
	if !ok {
		return &SyntaxError{res.line, fmt.Errorf("incomplete resolution of type %q", res.kind)}
	}
	return nil
}

func readVariants(node *yamlNode) ([]pnpmResolution, error) {
	if node.kind != yamlSequence {
		return nil, node.errorf("variants are not a list")
	}
	var variants []pnpmResolution
	for i := range node.items {
		res, err := readResolution(node.items[i].get("resolution"))
		if err != nil {
			return nil, err
		}
		if res.kind != "binary" {
			return nil, &SyntaxError{res.line, errors.New("a variant that is not a binary")}
		}
		variants = append(variants, res)
	}
	return variants, nil
}

// apply gives an entry its source, address and hashes. An error means that the
// resolution does not fit the key.
func (res *pnpmResolution) apply(e *Entry, id pnpmID) error {
	e.Integrity = strings.Fields(res.integrity)
	switch res.kind {
	case "git":
		e.Source, e.Resolved = Git, res.repo+"#"+res.commit
		return nil
	case "directory":
		e.Source, e.Resolved = File, "file:"+res.directory
		return nil
	case "binary", "variations":
		return res.applyRuntime(e, id)
	}
	e.Resolved = res.tarball
	switch {
	case strings.HasPrefix(id.ref, "runtime:"):
		return &SyntaxError{e.Line, errors.New("a runtime with a tarball")}
	case strings.HasPrefix(id.ref, "file:"), strings.HasPrefix(res.tarball, "file:"):
		e.Source = File
		if res.tarball == "" {
			e.Resolved = id.ref
		}
	case id.version != "":
		e.Source = Registry
		if e.Resolved == "" {
			e.Resolved = res.registryTarball(id)
		}
	case res.tarball == "":
		return &SyntaxError{e.Line, errors.New("a package from outside the registry without an address")}
	case res.gitHosted || isGitArchive(res.tarball):
		e.Source = Git
	default:
		e.Source = URL
	}
	return nil
}

// registryTarball says where a registry package without a tarball comes from,
// unless it is the configured registry. For a registry that only the
// workspace's settings know, that is its alias.
func (res *pnpmResolution) registryTarball(id pnpmID) string {
	registry := res.registry
	switch {
	case id.registry == "npmjs":
		registry = "https://registry.npmjs.org/"
	case id.registry != "":
		return id.registry + ":" + id.version
	case registry == "" && id.host == "":
		return ""
	case registry == "":
		registry = "https://" + id.host + "/"
	}
	return npm.WithSlash(registry) + id.name + "/-/" + npm.BaseName(id.name) + "-" + id.version + ".tgz"
}

// pnpmRuntimes are the runtimes that pnpm installs and where it gets them.
var pnpmRuntimes = map[string][]string{
	"node": {"https://nodejs.org/download/", "https://unofficial-builds.nodejs.org/download/"},
	"deno": {"https://github.com/denoland/deno/releases/download/"},
	"bun":  {"https://github.com/oven-sh/bun/releases/download/"},
}

func (res *pnpmResolution) applyRuntime(e *Entry, id pnpmID) error {
	if _, known := pnpmRuntimes[id.name]; !known || !strings.HasPrefix(id.ref, "runtime:") {
		return &SyntaxError{e.Line, errors.New("a binary in place of a package")}
	}
	e.Source, e.Resolved = Runtime, res.url
	for _, variant := range res.variants {
		e.Integrity = append(e.Integrity, strings.Fields(variant.integrity)...)
	}
	return nil
}

// foreign returns the first address from which a runtime would come although
// its makers do not publish it there.
func (res *pnpmResolution) foreign(name string) string {
	isHome := func(home string) bool { return strings.HasPrefix(res.url, home) }
	if res.kind == "binary" && !slices.ContainsFunc(pnpmRuntimes[name], isHome) {
		return res.url
	}
	for i := range res.variants {
		if u := res.variants[i].foreign(name); u != "" {
			return u
		}
	}
	return ""
}

// isGitArchive reports whether an address is an archive that a code host makes
// of a repository, which pnpm and yarn take for a git dependency.
func isGitArchive(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return false
	}
	switch strings.ToLower(u.Hostname()) {
	case "codeload.github.com", "bitbucket.org", "gitlab.com":
		return strings.Contains(u.Path, "tar.gz")
	}
	return false
}

// checkAddress refuses addresses that Go and the URL reader of JavaScript
// resolve to different hosts: the latter takes a backslash for a slash, skips
// missing and additional slashes behind "https:" and drops spaces around. An
// address without a scheme is relative to the registry.
func checkAddress(address string) error {
	ambiguous := strings.HasPrefix(address, "//") || strings.ContainsAny(address, `\ `)
	for _, scheme := range []string{"http:", "https:"} {
		if hasFoldedPrefix(address, scheme) {
			host, ok := strings.CutPrefix(address[len(scheme):], "//")
			ambiguous = ambiguous || !ok || host == "" || host[0] == '/'
		}
	}
	if ambiguous {
		return errors.New("an address that not every URL reader understands in the same way")
	}
	return nil
}

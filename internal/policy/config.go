package policy

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/install-gate/gate/internal/finding"
)

const (
	registryExample   = `"https://npm.example/": {scopes: ["@myorg"]}`
	exceptionsExample = "exceptions: [" + exceptionExample + "]"
	exceptionExample  = `{check: too-new, package: foo, version: 1.2.3, reason: "fixes a CVE", by: "@alice", expires: 2027-01-15}`
)

// Parse reads a gate.yaml. The file's name goes into positions; known lists
// the ids of the checks. The error is always a ConfigErrors.
func Parse(file string, data []byte, known []string) (*Policy, error) {
	root, errs := load(data)
	r := &reader{known: known, policy: Default(), errs: errs}
	r.policy.File = file
	if len(errs) == 0 {
		r.root(root)
	}
	if len(r.errs) == 0 {
		return r.policy, nil
	}
	for _, e := range r.errs {
		e.File = file
	}
	return nil, newConfigErrors(r.errs)
}

func (r *reader) root(n *yaml.Node) {
	r.fields(&field{key: "gate.yaml", example: "version: 1"}, n, []field{
		{"version", "version: 1", true, r.version},
		{"cooldown", "cooldown: {age: 72h}", false, r.cooldown},
		{"checks", "checks: {deprecated: error}", false, r.checks},
		{"registries", "registries: {" + registryExample + "}", false, r.registries},
		{"exceptions", exceptionsExample, false, r.exceptions},
	})
}

// version reads the version of the format, not a package's.
func (r *reader) version(_ *field, n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || n.Value != "1" {
		r.fail(n, mistake("write version: 1, or use a gate that knows a newer version", "version must be the number 1"))
	}
}

func (r *reader) cooldown(f *field, n *yaml.Node) {
	c := &r.policy.Cooldown
	r.fields(f, n, []field{
		{"age", "age: 72h", false, into(r, &c.Age, parseAge)},
		{"exclude", `exclude: ["@myorg/*"]`, false, intoList(r, &c.Exclude, parsePattern)},
		{"security-fix", "security-fix: warn", false, into(r, &c.SecurityFixWarns, parseSecurityFix)},
	})
}

func (r *reader) checks(f *field, n *yaml.Node) {
	r.policy.Checks = map[string]finding.Severity{}
	r.mapping(f, n, func(key, value *yaml.Node) {
		id, err := r.checkID(key.Value)
		if err != nil {
			r.fail(key, err)
			return
		}
		var level finding.Severity
		into(r, &level, parseLevel)(&field{key: id, example: id + ": warning"}, value)
		r.policy.Checks[id] = level
	})
}

// checkID makes sure that a check exists: a level or an exception for a
// misspelt one would change nothing.
func (r *reader) checkID(text string) (string, *ConfigError) {
	if slices.Contains(r.known, text) {
		return text, nil
	}
	hint := "gate checks lists the checks"
	if id := closest(text, r.known); id != "" {
		hint = didYouMean(id)
	}
	return "", mistake(hint, "no check is called %s", quote(text))
}

func (r *reader) registries(f *field, n *yaml.Node) {
	r.policy.Registries = map[string]Registry{}
	r.mapping(f, n, func(key, value *yaml.Node) {
		address, err := parseRegistry(key.Value)
		if err != nil {
			r.fail(key, err)
			return
		}
		if _, again := r.policy.Registries[address]; again {
			r.fail(key, mistake("keep one of them", "this registry is listed already, written otherwise"))
			return
		}
		r.policy.Registries[address] = r.registry(value)
	})
}

func (r *reader) registry(n *yaml.Node) Registry {
	registry := Registry{}
	r.fields(&field{key: "a registry", example: registryExample}, n, []field{
		{"scopes", `scopes: ["@myorg"]`, false, intoList(r, &registry.Scopes, parseScope)},
		{"gaps", "gaps: {publisher: allow}", false, func(f *field, n *yaml.Node) { registry.Gaps = r.gaps(f, n) }},
	})
	return registry
}

// gaps returns the kinds of evidence that may be missing.
func (r *reader) gaps(f *field, n *yaml.Node) map[string]bool {
	allowed := map[string]bool{}
	r.mapping(f, n, func(key, value *yaml.Node) {
		kind := key.Value
		if !slices.Contains(EvidenceKinds, kind) {
			r.fail(key, mistake(suggest(kind, EvidenceKinds, "the kinds are "), "no evidence is called %s", quote(kind)))
			return
		}
		var allow bool
		into(r, &allow, parseAllow)(&field{key: kind, example: kind + ": allow"}, value)
		allowed[kind] = allow
	})
	return allowed
}

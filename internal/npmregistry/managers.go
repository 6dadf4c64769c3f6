package npmregistry

// What other package managers read besides .npmrc, as far as it says where
// packages come from:
//
//   - Yarn 2 and later read .yarnrc.yml and nothing of npm's configuration:
//     npmRegistryServer, and npmScopes.NAME.npmRegistryServer with the scope's
//     name without its at sign. npmAuthToken beside them is the token for that
//     server, also below npmRegistries."//HOST/PATH". Values may refer to
//     variables as ${NAME}, ${NAME-default} or ${NAME:-default}. Variables
//     such as YARN_NPM_REGISTRY_SERVER set top-level keys.
//   - pnpm reads .npmrc, and in pnpm-workspace.yaml "registries", a map from
//     "default" or "@scope" to an address. pnpm 12 replaces no variables there.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// yarnrc is the part of .yarnrc.yml that matters here.
type yarnrc struct {
	yarnServer `yaml:",inline"`
	Scopes     map[string]yarnServer `yaml:"npmScopes"`
	Registries map[string]yarnServer `yaml:"npmRegistries"`
}

type yarnServer struct {
	Registry yaml.Node `yaml:"npmRegistryServer"`
	Token    yaml.Node `yaml:"npmAuthToken"`
}

// yarnSettings reads .yarnrc.yml as if it were an .npmrc.
func (s Sources) yarnSettings() ([]*setting, error) {
	var file yarnrc
	if err := readYAML(s.Yarnrc, &file); err != nil || s.Yarnrc == "" {
		return nil, err
	}
	if server, ok := s.lookup("YARN_NPM_REGISTRY_SERVER"); ok {
		file.Registry = yaml.Node{Kind: yaml.ScalarNode, Value: server}
	}
	all, err := s.yarnServer(file.yarnServer, "registry")
	for _, scope := range slices.Sorted(maps.Keys(file.Scopes)) {
		more, errScope := s.yarnServer(file.Scopes[scope], "@"+scope+":registry")
		all, err = append(all, more...), errors.Join(err, errScope)
	}
	for _, address := range slices.Sorted(maps.Keys(file.Registries)) {
		server := file.Registries[address]
		_, rest, ok := strings.Cut(address, "//")
		if token, set := s.yarnValue(server.Token); ok && set {
			all = append(all, s.yarnSetting("//"+strings.TrimSuffix(rest, "/")+"/:_authToken", server.Token, token))
		}
	}
	return all, err
}

// yarnServer makes settings of a registry and the token for it.
func (s Sources) yarnServer(server yarnServer, key string) ([]*setting, error) {
	value, ok := s.yarnValue(server.Registry)
	if !ok {
		return nil, nil
	}
	registry := s.yarnSetting(key, server.Registry, value)
	if hasVariable(server.Registry.Value) {
		return nil, registry.errorf("takes a variable from the environment, which could send a secret to a stranger; " +
			"write the address out, or set YARN_NPM_REGISTRY_SERVER")
	}
	all := []*setting{registry}
	address, err := parseRegistry(value)
	if token, ok := s.yarnValue(server.Token); ok && err == nil {
		all = append(all, s.yarnSetting(tokenKey(address), server.Token, token))
	}
	return all, nil // LoadConfig reports a malformed address
}

func (s Sources) yarnSetting(key string, node yaml.Node, value string) *setting {
	return &setting{
		key: key, written: key, values: []string{value},
		source: s.Yarnrc, line: node.Line, project: node.Line > 0,
	}
}

// yarnValue returns a scalar with its variables replaced. A variable that is not
// set makes it none, where Yarn stops.
func (s Sources) yarnValue(node yaml.Node) (string, bool) {
	if node.Kind != yaml.ScalarNode || node.Value == "" {
		return "", false
	}
	value := expand(node.Value, func(reference string) (string, bool) {
		name, otherwise, hasDefault := strings.Cut(reference, "-")
		name, ifEmpty := strings.CutSuffix(name, ":")
		value, ok := s.lookup(name)
		if hasDefault && (!ok || ifEmpty && value == "") {
			return otherwise, true
		}
		return value, ok
	})
	return value, !hasVariable(value)
}

// pnpmSettings reads the registries of pnpm-workspace.yaml.
func (s Sources) pnpmSettings() ([]*setting, error) {
	var file struct {
		Registries map[string]yaml.Node `yaml:"registries"`
	}
	if err := readYAML(s.PnpmWorkspace, &file); err != nil {
		return nil, err
	}
	var all []*setting
	for _, scope := range slices.Sorted(maps.Keys(file.Registries)) {
		node := file.Registries[scope]
		key := "registry"
		if scope != "default" {
			key = scope + ":registry"
		}
		at := &setting{
			key: key, written: key, values: []string{node.Value},
			source: s.PnpmWorkspace, line: node.Line, project: true,
		}
		if node.Kind != yaml.ScalarNode {
			return nil, at.errorf("is not an address")
		}
		all = append(all, at)
	}
	return all, nil
}

// readYAML reads a file of one YAML document. A missing or empty file leaves
// out as it is.
func readYAML(path string, out any) error {
	data, err := readSmallFile(path)
	if err != nil {
		return fmt.Errorf("reading the package manager's configuration: %w", err)
	}
	if err := parseYAML(data, out); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

func parseYAML(data []byte, out any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	err := decoder.Decode(out)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return errors.New("is not YAML of the expected shape") // yaml's own text repeats values
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("holds more than one YAML document")
	}
	return nil
}

package npmregistry

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Sources says where npm's configuration stands. An empty path, or one that
// names no file, contributes nothing.
type Sources struct {
	// Paths of .npmrc files, lowest priority first. The environment and some
	// settings of a file can name another file in place of the next ones, as
	// LoadConfig describes.
	Builtin string // in npm's own directory
	Global  string // etc/npmrc below npm's prefix
	User    string // in the home directory
	Project string // beside package.json; relative paths in settings start here

	// Yarnrc is the .yarnrc.yml of a project that uses Yarn 2 or later, which
	// reads no .npmrc; PnpmWorkspace the pnpm-workspace.yaml of one that uses
	// pnpm. Their registries have priority over those of .npmrc files.
	Yarnrc        string
	PnpmWorkspace string

	// Home replaces "~/" at the start of paths.
	Home string
	// Environ is the environment as os.Environ has it.
	Environ []string
}

// DefaultSources returns the places where npm, run in the directory of a
// project, looks for its configuration. The global file depends on where node
// is installed; it is left empty if no node is in PATH.
func DefaultSources(project, home string, environ []string) Sources {
	s := Sources{Project: filepath.Join(project, ".npmrc"), Home: home, Environ: environ}
	if home != "" {
		s.User = filepath.Join(home, ".npmrc")
	}
	prefix, ok := s.lookup("PREFIX")
	if !ok || prefix == "" {
		prefix = s.nodePrefix()
	}
	if prefix != "" {
		s.Global = globalFile(prefix)
		s.Builtin = filepath.Join(prefix, "lib", "node_modules", "npm", "npmrc")
	}
	return s
}

func globalFile(prefix string) string { return filepath.Join(prefix, "etc", "npmrc") }

// nodePrefix returns the directory above the one that holds the node program
// of PATH: /usr/local for /usr/local/bin/node.
func (s Sources) nodePrefix() string {
	path, _ := s.lookup("PATH")
	for _, dir := range filepath.SplitList(path) {
		program, err := filepath.EvalSymlinks(filepath.Join(dir, "node"))
		if err == nil {
			return filepath.Dir(filepath.Dir(program))
		}
	}
	return ""
}

// lookup returns an environment variable. If it is there twice the last counts.
func (s Sources) lookup(name string) (string, bool) {
	for _, pair := range slices.Backward(s.Environ) {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return value, true
		}
	}
	return "", false
}

// settings returns the settings of all sources, lowest priority first.
func (s Sources) settings() ([]*setting, error) {
	env := s.environment()
	userFile := s.pathSetting("userconfig", s.User, env)
	if s.Project == userFile {
		s.Project = "" // in the home directory npm takes the file as the user's
	}
	user, errUser := s.readNpmrc(userFile)
	if prefix := s.pathSetting("prefix", "", env, user); prefix != "" {
		s.Global = globalFile(prefix)
	}
	global, errGlobal := s.readNpmrc(s.pathSetting("globalconfig", s.Global, env, user))
	builtin, errBuiltin := s.readNpmrc(s.Builtin)
	project, errProject := s.projectSettings()
	yarn, errYarn := s.yarnSettings()
	pnpm, errPnpm := s.pnpmSettings()
	err := errors.Join(errBuiltin, errGlobal, errUser, errProject, errYarn, errPnpm)
	return slices.Concat(builtin, global, user, project, env, pnpm, yarn), err
}

// environment returns the settings in variables that begin with npm_config_ in
// any case. Behind that, underscores stand for dashes and case means nothing,
// but for keys that begin with "//".
func (s Sources) environment() []*setting {
	const prefix = "npm_config_"
	var all []*setting
	for _, pair := range s.Environ {
		name, value, _ := strings.Cut(pair, "=")
		if len(name) <= len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) || value == "" {
			continue
		}
		key := name[len(prefix):]
		if !strings.HasPrefix(key, "//") {
			key = strings.ToLower(key[:1] + strings.ReplaceAll(key[1:], "_", "-"))
		}
		all = append(all, &setting{
			key: key, written: key, values: []string{trimSpace(value)}, source: name,
		})
	}
	return s.expandAll(all)
}

// readNpmrc reads one .npmrc file.
func (s Sources) readNpmrc(path string) ([]*setting, error) {
	data, err := readSmallFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading npm's configuration: %w", err)
	}
	return s.expandAll(parseNpmrc(data, path)), nil
}

// projectSettings reads the project's own .npmrc, which whoever proposes a
// change may have written. Two things that npm does there are refused: to name
// another file to be read with more trust, and to put environment variables,
// which may be secrets, into the address of a server.
func (s Sources) projectSettings() ([]*setting, error) {
	data, err := readSmallFile(s.Project)
	if err != nil {
		return nil, fmt.Errorf("reading npm's configuration: %w", err)
	}
	all := parseNpmrc(data, s.Project)
	for _, at := range all {
		switch {
		case at.key == "userconfig" || at.key == "globalconfig":
			return nil, at.errorf("is not accepted from a project; set npm_config_%s in the environment", at.key)
		case hasVariable(at.key) || at.isAddress() && slices.ContainsFunc(at.values, hasVariable):
			return nil, at.errorf("takes a variable from the environment, which could send a secret to a stranger; " +
				"write the address out, or set it in the user's .npmrc")
		}
		at.project = true
	}
	return s.expandAll(all), nil
}

// isAddress reports whether the setting's value is the address of a server.
func (s *setting) isAddress() bool {
	return s.key == "registry" || strings.HasSuffix(s.key, ":registry") || s.key == "proxy" || s.key == "https-proxy"
}

func (s Sources) expandAll(all []*setting) []*setting {
	for _, at := range all {
		at.key = expand(at.key, s.lookup)
		for i, value := range at.values {
			at.values[i] = expand(value, s.lookup)
		}
	}
	return all
}

// pathSetting returns a path from the first layer that sets it.
func (s Sources) pathSetting(key, otherwise string, layers ...[]*setting) string {
	for _, layer := range layers {
		for _, at := range slices.Backward(layer) {
			if value, err := at.text(); at.key == key && err == nil && value != "" {
				return s.path(value)
			}
		}
	}
	return otherwise
}

// path resolves a path of a setting. npm resolves relative ones against the
// directory it runs in, which is the project's.
func (s Sources) path(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && s.Home != "" {
		return filepath.Join(s.Home, rest)
	}
	if filepath.IsAbs(path) || s.Project == "" {
		return path
	}
	return filepath.Join(filepath.Dir(s.Project), path)
}

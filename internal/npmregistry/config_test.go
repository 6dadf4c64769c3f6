package npmregistry

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// configFiles holds the text of each source for loadTest.
type configFiles struct {
	global, user, project string
	yarnrc, workspace     string
	environ               []string
}

// loadTest writes the files into directories of their own and loads them.
func loadTest(t *testing.T, files configFiles) (*Config, error) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if text == "" {
			return path // names nothing
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return LoadConfig(Sources{
		Global:        write("etc/npmrc", files.global),
		User:          write("home/.npmrc", files.user),
		Project:       write("project/.npmrc", files.project),
		Yarnrc:        write("project/.yarnrc.yml", files.yarnrc),
		PnpmWorkspace: write("project/pnpm-workspace.yaml", files.workspace),
		Home:          filepath.Join(dir, "home"),
		Environ:       files.environ,
	})
}

func TestRegistryFor(t *testing.T) {
	tests := []struct {
		name  string
		files configFiles
		want  map[string]string // package to registry
	}{
		{
			"nothing configured",
			configFiles{},
			map[string]string{"a": DefaultRegistry, "@s/a": DefaultRegistry},
		},
		{
			"project before user before global",
			configFiles{
				global:  "registry=https://g.example\n@g:registry=https://g.example/g",
				user:    "registry=https://u.example\n@u:registry=https://u.example/u",
				project: "registry=https://p.example",
			},
			map[string]string{"a": "https://p.example/", "@g/a": "https://g.example/g/", "@u/a": "https://u.example/u/"},
		},
		{
			"environment before project, in any case",
			configFiles{
				project: "registry=https://p.example\n@s:registry=https://p.example/s",
				environ: []string{"NPM_CONFIG_REGISTRY=https://e.example/x", "npm_config_@s:registry=https://e.example/s"},
			},
			map[string]string{"a": "https://e.example/x/", "@s/a": "https://e.example/s/"},
		},
		{
			"empty variable is none",
			configFiles{project: "registry=https://p.example", environ: []string{"npm_config_registry="}},
			map[string]string{"a": "https://p.example/"},
		},
		{
			"empty and null values are none",
			configFiles{global: "registry=https://g.example", user: "registry=", project: "registry=null"},
			map[string]string{"a": "https://g.example/"},
		},
		{
			"empty scope takes the default again",
			configFiles{user: "@s:registry=https://u.example", project: "@s:registry="},
			map[string]string{"@s/a": DefaultRegistry},
		},
		{
			"normalized",
			configFiles{project: "registry=HTTPS://P.Example:443/Path"},
			map[string]string{"a": "https://p.example/Path/"},
		},
		{
			"variable in the user's file",
			configFiles{user: "registry=https://${HOST}/", environ: []string{"HOST=u.example"}},
			map[string]string{"a": "https://u.example/"},
		},
		{
			"scope is not a prefix",
			configFiles{project: "@s:registry=https://s.example"},
			map[string]string{"@s/a": "https://s.example/", "@sub/a": DefaultRegistry, "s": DefaultRegistry},
		},
		{
			"yarn",
			configFiles{
				project: "registry=https://p.example",
				yarnrc:  "npmRegistryServer: https://y.example\nnpmScopes:\n  s:\n    npmRegistryServer: https://s.example\nnodeLinker: pnp\n",
			},
			map[string]string{"a": "https://y.example/", "@s/a": "https://s.example/"},
		},
		{
			"yarn's environment",
			configFiles{yarnrc: "npmRegistryServer: https://y.example\n", environ: []string{"YARN_NPM_REGISTRY_SERVER=https://e.example"}},
			map[string]string{"a": "https://e.example/"},
		},
		{
			"pnpm",
			configFiles{
				project:   "registry=https://p.example",
				workspace: "packages: [a]\nregistries:\n  default: https://w.example\n  \"@s\": https://s.example\n",
			},
			map[string]string{"a": "https://w.example/", "@s/a": "https://s.example/"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := loadTest(t, tt.files)
			if err != nil {
				t.Fatal(err)
			}
			for name, want := range tt.want {
				if got := c.RegistryFor(name); got != want {
					t.Errorf("RegistryFor(%q): got %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestRegistries(t *testing.T) {
	c, err := loadTest(t, configFiles{project: "@z:registry=https://z.example\n@a:registry=https://a.example\n@b:registry=https://a.example\n@c:registry=" + DefaultRegistry})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{DefaultRegistry, "https://a.example/", "https://z.example/"}
	if diff := cmp.Diff(want, c.Registries()); diff != "" {
		t.Errorf("Registries (-want +got):\n%s", diff)
	}
	var none *Config
	if diff := cmp.Diff([]string{DefaultRegistry}, none.Registries()); diff != "" {
		t.Errorf("Registries of nil (-want +got):\n%s", diff)
	}
}

func TestLoadConfigErrors(t *testing.T) {
	const secretText = "s3cr3t"
	tests := []struct {
		name  string
		files configFiles
		want  []string // parts of the error
	}{
		{"strict-ssl off", configFiles{user: "# x\nstrict-ssl=false"}, []string{".npmrc:2: strict-ssl", "cafile"}},
		{"strict-ssl off by the environment", configFiles{environ: []string{"NPM_CONFIG_STRICT_SSL=0"}}, []string{"environment variable NPM_CONFIG_STRICT_SSL"}},
		{"not an address", configFiles{user: "registry=" + secretText}, []string{".npmrc:1: registry", "not an http"}},
		{"file address", configFiles{user: "@s:registry=file:///" + secretText}, []string{"@s:registry"}},
		{"credentials in the address", configFiles{user: "registry=https://u:" + secretText + "@h.example/"}, []string{"holds credentials", "_authToken"}},
		{"query", configFiles{user: "registry=https://h.example/?k=" + secretText}, []string{"query"}},
		{"list", configFiles{user: "registry[]=https://h.example/" + secretText}, []string{"is a list"}},
		{"variable not set", configFiles{user: "registry=https://${NONE}/" + secretText}, []string{"not set"}},
		{"variable in the project's registry", configFiles{project: "registry=https://evil.example/${T}/", environ: []string{"T=" + secretText}}, []string{"project/.npmrc:1", "registry"}},
		{"variable in the project's proxy", configFiles{project: "proxy=http://${T}.evil.example", environ: []string{"T=" + secretText}}, []string{"proxy"}},
		{"variable in the project's key", configFiles{project: "@${T}:registry=https://evil.example", environ: []string{"T=" + secretText}}, []string{"@${T}:registry"}},
		{"project moves the user's file", configFiles{project: "userconfig=x.npmrc"}, []string{"npm_config_userconfig"}},
		{"variable in yarn's registry", configFiles{yarnrc: "npmRegistryServer: https://evil.example/${T}/\n", environ: []string{"T=" + secretText}}, []string{".yarnrc.yml:1"}},
		{"variable in pnpm's registry", configFiles{workspace: "registries:\n  default: https://evil.example/${T}/\n", environ: []string{"T=" + secretText}}, []string{"pnpm-workspace.yaml:2"}},
		{"two YAML documents", configFiles{workspace: "a: 1\n---\nregistries: {}\n"}, []string{"more than one"}},
		{"not YAML", configFiles{yarnrc: "npmScopes: " + secretText + "\n"}, []string{".yarnrc.yml", "shape"}},
		{"password not base64", configFiles{user: "//h.example/:_password=" + secretText + "!"}, []string{"//h.example/:_password", "base64"}},
		{"ca without a certificate", configFiles{user: "ca=" + secretText}, []string{".npmrc:1: ca", "PEM"}},
		{"cafile is a directory", configFiles{user: "cafile=/"}, []string{".npmrc:1: cafile"}},
		{"malformed proxy", configFiles{user: "https-proxy=u:" + secretText}, []string{"https-proxy"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := loadTest(t, tt.files)
			if err == nil {
				t.Fatal("got no error")
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got %q, want it to hold %q", err, part)
				}
			}
			if strings.Contains(err.Error(), secretText) {
				t.Errorf("error %q shows a value", err)
			}
		})
	}
}

func TestStrictSSLOverridden(t *testing.T) {
	if _, err := loadTest(t, configFiles{user: "strict-ssl=false", project: "strict-ssl=true"}); err != nil {
		t.Errorf("got %v, want no error where the project turns it on again", err)
	}
}

func TestProjectSettings(t *testing.T) {
	c, err := loadTest(t, configFiles{
		user:    "registry=https://u.example\n",
		project: "save-exact=true\n@s:registry=https://s.example\n//s.example/:_authToken=${T}\nproxy=http://p.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range c.ProjectSettings() {
		got = append(got, fmt.Sprintf("%s %s:%d", s.Key, filepath.Base(s.File), s.Line))
	}
	want := []string{"@s:registry .npmrc:2", "//s.example/:_authToken .npmrc:3", "proxy .npmrc:4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ProjectSettings (-want +got):\n%s", diff)
	}
}

package npmregistry

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScriptFiles(t *testing.T) {
	const all = "install.js scripts.js scripts/index.js scripts/build.mjs run.sh lib/package.json lib/main.js " +
		"a b.js Setup.ts cli.cjs main.js odd#name docs/readme.md binding.gyp data.bin"
	tests := []struct {
		name, script  string
		scripts, rest string // more scripts, and more members of package.json
		want          string // separated by commas
	}{
		{"file", "node install.js", "", "", "install.js"},
		{"without ending", "node ./install || exit 0", "", "", "install.js"},
		{"any ending", "node data.bin", "", "", "data.bin"},
		{"file and directory", "node scripts", "", "", "scripts.js,scripts/index.js"},
		{"directory with package.json", "node ./lib/", "", "", "lib/package.json"},
		{"two commands", "sh run.sh && node scripts/build.mjs;node install", "", "", "install.js,run.sh,scripts/build.mjs"},
		{"other runtimes", "bun run install.js; deno run -A scripts/build.mjs", "", "", "install.js,scripts/build.mjs"},
		{"code", `node -e "try{require('./install')}catch(e){}"`, "", "", "install.js"},
		{"option", "node --import=./scripts/build.mjs -r ./install x", "", "", "install.js,scripts/build.mjs"},
		{"quoted name", `node "a b.js"`, "", "", "a b.js"},
		{"escaped name", `node a\ b.js`, "", "", "a b.js"},
		{"odd name", `node odd#name`, "", "", "odd#name"},
		{"shell in a shell", `sh -c 'cd scripts && node build.mjs'`, "", "", "scripts.js,scripts/build.mjs,scripts/index.js"},
		{"another directory", "cd lib; node main.js", "", "", "lib/main.js,lib/package.json,main.js"},
		{"path of Windows", `node scripts\build.mjs`, "", "", "scripts/build.mjs"},
		{"variable", "node $PWD/install.js; node ${INIT_CWD}/run.sh", "", "", "install.js,run.sh"},
		{"other letters", "tsx SETUP", "", "", "Setup.ts"},
		{"out of the package", "node ../install.js; node ../../etc/passwd", "", "", ""},
		{"out and in again", "node lib/../install.js", "", "", "install.js"},
		{"the package itself", "node .", "", `,"main":"./lib/main"`, "lib/main.js"},
		{"command of the package", "tool --now", "", `,"bin":{"tool":"./cli.cjs"}`, "cli.cjs"},
		{"script of the package", "npm run -s go", `,"go":"yarn two","pretwo":"sh run.sh","two":"npm run go; node main"`, "", "main.js,run.sh"},
		{"unfinished quote", `echo don't; node install.js`, "", "", "install.js"},
		{"build", "node-gyp-build", "", "", "binding.gyp"},
		{"package.json", "node -p require('./package.json').version", "", "", ""},
		{"nothing", "husky", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := `{"gypfile":false,"scripts":{"postinstall":` + quoteJSON(tt.script) + tt.scripts + `}` + tt.rest + `}`
			parts := [][]byte{manifest(text), file("package/a b.js", "")}
			for _, path := range strings.Fields(strings.Replace(all, "a b.js", "", 1)) {
				parts = append(parts, file("package/"+path, ""))
			}
			got, err := ReadTarball(bytes.NewReader(pack(parts...)))
			if err != nil {
				t.Fatal(err)
			}
			files := strings.Join(slices.Sorted(maps.Keys(got.ScriptFiles)), ",")
			if files != tt.want {
				t.Errorf("got %q, want %q", files, tt.want)
			}
		})
	}
}

func quoteJSON(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func TestShellWords(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"", nil},
		{" a  b\tc\n", []string{"a", "b", "c"}},
		{`a"b c"'d e'`, []string{"ab cd e"}},
		{`'a\' b`, []string{`a\`, "b"}},
		{`"a\"b" c`, []string{`a"b`, "c"}},
		{`a\ b`, []string{"a b"}},
		{`a&&b;'c;d'|(e)`, []string{"a", "b", "c;d", "e"}},
		{`"a b`, []string{"a b "}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, shellWords(tt.text)); diff != "" {
			t.Errorf("shellWords(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

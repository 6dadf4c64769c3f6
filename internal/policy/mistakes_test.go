package policy

import (
	"strings"
	"testing"
)

// exceptionWith returns a policy with one exception in which a key has another
// value, or is left out if the value is empty.
func exceptionWith(key, value string) string {
	keys := []string{"check", "package", "version", "reason", "by", "expires", "integrity"}
	values := map[string]string{
		"check": "too-new", "package": "foo", "version": "1.2.3", "reason": "reviewed", "by": `"@alice"`, "expires": "2027-01-15",
	}
	values[key] = value
	text, indent := "version: 1\nexceptions:\n", "- "
	for _, k := range keys {
		if values[k] != "" {
			text += indent + k + ": " + values[k] + "\n"
			indent = "  "
		}
	}
	return text
}

// mistakes are policies with what is said about them.
var mistakes = []struct {
	name string
	yaml string
	want string
}{
	{"empty file", "", "1:1: the file is empty; write version: 1, or delete the file"},
	{"only a comment", "# nothing\n", "1:1: the file is empty; write version: 1, or delete the file"},
	{"empty document", "---\n", "2:1: gate.yaml must hold keys with values; for example version: 1"},
	{"a list", "- version: 1\n", "1:1: gate.yaml must hold keys with values; for example version: 1"},
	{"a scalar", "version 1\n", "1:1: gate.yaml must hold keys with values; for example version: 1"},

	// YAML
	{"syntax", "version: 1\ncooldown: [\n", "3:1: not valid YAML: did not find expected node content"},
	{"value after a value", "version: 1: 2\n", "1:11: not valid YAML: mapping values are not allowed in this context"},
	{"scope without quotes", "version: 1\ncooldown: {exclude: [@myorg/*]}\n", `2:22: not valid YAML: found character that cannot start any token; a value that begins with this character needs quotes, such as "@myorg"`},
	{"tab", "version: 1\ncooldown:\n\tage: 3d\n", "3:1: not valid YAML: found character that cannot start any token; indent with spaces"},
	{"second document", "version: 1\n---\nversion: 1\n", "2:1: a second YAML document begins; keep a single document"},
	{"broken second document", "version: 1\n---\n[\n", "4:1: not valid YAML: did not find expected node content"},
	{"anchor", "version: &a 1\n", "1:10: anchors are not allowed; write the value without &name"},
	{"alias", "version: &a 1\ncooldown: *a\n", "1:10: anchors are not allowed; write the value without &name\n" +
		"2:11: aliases are not allowed; write the value itself"},
	{"alias to itself", "version: 1\ncooldown: &a [*a]\n", "2:11: anchors are not allowed; write the value without &name\n" +
		"2:15: aliases are not allowed; write the value itself"},
	{"alias as key", "version: &a 1\n*a : 2\n", "1:10: anchors are not allowed; write the value without &name\n" +
		"2:1: aliases are not allowed; write the value itself"},
	{"tag", "version: !!int 1\n", "1:10: tags are not allowed; write the value without the tag"},
	{"tag of ours", "version: 1\ncooldown: !age {age: 3d}\n", "2:11: tags are not allowed; write the value without the tag"},
	{"tag that says nothing", "version: ! 1\n", "1:10: tags are not allowed; write the value without the tag"},
	{"merge key", "version: 1\ncooldown: {<<: {age: 1s}}\n", "2:12: merge keys are not allowed; write the keys themselves"},
	{"repeated key", "version: 1\ncooldown: {age: 3d, age: 1s}\n", "2:21: this key is already in line 2; keep one of them"},
	{"repeated key in quotes", "version: 1\ncooldown: {age: 3d, \"\\x61ge\": 1s}\n", "2:21: this key is already in line 2; keep one of them"},
	{"collection as key", "version: 1\n? [a]\n: b\n", "2:3: a key must be a single value"},
	{"too deep", "version: 1\nchecks: " + strings.Repeat("[", 100000), "2:17: not valid YAML: exceeded max depth of 8"},
	{"too large", "version: 1\n#" + strings.Repeat("x", MaxSize), "1:1: the file is larger than 1048576 bytes"},
	{"not UTF-8", "version: 1\n# \u00e9\xff\n", "2:4: not valid UTF-8; save the file as UTF-8"},
	{"UTF-16", "\xff\xfev\x00", "1:1: not valid UTF-8; save the file as UTF-8"},
	{"control character", "version: 1 # \x1b[2K\n", "1:14: the invisible character U+001B; delete it"},
	{"line separator", "version: 1 # \u2028cooldown: {age: 1s}\n", "1:14: the invisible character U+2028; delete it"},
	{"lone carriage return", "version: 1 # a\rcooldown: {age: 1s}\n", "1:15: the invisible character U+000D; delete it"},
	{"bidirectional control", "version: 1 # \u202e\n", "1:14: the invisible character U+202E; delete it"},

	// top level
	{"no version", "cooldown: {age: 3d}\n", "1:1: gate.yaml lacks version; add version: 1"},
	{"other version", "version: 2\n", "1:10: version must be the number 1; write version: 1, or use a gate that knows a newer version"},
	{"version as text", "version: \"1\"\n", "1:10: version must be the number 1; write version: 1, or use a gate that knows a newer version"},
	{"version as a list", "version: [1]\n", "1:10: version must be the number 1; write version: 1, or use a gate that knows a newer version"},
	{"misspelt key", "version: 1\ncolldown: {age: 3d}\n", `2:1: unknown key "colldown"; did you mean cooldown?`},
	{"unknown key", "version: 1\nscripts: {}\n", `2:1: unknown key "scripts"; the keys here are version, cooldown, checks, registries, exceptions`},
	{"unknown long key", "version: 1\n" + strings.Repeat("x", 100) + ": 1\n", `2:1: unknown key "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"; the keys here are version, cooldown, checks, registries, exceptions`},

	// cooldown
	{"cooldown without keys", "version: 1\ncooldown: 3d\n", "2:11: cooldown must hold keys with values; for example cooldown: {age: 72h}"},
	{"cooldown left empty", "version: 1\ncooldown:\n", "2:10: cooldown must hold keys with values; for example cooldown: {age: 72h}"},
	{"unknown key of cooldown", "version: 1\ncooldown: {ages: 3d}\n", `2:12: unknown key "ages"; did you mean age?`},
	{"age without unit", "version: 1\ncooldown: {age: 72}\n", `2:17: the age "72" has no unit; write the unit too, such as 72h for hours or 3d for days`},
	{"age of nothing", "version: 1\ncooldown: {age: 0h}\n", `2:17: the age "0h" is no cooldown; to go without a cooldown write checks: {too-new: off}`},
	{"age that is none", "version: 1\ncooldown: {age: soon}\n", `2:17: the age "soon" is not a duration; write it as 72h, 3d or 1w`},
	{"age beyond a year", "version: 1\ncooldown: {age: 53w}\n", `2:17: the age "53w" is too long; write at most 366d`},
	{"age as a list", "version: 1\ncooldown: {age: [3d]}\n", "2:17: age must be a single value; for example age: 72h"},
	{"age left empty", "version: 1\ncooldown:\n  age:\n", "3:7: age is empty; for example age: 72h"},
	{"exclude as text", "version: 1\ncooldown: {exclude: foo}\n", `2:21: exclude must be a list; for example exclude: ["@myorg/*"]`},
	{"exclude everything", "version: 1\ncooldown: {exclude: [\"*\"]}\n", `2:22: "*" is neither a package nor a scope; write a package's name, or "@myorg/*" for a scope`},
	{"exclude a prefix", "version: 1\ncooldown:\n  exclude:\n    - foo\n    - react-*\n", `5:7: "react-*" is neither a package nor a scope; write a package's name, or "@myorg/*" for a scope`},
	{"exclude every scope", "version: 1\ncooldown: {exclude: [\"@*/*\"]}\n", `2:22: "@*/*" is neither a package nor a scope; write a package's name, or "@myorg/*" for a scope`},
	{"exclude the empty scope", "version: 1\ncooldown: {exclude: [/*]}\n", `2:22: "/*" is neither a package nor a scope; write a package's name, or "@myorg/*" for a scope`},
	{"exclude a bare scope", "version: 1\ncooldown: {exclude: [\"@myorg\"]}\n", `2:22: "@myorg" is neither a package nor a scope; write a package's name, or "@myorg/*" for a scope`},
	{"exclude null", "version: 1\ncooldown: {exclude: [~]}\n", `2:22: exclude is empty; for example exclude: ["@myorg/*"]`},

	// checks
	{"checks as a list", "version: 1\nchecks: [too-new]\n", "2:9: checks must hold keys with values; for example checks: {deprecated: error}"},
	{"misspelt check", "version: 1\nchecks: {too-mew: off}\n", `2:10: no check is called "too-mew"; did you mean too-new?`},
	{"unknown check", "version: 1\nchecks: {left-handed: off}\n", `2:10: no check is called "left-handed"; gate checks lists the checks`},
	{"misspelt level", "version: 1\nchecks: {too-new: warn}\n", `2:19: no level is called "warn"; did you mean warning?`},
	{"unknown level", "version: 1\nchecks: {too-new: false}\n", `2:19: no level is called "false"; the levels are off, warning, error`},
	{"empty level", "version: 1\nchecks: {too-new: \"\"}\n", "2:19: too-new is empty; for example too-new: warning"},

	// registries
	{"registries as a list", "version: 1\nregistries: [\"https://npm.example/\"]\n", `2:13: registries must hold keys with values; for example registries: {"https://npm.example/": {scopes: ["@myorg"]}}`},
	{"registry without scheme", "version: 1\nregistries: {npm.example: {}}\n", `2:14: a registry must be an https address; write it as "https://npm.example/"`},
	{"http", "version: 1\nregistries: {\"http://npm.example/\": {}}\n", "2:14: a registry must be an https address; write https; only loopback addresses may be http"},
	{"credentials", "version: 1\nregistries: {\"https://alice:secret@npm.example/\": {}}\n", "2:14: a registry's address must not hold credentials; remove them; the registry's token belongs in .npmrc"},
	{"credentials twice", "version: 1\nregistries: {\"https://a:secret@h/\": {}, \"https://a:secret@h/\": {}}\n", "2:41: this key is already in line 2; keep one of them"},
	{"query", "version: 1\nregistries: {\"https://npm.example/?token=secret\": {}}\n", `2:14: a registry's address has no query and no fragment; write it as "https://npm.example/"`},
	{"registry twice", "version: 1\nregistries:\n  https://npm.example: {}\n  https://NPM.example:443/: {}\n", "4:3: this registry is listed already, written otherwise; keep one of them"},
	{"registry without keys", "version: 1\nregistries: {\"https://npm.example/\": allow}\n", `2:38: a registry must hold keys with values; for example "https://npm.example/": {scopes: ["@myorg"]}`},
	{"unknown key of a registry", "version: 1\nregistries: {\"https://npm.example/\": {scope: []}}\n", `2:39: unknown key "scope"; did you mean scopes?`},
	{"scope without at sign", "version: 1\nregistries: {\"https://npm.example/\": {scopes: [myorg]}}\n", `2:48: "myorg" is not a scope; write it as "@myorg"`},
	{"scope with a package", "version: 1\nregistries: {\"https://npm.example/\": {scopes: [\"@myorg/a\"]}}\n", `2:48: "@myorg/a" is not a scope; write it as "@myorg"`},
	{"misspelt evidence", "version: 1\nregistries: {\"https://npm.example/\": {gaps: {publish_time: allow}}}\n", `2:46: no evidence is called "publish_time"; did you mean publish-time?`},
	{"unknown evidence", "version: 1\nregistries: {\"https://npm.example/\": {gaps: {all: allow}}}\n", `2:46: no evidence is called "all"; the kinds are packument, publish-time, publisher, signature, attestation, tarball, advisory`},
	{"gap neither allowed nor blocked", "version: 1\nregistries: {\"https://npm.example/\": {gaps: {publisher: true}}}\n", `2:57: a gap cannot be set to "true"; write allow or block`},

	// exceptions
	{"exceptions as a mapping", "version: 1\nexceptions: {check: too-new}\n", `2:13: exceptions must be a list; for example exceptions: [{check: too-new, package: foo, version: 1.2.3, reason: "fixes a CVE", by: "@alice", expires: 2027-01-15}]`},
	{"exception as text", "version: 1\nexceptions: [too-new]\n", `2:14: an exception must hold keys with values; for example {check: too-new, package: foo, version: 1.2.3, reason: "fixes a CVE", by: "@alice", expires: 2027-01-15}`},
	{"exception without anything", "version: 1\nexceptions: [{}]\n", `2:14: an exception lacks check, package, version, reason, by, expires; add check: too-new, package: foo, version: 1.2.3, reason: "fixes a CVE", by: "@alice", expires: 2027-01-15`},
	{"without reason", exceptionWith("reason", ""), `3:3: an exception lacks reason; add reason: "fixes a CVE"`},
	{"without date", exceptionWith("expires", ""), "3:3: an exception lacks expires; add expires: 2027-01-15"},
	{"misspelt key of an exception", exceptionWith("expires", "") + "  expire: 2027-01-15\n", "3:3: an exception lacks expires; add expires: 2027-01-15\n" +
		"8:3: unknown key \"expire\"; did you mean expires?"},
	{"unknown check of an exception", exceptionWith("check", "too-old"), `3:10: no check is called "too-old"; gate checks lists the checks`},
	{"package that cannot be", exceptionWith("package", "a b"), `4:12: "a b" is an invalid package name: holds the character U+0020; write the name as the lockfile has it`},
	{"packages", exceptionWith("package", "\"@myorg/*\""), `4:12: an exception cannot cover the packages "@myorg/*"; write one exception for each package`},
	{"range", exceptionWith("version", "^1.2.3"), `5:12: "^1.2.3" is not an exact version; write one version as the lockfile has it, such as 1.2.3`},
	{"any version", exceptionWith("version", "\"*\""), `5:12: "*" is not an exact version; write one version as the lockfile has it, such as 1.2.3`},
	{"partial version", exceptionWith("version", "1.2"), `5:12: "1.2" is not an exact version; write one version as the lockfile has it, such as 1.2.3`},
	{"version with v", exceptionWith("version", "v1.2.3"), `5:12: "v1.2.3" is not an exact version; write one version as the lockfile has it, such as 1.2.3`},
	{"integrity that is none", exceptionWith("integrity", "sha512-AAAA"), "9:14: malformed integrity: sha512 needs 64 bytes in base64; copy it from the lockfile, such as sha512-…, or delete the key"},
	{"integrity left empty", exceptionWith("integrity", "\"\""), "9:14: integrity is empty; for example integrity: sha512-…"},
	{"blank reason", exceptionWith("reason", "\" \""), `6:11: reason is empty; for example reason: "fixes a CVE"`},
	{"nobody", exceptionWith("by", "~"), `7:7: by is empty; for example by: "@alice"`},
	{"no day of the calendar", exceptionWith("expires", "2027-02-29"), `8:12: "2027-02-29" is not a date; write a day of the calendar as 2027-01-15`},
	{"never", exceptionWith("expires", "never"), `8:12: "never" is not a date; write a day of the calendar as 2027-01-15`},
	{
		"several",
		"version: 1\ncooldown: {age: 3}\nchecks: {too-mew: off}\nexceptions:\n  - {check: too-new, by: \"\"}\nvresion: 1\n",
		"2:17: the age \"3\" has no unit; write the unit too, such as 72h for hours or 3d for days\n" +
			"3:10: no check is called \"too-mew\"; did you mean too-new?\n" +
			"5:5: an exception lacks package, version, reason, expires; add package: foo, version: 1.2.3, reason: \"fixes a CVE\", expires: 2027-01-15\n" +
			"5:26: by is empty; for example by: \"@alice\"\n" +
			"6:1: unknown key \"vresion\"; did you mean version?",
	},
}

func TestMistakes(t *testing.T) {
	for _, tt := range mistakes {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("gate.yaml", []byte(tt.yaml), known)
			if err == nil {
				t.Fatalf("no mistake found, want %s", tt.want)
			}
			got := strings.ReplaceAll(err.Error(), "gate.yaml:", "")
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

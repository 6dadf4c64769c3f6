module github.com/install-gate/gate

go 1.26.0

require github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // tests hold the JSON report against its published schema

require (
	github.com/Masterminds/semver/v3 v3.5.0 // versions and their order
	github.com/go-json-experiment/json v1.27.2 // strict, streaming JSON
	github.com/google/go-cmp v0.7.0 // readable differences in tests
	github.com/rogpeppe/go-internal v1.16.0 // command tests as scripts with files
	github.com/sethvargo/go-githubactions v1.3.2 // the report "github": workflow commands and their escaping
	github.com/spf13/cobra v1.10.2 // commands, flags, completion
	go.yaml.in/yaml/v4 v4.0.0 // gate.yaml and package managers' YAML settings, with positions
	golang.org/x/sync v0.24.0 // bounded fan-out
	golang.org/x/term v0.47.0 // is this a terminal
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.14.0 // indirect
	golang.org/x/tools v0.26.0 // indirect
)

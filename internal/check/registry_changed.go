package check

var registryChanged = &Check{
	ID:    "registry-changed",
	Title: "a change makes another registry vouch for its own packages",
	Doc: `The registry that is asked comes from .npmrc, .yarnrc.yml or pnpm-workspace.yaml, which are part of the project. A
change that brings along another one chooses who says when its packages were published, by whom, and with which
hash. With a git ref as the base, both sides' configuration is compared by what it means for the locked packages.

The registry is not asked. List it under registries in gate.yaml, in a change of its own, before it is used.`,
	Level:   Error,
	Project: reportProblems,
}

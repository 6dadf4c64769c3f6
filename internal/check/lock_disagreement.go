package check

var lockDisagreement = &Check{
	ID:    "lock-disagreement",
	Title: "two places that should lock the same lock different things",
	Doc: `A lockfile of version 2 holds the tree twice, a project can have lockfiles of several package managers, and npm reads
npm-shrinkwrap.json or package-lock.json depending on its version. Where they disagree, what was reviewed need not be
what is installed.

Keep one lockfile, written by the package manager that installs from it.`,
	Level:   Error,
	Project: reportProblems,
}

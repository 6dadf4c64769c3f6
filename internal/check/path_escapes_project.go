package check

var pathEscapesProject = &Check{
	ID:    "path-escapes-project",
	Title: "a path in the lockfile leads out of the project",
	Doc: `Links, local packages and patch files are read from, or linked to, the path in the lockfile. Outside the project that
is a file which no review of the repository has seen.

Move the target into the repository.`,
	Level:   Error,
	Project: reportProblems,
}

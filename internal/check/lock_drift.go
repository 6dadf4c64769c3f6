package check

var lockDrift = &Check{
	ID:    "lock-drift",
	Title: "package.json asks for what the lockfile does not hold",
	Doc: `An install that is not frozen resolves the difference on the spot, with versions that nobody has reviewed; a frozen
one fails. A name in the lockfile that stands for another package without an alias in package.json belongs here too.

Update the lockfile with scripts off and commit it.`,
	Level:   Error,
	Project: reportProblems,
}

package check

var exception = &Check{
	ID:    "exception",
	Title: "an exception in gate.yaml has expired, will soon, or matches nothing",
	Doc: `An exception is a permission for one finding, with a reason and a date. Past that date it no longer applies, and this
check says so as an error; two weeks before it warns. An exception that matches nothing is a warning: it may have been
meant for another version.

Renew the date after looking at the reason again, or delete the exception.`,
	Level:     Error,
	Elsewhere: "the policy, when it applies gate.yaml",
}

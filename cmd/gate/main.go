// Command gate judges the lockfiles of a project before anything is installed
// from them.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

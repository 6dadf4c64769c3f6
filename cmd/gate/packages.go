package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/report"
)

func newPackages() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "packages LOCKFILE",
		Short:   "print the packages that a lockfile holds, as its package manager reads it",
		Example: "  gate packages package-lock.json --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			lock, err := lockfile.Read(filepath.Dir(args[0]), filepath.Base(args[0]))
			if err != nil {
				return unjudged(fmt.Errorf("reading %s: %w", args[0], err), readHints(err)...)
			}
			if asJSON {
				return writePackagesJSON(cmd.OutOrStdout(), lock)
			}
			return writePackages(cmd.OutOrStdout(), lock)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print all that is known of each package as JSON")
	return cmd
}

// packageList is the JSON form of a lockfile's packages. What the format does
// not carry is null.
type packageList struct {
	Lockfile string        `json:"lockfile"`
	Format   string        `json:"format"`
	Version  *string       `json:"version"`
	Packages []packageItem `json:"packages"`
}

type packageItem struct {
	Name          string   `json:"name"`
	Version       *string  `json:"version"`
	Source        string   `json:"source"`
	Resolved      *string  `json:"resolved"`
	Integrity     []string `json:"integrity"`
	Alias         *string  `json:"alias"`
	Dev           *bool    `json:"dev"`
	Optional      *bool    `json:"optional"`
	InstallScript *bool    `json:"installScript"`
	Line          int      `json:"line"`
	Locations     []string `json:"locations"`
}

func writePackagesJSON(w io.Writer, lock *lockfile.Lockfile) error {
	list := packageList{Lockfile: lock.Path, Format: lock.Format, Version: orNull(lock.Version), Packages: []packageItem{}}
	for i := range lock.Entries {
		e := &lock.Entries[i]
		item := packageItem{
			Name: e.Name, Version: orNull(e.Version), Source: string(e.Source), Resolved: orNull(e.Resolved),
			Integrity: append([]string{}, e.Integrity...),
			Dev:       e.Dev, Optional: e.Optional, InstallScript: e.InstallScript,
			Line: e.Line, Locations: append([]string{}, e.Locations...),
		}
		if len(e.Aliases) > 0 {
			item.Alias = &e.Aliases[0]
		}
		list.Packages = append(list.Packages, item)
	}
	return report.EncodeJSON(w, list)
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func writePackages(w io.Writer, lock *lockfile.Lockfile) error {
	for i := range lock.Entries {
		e := &lock.Entries[i]
		line := e.ID().String()
		if e.Source != lockfile.Registry {
			line += " (" + string(e.Source) + ")"
		}
		if _, err := fmt.Fprintln(w, report.Printable(line)); err != nil {
			return err
		}
	}
	return nil
}

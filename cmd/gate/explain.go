package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/install-gate/gate/internal/check"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:               "explain CHECK",
		Short:             "say what a check means, why it matters and how to pass it",
		Example:           "  gate explain too-new",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeChecks,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, ok := check.Lookup(args[0])
			if !ok {
				return usage(fmt.Errorf("no check is called %q", args[0]), "gate checks lists them")
			}
			return explain(cmd.OutOrStdout(), c)
		},
	}
}

func explain(w io.Writer, c *check.Check) error {
	_, err := fmt.Fprintf(w, "%s: reports that %s (%s)\n\n%s\n", c.ID, c.Title, c.Level, c.Doc)
	if err == nil && len(c.Needs) > 0 {
		kinds := make([]string, len(c.Needs))
		for i, kind := range c.Needs {
			kinds[i] = string(kind)
		}
		_, err = fmt.Fprintf(w, "\nNeeds from the registry: %s.\n", strings.Join(kinds, ", "))
	}
	return err
}

func newChecks() *cobra.Command {
	return &cobra.Command{
		Use:   "checks",
		Short: "list the checks",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			width := 0
			for _, c := range check.All {
				width = max(width, len(c.ID))
			}
			for _, c := range check.All {
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%-*s  %s (%s)\n", width, c.ID, c.Title, c.Level); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func completeChecks(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return check.IDs(), cobra.ShellCompDirectiveNoFileComp
}

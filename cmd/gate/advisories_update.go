package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/install-gate/gate/internal/advisory"
)

// osvExport is the public collection of OSV records about npm packages.
const osvExport = "https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip"

// maxExport bounds the download. The export was 222 MB in September 2026.
const maxExport = 2 << 30

func newAdvisories() *cobra.Command {
	var from, index string
	update := &cobra.Command{
		Use:   "update",
		Short: "make an index of malware advisories for use without the network",
		Long: `update reads OSV records from a zip, a directory or an address, keeps those about malware in npm packages, and writes
an index that gate check uses from then on. Where there is no index, gate check asks the public OSV service.`,
		Example: `  gate advisories update
  gate advisories update --from all.zip --index advisories.index`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return updateAdvisories(cmd.Context(), cmd.OutOrStdout(), from, index)
		},
	}
	update.Flags().StringVar(&from, "from", osvExport, "zip, directory or address of the records")
	update.Flags().StringVar(&index, "index", advisoryIndexFile(), "write the index to `FILE`")
	cmd := &cobra.Command{Use: "advisories", Short: "keep malware advisories on this machine", Args: cobra.NoArgs, RunE: help}
	cmd.AddCommand(update)
	return cmd
}

// help is what a command does that only has commands below it.
func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }

func updateAdvisories(ctx context.Context, stdout io.Writer, from, index string) error {
	if index == "" {
		return usage(errors.New("there is no cache directory for the index"), "name a file with --index")
	}
	if err := os.MkdirAll(filepath.Dir(index), 0o700); err != nil {
		return usage(err)
	}
	source, closeSource, err := openRecords(ctx, from)
	if err != nil {
		return unjudged(err)
	}
	defer closeSource()
	now := time.Now()
	stats, err := advisory.BuildIndex(ctx, source, index, now)
	if err != nil {
		return unjudged(err)
	}
	_, err = fmt.Fprintf(stdout, "%s: %s\n", index, describeStats(stats, now))
	return err
}

// openRecords opens a directory, a zip or an address of a zip.
func openRecords(ctx context.Context, from string) (advisory.Source, func(), error) {
	none := func() {}
	if strings.HasPrefix(from, "https://") {
		return download(ctx, from)
	}
	info, err := os.Stat(from)
	if err != nil {
		return advisory.Source{}, none, err
	}
	if info.IsDir() {
		return advisory.Dir(from, os.DirFS(from)), none, nil
	}
	return openZip(from, from)
}

func openZip(name, file string) (advisory.Source, func(), error) {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return advisory.Source{}, func() {}, fmt.Errorf("reading %s: %w", name, err)
	}
	return advisory.Zip(name, &archive.Reader), func() { archive.Close() }, nil
}

// download fetches a zip into a temporary file, since a zip is read from its
// end.
func download(ctx context.Context, address string) (advisory.Source, func(), error) {
	none := func() {}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return advisory.Source{}, none, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return advisory.Source{}, none, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return advisory.Source{}, none, fmt.Errorf("asking %s: unexpected status %d", address, res.StatusCode)
	}
	file, err := os.CreateTemp("", "gate-advisories-*.zip")
	if err != nil {
		return advisory.Source{}, none, err
	}
	remove := func() { os.Remove(file.Name()) }
	n, err := io.Copy(file, io.LimitReader(res.Body, maxExport+1))
	if err = errors.Join(err, file.Close()); err != nil || n > maxExport {
		remove()
		return advisory.Source{}, none, errors.Join(err, fmt.Errorf("reading %s: %d bytes came, at most %d are read", address, n, maxExport))
	}
	source, closeZip, err := openZip(address, file.Name())
	return source, func() { closeZip(); remove() }, err
}

// describeStats says in one line what an index holds, how old it is and what
// is missing from it.
func describeStats(s advisory.Stats, now time.Time) string {
	text := fmt.Sprintf("%d malware records about %d packages, from %s", s.Records, s.Names, s.Source)
	if !s.Newest.IsZero() {
		text += fmt.Sprintf("; the newest is %d days old", int(now.Sub(s.Newest).Hours()/24))
	}
	if s.Unreadable > 0 {
		text += fmt.Sprintf("; %d files could not be read, first %s", s.Unreadable, firstProblem(s))
	}
	return text
}

func firstProblem(s advisory.Stats) string {
	if len(s.Problems) == 0 {
		return "unknown"
	}
	return s.Problems[0].Where + ": " + s.Problems[0].Reason
}

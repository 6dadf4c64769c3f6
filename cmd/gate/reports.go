package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/install-gate/gate/internal/check"
	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/policy"
	"github.com/install-gate/gate/internal/report"
)

// reportFile is a report that goes to a file beside the one on standard output.
type reportFile struct {
	format report.Format
	file   string
	append bool // the file belongs to the CI system
}

// parseReports reads the values of --report, NAME=FILE each. The file "auto" is
// the one that the CI system names for the format.
func parseReports(values []string) ([]reportFile, error) {
	var all []reportFile
	for _, value := range values {
		name, file, ok := strings.Cut(value, "=")
		if !ok || file == "" {
			return nil, usage(fmt.Errorf("--report %q names no file", value), "write it as --report sarif=gate.sarif")
		}
		format, err := lookupFormat(name)
		if err != nil {
			return nil, err
		}
		r := reportFile{format: format, file: file}
		if file == "auto" {
			if r.file, r.append = os.Getenv(format.AppendTo), true; r.file == "" {
				return nil, usage(fmt.Errorf("--report %s=auto: no CI system names a file for it here", name),
					"name a file instead: --report "+name+"=FILE")
			}
		}
		all = append(all, r)
	}
	return all, nil
}

func lookupFormat(name string) (report.Format, error) {
	format, ok := report.Lookup(name)
	if !ok {
		return format, usage(fmt.Errorf("no report format is called %q", name), "the formats are "+strings.Join(report.Names(), ", "))
	}
	return format, nil
}

// write writes the report to its file.
func (r reportFile) write(result policy.Result, options report.Options) (err error) {
	flags := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if r.append {
		flags = os.O_CREATE | os.O_WRONLY | os.O_APPEND
	}
	if isPlantedLink(r.file) {
		return fmt.Errorf("%s is a symbolic link, which the checkout may have brought along", r.file)
	}
	f, err := os.OpenFile(r.file, flags, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	return r.format.Write(f, result, options)
}

// isPlantedLink reports whether a file is a symbolic link that does not belong
// to the system, as /dev/stdout does.
func isPlantedLink(file string) bool {
	info, err := os.Lstat(file)
	return err == nil && info.Mode()&os.ModeSymlink != 0 && !strings.HasPrefix(filepath.ToSlash(file), "/dev/")
}

// writeReports writes the report to standard output and to the files.
func writeReports(stdout io.Writer, format report.Format, files []reportFile, result policy.Result, options report.Options) error {
	for _, r := range files {
		if err := r.write(result, options); err != nil {
			return unjudged(fmt.Errorf("writing the %s report: %w", r.format.Name, err))
		}
	}
	options.Color = isTerminal(stdout) && os.Getenv("NO_COLOR") == ""
	if err := format.Write(stdout, result, options); err != nil {
		return unjudged(fmt.Errorf("writing the report: %w", err))
	}
	return nil
}

// rules describes the checks for the formats that list them.
func rules() []report.Rule {
	var all []report.Rule
	for _, c := range check.All {
		level := finding.Error
		if c.Level == check.Warning {
			level = finding.Warning
		}
		all = append(all, report.Rule{ID: c.ID, Title: c.Title, Doc: c.Doc, Level: level})
	}
	return all
}

// repositoryRoot returns the path of dir seen from the root of the git
// repository or the CI system's workspace; empty if there is neither.
func repositoryRoot(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for root := dir; ; root = filepath.Dir(root) {
		if _, err := os.Lstat(filepath.Join(root, ".git")); err == nil {
			below, err := filepath.Rel(root, dir)
			if err != nil || below == "." {
				return ""
			}
			return filepath.ToSlash(below)
		}
		if root == filepath.Dir(root) {
			return ""
		}
	}
}

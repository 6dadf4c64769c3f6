// The format "junit" is the XML that CI systems show as test results. There is
// no standard for it. What its readers share: suites hold cases; a case is
// failed by one <failure>, could not be run if it has an <error>, and is not
// counted if it has a <skipped>. GitLab shows the text in these elements, not
// their message, and takes two cases with the same classname and name for one.

package report

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/install-gate/gate/internal/finding"
	"github.com/install-gate/gate/internal/lockfile"
	"github.com/install-gate/gate/internal/policy"
)

type junitReport struct {
	XMLName xml.Name      `xml:"testsuites"`
	Name    string        `xml:"name,attr"`
	Suites  []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Cases    []*junitCase `xml:"testcase"`

	byName map[string]*junitCase
}

type junitCase struct {
	ClassName string        `xml:"classname,attr"`
	Name      string        `xml:"name,attr"`
	File      string        `xml:"file,attr,omitempty"`
	Failure   *junitOutcome `xml:"failure,omitempty"`
	Error     *junitOutcome `xml:"error,omitempty"`
	Skipped   *junitOutcome `xml:"skipped,omitempty"`
	Output    string        `xml:"system-out,omitempty"`

	source   string
	findings []finding.Finding
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes a suite for each lockfile with a case for each package. Findings
// about a file of the project or about a registry are cases too.
func JUnit(w io.Writer, r policy.Result, o Options) error {
	report := junitReport{Name: "gate", Suites: junitSuites(r, o)}
	for _, suite := range report.Suites {
		suite.conclude()
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(report); err != nil {
		return fmt.Errorf("encoding XML: %w", err)
	}
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

// junitSuites sorts packages and findings into suites and cases.
func junitSuites(r policy.Result, o Options) []*junitSuite {
	var suites []*junitSuite
	byName := map[string]*junitSuite{}
	find := func(name string) *junitSuite {
		name = Printable(name)
		if byName[name] == nil {
			byName[name] = &junitSuite{Name: name, byName: map[string]*junitCase{}}
			suites = append(suites, byName[name])
		}
		return byName[name]
	}
	for _, l := range r.Lockfiles {
		find(o.inRepository(l.Path))
	}
	for _, p := range r.Packages {
		file := o.inRepository(p.File)
		find(file).find(title(p.Name, p.Version), file).source = p.Source
	}
	for _, f := range r.Findings {
		file, at := o.inRepository(f.Position.File), placeOf(f)
		name := at.title
		if f.Name == "" {
			name = f.Check
		}
		c := find(cmp.Or(file, at.title)).find(name, file)
		c.findings = append(c.findings, f)
	}
	return suites
}

// find returns the case with a name, as it is printed: readers would take two
// for one.
func (s *junitSuite) find(name, file string) *junitCase {
	name = Printable(name)
	c := s.byName[name]
	if c == nil {
		c = &junitCase{ClassName: s.Name, Name: name, File: Printable(file)}
		s.byName[name] = c
		s.Cases = append(s.Cases, c)
	}
	return c
}

// conclude gives each case its outcome and counts them.
func (s *junitSuite) conclude() {
	for _, c := range s.Cases {
		s.Tests++
		c.conclude()
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}

// conclude fails a case that has an error; one that could not be judged is an
// error in JUnit's sense. Warnings and exceptions are output of a case that
// passes. A package that no registry serves is skipped.
func (c *junitCase) conclude() {
	var lines []string
	worst, message := rankCount, ""
	for _, f := range byRank(c.findings) {
		mark := marks[rankOf(f)]
		if f.Excepted {
			mark = "excepted"
		} else if rankOf(f) < worst {
			worst, message = rankOf(f), Printable(f.Check)+": "+Printable(f.Message)
		}
		lines = append(lines, c.line(mark, f)...)
	}
	text := strings.Join(lines, "\n")
	switch {
	case worst == isError:
		c.Failure = &junitOutcome{message, text}
	case worst == isUnknown:
		c.Error = &junitOutcome{message, text}
	case text == "" && c.source != "" && c.source != string(lockfile.Registry):
		c.Skipped = &junitOutcome{Message: Printable(c.source) + ": no registry serves it"}
	default:
		c.Output = text
	}
}

func (c *junitCase) line(mark string, f finding.Finding) []string {
	line := fmt.Sprintf("%s %s: %s", mark, Printable(f.Check), Printable(f.Message))
	if f.Position.Line > 0 {
		line += fmt.Sprintf(" (line %d)", f.Position.Line)
	}
	lines := []string{line}
	if f.Excepted {
		lines = append(lines, "  reason: "+Printable(f.Reason))
	} else if f.Hint != "" {
		lines = append(lines, "  hint: "+Printable(f.Hint))
	}
	return lines
}

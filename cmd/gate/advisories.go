package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/install-gate/gate/internal/advisory"
	"github.com/install-gate/gate/internal/evidence"
	"github.com/install-gate/gate/internal/npm"
)

// advisoryTimeout bounds how long the advisory service may keep the gate
// waiting.
const advisoryTimeout = 30 * time.Second

// defaultAdvisories is who is asked unless the command line says otherwise.
func defaultAdvisories() string { return cmp.Or(os.Getenv("GATE_ADVISORIES"), "auto") }

// openAdvisories returns who is asked for malware advisories: "auto", the index
// on this machine or else the public service; "online", the service; "off",
// nobody; a URL, another service; anything else is the path of an index.
func openAdvisories(choice string, now time.Time, stderr io.Writer) (evidence.Advisories, error) {
	switch {
	case choice == "off":
		return nil, nil
	case choice == "auto":
		if index := advisoryIndexFile(); index != "" {
			if _, err := os.Stat(index); err == nil {
				return openIndex(index, now, stderr)
			}
		}
		return online{&advisory.API{}}, nil
	case choice == "online":
		return online{&advisory.API{}}, nil
	case strings.HasPrefix(choice, "https://"), strings.HasPrefix(choice, "http://"):
		return online{&advisory.API{URL: choice}}, nil
	}
	return openIndex(choice, now, stderr)
}

// online asks an OSV service.
type online struct{ api *advisory.API }

// Source returns the service's address.
func (o online) Source() string {
	if o.api.URL == "" {
		return npm.WithSlash(advisory.DefaultURL)
	}
	return npm.WithSlash(o.api.URL)
}

// Records asks about all versions in one go.
func (o online) Records(ctx context.Context, ids []npm.ID) (map[npm.ID]advisory.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, advisoryTimeout)
	defer cancel()
	return o.api.Records(ctx, ids)
}

// offline looks into an index.
type offline struct {
	index *advisory.Index
	file  string
}

// openIndex opens an index and says how old it is and what it could not read.
func openIndex(file string, now time.Time, stderr io.Writer) (evidence.Advisories, error) {
	index, err := advisory.OpenIndex(file)
	if err != nil {
		return nil, unjudged(err, "make it anew with gate advisories update")
	}
	stats := index.Stats()
	fmt.Fprintf(stderr, "malware advisories: %s\n", describeStats(stats, now))
	return offline{index, file}, nil
}

// Source returns the index's file.
func (o offline) Source() string { return o.file }

// Records looks up each version's package.
func (o offline) Records(_ context.Context, ids []npm.ID) (map[npm.ID]advisory.Answer, error) {
	answers := map[npm.ID]advisory.Answer{}
	for _, id := range ids {
		records, err := o.index.Records(id.Name)
		if err != nil {
			return nil, err
		}
		answers[id] = advisory.Answer{Records: records}
	}
	return answers, nil
}

// advisoryIndexFile is where gate advisories update puts the index; empty if
// there is no such place.
func advisoryIndexFile() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "gate", "advisories.index")
}

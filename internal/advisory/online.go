package advisory

// This file speaks the OSV API (https://google.github.io/osv.dev/api/).
// POST /v1/querybatch takes at most 1000 queries and answers with one result for
// each, in their order. A result has ids and dates of records only, and a
// next_page_token if there are more of them: then the query is asked again with
// the token. GET /v1/vulns/ID has the record.

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/install-gate/gate/internal/npm"
)

// DefaultURL is the address of the public OSV API.
const DefaultURL = "https://api.osv.dev"

// Bounds on asking, far above what a project needs.
const (
	maxBatch       = 1000 // set by the API
	maxIDs         = 100_000
	maxPages       = 50     // rounds of asking for more
	maxAdvisories  = 20_000 // records of one call
	maxBatchAnswer = 32 << 20
	concurrency    = 8 // records asked for at one time
)

// API asks an OSV server. The zero API asks the public one. Its methods may be
// called from several goroutines; its fields must not change after the first
// call. It keeps records in memory and asks again for those that were modified.
type API struct {
	// URL is the server's address; empty stands for DefaultURL.
	URL string
	// HTTP carries the requests; nil stands for http.DefaultClient. Redirects
	// are not followed.
	HTTP *http.Client
	// UserAgent is how the server knows the program.
	UserAgent string
	// Now is the clock for dates in Retry-After and for the deadline; nil is
	// time.Now.
	Now func() time.Time
	// Sleep waits between attempts and returns early with the context's error;
	// nil waits for the duration.
	Sleep func(ctx context.Context, d time.Duration) error

	mu    sync.Mutex
	known map[mention]Answer
}

// Answer is what is known about one version.
type Answer struct {
	// Records are the malware records that the server finds for the version, by
	// id. Match says what they mean.
	Records []Record
	// Vulnerabilities are the other records that the server finds for it.
	Vulnerabilities []Record
	// Problems are the records that could not be had or understood, and the
	// version if the server cannot be asked about it. Nothing is known then
	// but what Records says.
	Problems []Problem
}

// Records asks for the malware records about versions. Each ID has an Answer. An
// error means that the server could not be asked; then there are none.
//
// The server looks records up by name and version: one that names a tarball's
// hash alone is not found this way, but is with an index. The server learns all
// the IDs, so those of private packages should not be among them.
func (a *API) Records(ctx context.Context, ids []npm.ID) (map[npm.ID]Answer, error) {
	answers, err := a.records(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("asking %s for malware advisories: %w", a.host(), err)
	}
	return answers, nil
}

func (a *API) records(ctx context.Context, ids []npm.ID) (map[npm.ID]Answer, error) {
	if len(ids) > maxIDs {
		return nil, fmt.Errorf("more than %d packages", maxIDs)
	}
	answers := map[npm.ID]Answer{}
	var queries []query
	for _, id := range ids {
		if _, seen := answers[id]; seen {
			continue
		}
		answers[id] = Answer{}
		q, err := newQuery(id)
		if err != nil {
			answers[id] = Answer{Problems: []Problem{newProblem(id.String(), err)}}
			continue
		}
		queries = append(queries, q)
	}
	found, err := a.query(ctx, queries)
	if err != nil {
		return nil, err
	}
	records, err := a.fetchAll(ctx, found)
	if err != nil {
		return nil, err
	}
	for id, mentions := range found {
		answers[id] = collectAnswer(mentions, records)
	}
	return answers, nil
}

// collectAnswer puts together the records that are mentioned, perhaps repeatedly.
func collectAnswer(mentions []mention, records map[mention]Answer) Answer {
	var all Answer
	slices.SortFunc(mentions, compareMentions)
	for _, m := range slices.Compact(mentions) {
		all.Records = append(all.Records, records[m].Records...)
		all.Vulnerabilities = append(all.Vulnerabilities, records[m].Vulnerabilities...)
		all.Problems = append(all.Problems, records[m].Problems...)
	}
	return all
}

// query asks about one version.
type query struct {
	Package   queryPackage `json:"package"`
	Version   string       `json:"version"`
	PageToken string       `json:"page_token,omitzero"`

	id npm.ID
}

type queryPackage struct {
	Name      string `json:"name"`
	Ecosystem string `json:"ecosystem"`
}

// newQuery keeps back what a server could refuse, and with it the whole batch.
func newQuery(id npm.ID) (query, error) {
	if err := npm.CheckName(id.Name); err != nil {
		return query{}, err
	}
	version, err := npm.ParseVersion(id.Version)
	if err != nil {
		return query{}, err
	}
	return query{Package: queryPackage{id.Name, ecosystem}, Version: version.String(), id: id}, nil
}

// batchAnswer is the answer to a batch.
type batchAnswer struct {
	Results []struct {
		Vulns         []mention `json:"vulns"`
		NextPageToken string    `json:"next_page_token"`
	} `json:"results"`
}

// mention is what an answer says of a record. The date is only compared.
type mention struct {
	ID       string `json:"id"`
	Modified string `json:"modified"`
}

func compareMentions(a, b mention) int {
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Modified, b.Modified))
}

// query returns, for each version, the records that may be about malware.
func (a *API) query(ctx context.Context, queries []query) (map[npm.ID][]mention, error) {
	found := map[npm.ID][]mention{}
	for page := 0; len(queries) > 0; page++ {
		if page == maxPages {
			return nil, fmt.Errorf("more than %d pages of records about %s", maxPages, queries[0].id)
		}
		var unfinished []query
		for batch := range slices.Chunk(queries, maxBatch) {
			more, err := a.queryBatch(ctx, batch, found)
			if err != nil {
				return nil, err
			}
			unfinished = append(unfinished, more...)
		}
		queries = unfinished
	}
	return found, nil
}

// queryBatch adds to found and returns the queries that there is more to.
func (a *API) queryBatch(ctx context.Context, batch []query, found map[npm.ID][]mention) ([]query, error) {
	body, err := json.Marshal(map[string][]query{"queries": batch})
	if err != nil {
		return nil, fmt.Errorf("encoding the query: %w", err)
	}
	data, err := a.send(ctx, request{http.MethodPost, "/v1/querybatch", body, maxBatchAnswer})
	if err != nil {
		return nil, err
	}
	var answer batchAnswer
	if err := decode(data, &answer); err != nil {
		return nil, fmt.Errorf("decoding the answer: %w", err)
	}
	if len(answer.Results) != len(batch) {
		return nil, fmt.Errorf("%d results for %d queries", len(answer.Results), len(batch))
	}
	var unfinished []query
	for i, result := range answer.Results {
		id := batch[i].id
		for _, m := range result.Vulns {
			if strings.HasPrefix(m.ID, malwarePrefix) || strings.HasPrefix(m.ID, githubPrefix) {
				found[id] = append(found[id], m)
			}
		}
		if result.NextPageToken != "" {
			more := batch[i]
			more.PageToken = result.NextPageToken
			unfinished = append(unfinished, more)
		}
	}
	return unfinished, nil
}

func (a *API) host() string {
	if u, err := url.Parse(a.address("")); err == nil {
		return u.Host
	}
	return "the OSV API"
}

func (a *API) address(path string) string {
	return strings.TrimSuffix(cmp.Or(a.URL, DefaultURL), "/") + path
}

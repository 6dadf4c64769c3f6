package advisory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/install-gate/gate/internal/npm"
)

// fetchAll gets the records that are named in found, each once.
func (a *API) fetchAll(ctx context.Context, found map[npm.ID][]mention) (map[mention]Answer, error) {
	records := map[mention]Answer{}
	for _, mentions := range found {
		for _, m := range mentions {
			records[m] = Answer{}
		}
	}
	if len(records) > maxAdvisories {
		return nil, fmt.Errorf("more than %d records", maxAdvisories)
	}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(concurrency)
	for _, m := range slices.SortedFunc(maps.Keys(records), compareMentions) {
		group.Go(func() error {
			answer, err := a.fetch(ctx, m)
			if err != nil {
				return fmt.Errorf("record %s: %w", m.ID, err)
			}
			mu.Lock()
			defer mu.Unlock()
			records[m] = answer
			return nil
		})
	}
	return records, group.Wait()
}

// fetch returns a record, or a problem.
func (a *API) fetch(ctx context.Context, m mention) (Answer, error) {
	if answer, known := a.recall(m); known {
		return answer, nil
	}
	record, err := a.get(ctx, m.ID)
	if unreadable, ok := errors.AsType[*unreadableError](err); ok {
		return Answer{Problems: []Problem{newProblem(m.ID, unreadable)}}, nil
	}
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Vulnerabilities: []Record{record}}
	if record.Malware {
		answer = Answer{Records: []Record{record}}
	}
	a.remember(m, answer)
	return answer, nil
}

func (a *API) recall(m mention) (Answer, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	answer, known := a.known[m]
	return answer, known
}

// remember keeps a record until the server says that it was modified.
func (a *API) remember(m mention, answer Answer) {
	if m.Modified == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil || len(a.known) >= maxAdvisories {
		a.known = map[mention]Answer{}
	}
	a.known[m] = answer
}

// unreadableError is what is wrong with one record, not with the server.
type unreadableError struct{ error }

func (a *API) get(ctx context.Context, id string) (Record, error) {
	if err := checkID(id); err != nil {
		return Record{}, &unreadableError{err}
	}
	data, err := a.send(ctx, request{http.MethodGet, "/v1/vulns/" + url.PathEscape(id), nil, maxRecord})
	if errors.Is(err, errNotFound) {
		return Record{}, &unreadableError{errors.New("the server names the record but does not have it")}
	}
	if err != nil {
		return Record{}, err
	}
	record, err := DecodeRecord(data)
	if err != nil {
		return Record{}, &unreadableError{err}
	}
	if record.ID != id {
		return Record{}, &unreadableError{fmt.Errorf("the server answers with %s", record.ID)}
	}
	return record, nil
}

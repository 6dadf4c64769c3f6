package lockfile

import (
	"path"
	"slices"
	"strings"
)

// npmWorkspaces are the patterns by which a package.json declares workspaces.
// npm matches them with minimatch; braces and extended patterns of that are not
// understood here, so that such a workspace counts as a mere link.
type npmWorkspaces struct {
	patterns, negated [][]string // split at slashes
}

// maxPatterns bounds the patterns, each of which is held against every link.
const maxPatterns = 1024

// read reads the array of patterns, or the object that yarn keeps it in.
func (w *npmWorkspaces) read(r *jsonReader) error {
	switch r.next() {
	case '{':
		return fields[npmWorkspaces]{
			{"packages", func(r *jsonReader, w *npmWorkspaces) error { return w.read(r) }},
		}.read(r, w)
	case '[':
		texts, err := r.texts()
		if len(texts) > maxPatterns {
			return r.errorf("more than %d patterns of workspaces", maxPatterns)
		}
		for _, text := range texts {
			w.add(text)
		}
		return err
	}
	return r.skip()
}

func (w *npmWorkspaces) add(text string) {
	bare := strings.TrimLeft(text, "!")
	pattern := strings.Split(strings.Trim(strings.TrimPrefix(bare, "."), "/"), "/")
	if negated := (len(text)-len(bare))%2 == 1; negated {
		w.negated = append(w.negated, pattern)
		return
	}
	w.patterns = append(w.patterns, pattern)
	// A later pattern takes back the exclusion of what it names.
	w.negated = slices.DeleteFunc(w.negated, func(n []string) bool { return matchesDir(n, pattern) })
}

// declare reports whether a directory is a workspace.
func (w *npmWorkspaces) declare(dir string) bool {
	parts := strings.Split(dir, "/")
	matches := func(pattern []string) bool { return matchesDir(pattern, parts) }
	return slices.ContainsFunc(w.patterns, matches) && !slices.ContainsFunc(w.negated, matches)
}

// matchesDir reports whether a pattern matches a path, in which ** stands for
// any number of directories. Going back to the last ** alone is enough to find
// a match and keeps the time within the product of the lengths.
func matchesDir(patterns, parts []string) bool {
	i, j, star, from := 0, 0, -1, 0
	for j < len(parts) {
		switch {
		case i < len(patterns) && patterns[i] == "**":
			star, from = i, j
			i++
			continue
		case i < len(patterns):
			if ok, err := path.Match(patterns[i], parts[j]); ok && err == nil {
				i, j = i+1, j+1
				continue
			}
		}
		if star < 0 {
			return false
		}
		from++
		i, j = star+1, from
	}
	for i < len(patterns) && patterns[i] == "**" {
		i++
	}
	return i == len(patterns)
}

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
	patterns, negated []string
}

// read reads the array of patterns, or the object that yarn keeps it in.
func (w *npmWorkspaces) read(r *jsonReader) error {
	switch r.next() {
	case '{':
		return fields[npmWorkspaces]{
			{"packages", func(r *jsonReader, w *npmWorkspaces) error { return w.read(r) }},
		}.read(r, w)
	case '[':
		texts, err := r.texts()
		for _, text := range texts {
			w.add(text)
		}
		return err
	}
	return r.skip()
}

func (w *npmWorkspaces) add(text string) {
	pattern := strings.TrimLeft(text, "!")
	negated := (len(text)-len(pattern))%2 == 1
	pattern = strings.TrimRight(strings.TrimLeft(strings.TrimPrefix(pattern, "."), "/"), "/")
	if negated {
		w.negated = append(w.negated, pattern)
		return
	}
	w.patterns = append(w.patterns, pattern)
	// A later pattern takes back the exclusion of what it names.
	w.negated = slices.DeleteFunc(w.negated, func(n string) bool { return matchesDir(n, pattern) })
}

// declare reports whether a directory is a workspace.
func (w *npmWorkspaces) declare(dir string) bool {
	matches := func(pattern string) bool { return matchesDir(pattern, dir) }
	return slices.ContainsFunc(w.patterns, matches) && !slices.ContainsFunc(w.negated, matches)
}

// matchesDir reports whether a pattern matches a path, in which ** stands for
// any number of directories. Going back to the last ** alone is enough to find
// a match and keeps the time linear in the lengths' product.
func matchesDir(pattern, dir string) bool {
	patterns, parts := strings.Split(pattern, "/"), strings.Split(dir, "/")
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

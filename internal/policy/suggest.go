package policy

import (
	"strconv"
	"strings"
)

// maxQuoted is how many characters of a text are repeated in a mistake. Longer
// texts are not compared with anything either.
const maxQuoted = 60

// quote returns the beginning of a text in quotes.
func quote(text string) string {
	if runes := []rune(text); len(runes) > maxQuoted {
		text = string(runes[:maxQuoted]) + "…"
	}
	return strconv.Quote(text)
}

func didYouMean(word string) string { return "did you mean " + word + "?" }

// suggest returns a hint for a word that is none of those known.
func suggest(word string, known []string, intro string) string {
	if found := closest(word, known); found != "" {
		return didYouMean(found)
	}
	return intro + strings.Join(known, ", ")
}

// closest returns the known word that someone who wrote word may have meant:
// the one fewest edits away, if these are at most a third of the longer word;
// or the one of which word is the beginning. It returns "" if there is none.
func closest(word string, known []string) string {
	if len(word) > maxQuoted {
		return ""
	}
	best, fewest := "", maxQuoted
	for _, candidate := range known {
		edits := distance(strings.ToLower(word), candidate)
		if edits > max(len(word), len(candidate))/3 && !isBeginning(word, candidate) {
			continue
		}
		if edits < fewest {
			best, fewest = candidate, edits
		}
	}
	return best
}

// isBeginning reports whether word is a beginning that says enough.
func isBeginning(word, candidate string) bool {
	return len(word) >= 3 && strings.HasPrefix(candidate, strings.ToLower(word))
}

// distance is the number of bytes to insert, delete or replace to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

package check

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxQuoted bounds how much of an attacker's text is quoted in a message, in
// runes; maxListed how many names are listed.
const (
	maxQuoted = 160
	maxListed = 5
)

// writeAgain is the hint for entries that no package manager writes like that.
const writeAgain = "delete the entry from the lockfile and let the package manager write it again, with scripts off"

// cut shortens quoted text.
func cut(text string) string {
	count := 0
	for i := range text {
		if count == maxQuoted {
			return text[:i] + "…"
		}
		count++
	}
	return text
}

// listSome joins names and counts those that are left out.
func listSome(names []string) string {
	shown := slices.Clone(names[:min(len(names), maxListed)])
	for i, name := range shown {
		shown[i] = cut(name)
	}
	if rest := len(names) - len(shown); rest > 0 {
		shown = append(shown, fmt.Sprintf("%d more", rest))
	}
	return strings.Join(shown, ", ")
}

// day prints a date.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// age prints a duration in the largest unit of which there are at least two.
func age(d time.Duration) string {
	switch {
	case d < 0:
		return "less than a minute"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d seconds", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	const year = 365 * 24 * time.Hour
	if d < 2*year {
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
	return fmt.Sprintf("%d years", d/year)
}

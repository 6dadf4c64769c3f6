package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/install-gate/gate/internal/policy"
)

// The drawing's size, in its own units. The template has its axes and margins.
const (
	timelineWidth  = 960
	timelineHeight = 150 // of the bars
	timelineMargin = 30
	timelineSlots  = 80  // bars next to each other
	maxYoung       = 100 // versions listed below the drawing
)

// The shortest age that the timeline tells from none.
const timelineStart = 10 * time.Minute

// timeline shows how old the judged versions are: now is at the left, and every
// step to the right is the same factor of age.
type timeline struct {
	CooldownX int // left of it the cooldown lasts
	Cooldown  string
	Bars      []timelineBar
	Ticks     []timelineTick
	Young     []timelineYoung // the youngest first
	MoreYoung int
	Total     int
}

type timelineBar struct {
	X, Y, Width, Height int
	Count               int
	Young               bool
}

type timelineTick struct {
	X     int
	Label string
}

type timelineYoung struct {
	Title, Published, Passes string
	at                       time.Time
}

var timelineTicks = []struct {
	age   time.Duration
	label string
}{
	{time.Hour, "1 hour"},
	{24 * time.Hour, "1 day"},
	{7 * 24 * time.Hour, "1 week"},
	{30 * 24 * time.Hour, "1 month"},
	{365 * 24 * time.Hour, "1 year"},
	{5 * 365 * 24 * time.Hour, "5 years"},
}

// newTimeline returns nil if it is not known when anything was published.
func newTimeline(r policy.Result) *timeline {
	published := map[string]time.Time{}
	end := max(2*r.Cooldown, timelineTicks[len(timelineTicks)-1].age)
	for _, p := range r.Packages {
		if !p.Published.IsZero() {
			published[title(p.Name, p.Version)] = p.Published
			end = max(end, r.Judged.Sub(p.Published))
		}
	}
	if len(published) == 0 || r.Judged.IsZero() {
		return nil
	}
	scale := timelineScale(end)
	t := &timeline{
		CooldownX: scale(r.Cooldown), Cooldown: duration(r.Cooldown), Total: len(published),
	}
	for _, tick := range timelineTicks {
		t.Ticks = append(t.Ticks, timelineTick{scale(tick.age), tick.label})
	}
	t.draw(published, r, scale)
	return t
}

// timelineScale maps an age to a horizontal position, logarithmically.
func timelineScale(end time.Duration) func(time.Duration) int {
	whole := math.Log(float64(end) / float64(timelineStart))
	return func(age time.Duration) int {
		part := math.Log(float64(max(age, timelineStart))/float64(timelineStart)) / whole
		return int(math.Round(min(part, 1) * timelineWidth))
	}
}

// draw makes the bars and the list of young versions. Versions within the
// cooldown and older ones have bars of their own.
func (t *timeline) draw(published map[string]time.Time, r policy.Result, scale func(time.Duration) int) {
	const width = timelineWidth / timelineSlots
	type slot struct {
		index int
		young bool
	}
	counts := map[slot]int{}
	highest := 0
	for name, at := range published {
		s := slot{min(scale(r.Judged.Sub(at))/width, timelineSlots-1), r.Judged.Before(at.Add(r.Cooldown))}
		counts[s]++
		highest = max(highest, counts[s])
		if s.young {
			t.Young = append(t.Young, timelineYoung{Printable(name), minute(at), minute(at.Add(r.Cooldown)), at})
		}
	}
	for s, n := range counts {
		height := int(math.Ceil(math.Log1p(float64(n)) / math.Log1p(float64(highest)) * timelineHeight))
		t.Bars = append(t.Bars, timelineBar{
			X: s.index * width, Y: timelineHeight - height, Width: width - 2, Height: height, Count: n, Young: s.young,
		})
	}
	// Where both are in one slot, the bar of the young ones is in front.
	slices.SortFunc(t.Bars, func(a, b timelineBar) int {
		return cmp.Or(cmp.Compare(a.X, b.X), strings.Compare(strconv.FormatBool(a.Young), strconv.FormatBool(b.Young)))
	})
	slices.SortFunc(t.Young, func(a, b timelineYoung) int {
		return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.Title, b.Title))
	})
	t.MoreYoung = max(len(t.Young)-maxYoung, 0)
	t.Young = t.Young[:len(t.Young)-t.MoreYoung]
}

// WindowWidth is that of the time in which the cooldown lasts, with the margin.
func (t *timeline) WindowWidth() int { return t.CooldownX + timelineMargin }

// Summary says in words what the drawing shows.
func (t *timeline) Summary() string {
	return fmt.Sprintf("%d of %s younger than the cooldown of %s",
		len(t.Young)+t.MoreYoung, count(t.Total, "version", "versions"), t.Cooldown)
}

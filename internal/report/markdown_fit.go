package report

import (
	"fmt"
	"strings"
)

// markdownReport is a document that can be cut to a size without breaking its
// markup: it loses whole blocks, and says so.
type markdownReport struct {
	head, foot string
	sections   []*section // as written
	importance []*section // as room is given to them
}

// section is a heading with blocks below it. Without blocks it is not written.
type section struct {
	title     string // empty for a section without a heading
	open, end string // around the blocks
	blocks    []string
	most      int    // blocks shown at most
	one, many string // what a block is called
	shown     int
}

func (s *section) add(format string, args ...any) {
	s.blocks = append(s.blocks, fmt.Sprintf(format, args...))
}

// cutRoom is kept for the sentence on what a section leaves out.
const cutRoom = 120

// fit returns the document in at most limit bytes, of which head and foot take
// what they need.
func (d *markdownReport) fit(limit int) string {
	room := limit - len(d.head) - len(d.foot)
	for _, s := range d.sections {
		room -= len(s.frame()) + cutRoom
	}
	for _, s := range d.importance {
		room = s.take(room)
	}
	var b strings.Builder
	b.WriteString(d.head)
	for _, s := range d.sections {
		b.WriteString(s.String())
	}
	b.WriteString(d.foot)
	return b.String()
}

// frame is what a section takes beside its blocks.
func (s *section) frame() string { return s.heading() + s.open + s.end }

func (s *section) heading() string {
	if s.title == "" {
		return ""
	}
	return "### " + s.title + "\n\n"
}

// take shows as many blocks as there is room for and returns the room left.
func (s *section) take(room int) int {
	for _, block := range s.blocks[:min(len(s.blocks), s.most)] {
		if len(block) > room {
			break
		}
		room -= len(block)
		s.shown++
	}
	return room
}

func (s *section) String() string {
	if len(s.blocks) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(s.heading())
	if s.shown > 0 {
		b.WriteString(s.open + strings.Join(s.blocks[:s.shown], "") + s.end)
	}
	if n := len(s.blocks) - s.shown; n > 0 {
		fmt.Fprintf(&b, "%s more left out here; `%s`.\n\n", count(n, s.one, s.many), seeAll)
	}
	return b.String()
}

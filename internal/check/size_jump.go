package check

import (
	"fmt"

	"github.com/install-gate/gate/internal/evidence"
)

var sizeJump = &Check{
	ID:    "size-jump",
	Title: "a version is far larger than the package ever was",
	Doc: `The unpacked size is out of the package's own range: at least five times that of the version before, or at least a
megabyte and a tenth more, and larger than every earlier release. Payloads are large: they bring their own runtime or
hide in generated code. Projects grow too, so this alone is a warning.

Look what the new files are.`,
	Level: Warning,
	Needs: []evidence.Kind{evidence.Packument},
	Entry: func(p *Pass) {
		if p.Manifest == nil || p.Before == nil || !p.isNews() {
			return
		}
		now, was := p.Manifest.Dist.UnpackedSize, p.Before.Dist.UnpackedSize
		largest := max(was, p.largestEarlier())
		if was == 0 || !jumped(now, was) || now <= largest {
			return
		}
		normal := "no earlier release to more"
		if largest > was {
			normal = "the largest earlier release to " + bytesText(largest)
		}
		p.Report(fmt.Sprintf("unpacks to %s; %s unpacked to %s and %s", bytesText(now), cut(p.Before.Version), bytesText(was), normal),
			"look what the new files are")
	},
}

const megabyte = 1 << 20

// jumped reports whether a size is out of proportion to the one before.
func jumped(now, was int64) bool {
	return now/5 >= was || now-was >= megabyte && now-was >= was/10
}

// largestEarlier returns the unpacked size of the largest release that was out
// well before the locked one.
func (p *Pass) largestEarlier() int64 {
	var largest int64
	for _, r := range p.earlier() {
		largest = max(largest, r.UnpackedSize)
	}
	return largest
}

// bytesText prints a size.
func bytesText(n int64) string {
	switch {
	case n < 10<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < megabyte:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/megabyte)
}

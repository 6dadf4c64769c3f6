// The format "comment" is the body of a comment on a pull request. GitHub
// refuses one of more than 65,536 characters.

package report

import (
	"io"

	"github.com/install-gate/gate/internal/policy"
)

// CommentMarker is the first line of every comment and never changes: by it
// the comment to replace is found.
const CommentMarker = "<!-- gate:report -->"

// maxComment is the size in bytes of a comment, which never has more characters
// than bytes.
const maxComment = 65_000

// Comment writes the result as a comment.
func Comment(w io.Writer, r policy.Result, o Options) error {
	const marker = CommentMarker + "\n"
	document := newMarkdownReport(r, o)
	_, err := io.WriteString(w, marker+document.fit(maxComment-len(marker)))
	return err
}

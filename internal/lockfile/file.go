package lockfile

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// errNotRegular refuses pipes, devices and directories under the name of a
// file of the project.
var errNotRegular = errors.New("not a regular file")

// openFlags open a file for reading; without O_NONBLOCK a pipe would keep the
// program waiting.
const openFlags = os.O_RDONLY | syscall.O_NONBLOCK

// readAll reads a regular file and closes it. Of a file larger than limit it
// returns one byte more than the limit, by which the caller knows.
func readAll(f *os.File, limit int64) ([]byte, error) {
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	return io.ReadAll(io.LimitReader(f, limit+1))
}

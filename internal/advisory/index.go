package advisory

// This file reads the index, our own format: a hash table in a file, so that a
// check reads a few hundred bytes for each package instead of a whole export.
//
//	offset  size  meaning, numbers in little-endian order
//	0       8     "gateosv1"
//	8       8     size of the file
//	16      4     number of buckets
//	20      4     size of the statistics
//	24      4     CRC-32C of the 24 bytes above and the statistics
//	28            Stats in JSON
//	              for each bucket 16 bytes: offset (8), size (4) and CRC-32C (4)
//	              the buckets: JSON arrays of entries, sorted by name
//
// A name belongs into the bucket that its SHA-256 says. The checksum of a bucket
// covers its number too. So nothing that damage did to the file can look like a
// package about which there is no record.

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	indexMagic = "gateosv1"
	headerSize = 28
	slotSize   = 16

	maxStats  = 1 << 20
	maxBucket = 64 << 20
)

// ErrDamaged is wrapped by errors about an index that is not as it was written.
// It can be built again.
var ErrDamaged = errors.New("the advisory index is damaged")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Stats tells what an index was made of.
type Stats struct {
	Source string    `json:"source"` // as given to Dir or Zip
	Built  time.Time `json:"built"`
	// Newest is the last change of a record, those that are not kept included.
	// It is zero if every record claims to be newer than the index.
	Newest time.Time `json:"newest,omitzero"`

	Files     int `json:"files"`     // that were read
	Records   int `json:"records"`   // malware records about npm packages that stand
	Names     int `json:"names"`     // packages that they are about
	Withdrawn int `json:"withdrawn"` // malware records that were taken back
	Other     int `json:"other"`     // records about something else

	// Unreadable counts the files that could not be understood. What they say
	// is not in the index. Problems describes the first of them.
	Unreadable int       `json:"unreadable"`
	Problems   []Problem `json:"problems,omitzero"`
}

// Problem is a record that could not be read.
type Problem struct {
	Where  string `json:"where"` // the path in the source, or the record's id
	Reason string `json:"reason"`
}

// newProblem keeps a problem within bounds. Paths in a zip can hold any bytes.
func newProblem(where string, err error) Problem {
	bounded := func(text string) string { return cut(strings.ToValidUTF8(text, "\uFFFD"), maxSummary) }
	return Problem{bounded(where), bounded(err.Error())}
}

// Index looks records up in a file. Its methods may be called from several
// goroutines. Whoever can write the file decides what counts as malware.
type Index struct {
	in      io.ReaderAt
	close   func() error
	size    int64
	table   int64 // offset of the first slot
	buckets uint32
	stats   Stats
}

// entry is what an index has about one name: records with that name's Affected.
type entry[R any] struct {
	Name    string `json:"name"`
	Records []R    `json:"records"`
}

// OpenIndex opens a file that BuildIndex wrote. The error wraps ErrDamaged if it
// is not one, and fs.ErrNotExist if there is none.
func OpenIndex(path string) (*Index, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the advisory index: %w", err)
	}
	x, err := newIndex(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	x.close = file.Close
	return x, nil
}

func newIndex(file *os.File) (*Index, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("opening the advisory index: %w", err)
	}
	return readIndex(file, info.Size())
}

func readIndex(in io.ReaderAt, size int64) (*Index, error) {
	var header [headerSize]byte
	if _, err := in.ReadAt(header[:], 0); err != nil {
		return nil, damaged("reading its header", err)
	}
	statsSize := binary.LittleEndian.Uint32(header[20:])
	x := &Index{
		in:      in,
		size:    size,
		table:   headerSize + int64(statsSize),
		buckets: binary.LittleEndian.Uint32(header[16:]),
	}
	switch {
	case string(header[:8]) != indexMagic:
		return nil, fmt.Errorf("%w: it does not begin like one, or is of another version of gate", ErrDamaged)
	case binary.LittleEndian.Uint64(header[8:]) != uint64(size):
		return nil, fmt.Errorf("%w: it has %d bytes and should have %d", ErrDamaged, size, binary.LittleEndian.Uint64(header[8:]))
	case statsSize > maxStats, x.buckets == 0, x.table+int64(x.buckets)*slotSize > size:
		return nil, fmt.Errorf("%w: its header contradicts its size", ErrDamaged)
	}
	stats := make([]byte, statsSize)
	if _, err := in.ReadAt(stats, headerSize); err != nil {
		return nil, damaged("reading its statistics", err)
	}
	if checksum(header[:24], stats) != binary.LittleEndian.Uint32(header[24:]) {
		return nil, fmt.Errorf("%w: the checksum of its header is wrong", ErrDamaged)
	}
	if err := json.Unmarshal(stats, &x.stats, json.RejectUnknownMembers(true)); err != nil {
		return nil, damaged("decoding its statistics", err)
	}
	return x, nil
}

// Stats tells what the index was made of.
func (x *Index) Stats() Stats { return x.stats }

// Close closes the file.
func (x *Index) Close() error { return x.close() }

// Records returns what the index has about a package; nothing if no record
// names it. The error wraps ErrDamaged.
func (x *Index) Records(name string) ([]Record, error) {
	bucket, err := x.bucket(bucketOf(name, x.buckets))
	if err != nil {
		return nil, err
	}
	for _, e := range bucket {
		if e.Name == name {
			return e.Records, nil
		}
	}
	return nil, nil
}

func (x *Index) bucket(number uint32) ([]entry[Record], error) {
	var slot [slotSize]byte
	if _, err := x.in.ReadAt(slot[:], x.table+int64(number)*slotSize); err != nil {
		return nil, damaged("reading its table", err)
	}
	offset := binary.LittleEndian.Uint64(slot[:])
	size := binary.LittleEndian.Uint32(slot[8:])
	if size > maxBucket || offset > uint64(x.size) || uint64(size) > uint64(x.size)-offset {
		return nil, fmt.Errorf("%w: bucket %d lies outside", ErrDamaged, number)
	}
	data := make([]byte, size)
	if _, err := x.in.ReadAt(data, int64(offset)); err != nil && size > 0 {
		return nil, damaged("reading a bucket", err)
	}
	if bucketChecksum(number, data) != binary.LittleEndian.Uint32(slot[12:]) {
		return nil, fmt.Errorf("%w: the checksum of bucket %d is wrong", ErrDamaged, number)
	}
	if size == 0 {
		return nil, nil
	}
	var entries []entry[Record]
	if err := json.Unmarshal(data, &entries, json.RejectUnknownMembers(true)); err != nil {
		return nil, damaged("decoding a bucket", err)
	}
	return entries, nil
}

func damaged(what string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrDamaged, what, err)
}

func bucketOf(name string, buckets uint32) uint32 {
	sum := sha256.Sum256([]byte(name))
	return uint32(binary.LittleEndian.Uint64(sum[:]) % uint64(buckets))
}

func checksum(parts ...[]byte) uint32 {
	var sum uint32
	for _, part := range parts {
		sum = crc32.Update(sum, castagnoli, part)
	}
	return sum
}

func bucketChecksum(number uint32, data []byte) uint32 {
	return checksum(binary.LittleEndian.AppendUint32(nil, number), data)
}

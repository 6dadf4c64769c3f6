package advisory

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// namesPerBucket weighs the bytes read for a package against the table's size.
	namesPerBucket = 4
	// maxKept bounds what an index keeps, in bytes, and with it the memory that
	// building takes.
	maxKept = 1 << 30
	// maxProblems bounds the problems that are described; all are counted.
	maxProblems = 20
)

// BuildIndex reads a collection of OSV records and writes an index of the
// malware records about npm packages to dest, in place of what is there. A
// reader sees the old index or the new one, never a part.
//
// Files that cannot be understood are counted and described in the Stats. It is
// an error if there is no malware record at all: then the source is not what it
// was taken for, and an index of it would know every package as harmless.
func BuildIndex(ctx context.Context, source Source, dest string, now time.Time) (Stats, error) {
	c := collection{
		stats:   Stats{Source: source.name, Built: now.UTC()},
		records: map[string][]jsontext.Value{},
	}
	if err := c.collect(ctx, source); err != nil {
		return Stats{}, fmt.Errorf("reading the advisories in %s: %w", source.name, err)
	}
	if err := c.writeFile(dest); err != nil {
		return Stats{}, fmt.Errorf("writing the advisory index: %w", err)
	}
	return c.stats, nil
}

// collection is an index in the making.
type collection struct {
	stats    Stats
	records  map[string][]jsontext.Value // by name; in the form that is written
	kept     int                         // bytes in records
	unpacked int64                       // bytes read from the source
}

func (c *collection) collect(ctx context.Context, source Source) error {
	var buffer bytes.Buffer
	for f, err := range source.files {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		if c.stats.Files++; c.stats.Files > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		if err := c.add(&f, &buffer); err != nil {
			return err
		}
	}
	if c.stats.Records == 0 {
		return fmt.Errorf("no malware record about an npm package in %d files; is it the OSV export for npm?", c.stats.Files)
	}
	c.stats.Names = len(c.records)
	return nil
}

// add reads one file. It fails only if the collection as a whole is too large.
func (c *collection) add(f *file, buffer *bytes.Buffer) error {
	err := f.read(buffer)
	if c.unpacked += int64(buffer.Len()); c.unpacked > maxUnpacked {
		return fmt.Errorf("more than %d bytes unpacked", int64(maxUnpacked))
	}
	var record Record
	if err == nil {
		record, err = DecodeRecord(buffer.Bytes())
	}
	if err != nil {
		c.stats.Unreadable++
		if len(c.stats.Problems) < maxProblems {
			c.stats.Problems = append(c.stats.Problems, newProblem(f.path, err))
		}
		return nil
	}
	// A date in the future says nothing about how fresh the collection is.
	if record.Modified.After(c.stats.Newest) && !record.Modified.After(c.stats.Built) {
		c.stats.Newest = record.Modified
	}
	switch {
	case record.Malware && !record.Withdrawn.IsZero():
		c.stats.Withdrawn++
	case !record.Malware || len(record.Affected) == 0:
		c.stats.Other++
	default:
		c.stats.Records++
		return c.keep(record)
	}
	return nil
}

// keep stores a record under each of its names, without the other ones.
func (c *collection) keep(record Record) error {
	byName := map[string][]Affected{}
	for _, affected := range record.Affected {
		byName[affected.Name] = append(byName[affected.Name], affected)
	}
	for name, affected := range byName {
		record.Affected = affected
		text, err := json.Marshal(record)
		if err != nil {
			return err
		}
		if c.kept += len(text); c.kept > maxKept {
			return fmt.Errorf("more than %d bytes of malware records", maxKept)
		}
		c.records[name] = append(c.records[name], text)
	}
	return nil
}

// writeFile puts the index in the place of dest in one step.
func (c *collection) writeFile(dest string) error {
	dir := filepath.Dir(dest)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, "*.tmp") // with mode 0600
	if err != nil {
		return err
	}
	err = errors.Join(c.write(file), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), dest)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// write writes the buckets first and then, in front of them, what says where
// they are.
func (c *collection) write(file io.WriteSeeker) error {
	stats, err := json.Marshal(c.stats)
	if err != nil {
		return err
	}
	buckets := c.buckets()
	table := make([]byte, 0, len(buckets)*slotSize)
	offset := int64(headerSize + len(stats) + cap(table))
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 64<<10)
	for number, names := range buckets {
		data, err := c.encode(names)
		if err != nil {
			return err
		}
		table = binary.LittleEndian.AppendUint64(table, uint64(offset))
		table = binary.LittleEndian.AppendUint32(table, uint32(len(data)))
		table = binary.LittleEndian.AppendUint32(table, bucketChecksum(uint32(number), data))
		offset += int64(len(data))
		if _, err := out.Write(data); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = file.Write(slices.Concat(indexHeader(offset, len(buckets), stats), stats, table))
	return err
}

func indexHeader(size int64, buckets int, stats []byte) []byte {
	header := append(make([]byte, 0, headerSize), indexMagic...)
	header = binary.LittleEndian.AppendUint64(header, uint64(size))
	header = binary.LittleEndian.AppendUint32(header, uint32(buckets))
	header = binary.LittleEndian.AppendUint32(header, uint32(len(stats)))
	return binary.LittleEndian.AppendUint32(header, checksum(header, stats))
}

// buckets distributes the names, sorted in each bucket.
func (c *collection) buckets() [][]string {
	buckets := make([][]string, len(c.records)/namesPerBucket+1)
	for _, name := range slices.Sorted(maps.Keys(c.records)) {
		number := bucketOf(name, uint32(len(buckets)))
		buckets[number] = append(buckets[number], name)
	}
	return buckets
}

// encode returns a bucket; an empty one has no bytes.
func (c *collection) encode(names []string) ([]byte, error) {
	if len(names) == 0 {
		return nil, nil
	}
	entries := make([]entry[jsontext.Value], len(names))
	for i, name := range names {
		entries[i] = entry[jsontext.Value]{name, c.records[name]}
	}
	data, err := json.Marshal(entries)
	if err == nil && len(data) > maxBucket {
		err = fmt.Errorf("more than %d bytes of records about %q and its neighbours", maxBucket, cut(names[0], maxSummary))
	}
	return data, err
}

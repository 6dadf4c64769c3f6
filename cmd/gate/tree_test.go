package main

import (
	"errors"
	"io/fs"
	"testing"
)

func TestParseBatch(t *testing.T) {
	tests := []struct {
		name, out, want string
		err             error
	}{
		{"a file", "9f4d96d5 blob 5\nhello\n", "hello", nil},
		{"an empty file", "e69de29b blob 0\n\n", "", nil},
		{"line breaks", "9f4d96d5 blob 4\na\n\nb\n", "a\n\nb", nil},
		{"no such file", ":./package.json missing\n", "", fs.ErrNotExist},
		{"content that looks like an answer", "9f4d96d5 blob 14\n:./x missing\n\n\n", ":./x missing\n\n", nil},
		{"a directory", "4b825dc6 tree 0\n\n", "", errNotFile},
		{"nothing", "", "", errNotFile},
		{"cut short", "9f4d96d5 blob 9\nhello\n", "", errGitAnswer},
		{"no size", "9f4d96d5 blob x\nhello\n", "", errGitAnswer},
		{"a negative size", "9f4d96d5 blob -1\nhello\n", "", errGitAnswer},
	}
	for _, tt := range tests {
		got, err := parseBatch([]byte(tt.out))
		if string(got) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: got %q, %v, want %q, %v", tt.name, got, err, tt.want, tt.err)
		}
	}
}

func FuzzParseBatch(f *testing.F) {
	f.Add([]byte("9f4d96d5 blob 5\nhello\n"))
	f.Add([]byte(":./package.json missing\n"))
	f.Fuzz(func(t *testing.T, out []byte) {
		if data, err := parseBatch(out); err == nil && len(data) >= len(out) {
			t.Errorf("got %d bytes out of %d", len(data), len(out))
		}
	})
}

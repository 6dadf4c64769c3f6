package npmregistry

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/install-gate/gate/internal/npm"
)

const (
	// tarballFormat is the version of the file format and of what is concluded
	// from a tarball; it changes with either.
	tarballFormat = 1
	// maxTarballFile bounds a file in bytes. Facts that take more are not kept.
	maxTarballFile = 16 << 20
)

// tarballFile is the content of a file, in JSON.
type tarballFile struct {
	Format    int
	Integrity string // guards against files that were renamed
	Tarball   *Tarball
}

// tarballJSON makes what is read equal to what was written, and refuses what a
// later version may have added.
var tarballJSON = json.JoinOptions(
	json.FormatNilMapAsNull(true), json.FormatNilSliceAsNull(true), json.RejectUnknownMembers(true))

func (c DirCache) tarballFile(hash npm.Hash) string {
	sum := sha256.Sum256([]byte(hash.String()))
	return filepath.Join(string(c), "tarballs", hex.EncodeToString(sum[:])+".json")
}

// isKey reports whether a hash stands for one tarball alone: for sha1 and md5
// two can be made that share it.
func isKey(hash npm.Hash) bool {
	return slices.Contains([]string{"sha512", "sha384", "sha256"}, hash.Algorithm)
}

// loadTarball returns what is kept about the tarball with a hash. It is nil if
// there is nothing, and also if the file is damaged or of another format.
func (c DirCache) loadTarball(hash npm.Hash) *Tarball {
	if c == "" || !isKey(hash) {
		return nil
	}
	file, err := os.Open(c.tarballFile(hash))
	if err != nil {
		return nil
	}
	defer file.Close()
	var kept tarballFile
	err = json.UnmarshalRead(io.LimitReader(file, maxTarballFile), &kept, tarballJSON)
	if err != nil || kept.Format != tarballFormat || kept.Integrity != hash.String() {
		return nil
	}
	return kept.Tarball
}

// storeTarball keeps what is known about the tarball with a hash.
func (c DirCache) storeTarball(hash npm.Hash, t *Tarball) error {
	if c == "" || !isKey(hash) {
		return nil
	}
	return replaceFile(c.tarballFile(hash), func(w io.Writer) error {
		return json.MarshalWrite(w, tarballFile{tarballFormat, hash.String(), t}, tarballJSON)
	})
}

package spool

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// prefix of the names of files in a Dir.
const prefix = "fasti-spool-"

// Dir is a folder of temporary files.
type Dir struct{ path string }

// Open returns the folder at path, which it makes when there is none, and removes
// what a process that ended between creating and unlinking a file left there.
func Open(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			if err := os.Remove(filepath.Join(path, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
	}
	return &Dir{path: path}, nil
}

// create returns a new file without a name.
func (d *Dir) create() (*os.File, error) {
	f, err := os.CreateTemp(d.path, prefix)
	if err != nil {
		return nil, failure("create", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(failure("unlink", err), f.Close())
	}
	return f, nil
}

// Space is what one statement may write. A nil Space has no room: its operators
// keep rows in memory or fail.
type Space struct {
	dir     *Dir
	limit   int64 // bytes, < 0 for no limit
	used    atomic.Int64
	written atomic.Int64
}

// Space returns room for limit bytes in files that exist at once; a negative
// limit means as much as the disk has.
func (d *Dir) Space(limit int64) *Space {
	if d == nil {
		return nil
	}
	return &Space{dir: d, limit: limit}
}

// Written returns how many bytes were written so far.
func (s *Space) Written() int64 {
	if s == nil {
		return 0
	}
	return s.written.Load()
}

// Used returns the bytes in files that exist.
func (s *Space) Used() int64 { return s.used.Load() }

func (s *Space) take(n int64) error {
	if used := s.used.Add(n); s.limit >= 0 && used > s.limit {
		s.used.Add(-n)
		return sqlerr.New(sqlerr.ConfigurationLimitExceeded, "temporary file size exceeds temp_file_limit (%dkB)", s.limit>>10)
	}
	s.written.Add(n)
	return nil
}

// File returns an empty file of columns of these kinds.
func (s *Space) File(kinds ...vector.Kind) *File { return &File{space: s, kinds: kinds} }

// failure is the error of a system call.
func failure(what string, err error) error {
	code, reason := sqlerr.IOError, err
	var path *fs.PathError
	if errors.As(err, &path) {
		reason = path.Err // without the path, which is the operator's business
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		code = sqlerr.DiskFull
	}
	e := sqlerr.New(code, "could not %s temporary file: %v", what, reason)
	e.Cause = err
	return e
}

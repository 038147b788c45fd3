package op

import (
	"github.com/dejaq/fasti/executor/spool"
	"github.com/dejaq/fasti/kv/vector"
)

// File is an operator that gives the rows of a finished file.
type File struct {
	file  *spool.File
	owned bool
	q     *Context
	rows  *spool.Reader
}

// NewFile returns the operator of f; owned says that Close closes f too. A nil f
// has no rows.
func NewFile(f *spool.File, owned bool) *File { return &File{file: f, owned: owned} }

// Open begins at the first row.
func (f *File) Open(q *Context) error {
	f.q = q
	if f.file != nil {
		f.rows = f.file.Reader()
	}
	return nil
}

// Next returns the next rows.
func (f *File) Next() (*vector.Batch, error) {
	if err := f.q.Check(); err != nil || f.rows == nil {
		return nil, err
	}
	return f.rows.Next()
}

// Close forgets the rows.
func (f *File) Close() error {
	f.rows = nil
	if f.owned {
		return f.file.Close()
	}
	return nil
}

package spool

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
)

var kinds = []vector.Kind{vector.Int64, vector.Bytes}

func rows(r *rand.Rand, n, width int) [][]vector.Datum {
	rows := make([][]vector.Datum, n)
	for i := range rows {
		rows[i] = []vector.Datum{vector.IntDatum(r.Int64()), vector.StringDatum(strings.Repeat("x", r.IntN(width)))}
		if r.IntN(5) == 0 {
			rows[i][1] = vector.NullDatum
		}
	}
	return rows
}

func drain(t *testing.T, f *File) (all [][]vector.Datum) {
	r := f.Reader()
	for {
		b, err := r.Next()
		require.NoError(t, err)
		if b == nil {
			b, err := r.Next()
			require.Nil(t, b)
			require.NoError(t, err)
			return all
		}
		all = append(all, vectortest.Rows(b)...)
	}
}

func open(t *testing.T) *Dir {
	d, err := Open(filepath.Join(t.TempDir(), "spool"))
	require.NoError(t, err)
	return d
}

func files(t *testing.T, d *Dir) int {
	entries, err := os.ReadDir(d.path)
	require.NoError(t, err)
	return len(entries)
}

// Batches come back as they were written, from small files, which stay in
// memory, and from large ones, by several readers; nothing has a name, and what
// was taken is given back.
func TestFileKeepsRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	d := open(t)
	for _, n := range []int{0, 1, 10, 3000} {
		s := d.Space(-1)
		f := s.File(kinds...)
		var want [][]vector.Datum
		for range 3 {
			if n == 0 {
				break
			}
			some := rows(r, n, 100)
			require.NoError(t, f.Append(vectortest.Mix(r, vectortest.Batch(kinds, some))))
			want = append(want, some...)
		}
		require.NoError(t, f.Finish())
		require.EqualValues(t, len(want), f.Rows())
		require.Equal(t, want, drain(t, f))
		require.Equal(t, want, drain(t, f))
		require.Zero(t, files(t, d))
		require.Equal(t, n == 3000, s.Written() > 0)
		require.Equal(t, s.Written(), s.Used())
		require.NoError(t, f.Close())
		require.NoError(t, f.Close())
		require.Zero(t, s.Used())
	}
}

// Parts of a file, small or large, give the batches between their ends.
func TestFileParts(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, n := range []int{5, 2000} {
		f := open(t).Space(-1).File(kinds...)
		ends, all := []int64{0}, [][][]vector.Datum{}
		for range 5 {
			some := rows(r, n, 50)
			require.NoError(t, f.Append(vectortest.Batch(kinds, some)))
			ends, all = append(ends, f.Size()), append(all, some)
		}
		require.NoError(t, f.Finish())
		for i, want := range all {
			p := f.Part(ends[i], ends[i+1])
			b, err := p.Next()
			require.NoError(t, err)
			require.Equal(t, want, vectortest.Rows(b))
			b, err = p.Next()
			require.NoError(t, err)
			require.Nil(t, b)
		}
		require.NoError(t, f.Close())
	}
}

// A statement gets 53400 when its files would be larger together than it may
// have, and room again when one is closed.
func TestSpaceLimit(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	s := open(t).Space(100 << 10)
	full := func() (*File, error) {
		f := s.File(kinds...)
		for {
			if err := f.Append(vectortest.Batch(kinds, rows(r, 1000, 50))); err != nil {
				return f, err
			}
		}
	}
	f, err := full()
	require.EqualError(t, err, "temporary file size exceeds temp_file_limit (100kB) (SQLSTATE 53400)")
	require.NoError(t, f.Close())
	require.Zero(t, s.Used())
	_, err = full()
	require.ErrorContains(t, err, "53400")
}

// A changed byte or a missing end of the file is XX001, never rows.
func TestDamagedFile(t *testing.T) {
	for name, damage := range map[string]func(f *File) error{
		"byte": func(f *File) error { _, err := f.file.WriteAt([]byte{0xff, 0xfe}, f.size/2); return err },
		"cut":  func(f *File) error { return f.file.Truncate(f.size - 5) },
	} {
		f := open(t).Space(-1).File(kinds...)
		require.NoError(t, f.Append(vectortest.Batch(kinds, rows(rand.New(rand.NewPCG(3, 3)), 4000, 60))))
		require.NoError(t, f.Finish())
		require.NoError(t, damage(f))
		_, err := f.Reader().Next()
		require.ErrorContains(t, err, "damaged block in a temporary file (SQLSTATE XX001)", name)
		require.NoError(t, f.Close())
	}
}

// What a process that was ended between creating and unlinking left is removed
// when the folder is opened; other files stay.
func TestOpenSweeps(t *testing.T) {
	d := open(t)
	for _, name := range []string{prefix + "1", "other"} {
		require.NoError(t, os.WriteFile(filepath.Join(d.path, name), nil, 0o600))
	}
	_, err := Open(d.path)
	require.NoError(t, err)
	require.Equal(t, 1, files(t, d))
}

// Failures of the file system carry PostgreSQL's codes and no path.
func TestFailureCodes(t *testing.T) {
	require.EqualError(t, failure("write to", &os.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}),
		"could not write to temporary file: no space left on device (SQLSTATE 53100)")
	require.EqualError(t, failure("read from", errors.New("broken")), "could not read from temporary file: broken (SQLSTATE 58030)")
}

package join

import (
	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// anything is the number of a NULL: it may equal every value.
const anything = hash.None - 1

// wild compares rows of several keys, or under further conditions, as NOT IN
// does: two rows may be equal when each pair of keys is equal or has a NULL. Each
// key column is numbered by itself.
type wild struct {
	tables []*hash.Table
	right  [][]uint32 // per key the numbers of the right rows
	left   [][]uint32 // per key the numbers of a left batch
	buf    []uint16
}

func newWild(ts []types.Type) *wild {
	w := &wild{right: make([][]uint32, len(ts)), left: make([][]uint32, len(ts))}
	for i, t := range ts {
		w.tables = append(w.tables, hash.New([]types.Type{t}))
		w.left[i] = make([]uint32, vector.MaxRows)
	}
	return w
}

// fork returns a wild over the same right rows with memory of its own.
func (w *wild) fork() *wild {
	f := &wild{right: w.right, left: make([][]uint32, len(w.left))}
	for i, t := range w.tables {
		f.tables = append(f.tables, t.Finder())
		f.left[i] = make([]uint32, vector.MaxRows)
	}
	return f
}

// add numbers the rows of the right side that count.
func (w *wild) add(keys []*vector.Vector, rows vector.Rows) error {
	for i := range keys {
		ids := w.left[i]
		some := notNull(keys[i:i+1], rows, &w.buf)
		for _, r := range rows.Selection() {
			ids[r] = anything
		}
		if err := w.tables[i].Map(ids, keys[i:i+1], vector.Rows{N: rows.N, Sel: some}); err != nil {
			return err
		}
		for _, r := range rows.Selection() {
			w.right[i] = append(w.right[i], ids[r])
		}
	}
	return nil
}

// find numbers the rows of a left batch.
func (w *wild) find(keys []*vector.Vector, rows vector.Rows) {
	for i := range keys {
		some := notNull(keys[i:i+1], rows, &w.buf)
		for _, r := range rows.Selection() {
			w.left[i][r] = anything
		}
		w.tables[i].Find(w.left[i], keys[i:i+1], vector.Rows{N: rows.N, Sel: some})
	}
}

// maybe reports whether a left and a right row may be equal.
func (w *wild) maybe(left uint16, right uint32) bool {
	for i := range w.left {
		l, r := w.left[i][left], w.right[i][right]
		if l != r && l != anything && r != anything {
			return false
		}
	}
	return true
}

func (w *wild) bytes() int64 {
	var n int64
	for i, t := range w.tables {
		n += t.Bytes() + int64(cap(w.right[i]))*4
	}
	return n
}

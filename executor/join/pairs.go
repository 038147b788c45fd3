package join

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// pairWindow makes batches of left columns and right columns side by side, in
// memory that it uses again.
type pairWindow struct {
	left  int // columns
	nulls []vector.Vector
	parts []vector.Scratch
	cols  []*vector.Vector
	batch vector.Batch
}

func newPairWindow(left, right []types.Type) pairWindow {
	n := len(left) + len(right)
	w := pairWindow{left: len(left), nulls: make([]vector.Vector, n), parts: make([]vector.Scratch, n), cols: make([]*vector.Vector, n)}
	for i, t := range append(append([]types.Type(nil), left...), right...) {
		w.nulls[i] = *vector.ConstOf(vector.KindOf(t), vector.NullDatum, 0)
	}
	return w
}

func (w *pairWindow) done(n int) *vector.Batch {
	w.batch = vector.Batch{Len: n, Cols: w.cols}
	return &w.batch
}

// gather returns pairs of rows; NoRow on the right is NULL.
func (w *pairWindow) gather(left []*vector.Vector, l []uint32, right []*vector.Vector, r []uint32) *vector.Batch {
	for i, v := range left {
		w.cols[i] = w.parts[i].Gather(v, l)
	}
	for i, v := range right {
		w.cols[w.left+i] = w.parts[w.left+i].Gather(v, r)
	}
	return w.done(len(l))
}

// beside returns the left columns as they are and right rows beside them.
func (w *pairWindow) beside(left, right []*vector.Vector, r []uint32) *vector.Batch {
	copy(w.cols, left)
	for i, v := range right {
		w.cols[w.left+i] = w.parts[w.left+i].Gather(v, r)
	}
	return w.done(len(r))
}

// leftOnly returns b with NULLs for the right columns.
func (w *pairWindow) leftOnly(b *vector.Batch) *vector.Batch {
	copy(w.cols, b.Cols)
	for i := w.left; i < len(w.cols); i++ {
		w.nulls[i].Len = b.Len
		w.cols[i] = &w.nulls[i]
	}
	out := w.done(b.Len)
	out.Sel = b.Sel
	return out
}

// rightOnly returns right rows with NULLs for the left columns.
func (w *pairWindow) rightOnly(right []*vector.Vector, r []uint32) *vector.Batch {
	for i := range w.left {
		w.nulls[i].Len = len(r)
		w.cols[i] = &w.nulls[i]
	}
	for i, v := range right {
		w.cols[w.left+i] = w.parts[w.left+i].Gather(v, r)
	}
	return w.done(len(r))
}

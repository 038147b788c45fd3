package join

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
)

// memoBytesMax bounds what an Apply remembers of the right side: beyond it, it
// forgets all and begins anew.
const memoBytesMax = 4 << 20

// Apply is the operator of physical.Apply. The right side is made anew for each
// left row with other parameters than those remembered.
type Apply struct {
	kind     physical.JoinKind
	left     op.Operator
	make     func() (op.Operator, error)
	params   []int
	first    int
	memo     bool
	residual *compute.Program // nil for none
	lkinds   []vector.Kind
	rkinds   []vector.Kind

	q       *op.Context
	account *op.Account
	child   *op.Context // with the parameters
	right   op.Operator // nil while none is open

	batch *vector.Batch // of the left side
	sel   []uint16      // rows of it still to do
	row   []vector.Datum
	found bool     // the row in work has a partner
	reps  []uint32 // its number, for each partner
	taken []uint32
	pair  []*vector.Vector // its values as constants, then right columns
	rows  []uint16

	// kept are the right rows of the parameters in known: [from, to).
	kept   *vector.Builder
	known  map[string][2]int
	key    []byte
	record int // where the rows of the row in work begin in kept; -1: not kept
	window vector.Window

	out  *vector.Builder // results
	sent int
	cut  vector.Window
}

// NewApply returns the operator of n over left; right makes the operators of its
// right side.
func NewApply(left op.Operator, right func() (op.Operator, error), n *physical.Apply) (*Apply, error) {
	l, r := fieldTypes(n.Left), fieldTypes(n.Right)
	a := &Apply{
		kind: n.Kind, left: left, make: right, params: n.Params, first: n.First, memo: n.Memo,
		lkinds: kindsOf(l), rkinds: kindsOf(r), known: map[string][2]int{},
	}
	a.kept, a.row = vector.NewBuilder(a.rkinds...), make([]vector.Datum, len(l))
	outs := a.lkinds
	if !a.filters() {
		outs = append(outs[:len(outs):len(outs)], a.rkinds...)
	}
	a.out = vector.NewBuilder(outs...)
	var err error
	if len(n.Residual) > 0 {
		a.residual, err = compute.CompileFilter(n.Residual, append(append([]types.Type(nil), l...), r...))
	}
	return a, err
}

func kindsOf(ts []types.Type) []vector.Kind {
	kinds := make([]vector.Kind, len(ts))
	for i, t := range ts {
		kinds[i] = vector.KindOf(t)
	}
	return kinds
}

func (a *Apply) filters() bool { return a.kind == physical.Semi || a.kind == physical.Anti }

// Open opens the left side.
func (a *Apply) Open(q *op.Context) error {
	a.q, a.account = q, q.Memory.Child("nested loop")
	a.child = q.Child(q.Go)
	params := make([]vector.Datum, max(len(q.Params), a.first-1+len(a.params)))
	copy(params, q.Params)
	a.child.Params = params
	return a.left.Open(q)
}

// Next returns the next rows.
func (a *Apply) Next() (*vector.Batch, error) {
	for {
		if b := a.send(); b != nil {
			return b, nil
		}
		a.out.Reset()
		a.sent = 0
		for a.out.Len() < a.q.BatchRows {
			if err := a.q.Check(); err != nil {
				return nil, err
			}
			if a.batch == nil || len(a.sel) == 0 {
				b, err := a.left.Next()
				if err != nil {
					return nil, err
				}
				if a.batch = b; b == nil {
					break
				}
				a.sel = append(a.sel[:0], b.Rows().Selection()...)
				a.begin()
			}
			if err := a.step(); err != nil {
				return nil, a.q.Explain(err)
			}
		}
		if a.out.Len() == 0 && a.batch == nil {
			return nil, nil
		}
	}
}

// send cuts the next batch out of the results; nil when there is none.
func (a *Apply) send() *vector.Batch {
	from, to := a.sent, min(a.out.Len(), a.sent+a.q.BatchRows)
	if from == to {
		return nil
	}
	a.sent = to
	if from == 0 && to == a.out.Len() {
		return a.out.Batch()
	}
	return a.cut.Slice(a.out.Columns(), from, to)
}

// begin takes up the first of the left rows in sel.
func (a *Apply) begin() {
	a.found, a.record = false, -1
	if len(a.sel) == 0 {
		return
	}
	r := int(a.sel[0])
	a.pair = a.pair[:0]
	for i, v := range a.batch.Cols {
		if a.row[i] = vector.At(v, r); v.Scaled {
			a.row[i] = vector.FloatDatum(v.Unscaled(r))
		}
		if a.residual != nil {
			a.pair = append(a.pair, vector.ConstOf(a.lkinds[i], a.row[i], 1))
		}
	}
}

// step reads the next right rows of the left row in work.
func (a *Apply) step() error {
	if a.right == nil {
		if a.memo {
			a.key = a.key[:0]
			for _, p := range a.params {
				a.key = appendKey(a.key, a.row[p])
			}
			if at, ok := a.known[string(a.key)]; ok {
				for from := at[0]; from < at[1] && !(a.filters() && a.found); from += vector.MaxRows {
					b := a.window.Slice(a.kept.Columns(), from, min(at[1], from+vector.MaxRows))
					if err := a.match(b); err != nil {
						return err
					}
				}
				return a.finish()
			}
			a.record = a.kept.Len()
		}
		for i, p := range a.params {
			a.child.Params[a.first-1+i] = a.row[p]
		}
		var err error
		if a.right, err = a.make(); err != nil {
			return err
		}
		if err := a.right.Open(a.child); err != nil {
			return err
		}
	}
	b, err := a.right.Next()
	if err != nil {
		return err
	}
	if b == nil {
		if a.record >= 0 {
			a.known[string(a.key)] = [2]int{a.record, a.kept.Len()}
		}
		return a.finish()
	}
	if a.record >= 0 {
		if err := a.keep(b); err != nil {
			return err
		}
	}
	if err := a.match(b); err != nil {
		return err
	}
	if a.filters() && a.found {
		if a.record >= 0 && a.residual == nil {
			// One row is as good as all.
			a.known[string(a.key)] = [2]int{a.record, a.kept.Len()}
		}
		return a.finish()
	}
	return nil
}

// keep remembers right rows while there is room for them.
func (a *Apply) keep(b *vector.Batch) error {
	if err := a.kept.Append(b); err != nil {
		return err
	}
	if n := a.kept.Bytes() + int64(len(a.known))*64; n > memoBytesMax || a.account.Set(n) != nil {
		a.forget()
	}
	return nil
}

func (a *Apply) forget() {
	a.kept, a.record = vector.NewBuilder(a.rkinds...), -1
	clear(a.known)
	a.account.Shrink(a.account.Used())
}

// match combines the left row with the right rows of b.
func (a *Apply) match(b *vector.Batch) error {
	sel := b.Rows().Selection()
	if a.residual != nil {
		for _, v := range a.pair[:len(a.lkinds)] {
			v.Len = b.Len
		}
		a.pair = append(a.pair[:len(a.lkinds)], b.Cols...)
		var err error
		if sel, err = a.residual.Filter(a.q, &vector.Batch{Len: b.Len, Sel: b.Sel, Cols: a.pair}, a.rows[:0]); err != nil {
			return err
		}
		a.rows = sel
	}
	if len(sel) == 0 {
		return nil
	}
	a.found = true
	if a.filters() {
		return nil
	}
	a.reps, a.taken = a.reps[:0], a.taken[:0]
	for _, r := range sel {
		a.reps, a.taken = append(a.reps, uint32(a.sel[0])), append(a.taken, uint32(r))
	}
	return a.emit(b.Cols, a.taken)
}

// finish ends the left row in work.
func (a *Apply) finish() error {
	if a.right != nil {
		err := a.right.Close()
		if a.right = nil; err != nil {
			return err
		}
	}
	var err error
	switch {
	case a.kind == physical.Semi && a.found, a.kind == physical.Anti && !a.found:
		a.reps = append(a.reps[:0], uint32(a.sel[0]))
		err = a.emit(nil, nil)
	case a.kind == physical.Left && !a.found:
		a.reps, a.taken = append(a.reps[:0], uint32(a.sel[0])), append(a.taken[:0], vector.NoRow)
		nulls := make([]*vector.Vector, len(a.rkinds))
		for i, k := range a.rkinds {
			nulls[i] = vector.ConstOf(k, vector.NullDatum, 1)
		}
		a.taken[0] = 0
		err = a.emit(nulls, a.taken)
	}
	a.sel = a.sel[1:]
	a.begin()
	return err
}

// emit appends the left rows reps beside the right rows taken.
func (a *Apply) emit(right []*vector.Vector, taken []uint32) error {
	return a.out.AppendBeside(a.batch.Cols, a.reps, right, taken)
}

// appendKey encodes a value so that different ones differ.
func appendKey(dst []byte, d vector.Datum) []byte {
	if d.Null {
		return append(dst, 0)
	}
	dst = binary.AppendVarint(append(dst, 1), d.I)
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(d.F))
	if d.W != [2]uint64{} {
		dst = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(append(dst, 1), d.W[0]), d.W[1])
	} else {
		dst = append(dst, 0)
	}
	dst = binary.AppendUvarint(dst, uint64(len(d.S)))
	return append(dst, d.S...)
}

// Close closes the left side, and the right one when it is open.
func (a *Apply) Close() error {
	var err error
	if a.right != nil {
		err = a.right.Close()
		a.right = nil
	}
	if a.child != nil {
		a.child.Close()
	}
	a.account.Close()
	return errors.Join(err, a.left.Close())
}

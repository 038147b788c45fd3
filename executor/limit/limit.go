// Package limit cuts its input: LIMIT and OFFSET, and the single row of a
// scalar subquery.
package limit

import (
	"math"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Limit skips rows and then gives a number of them. It does not ask its input
// for more than it needs.
type Limit struct {
	input         op.Operator
	count, offset expr.Expr
	skip, left    int64 // rows still to skip, and then to give

	sel []uint16
	out vector.Batch
}

// New returns a Limit over input. count and offset are int8 expressions without
// columns; nil and NULL mean no limit and 0.
func New(input op.Operator, count, offset expr.Expr) *Limit {
	return &Limit{input: input, count: count, offset: offset}
}

// Open evaluates both numbers and opens the input. A negative one is 2201W or
// 2201X.
func (l *Limit) Open(q *op.Context) error {
	skip, err := number(q, l.offset, 0)
	if err != nil {
		return err
	}
	left, err := number(q, l.count, math.MaxInt64)
	switch {
	case err != nil:
		return err
	case skip < 0:
		return sqlerr.New(sqlerr.InvalidRowCountInOffset, "OFFSET must not be negative")
	case left < 0:
		return sqlerr.New(sqlerr.InvalidRowCountInLimit, "LIMIT must not be negative")
	}
	l.skip, l.left = skip, left
	return l.input.Open(q)
}

func number(q *op.Context, e expr.Expr, absent int64) (int64, error) {
	if e == nil {
		return absent, nil
	}
	d, err := compute.Eval(q, e)
	if err != nil || d.Null {
		return absent, err
	}
	return d.I, nil
}

// Next returns the next rows inside the limits.
func (l *Limit) Next() (*vector.Batch, error) {
	for l.left > 0 {
		b, err := l.input.Next()
		if b == nil || err != nil {
			return nil, err
		}
		if from, to := l.take(b.Count()); from < to {
			return l.cut(b, from, to), nil
		}
	}
	return nil, nil
}

// take returns which of the next rows are inside: those numbered [from, to), none
// while it skips.
func (l *Limit) take(rows int) (from, to int) {
	n := int64(rows)
	if l.skip >= n {
		l.skip -= n
		return 0, 0
	}
	first, end := l.skip, min(n, l.skip+l.left)
	if end < l.skip { // skip + left overflowed
		end = n
	}
	l.skip, l.left = 0, l.left-(end-first)
	return int(first), int(end)
}

// cut returns the rows numbered [from, to) of those of b that count.
func (l *Limit) cut(b *vector.Batch, from, to int) *vector.Batch {
	if from == 0 && to == b.Count() {
		return b
	}
	l.out = vector.Batch{Len: b.Len, Sel: b.Sel, Cols: b.Cols, Seq: b.Seq}
	if b.Sel != nil {
		l.out.Sel = b.Sel[from:to:to]
		return &l.out
	}
	l.sel = l.sel[:0]
	for i := from; i < to; i++ {
		l.sel = append(l.sel, uint16(i))
	}
	l.out.Sel = l.sel
	return &l.out
}

// Close closes the input.
func (l *Limit) Close() error { return l.input.Close() }

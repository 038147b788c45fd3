package limit_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/limit"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

var ts = optest.Types(types.Int8)

func rowsOf(n int) []optest.Row {
	rows := make([]optest.Row, n)
	for i := range rows {
		rows[i] = optest.Row{vector.IntDatum(int64(i))}
	}
	return rows
}

func int8Of(n int64) expr.Expr { return expr.Const{Value: vector.IntDatum(n), T: ts[0]} }

// Any offset and count give the slice of the rows that they name, and a limit
// that is reached asks its input for nothing more.
func TestLimitIsASlice(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		rows := rowsOf(150)
		for range 60 {
			skip, count := r.IntN(150), r.IntN(200)
			source := optest.NewSource(r, ts, rows)
			source.Err = sqlerr.New(sqlerr.DivisionByZero, "behind the limit")
			got, err := optest.Drain(q, limit.New(source, int8Of(int64(count)), int8Of(int64(skip))))
			if count > 0 && skip+count > len(rows) {
				require.ErrorContains(t, err, "behind the limit")
				continue
			}
			require.NoError(t, err)
			require.Equal(t, vectortest.Text(rows[skip:skip+count]), vectortest.Text(got))
			require.Zero(t, source.Opens)
		}
	})
}

// NULL and absent mean none, numbers near the end of int8 do not overflow,
// negative ones are refused.
func TestLimitEdges(t *testing.T) {
	null := expr.Const{Value: vector.NullDatum, T: ts[0]}
	for _, c := range []struct {
		count, offset expr.Expr
		rows          int
		code          string
	}{
		{nil, nil, 10, ""},
		{null, null, 10, ""},
		{int8Of(math.MaxInt64), int8Of(3), 7, ""},
		{int8Of(3), int8Of(math.MaxInt64), 0, ""},
		{int8Of(0), nil, 0, ""},
		{int8Of(-1), nil, 0, "2201W"},
		{nil, int8Of(-1), 0, "2201X"},
	} {
		got, err := optest.Drain(optest.Context(t, op.Options{}), limit.New(optest.NewSource(nil, ts, rowsOf(10)), c.count, c.offset))
		require.Equal(t, c.code, sqlerr.Code(err))
		require.Len(t, got, c.rows)
	}
}

// A scalar subquery gives its row, NULL for none, and fails on a second.
func TestSingle(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for n := range 4 {
			got, err := optest.Drain(q, limit.NewSingle(optest.NewSource(r, ts, rowsOf(n)), optest.Kinds(ts)))
			switch n {
			case 0:
				require.Equal(t, []optest.Row{{vector.NullDatum}}, got)
			case 1:
				require.Equal(t, rowsOf(1), got)
			default:
				require.EqualError(t, err, "more than one row returned by a subquery used as an expression (SQLSTATE 21000)")
			}
		}
	})
}

package values_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/executor/values"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
)

var int8Type = types.Of(types.Int8)

func int8Of(n int64) expr.Expr { return expr.Const{Value: vector.IntDatum(n), T: int8Type} }

// VALUES gives constants, parameters and computed expressions row by row, also
// rows without columns.
func TestValues(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, _ *rand.Rand, q *op.Context) {
		q.Params = []vector.Datum{vector.IntDatum(7), vector.NullDatum}
		sum := expr.Call{Func: "+(int8,int8)", T: int8Type, Args: []expr.Expr{int8Of(1), expr.Param{N: 1, T: int8Type}}}
		var rows [][]expr.Expr
		var want []optest.Row
		for i := range 100 {
			rows = append(rows, []expr.Expr{int8Of(int64(i)), expr.Param{N: 1 + i%2, T: int8Type}, sum})
			want = append(want, optest.Row{vector.IntDatum(int64(i)), q.Params[i%2], vector.IntDatum(8)})
		}
		got, err := optest.Drain(q, values.New(rows, []types.Type{int8Type, int8Type, int8Type}))
		require.NoError(t, err)
		require.Equal(t, want, got)

		got, err = optest.Drain(q, values.New([][]expr.Expr{{}}, nil))
		require.NoError(t, err)
		require.Len(t, got, 1)
	})
}

// A system table gives the asked columns of the provider's rows; the provider's
// error is the scan's.
func TestVirtual(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, _ *rand.Rand, q *op.Context) {
		var fail error
		all := vector.NewBuilder(vector.Int32, vector.Bytes, vector.Int32)
		for i := range 70 {
			require.NoError(t, all.AppendDatums([]vector.Datum{vector.IntDatum(int64(i)), vector.StringDatum("x"), vector.NullDatum}))
		}
		provider := func(_ *op.Context, namespace, name string, ordinals []int) (columns []*vector.Vector, rows int, err error) {
			require.Equal(t, "fasti.shards", namespace+"."+name)
			for _, o := range ordinals {
				columns = append(columns, all.Columns()[o])
			}
			return columns, all.Len(), fail
		}
		ts := optest.Types(types.Text, types.Int4, types.Int4)
		got, err := optest.Drain(q, values.NewVirtual(provider, "fasti", "shards", []int{2, 1, 0}, optest.Types(types.Int4, types.Text, types.Int4)))
		require.NoError(t, err)
		require.Len(t, got, 70)
		require.Equal(t, optest.Row{vector.NullDatum, vector.StringDatum("x"), vector.IntDatum(69)}, got[69])
		got, err = optest.Drain(q, values.NewVirtual(provider, "fasti", "shards", nil, nil))
		require.NoError(t, err)
		require.Len(t, got, 70)
		fail = errors.New("no leader")
		_, err = optest.Drain(q, values.NewVirtual(provider, "fasti", "shards", []int{1}, ts[:1]))
		require.Equal(t, fail, err)
	})
}

// UNION ALL opens one input after the other and closes them all, those it never
// came to as well.
func TestAppend(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		ts := []types.Type{int8Type}
		var inputs []op.Operator
		var want []optest.Row
		for i := range 4 {
			var rows []optest.Row
			for k := range i * 20 % 50 {
				rows = append(rows, optest.Row{vector.IntDatum(int64(k))})
			}
			want = append(want, rows...)
			inputs = append(inputs, optest.NewSource(r, ts, rows))
		}
		got, err := optest.Drain(q, values.NewAppend(inputs))
		require.NoError(t, err)
		require.Equal(t, vectortest.Text(want), vectortest.Text(got))

		failing := optest.NewSource(r, ts, nil)
		failing.Err = errors.New("broken")
		never := optest.NewSource(r, ts, want)
		_, err = optest.Drain(q, values.NewAppend([]op.Operator{failing, never}))
		require.Equal(t, failing.Err, err)
		require.Equal(t, -1, never.Opens, "closed without having been opened")
	})
}

package agg_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/agg"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/value"
)

// columns of the tests' input: two keys, then one of every type.
var columns = []types.ID{
	types.Text, types.Int4, types.Bool, types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.Numeric,
	types.Text, types.Date, types.Timestamp, types.Timestamptz, types.Interval, types.Bytea, types.UUID, types.OID,
	types.Bpchar, types.Time, types.Timetz, types.Inet,
}

func column(i int) expr.Expr { return expr.Column{Index: i, T: types.Of(columns[i])} }

func randomRows(r *rand.Rand, n int) []optest.Row {
	rows := make([]optest.Row, n)
	for i := range rows {
		k := r.IntN(7)
		num := decimal.New(int64(r.IntN(100000))-50000, r.IntN(4))
		row := optest.Row{
			vector.StringDatum([]string{"", "a", "bb", "carrier", "a longer carrier than that"}[r.IntN(5)]), vector.IntDatum(int64(r.IntN(3))),
			vector.BoolDatum(k%2 == 0), vector.IntDatum(int64(int16(r.Uint32()))), vector.IntDatum(int64(int32(r.Uint32()))),
			vector.IntDatum(int64(r.Uint64()) >> (r.IntN(60) + 2)), vector.FloatDatum(float64(float32(r.IntN(1000)) / 4)),
			vector.FloatDatum(float64(r.IntN(100000)-50000) / 100), vector.StringDatum(string(num.Encode(nil))),
			vector.StringDatum(strings.Repeat("t", k) + fmt.Sprint(r.IntN(3))), vector.IntDatum(int64(r.IntN(20000)) - 10000),
			vector.IntDatum(r.Int64N(1e15)), vector.IntDatum(r.Int64N(1e15)),
			vector.WordDatum(vector.Interval{Months: int32(r.IntN(5)), Days: int32(r.IntN(40)) - 20, Micros: r.Int64N(1e12)}.Word()),
			vector.StringDatum(string([]byte{byte(k), 0, 255})), vector.WordDatum([2]uint64{r.Uint64(), r.Uint64()}), vector.IntDatum(int64(int32(r.Uint32()))),
			vector.StringDatum([]string{"", "a", "a!", "b"}[r.IntN(4)]), vector.IntDatum(r.Int64N(value.Day)),
			vector.WordDatum(vector.TimeTZ{Micros: r.Int64N(value.Day), West: r.Int32N(3600)}.Word()),
			value.Inet{Bits: r.IntN(33), Addr: [16]byte{10, byte(k)}}.Datum(),
		}
		for c := range row {
			if r.IntN(5) == 0 {
				row[c] = vector.NullDatum
			}
		}
		rows[i] = row
	}
	return rows
}

// everyCall returns a call of every aggregate over every column it takes.
func everyCall() []physical.Agg {
	var calls []physical.Agg
	for _, s := range function.All() {
		if s.Kind != function.Aggregate || strings.HasPrefix(s.Name, "json") {
			continue // json.slt and jsonb.slt have these
		}
		g := physical.Agg{Func: s.ID, T: types.Of(s.Result)}
		switch {
		case s.Name == "first" || s.Name == "last":
			for i, c := range []int{2, 5, 7, 9, 13, 15} {
				by := column([]int{4, 7, 9, 11, 8, 16}[i])
				calls = append(calls, physical.Agg{Func: s.ID, T: types.Of(columns[c]), Args: []expr.Expr{column(c), by}})
			}
			continue
		case s.Args != nil && s.Args[0].IsPolymorphic():
			// Of arrays by TestArrayAgg and the records of e2e/logictest.
			continue
		case s.Name == "percentile_agg" || s.Name == "rollup":
			continue // a sketch depends on the order of a sum; see executor/sketch
		case s.ByTime():
			g.Args = []expr.Expr{column(7), column(slices.Index(columns[2:], s.Args[1]) + 2)}
		case s.Name == "string_agg":
			c := slices.Index(columns[2:], s.Args[0]) + 2
			g.Args = []expr.Expr{column(c), column(c)}
		case len(s.Args) == 2 && s.Args[0] == types.Float8 && s.Args[1] == types.Float8:
			g.Args = []expr.Expr{column(7), column(6)}
		case len(s.Args) == 1 && s.Args[0] == function.Any:
			g.Args = []expr.Expr{column(13)}
		case len(s.Args) == 1:
			g.Args = []expr.Expr{column(slices.Index(columns[2:], s.Args[0]) + 2)}
		}
		calls = append(calls, g)
	}
	return calls
}

func node(keys []int, calls []physical.Agg, mode physical.AggMode) *physical.Aggregate {
	n := &physical.Aggregate{Aggs: calls, Mode: mode}
	for i, k := range keys {
		if mode == physical.Final {
			n.Keys = append(n.Keys, expr.Column{Index: i, T: types.Of(columns[k])})
			continue
		}
		n.Keys = append(n.Keys, column(k))
	}
	return n
}

func aggregate(t *testing.T, in op.Operator, types []types.Type, n *physical.Aggregate) op.Operator {
	a, err := agg.New(in, types, n)
	require.NoError(t, err)
	return a
}

// Every aggregate, grouped by nothing, one and two columns, in any batches and
// forms, gives what a row-at-a-time reference gives; so do partial states of
// three parts merged, and DISTINCT and FILTER over distinct and filtered rows.
func TestAggregatesMatchReference(t *testing.T) {
	calls := everyCall()
	for _, c := range everyCall() {
		if len(c.Args) > 0 {
			c.Distinct = true
			calls = append(calls, c)
		}
	}
	for _, c := range everyCall() {
		c.Filter = column(2)
		calls = append(calls, c)
	}
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for round, keys := range [][]int{nil, {0}, {1}, {0, 1}, nil, {1, 0}} {
			rows := randomRows(r, []int{0, 1, 70, 40, 50, 60}[round])
			want := reference(rows, keys, calls)
			got, err := optest.Drain(q, aggregate(t, optest.NewSource(r, optest.Types(columns...), rows), optest.Types(columns...), node(keys, calls, physical.Single)))
			require.NoError(t, err)
			same(t, keys, calls, want, got)
		}
	})
}

// Partial states of several inputs, merged, give what one input gives.
func TestPartialsMerge(t *testing.T) {
	calls := everyCall()
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		rows := randomRows(r, 300)
		for _, keys := range [][]int{nil, {0}, {1, 0}} {
			var partials []optest.Row
			var ts []types.Type
			for part := range 4 {
				from, to := part*100, part*100+100
				if part == 3 { // a worker without rows
					from, to = 300, 300
				}
				p := aggregate(t, optest.NewSource(r, optest.Types(columns...), rows[from:to]), optest.Types(columns...), node(keys, calls, physical.Partial))
				got, err := optest.Drain(q, p)
				require.NoError(t, err)
				partials = append(partials, got...)
				ts = agg.PartialTypes(node(keys, calls, physical.Partial))
			}
			got, err := optest.Drain(q, aggregate(t, optest.NewSource(r, ts, partials), ts, node(keys, calls, physical.Final)))
			require.NoError(t, err)
			same(t, keys, calls, reference(rows, keys, calls), got)
		}
	})
}

// same compares groups in any order; results of floats that are no decimals to
// 1e-9, string_agg as a bag of pieces.
func same(t *testing.T, keys []int, calls []physical.Agg, want, got []optest.Row) {
	t.Helper()
	require.Equal(t, len(want), len(got), "groups by %v", keys)
	index := map[string]optest.Row{}
	for _, row := range got {
		index[fmt.Sprint(row[:len(keys)])] = row
	}
	for _, w := range want {
		g, ok := index[fmt.Sprint(w[:len(keys)])]
		require.True(t, ok, "no group %v", w[:len(keys)])
		for i, c := range calls {
			a, b := w[len(keys)+i], g[len(keys)+i]
			name := fmt.Sprintf("%s distinct=%v filter=%v of group %v", c.Func, c.Distinct, c.Filter != nil, w[:len(keys)])
			if vector.KindOf(c.T) == vector.Float64 && !a.Null && !b.Null {
				if !(math.Abs(a.F-b.F) <= 1e-9*math.Max(1, math.Abs(a.F))) && !(math.IsNaN(a.F) && math.IsNaN(b.F)) {
					require.Failf(t, name, "want %v, got %v", a.F, b.F)
				}
				continue
			}
			require.Equal(t, text(c.T, a), text(c.T, b), name)
		}
	}
}

func text(t types.Type, d vector.Datum) string {
	if d.Null {
		return "NULL"
	}
	return string(value.Append(nil, t, d, value.Default()))
}

// An aggregation that is cancelled anywhere gives its memory back.
func TestAggregateCancel(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	rows := randomRows(r, 200)
	optest.Cancel(t, 64, func() op.Operator {
		return aggregate(t, optest.NewSource(nil, optest.Types(columns...), rows), optest.Types(columns...), node([]int{0}, everyCall(), physical.Single))
	})
}

// Over its memory limit an aggregation fails with 53200, and says what needed it.
func TestAggregateOutOfMemory(t *testing.T) {
	q := optest.Context(t, op.Options{MemoryLimit: 64 << 10})
	rows := make([]optest.Row, 10000)
	for i := range rows {
		rows[i] = optest.Row{vector.StringDatum(fmt.Sprint("host_", i)), vector.IntDatum(1)}
	}
	n := &physical.Aggregate{Keys: []expr.Expr{column(0)}, Aggs: []physical.Agg{{Func: "count()", T: types.Of(types.Int8)}}}
	a, err := agg.New(optest.NewSource(nil, optest.Types(types.Text, types.Int4), rows), optest.Types(types.Text, types.Int4), n)
	require.NoError(t, err)
	_, err = optest.Drain(q, a)
	require.ErrorContains(t, err, "out of memory (SQLSTATE 53200)")
}

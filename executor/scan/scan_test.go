package scan_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/executor/scan"
	"github.com/dejaq/fasti/executor/scan/scantest"
	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

var (
	timestamp = types.Of(types.Timestamp)
	columns   = optest.Types(types.Timestamp, types.Text, types.Int8)
	table     = &schema.Table{ID: 1, Name: "t", Time: 0, Width: 900e6, Columns: []schema.Column{
		{ID: 1, Name: "ts", Type: columns[0]}, {ID: 2, Name: "host", Type: columns[1]}, {ID: 3, Name: "v", Type: columns[2]},
	}}
)

// store returns a store whose table has the rows.
func store(rows []optest.Row) *scantest.Mem {
	m := scantest.New()
	m.ShardRows, m.MorselRows = 23, 10
	for _, b := range optest.Cut(columns, rows) {
		if err := m.Insert(context.Background(), table, b); err != nil {
			panic(err)
		}
	}
	return m
}

func rowsOf(r *rand.Rand, n int) []optest.Row {
	rows := make([]optest.Row, n)
	for i := range rows {
		rows[i] = optest.Row{vector.IntDatum(int64(i)), vector.StringDatum(string(rune('a' + r.IntN(5)))), vector.IntDatum(r.Int64N(100))}
		for c := range rows[i] {
			if r.IntN(9) == 0 {
				rows[i][c] = vector.NullDatum
			}
		}
	}
	return rows
}

func node(cols []int, filter ...expr.Expr) *physical.Scan {
	n := &physical.Scan{Table: table, Columns: cols, Filter: filter}
	for _, c := range cols {
		f := physical.Field{Name: "locator", Type: types.Of(types.Bytea)}
		if c >= 0 {
			f = physical.Field{Name: table.Columns[c].Name, Type: columns[c]}
		}
		n.Out = append(n.Out, f)
	}
	return n
}

func less(column int, n int64) expr.Expr {
	t := types.Of(types.Int8)
	return expr.Call{Func: "<(int8,int8)", T: expr.Bool, Args: []expr.Expr{expr.Column{Index: column, T: t}, expr.Const{Value: vector.IntDatum(n), T: t}}}
}

func newScan(t testing.TB, m scan.Store, n *physical.Scan) *scan.Scan {
	s, err := scan.New(scan.NewSource(m, n), true)
	require.NoError(t, err)
	return s
}

// At any selectivity and with any columns, none too, a scan gives what filtering
// all rows gives, and closes what it opened.
func TestScanFilters(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for _, limit := range []int64{-1, 2, 20, 50, 90, 200} {
			for _, cols := range [][]int{{2}, {2, 1}, {1, 2, 0}, {0, 1, 2}, {0}, nil} {
				rows := rowsOf(r, 150)
				m := store(rows)
				n := node(cols)
				at := -1
				for i, c := range cols {
					if c == 2 {
						n.Filter, at = []expr.Expr{less(i, limit)}, i
					}
				}
				var want []optest.Row
				for _, row := range rows {
					if at >= 0 && (row[2].Null || row[2].I >= limit) {
						continue
					}
					out := optest.Row{}
					for _, c := range cols {
						out = append(out, row[c])
					}
					want = append(want, out)
				}
				got, err := optest.Drain(q, newScan(t, m, n))
				require.NoError(t, err)
				require.Equal(t, vectortest.Text(want), vectortest.Text(got), "columns %v, v < %d", cols, limit)
				require.Zero(t, m.Open.Load())
			}
		}
	})
}

// Columns that the filter does not use are decoded only for the rows that it
// keeps, when they are not most of them.
func TestScanDecodesLate(t *testing.T) {
	rows := make([]optest.Row, 1000)
	for i := range rows {
		rows[i] = optest.Row{vector.IntDatum(0), vector.StringDatum("x"), vector.IntDatum(int64(i) % 100)}
	}
	for limit, want := range map[int64]int64{0: 0, 10: 100, 50: 500, 80: 1000, 100: 1000} {
		m := store(rows)
		m.MorselRows, m.ShardRows = 0, 100
		_, err := optest.Drain(optest.Context(t, op.Options{}), newScan(t, m, node([]int{2, 1}, less(0, limit))))
		require.NoError(t, err)
		require.Equal(t, int64(1000), m.Decoded[0].Load())
		require.Equal(t, want, m.Decoded[1].Load(), "v < %d", limit)
	}
}

// Several scans of one source share its rows; the locator is a column.
func TestScansShareSource(t *testing.T) {
	q := optest.Context(t, op.Options{})
	m := store(rowsOf(rand.New(rand.NewPCG(1, 1)), 200))
	source := scan.NewSource(m, node([]int{-1}))
	require.NoError(t, source.Open(q))
	kept, known := source.Shards()
	require.Equal(t, []int{9, 12}, []int{kept, known})
	seen := map[string]bool{}
	var all []*scan.Scan
	for range 3 {
		s, err := scan.New(source, false)
		require.NoError(t, err)
		require.NoError(t, s.Open(q))
		all = append(all, s)
	}
	for left := 3; left > 0; {
		for i, s := range all {
			if s == nil {
				continue
			}
			b, err := s.Next()
			require.NoError(t, err)
			if b == nil {
				require.NoError(t, s.Close())
				all[i] = nil
				left--
				continue
			}
			for _, row := range vectortest.Rows(b) {
				require.False(t, seen[row[0].S])
				seen[row[0].S] = true
			}
		}
	}
	require.Len(t, seen, 200)
	require.NoError(t, source.Close())
	require.Zero(t, m.Open.Load())
}

// Bounds become a range of µs, of any type of time column; what is NULL or
// contradicts itself reads nothing, what fails to evaluate bounds nothing.
func TestSpecOf(t *testing.T) {
	constant := func(ty types.Type, v int64) expr.Expr { return expr.Const{Value: vector.IntDatum(v), T: ty} }
	null := expr.Const{Value: vector.NullDatum, T: timestamp}
	overflow := expr.Call{Func: "+(int8,int8)", T: types.Of(types.Int8), Args: []expr.Expr{constant(types.Of(types.Int8), math.MaxInt64), constant(types.Of(types.Int8), 1)}}
	const day = 24 * 3600e6
	date, int4 := types.Of(types.Date), types.Of(types.Int4)
	for name, c := range map[string]struct {
		t      types.Type
		unit   int64
		bounds []physical.Bound
		lo, hi int64
		none   bool
	}{
		"none":          {t: timestamp, lo: math.MinInt64, hi: math.MaxInt64},
		"range":         {t: timestamp, bounds: []physical.Bound{{Op: physical.AtLeast, Value: constant(timestamp, 5)}, {Op: physical.Less, Value: constant(timestamp, 9)}}, lo: 5, hi: 9},
		"inclusive":     {t: timestamp, bounds: []physical.Bound{{Op: physical.Greater, Value: constant(timestamp, 5)}, {Op: physical.AtMost, Value: constant(timestamp, 9)}}, lo: 6, hi: 10},
		"equal":         {t: timestamp, bounds: []physical.Bound{{Op: physical.Equal, Value: constant(timestamp, 5)}}, lo: 5, hi: 6},
		"infinity":      {t: timestamp, bounds: []physical.Bound{{Op: physical.Equal, Value: constant(timestamp, math.MaxInt64)}}, lo: math.MaxInt64, hi: math.MaxInt64},
		"minus inf":     {t: timestamp, bounds: []physical.Bound{{Op: physical.AtMost, Value: constant(timestamp, math.MinInt64)}}, lo: math.MinInt64, hi: math.MinInt64 + 1},
		"empty":         {t: timestamp, bounds: []physical.Bound{{Op: physical.AtLeast, Value: constant(timestamp, 9)}, {Op: physical.Less, Value: constant(timestamp, 9)}}, none: true},
		"null":          {t: timestamp, bounds: []physical.Bound{{Op: physical.Less, Value: null}}, none: true},
		"overflow":      {t: timestamp, bounds: []physical.Bound{{Op: physical.Less, Value: overflow}}, lo: math.MinInt64, hi: math.MaxInt64},
		"date":          {t: date, bounds: []physical.Bound{{Op: physical.AtLeast, Value: constant(date, 1)}, {Op: physical.Less, Value: constant(date, 2)}}, lo: day, hi: 2 * day},
		"date infinity": {t: date, bounds: []physical.Bound{{Op: physical.AtLeast, Value: constant(date, math.MaxInt32)}}, lo: math.MaxInt64, hi: math.MaxInt64},
		"date beyond":   {t: date, bounds: []physical.Bound{{Op: physical.Greater, Value: constant(date, 106751992)}}, lo: math.MaxInt64 - 1, hi: math.MaxInt64},
		"date to":       {t: date, bounds: []physical.Bound{{Op: physical.Less, Value: constant(date, 2145031948)}}, lo: math.MinInt64, hi: math.MaxInt64},
		"seconds":       {t: int4, unit: 1e6, bounds: []physical.Bound{{Op: physical.AtLeast, Value: constant(int4, 3)}, {Op: physical.Less, Value: constant(int4, 5)}}, lo: 3e6, hi: 5e6 + 1},
		"nanoseconds":   {t: types.Of(types.Int8), unit: -1000, bounds: []physical.Bound{{Op: physical.Greater, Value: constant(int4, 1500)}, {Op: physical.Less, Value: constant(int4, 2500)}}, lo: 1, hi: 3},
	} {
		t.Run(name, func(t *testing.T) {
			tbl := &schema.Table{Time: 0, TimeUnit: c.unit, Columns: []schema.Column{{Name: "ts", Type: c.t}}}
			s, ok := scan.SpecOf(optest.Context(t, op.Options{}), &physical.Scan{Table: tbl, Bounds: c.bounds})
			require.Equal(t, !c.none, ok)
			if ok {
				require.Equal(t, []int64{c.lo, c.hi}, []int64{s.Lo, s.Hi})
				require.Equal(t, len(c.bounds) == 0, s.Nulls)
			}
		})
	}
}

// A scan that cannot match anything asks the store for nothing.
func TestScanOfNothing(t *testing.T) {
	m := store(rowsOf(rand.New(rand.NewPCG(1, 1)), 20))
	n := node([]int{1})
	n.Bounds = []physical.Bound{{Op: physical.Less, Value: expr.Const{Value: vector.NullDatum, T: timestamp}}}
	got, err := optest.Drain(optest.Context(t, op.Options{}), newScan(t, m, n))
	require.NoError(t, err)
	require.Empty(t, got)
	require.Empty(t, m.Specs)
}

// Errors of the store come out as they are; after a cancellation as 57014.
func TestScanErrors(t *testing.T) {
	m := store(rowsOf(rand.New(rand.NewPCG(1, 1)), 200))
	m.Fail, m.FailAfter = errors.New("disk on fire"), 3
	_, err := optest.Drain(optest.Context(t, op.Options{}), newScan(t, m, node([]int{0, 1})))
	require.Equal(t, m.Fail, err)
	require.Zero(t, m.Open.Load())

	ctx, cancel := context.WithCancel(context.Background())
	q := op.NewContext(ctx, op.Options{})
	defer q.Close()
	s := newScan(t, m, node([]int{0, 1}))
	require.NoError(t, s.Open(q))
	cancel()
	for err = nil; err == nil; {
		_, err = s.Next()
	}
	require.Equal(t, sqlerr.QueryCanceled, sqlerr.Code(err))
	require.NoError(t, s.Close())
	require.Zero(t, m.Open.Load())
}

// fixed is a store of one morsel that is given again and again without work.
type fixed struct{ cols []vector.Vector }

func (f *fixed) Scan(context.Context, scan.Spec) (scan.Rows, error) { return f, nil }
func (f *fixed) Shards() (kept, known int)                          { return 1, 1 }
func (f *fixed) Open() (scan.Reader, error)                         { return fixedReader{f}, nil }
func (f *fixed) Close() error                                       { return nil }

type fixedReader struct{ *fixed }

func (r fixedReader) Next() (scan.Morsel, error) { return r.fixed, nil }
func (f *fixed) Rows() int                       { return f.cols[0].Len }
func (f *fixed) Seq() uint64                     { return 1 }

func (f *fixed) Decode(col, from, to int, out *vector.Vector) error {
	*out = f.cols[col]
	return nil
}

func (f *fixed) DecodeSel(col int, rows []uint16, out *vector.Vector) error {
	kind := f.cols[col].Kind
	*out = vector.Vector{Kind: kind, Len: len(rows), I64: f.cols[col].I64[:len(rows)]}
	return nil
}

// A warm scan allocates nothing per batch, whatever its filter keeps.
func TestScanAllocations(t *testing.T) {
	if invariants.Enabled {
		t.Skip("test builds allocate in their checks")
	}
	v := make([]int64, vector.MaxRows)
	for i := range v {
		v[i] = int64(i) % 100
	}
	col := vector.Vector{Kind: vector.Int64, Len: len(v), I64: v}
	for _, limit := range []int64{5, 50, 90, 100} {
		s := newScan(t, &fixed{[]vector.Vector{col, col}}, node([]int{2, 0}, less(0, limit)))
		require.NoError(t, s.Open(optest.Context(t, op.Options{})))
		_, err := s.Next()
		require.NoError(t, err)
		require.Zero(t, testing.AllocsPerRun(50, func() { _, _ = s.Next() }), "v < %d", limit)
		require.NoError(t, s.Close())
	}
}

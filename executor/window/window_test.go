package window_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/executor/window"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// Columns of the tests' input: partition, order, values, a filter.
const (
	part = iota
	key
	ints
	floats
	text
	pass
)

var inTypes = optest.Types(types.Int4, types.Int8, types.Int4, types.Float8, types.Text, types.Bool)

func column(i int) expr.Expr { return expr.Column{Index: i, T: inTypes[i]} }

func number(n int64) expr.Expr {
	return expr.Const{Value: vector.IntDatum(n), T: types.Of(types.Int8)}
}

// rows returns n rows in the order of partition and key, NULL keys last.
func randomRows(r *rand.Rand, n int) []optest.Row {
	rows := make([]optest.Row, n)
	for i := range rows {
		f := float64(r.IntN(1000)) / 8
		switch r.IntN(30) {
		case 0:
			f = math.NaN()
		case 1:
			f = 1e300
		case 2:
			f = math.Sqrt(float64(r.IntN(100)))
		}
		rows[i] = optest.Row{
			vector.IntDatum(int64(r.IntN(1 + n/20))), vector.IntDatum(int64(r.IntN(n))), vector.IntDatum(int64(r.IntN(2000) - 1000)),
			vector.FloatDatum(f), vector.StringDatum(fmt.Sprint(r.IntN(50))), vector.BoolDatum(r.IntN(3) > 0),
		}
		for c := range rows[i] {
			if r.IntN(12) == 0 {
				rows[i][c] = vector.NullDatum
			}
		}
	}
	nullsLast := func(a, b vector.Datum) int {
		if a.Null || b.Null {
			return cmp.Compare(btoi(a.Null), btoi(b.Null))
		}
		return cmp.Compare(a.I, b.I)
	}
	slices.SortStableFunc(rows, func(a, b optest.Row) int { return cmp.Or(nullsLast(a[part], b[part]), nullsLast(a[key], b[key])) })
	return rows
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// members returns the rows of the frame of row i, by the words of the manual
// (4.2.8): row by row, with no thought for speed.
func members(rows []optest.Row, i int, f physical.Frame) (in []int) {
	same := func(a, b int, c int) bool {
		return rows[a][c].Null == rows[b][c].Null && (rows[a][c].Null || rows[a][c].I == rows[b][c].I)
	}
	from, to := i, i
	for from > 0 && same(from-1, i, part) {
		from--
	}
	for to < len(rows) && same(to, i, part) {
		to++
	}
	group := map[int]int{}
	for j, g := from, 0; j < to; j++ {
		if j > from && !same(j, j-1, key) {
			g++
		}
		group[j] = g
	}
	// side tells whether row j is on the good side of a bound; sign is -1 for the
	// start and 1 for the end.
	side := func(j int, b physical.FrameBound, sign int) bool {
		by := 0
		switch b.Kind {
		case physical.UnboundedPreceding, physical.UnboundedFollowing:
			return true
		case physical.Preceding:
			by = -int(b.Offset.(expr.Const).Value.I)
		case physical.Following:
			by = int(b.Offset.(expr.Const).Value.I)
		}
		switch {
		case f.Mode == physical.RowsFrame:
			return sign*(i+by-j) >= 0
		case f.Mode == physical.GroupsFrame || b.Kind == physical.CurrentRow:
			return sign*(group[i]+by-group[j]) >= 0
		case rows[i][key].Null || rows[j][key].Null: // NULLs are last
			if rows[i][key].Null == rows[j][key].Null {
				return true
			}
			return rows[j][key].Null == (sign < 0)
		}
		return sign*(int(rows[i][key].I)+by-int(rows[j][key].I)) >= 0
	}
	for j := from; j < to; j++ {
		if !side(j, f.Start, -1) || !side(j, f.End, 1) {
			continue
		}
		switch {
		case f.Exclude == physical.ExcludeRow && j == i, f.Exclude == physical.ExcludeGroup && group[j] == group[i],
			f.Exclude == physical.ExcludeTies && group[j] == group[i] && j != i:
			continue
		}
		in = append(in, j)
	}
	return in
}

// plain computes a call over the rows in.
func plain(rows []optest.Row, name string, col int, filter bool, in []int) string {
	var vals []vector.Datum
	for _, j := range in {
		if filter && (rows[j][pass].Null || rows[j][pass].I == 0) {
			continue
		}
		vals = append(vals, rows[j][col])
	}
	pick := func(n int) string {
		if n < 0 || n >= len(vals) {
			return "NULL"
		}
		return show(vals[n], col)
	}
	switch name {
	case "first_value":
		return pick(0)
	case "last_value":
		return pick(len(vals) - 1)
	case "nth_value":
		return pick(2)
	}
	vals = slices.DeleteFunc(vals, func(d vector.Datum) bool { return d.Null })
	if name == "count" {
		return fmt.Sprint(len(vals))
	}
	if len(vals) == 0 {
		return "NULL"
	}
	best, sum, all := vals[0], 0.0, []string{}
	for _, v := range vals {
		c := 0
		switch col {
		case text:
			c = strings.Compare(v.S, best.S)
		case floats:
			c = cmp.Compare(sortable(v.F), sortable(best.F))
			sum += v.F
		default:
			c = cmp.Compare(v.I, best.I)
			sum += float64(v.I)
		}
		if name == "min" && c < 0 || name == "max" && c > 0 {
			best = v
		}
		all = append(all, v.S)
	}
	switch name {
	case "min", "max":
		return show(best, col)
	case "sum":
		return near(sum)
	}
	return strings.Join(all, ",")
}

// sortable puts NaN above all.
func sortable(f float64) float64 {
	if f != f {
		return math.Inf(1)
	}
	return f
}

// near prints what sums in another order agree on.
func near(f float64) string { return fmt.Sprintf("%.9g", f+0) }

func show(d vector.Datum, col int) string {
	switch {
	case d.Null:
		return "NULL"
	case col == text:
		return d.S
	case col == floats:
		return near(d.F)
	}
	return fmt.Sprint(d.I)
}

// Every kind of call over random frames, with and without FILTER, in any batches
// and forms, gives what a reference gives that looks at each row of each frame.
func TestFramesMatchReference(t *testing.T) {
	calls := []struct {
		id   function.ID
		name string
		col  int
		more []expr.Expr
	}{
		{"count(any)", "count", text, nil},
		{"sum(int4)", "sum", ints, nil},
		{"sum(float8)", "sum", floats, nil},
		{"min(int4)", "min", ints, nil},
		{"max(float8)", "max", floats, nil},
		{"min(text)", "min", text, nil},
		{"string_agg(text,text)", "string_agg", text, []expr.Expr{expr.Const{Value: vector.StringDatum(","), T: types.Of(types.Text)}}},
		{"first_value(anyelement)", "first_value", ints, nil},
		{"last_value(anyelement)", "last_value", floats, nil},
		{"nth_value(anyelement,int4)", "nth_value", text, []expr.Expr{expr.Const{Value: vector.IntDatum(3), T: types.Of(types.Int4)}}},
	}
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		rows := randomRows(r, rapid.SampledFrom([]int{1, 2, 9, 60, 300}).Draw(rt, "rows"))
		bound := func(label string, kinds ...physical.BoundKind) physical.FrameBound {
			b := physical.FrameBound{Kind: rapid.SampledFrom(kinds).Draw(rt, label)}
			if b.Kind == physical.Preceding || b.Kind == physical.Following {
				b.Offset = number(rapid.Int64Range(0, 40).Draw(rt, label+" offset"))
			}
			return b
		}
		f := physical.Frame{
			Mode:    physical.FrameMode(rapid.IntRange(0, 2).Draw(rt, "mode")),
			Start:   bound("start", physical.UnboundedPreceding, physical.Preceding, physical.CurrentRow, physical.Following),
			End:     bound("end", physical.Preceding, physical.CurrentRow, physical.Following, physical.UnboundedFollowing),
			Exclude: physical.FrameExclude(rapid.IntRange(0, 3).Draw(rt, "exclude")),
		}
		filter := rapid.Bool().Draw(rt, "filter")
		n := &physical.Window{Partition: []expr.Expr{column(part)}, Order: []physical.SortKey{{Expr: column(key)}}}
		for _, c := range calls {
			w := physical.WindowCall{Func: c.id, Args: append([]expr.Expr{column(c.col)}, c.more...), Frame: f, T: inTypes[c.col]}
			switch c.name {
			case "count":
				w.T = types.Of(types.Int8)
			case "sum":
				if c.col == ints {
					w.T = types.Of(types.Int8)
				}
			}
			if filter && function.ByID(c.id).Kind == function.Aggregate {
				w.Filter = column(pass)
			}
			n.Calls = append(n.Calls, w)
		}
		q := optest.Context(t, op.Options{BatchRows: rapid.SampledFrom([]int{1, 7, 4096}).Draw(rt, "batch")})
		w, err := window.New(optest.NewSource(r, inTypes, rows), inTypes, n)
		require.NoError(rt, err)
		got, err := optest.Drain(q, w)
		require.NoError(rt, err)
		require.Len(rt, got, len(rows))
		for i := range rows {
			in := members(rows, i, f)
			for k, c := range calls {
				d := got[i][len(inTypes)+k]
				have := show(d, c.col)
				switch {
				case d.Null:
				case c.name == "sum" && c.col == ints:
					have = near(float64(d.I))
				case c.name == "count":
					have = fmt.Sprint(d.I)
				case c.name == "string_agg":
					have = d.S
				}
				want := plain(rows, c.name, c.col, n.Calls[k].Filter != nil, in)
				if have != want {
					rt.Fatalf("row %d: %s over %v of %+v: got %s, want %s", i, c.name, in, f, have, want)
				}
			}
		}
	})
}

// A statement that is cancelled ends with 57014 wherever that happens, and gives
// its memory back.
func TestWindowCancel(t *testing.T) {
	rows := randomRows(rand.New(rand.NewPCG(1, 2)), 3000)
	optest.Cancel(t, 64, func() op.Operator {
		w, err := window.New(optest.NewSource(nil, inTypes, rows), inTypes, &physical.Window{
			Partition: []expr.Expr{column(part)}, Order: []physical.SortKey{{Expr: column(key)}},
			Calls: []physical.WindowCall{{Func: "min(text)", Args: []expr.Expr{column(text)}, T: types.Of(types.Text), Frame: physical.Frame{
				Mode: physical.RowsFrame, Start: physical.FrameBound{Kind: physical.Preceding, Offset: number(5)}, End: physical.FrameBound{Kind: physical.CurrentRow},
			}}},
		})
		require.NoError(t, err)
		return w
	})
}

// Partitions that end within and between chunks are whole: row_number counts each
// from one, over more rows than a chunk has.
func TestPartitionsOverChunks(t *testing.T) {
	const n = 200000
	batches := make([]*vector.Batch, 0, n/vector.MaxRows+1)
	want := make([]int64, 0, n)
	r := rand.New(rand.NewPCG(3, 4))
	p, left, at := int64(-1), 0, int64(0)
	for len(want) < n {
		rows := make([]optest.Row, vector.MaxRows)
		for i := range rows {
			if left == 0 {
				p, left, at = p+1, 1+r.IntN([]int{3, 70000}[r.IntN(2)]), 0
			}
			left, at = left-1, at+1
			rows[i] = optest.Row{vector.IntDatum(p)}
			want = append(want, at)
		}
		batches = append(batches, vectortest.Batch([]vector.Kind{vector.Int32}, rows))
	}
	ts := optest.Types(types.Int4)
	w, err := window.New(&optest.Batches{All: batches}, ts, &physical.Window{
		Partition: []expr.Expr{expr.Column{T: ts[0]}},
		Calls:     []physical.WindowCall{{Func: "row_number()", T: types.Of(types.Int8), Frame: physical.DefaultFrame}},
	})
	require.NoError(t, err)
	got, err := optest.Drain(optest.Context(t, op.Options{}), w)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	for i, row := range got {
		require.Equal(t, want[i], row[1].I, "row %d", i)
	}
}

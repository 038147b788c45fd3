package sort_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/op/optest"
	"github.com/dejaq/fasti/executor/sort"
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

var keyTypes = []types.ID{
	types.Bool, types.Int4, types.Int8, types.Float8, types.Text, types.Numeric, types.Interval, types.UUID, types.OID, types.Timestamptz, types.Bytea,
}

// value is a random value of few of a type.
func value(r *rand.Rand, id types.ID) vector.Datum {
	k := r.IntN(12)
	switch id {
	case types.Bool:
		return vector.BoolDatum(k%2 == 0)
	case types.Int4, types.OID:
		return vector.IntDatum(int64(int32(k-6) << 28))
	case types.Int8, types.Timestamptz:
		return vector.IntDatum([]int64{math.MinInt64, -1, 0, 1, 77, math.MaxInt64}[k%6])
	case types.Float8:
		return vector.FloatDatum([]float64{math.Inf(-1), -2.5, math.Copysign(0, -1), 0, 1e-300, 7, math.Inf(1), math.NaN()}[k%8])
	case types.Text, types.Bytea:
		if r.IntN(3) == 0 { // long and nearly equal: past the words that radix sort looks at
			return vector.StringDatum(strings.Repeat("z", 30+k%3) + fmt.Sprint(k%4))
		}
		return vector.StringDatum([]string{"", "\x00", "a", "a\x00", "aaaaaaa", "aaaaaaaa", "aaaaaaab", "aaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "b", "ü", "\xff"}[k])
	case types.Numeric:
		return vector.StringDatum(string(decimal.New(int64(k-6)*10, r.IntN(4)).Encode(nil)))
	case types.Interval:
		return vector.WordDatum(vector.Interval{Months: int32(k%3 - 1), Days: int32(30 * (k % 2)), Micros: int64(k%5-2) * 86400e6}.Word())
	case types.UUID:
		return vector.WordDatum([2]uint64{uint64(k%2) << 63, uint64(k%3) << 62})
	}
	panic("type")
}

// compare orders two values of a type by PostgreSQL's rules.
func compare(id types.ID, a, b vector.Datum) int {
	switch id {
	case types.Float8:
		switch {
		case math.IsNaN(a.F) || math.IsNaN(b.F):
			return cmp.Compare(map[bool]int{true: 1}[math.IsNaN(a.F)], map[bool]int{true: 1}[math.IsNaN(b.F)])
		case a.F < b.F:
			return -1
		case a.F > b.F:
			return 1
		}
		return 0
	case types.Text, types.Bytea:
		return bytes.Compare([]byte(a.S), []byte(b.S))
	case types.Numeric:
		x, _ := decimal.Decode(a.S)
		y, _ := decimal.Decode(b.S)
		return x.Cmp(y)
	case types.Interval:
		n := func(w [2]uint64) *big.Int {
			k := hash.IntervalKey(w)
			x := new(big.Int).Lsh(big.NewInt(int64(k[0])), 64)
			return x.Add(x, new(big.Int).SetUint64(k[1]))
		}
		return n(a.W).Cmp(n(b.W))
	case types.UUID:
		return cmp.Or(cmp.Compare(a.W[0], b.W[0]), cmp.Compare(a.W[1], b.W[1]))
	case types.OID:
		return cmp.Compare(uint32(a.I), uint32(b.I))
	}
	return cmp.Compare(a.I, b.I)
}

// Sorting by one to four random keys, with and without a limit, gives what a
// stable sort with a comparator gives: also the order of equal rows.
func TestSortMatchesStableSort(t *testing.T) {
	optest.Sizes(t, func(t *testing.T, r *rand.Rand, q *op.Context) {
		for round := range 40 {
			n := 1 + r.IntN(4)
			ids := make([]types.ID, n+1)
			keys := make([]physical.SortKey, n)
			for i := range keys {
				ids[i] = keyTypes[r.IntN(len(keyTypes))]
				keys[i] = physical.SortKey{Expr: expr.Column{Index: i, T: types.Of(ids[i])}, Desc: r.IntN(2) == 0, NullsFirst: r.IntN(2) == 0}
			}
			ids[n] = types.Int8 // the number of the row
			rows := make([]optest.Row, r.IntN([]int{3, 50, 900}[round%3]))
			for i := range rows {
				for _, id := range ids[:n] {
					if r.IntN(6) == 0 {
						rows[i] = append(rows[i], vector.NullDatum)
					} else {
						rows[i] = append(rows[i], value(r, id))
					}
				}
				rows[i] = append(rows[i], vector.IntDatum(int64(i)))
			}
			want := slices.Clone(rows)
			slices.SortStableFunc(want, func(a, b optest.Row) int { return compareRows(keys, ids, a, b) })
			limit := int64(-1)
			if r.IntN(2) == 0 {
				limit = int64(r.IntN(20))
				want = want[:min(len(want), int(limit))]
			}
			s, err := sort.New(optest.NewSource(r, optest.Types(ids...), rows), optest.Types(ids...), &physical.Sort{Keys: keys, Limit: limit})
			require.NoError(t, err)
			got, err := optest.Drain(q, s)
			require.NoError(t, err)
			require.Equal(t, vectortest.Text(want), vectortest.Text(got), "round %d: %v limit %d", round, keys, limit)
		}
	})
}

func compareRows(keys []physical.SortKey, ids []types.ID, a, b optest.Row) int {
	for i, k := range keys {
		c := 0
		switch {
		case a[i].Null && b[i].Null:
		case a[i].Null == k.NullsFirst && (a[i].Null || b[i].Null):
			return -1
		case a[i].Null || b[i].Null:
			return 1
		default:
			c = compare(ids[i], a[i], b[i])
			if k.Desc {
				c = -c
			}
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// More rows than the top-n keeps: it cuts many times, and its threshold lets
// through what belongs to the result. By key expressions, too.
func TestTopNCuts(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	int8Of := func(n int64) expr.Expr { return expr.Const{Value: vector.IntDatum(n), T: types.Of(types.Int8)} }
	// The limit as a number, or by the expressions of the Limit above.
	sorts := []func(keys []physical.SortKey) *physical.Sort{
		func(keys []physical.SortKey) *physical.Sort { return &physical.Sort{Keys: keys, Limit: 100} },
		func(keys []physical.SortKey) *physical.Sort {
			return &physical.Sort{Keys: keys, Limit: -1, Count: int8Of(60), Offset: int8Of(40)}
		},
	}
	for i, id := range keyTypes {
		for _, variant := range []int{i % 4, (i + 1) % 4} {
			q := optest.Context(t, op.Options{})
			ts := optest.Types(id, types.Int8)
			rows := make([]optest.Row, 9000)
			for i := range rows {
				d := value(r, id)
				if id == types.Int8 {
					d = vector.IntDatum(r.Int64() / int64(variant+1))
				}
				if id == types.Text {
					d = vector.StringDatum(fmt.Sprint("a common prefix ", r.IntN(1e6)))
				}
				if r.IntN(500) == 0 {
					d = vector.NullDatum
				}
				rows[i] = optest.Row{d, vector.IntDatum(int64(r.IntN(1000)))}
			}
			keys := []physical.SortKey{{Expr: expr.Column{Index: 0, T: ts[0]}, Desc: variant%2 == 0, NullsFirst: variant > 1}}
			if variant%3 == 0 {
				keys = append(keys, physical.SortKey{Expr: expr.Column{Index: 1, T: ts[1]}})
			}
			want := slices.Clone(rows)
			slices.SortStableFunc(want, func(a, b optest.Row) int { return compareRows(keys, []types.ID{id, types.Int8}, a, b) })
			s, err := sort.New(optest.NewSource(nil, ts, rows), ts, sorts[variant%2](keys))
			require.NoError(t, err)
			got, err := optest.Drain(q, s)
			require.NoError(t, err)
			require.Equal(t, vectortest.Text(want[:100]), vectortest.Text(got), "%v", keys)
			require.Less(t, q.Memory.Peak(), int64(4<<20))
		}
	}
}

// A count that is NULL, negative, too large or fails keeps all rows: the Limit
// above decides what that means.
func TestTopNWithoutNumber(t *testing.T) {
	ts := optest.Types(types.Int8)
	int8Of := func(d vector.Datum) expr.Expr { return expr.Const{Value: d, T: ts[0]} }
	zero := expr.Call{Func: "/(int8,int8)", T: ts[0], Args: []expr.Expr{int8Of(vector.IntDatum(1)), int8Of(vector.IntDatum(0))}}
	for want, c := range map[int][][2]expr.Expr{
		5: {
			{int8Of(vector.NullDatum), nil},
			{int8Of(vector.IntDatum(-1)), nil},
			{zero, zero},
			{int8Of(vector.IntDatum(1)), zero},
			{int8Of(vector.IntDatum(math.MaxInt64)), int8Of(vector.IntDatum(1))},
		},
		2: {{int8Of(vector.IntDatum(2)), int8Of(vector.NullDatum)}, {int8Of(vector.IntDatum(1)), int8Of(vector.IntDatum(1))}, {int8Of(vector.IntDatum(2)), nil}},
	} {
		for _, e := range c {
			rows := make([]optest.Row, 5)
			for i := range rows {
				rows[i] = optest.Row{vector.IntDatum(int64(i))}
			}
			n := &physical.Sort{Keys: []physical.SortKey{{Expr: expr.Column{Index: 0, T: ts[0]}}}, Limit: -1, Count: e[0], Offset: e[1]}
			s, err := sort.New(optest.NewSource(nil, ts, rows), ts, n)
			require.NoError(t, err)
			got, err := optest.Drain(optest.Context(t, op.Options{}), s)
			require.NoError(t, err)
			require.Len(t, got, want, "%v", e)
		}
	}
}

// A sort that is cancelled anywhere gives its memory back; over its limit it
// fails with 53200 before it takes the memory.
func TestSortCancelAndMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	ts := optest.Types(types.Int8, types.Text)
	rows := make([]optest.Row, 70000)
	for i := range rows {
		rows[i] = optest.Row{vector.IntDatum(r.Int64N(50)), vector.StringDatum(fmt.Sprint(r.IntN(1000)))}
	}
	keys := []physical.SortKey{{Expr: expr.Column{Index: 0, T: ts[0]}}, {Expr: expr.Column{Index: 1, T: ts[1]}}}
	make := func() op.Operator {
		s, err := sort.New(&optest.Batches{All: optest.Cut(ts, rows)}, ts, &physical.Sort{Keys: keys, Limit: -1})
		require.NoError(t, err)
		return s
	}
	optest.Cancel(t, 4096, make)
	q := optest.Context(t, op.Options{MemoryLimit: 1 << 20})
	_, err := optest.Drain(q, make())
	require.ErrorContains(t, err, "out of memory (SQLSTATE 53200)")
	require.LessOrEqual(t, q.Memory.Peak(), int64(1<<20))
}

func BenchmarkSort(b *testing.B) {
	const n = 1 << 20
	ts := optest.Types(types.Int8, types.Text, types.Int4)
	r := rand.New(rand.NewPCG(1, 1))
	rows := make([]optest.Row, n)
	for i := range rows {
		rows[i] = optest.Row{vector.IntDatum(r.Int64()), vector.StringDatum(fmt.Sprintf("%03d", r.IntN(350))), vector.IntDatum(int64(r.IntN(1000)))}
	}
	batches := optest.Cut(ts, rows)
	col := func(i int, desc bool) physical.SortKey {
		return physical.SortKey{Expr: expr.Column{Index: i, T: ts[i]}, Desc: desc}
	}
	for _, c := range []struct {
		name  string
		keys  []physical.SortKey
		limit int64
	}{
		{"int8", []physical.SortKey{col(0, false)}, -1},
		{"int4", []physical.SortKey{col(2, false)}, -1},
		{"text", []physical.SortKey{col(1, false)}, -1},
		{"text,int4desc,int8", []physical.SortKey{col(1, false), col(2, true), col(0, false)}, -1},
		{"int8/top10", []physical.SortKey{col(0, true)}, 10},
		{"text/top10", []physical.SortKey{col(1, true)}, 10},
	} {
		b.Run(c.name, func(b *testing.B) {
			q := optest.Context(b, op.Options{})
			for b.Loop() {
				s, err := sort.New(&optest.Batches{All: batches}, ts, &physical.Sort{Keys: c.keys, Limit: c.limit})
				require.NoError(b, err)
				require.NoError(b, s.Open(q))
				for {
					out, err := s.Next()
					require.NoError(b, err)
					if out == nil {
						break
					}
				}
				require.NoError(b, s.Close())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}

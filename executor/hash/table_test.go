package hash_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
)

// value is a random value of few of type id, and a text that is equal exactly
// when the values are equal for GROUP BY.
func value(r *rand.Rand, id types.ID, domain int) (vector.Datum, string) {
	k := r.IntN(domain)
	if r.IntN(6) == 0 {
		return vector.NullDatum, "NULL"
	}
	switch id {
	case types.Bool:
		return vector.BoolDatum(k%2 == 0), fmt.Sprint(k%2 == 0)
	case types.Int4:
		v := int32(k - domain/2)
		if k == 0 {
			v = math.MinInt32
		}
		return vector.IntDatum(int64(v)), fmt.Sprint(v)
	case types.Timestamp:
		v := int64(k) * 3600e6
		if k == 1 {
			v = math.MaxInt64
		}
		return vector.IntDatum(v), fmt.Sprint(v)
	case types.Float8:
		switch k {
		case 0:
			return vector.FloatDatum(math.Copysign(0, -1)), "0"
		case 1:
			return vector.FloatDatum(0), "0"
		case 2:
			return vector.FloatDatum(math.Float64frombits(0x7ff8000000000000 | r.Uint64N(99))), "NaN"
		}
		return vector.FloatDatum(float64(k) / 8), fmt.Sprint(float64(k) / 8)
	case types.Text:
		s := strings.Repeat("x", k%20) + string(rune('a'+k%3))
		if k == 0 {
			s = ""
		}
		if k == 1 {
			s = "\x00"
		}
		return vector.StringDatum(s), fmt.Sprintf("%q", s)
	case types.Numeric:
		d := decimal.New(int64(k), 1)
		if r.IntN(2) == 0 {
			d = decimal.New(int64(k)*100, 3)
		}
		return vector.StringDatum(string(d.Encode(nil))), fmt.Sprint(k)
	case types.UUID:
		w := [2]uint64{uint64(k % 3), uint64(k)}
		return vector.WordDatum(w), fmt.Sprint(w)
	case types.Interval:
		iv := vector.Interval{Days: int32(k)}
		if r.IntN(2) == 0 {
			iv = vector.Interval{Micros: int64(k) * 24 * 3600e6}
		}
		if k >= 30 && r.IntN(2) == 0 {
			iv = vector.Interval{Months: 1, Days: int32(k) - 30}
		}
		return vector.WordDatum(iv.Word()), fmt.Sprint(k, " days")
	}
	panic("type")
}

var keyTypes = []types.ID{types.Bool, types.Int4, types.Timestamp, types.Float8, types.Text, types.Numeric, types.UUID, types.Interval}

// A table numbers random keys of one to five random columns, in random forms
// and batches, as a Go map over the keys' texts does; Find gives the same
// numbers, and None for what is not there.
func TestTableMatchesMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for round := range 300 {
		n := 1 + r.IntN(5)
		if round%4 == 0 {
			n = 1
		}
		ts := make([]types.Type, n)
		kinds := make([]vector.Kind, n)
		for i := range ts {
			ts[i] = types.Of(keyTypes[r.IntN(len(keyTypes))])
			kinds[i] = vector.KindOf(ts[i])
		}
		domain := []int{1, 3, 40, 3000}[r.IntN(4)]
		table := hash.New(ts)
		model := map[string]uint32{}
		ids := make([]uint32, vector.MaxRows)
		batch := func() (*vector.Batch, []string) {
			rows := make([][]vector.Datum, 1+r.IntN(200))
			texts := make([]string, len(rows))
			for i := range rows {
				rows[i] = make([]vector.Datum, n)
				for c := range ts {
					var s string
					rows[i][c], s = value(r, ts[c].ID, domain)
					texts[i] += s + "|"
				}
			}
			return vectortest.Mix(r, vectortest.Batch(kinds, rows)), texts
		}
		for range 1 + r.IntN(6) {
			b, texts := batch()
			before := table.Len()
			require.NoError(t, table.Map(ids, b.Cols, b.Rows()))
			sel := b.Rows().Selection()
			fresh := 0
			for i, text := range texts {
				want, seen := model[text]
				if !seen {
					want = uint32(len(model))
					model[text] = want
					require.Equal(t, uint32(sel[i]), table.Fresh()[fresh])
					fresh++
				}
				require.Equal(t, want, ids[sel[i]], "round %d: %v row %d %s", round, ts, i, text)
			}
			require.Len(t, table.Fresh(), fresh)
			require.Equal(t, before+fresh, table.Len())
			require.Equal(t, len(model), table.Len())
			require.Positive(t, table.Bytes())
			vector.Poison(vector.Copy(b))
		}
		domain *= 2
		b, texts := batch()
		table.Find(ids, b.Cols, b.Rows())
		for i, text := range texts {
			want, seen := model[text]
			if !seen {
				want = hash.None
			}
			require.Equal(t, want, ids[b.Rows().Selection()[i]], "round %d: find %v %s", round, ts, text)
		}
		// The keys come back: each is found under its number.
		keys := table.Keys()
		table2 := hash.New(ts)
		var w vector.Window
		for from := 0; from < table.Len(); from += vector.MaxRows {
			part := w.Slice(keys, from, min(from+vector.MaxRows, table.Len()))
			require.NoError(t, table2.Map(ids, part.Cols, part.Rows()))
			for i := range part.Len {
				require.Equal(t, uint32(from+i), ids[i])
			}
		}
	}
}

// Many keys: tables grow through all sizes, and short, middle and long text
// stay apart.
func TestTableGrows(t *testing.T) {
	for _, id := range []types.ID{types.Int8, types.Text, types.UUID} {
		table := hash.New([]types.Type{types.Of(id)})
		ids := make([]uint32, vector.MaxRows)
		const n = 40000
		for from := 0; from < n; from += 1000 {
			rows := make([][]vector.Datum, 1000)
			for i := range rows {
				k := from + i
				d := vector.Datum{I: int64(k) * 1000003, S: strings.Repeat("y", k%19) + fmt.Sprint(k), W: [2]uint64{uint64(k), 1}}
				rows[i] = []vector.Datum{d}
			}
			b := vectortest.Batch([]vector.Kind{vector.KindOf(types.Of(id))}, rows)
			for range 2 {
				require.NoError(t, table.Map(ids, b.Cols, b.Rows()))
				for i := range rows {
					require.Equal(t, uint32(from+i), ids[i])
				}
			}
		}
		require.Equal(t, n, table.Len())
	}
}

// Mapping batches of known keys allocates nothing.
func TestMapAllocations(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	ts := []types.Type{types.Of(types.Text), types.Of(types.Timestamp), types.Of(types.Int4)}
	rows := make([][]vector.Datum, 1000)
	for i := range rows {
		rows[i] = make([]vector.Datum, 3)
		for c := range ts {
			rows[i][c], _ = value(r, ts[c].ID, 10)
		}
	}
	b := vectortest.Batch([]vector.Kind{vector.Bytes, vector.Int64, vector.Int32}, rows)
	for n := 1; n <= 3; n++ {
		table := hash.New(ts[:n])
		ids := make([]uint32, 1000)
		require.Zero(t, testing.AllocsPerRun(20, func() { _ = table.Map(ids, b.Cols[:n], b.Rows()) }))
	}
}

func BenchmarkMap(b *testing.B) {
	text := func(groups, width int) func(r *rand.Rand) vector.Datum {
		return func(r *rand.Rand) vector.Datum {
			return vector.StringDatum(fmt.Sprintf("%0*d", width, r.IntN(groups)))
		}
	}
	integer := func(groups int) func(r *rand.Rand) vector.Datum {
		return func(r *rand.Rand) vector.Datum { return vector.IntDatum(int64(r.IntN(groups)) * 1000003) }
	}
	for _, c := range []struct {
		name string
		ts   []types.ID
		gen  []func(*rand.Rand) vector.Datum
	}{
		{"text3/groups=350", []types.ID{types.Text}, []func(*rand.Rand) vector.Datum{text(350, 3)}},
		{"text12/groups=350", []types.ID{types.Text}, []func(*rand.Rand) vector.Datum{text(350, 12)}},
		{"text24/groups=350", []types.ID{types.Text}, []func(*rand.Rand) vector.Datum{text(350, 24)}},
		{"text12/groups=100000", []types.ID{types.Text}, []func(*rand.Rand) vector.Datum{text(100000, 12)}},
		{"int8/groups=1000", []types.ID{types.Int8}, []func(*rand.Rand) vector.Datum{integer(1000)}},
		{"int8/groups=100000", []types.ID{types.Int8}, []func(*rand.Rand) vector.Datum{integer(100000)}},
		{"timestamp,text12/groups=72x100", []types.ID{types.Timestamp, types.Text}, []func(*rand.Rand) vector.Datum{integer(72), text(100, 12)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 1))
			ts := make([]types.Type, len(c.ts))
			kinds := make([]vector.Kind, len(c.ts))
			for i, id := range c.ts {
				ts[i] = types.Of(id)
				kinds[i] = vector.KindOf(ts[i])
			}
			var batches []*vector.Batch
			for range 64 {
				rows := make([][]vector.Datum, vector.MaxRows)
				for i := range rows {
					for _, g := range c.gen {
						rows[i] = append(rows[i], g(r))
					}
				}
				batches = append(batches, vectortest.Batch(kinds, rows))
			}
			table := hash.New(ts)
			ids := make([]uint32, vector.MaxRows)
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				batch := batches[i%len(batches)]
				i++
				if err := table.Map(ids, batch.Cols, batch.Rows()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/vector.MaxRows, "ns/row")
		})
	}
}

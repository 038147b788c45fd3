package compute

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/value"
	"github.com/stretchr/testify/require"
)

// Goal: the loops of hot kernels are right at every length: whole words, tails,
// one row, a full batch. Method: the workloads over 1, 3, 64 and 4096 rows, with
// 0, 1, 50 and 100 % NULL, with and without a selection, against the reference.
func TestWorkloadsMatchReference(t *testing.T) {
	q := testContext(t)
	for _, rows := range []int{1, 3, 64, 65, 4096} {
		for _, nulls := range []int{0, 1, 50, 100} {
			b := workloadBatch(t, rows, nulls)
			for _, w := range workloads {
				var exprs []expr.Expr
				for _, text := range w.exprs {
					exprs = append(exprs, parseWorkload(t, text))
				}
				p, err := Compile(exprs, workloadTypes)
				require.NoError(t, err)
				for _, selected := range []bool{false, true} {
					b.Sel = nil
					step := 1
					if rows > 100 {
						step = 101 // the reference is slow
					}
					if selected && rows > 2 {
						for i := 1; i < rows; i += 1 + i%3 {
							b.Sel = append(b.Sel, uint16(i))
						}
					}
					out, err := p.Run(q, b)
					require.NoError(t, err, w.name)
					require.NoError(t, vector.Verify(&vector.Batch{Len: rows, Sel: b.Sel, Cols: out}), w.name)
					sel := b.Rows().Selection()
					for k := 0; k < len(sel); k += step {
						i := int(sel[k])
						row := make([]vector.Datum, len(b.Cols))
						for c, v := range b.Cols {
							row[c] = vector.At(v, i)
						}
						for c, e := range exprs {
							want, err := reference(q, e, row)
							require.NoError(t, err)
							if got := vector.At(out[c], i); !vectortest.Same(got, want) {
								t.Fatalf("%s, row %d of %d, nulls %d: %+v, want %+v", w.name, i, rows, nulls, got, want)
							}
						}
					}
				}
			}
		}
	}
}

// randomVector returns rows of random bits: of text random bytes, of numeric and
// times values that the type has, since others cannot get into a vector.
func randomVector(r *rand.Rand, t types.ID, rows int, s *value.Settings) *vector.Vector {
	v := &vector.Vector{Kind: vector.KindOf(types.Of(t)), Len: rows}
	for range rows {
		x := r.Uint64() >> (r.UintN(4) * r.UintN(16))
		switch v.Kind {
		case vector.Bool:
			v.Bits = append(v.Bits, x)
		case vector.Int32:
			y := int32(x)
			switch {
			case t == types.Int2:
				y = int32(int16(x))
			case t == types.Date:
				y = int32(int64(x%(value.EndDate-value.MinDate)) + value.MinDate)
				if x%50 == 0 {
					y = vector.DateInfinity
				}
			}
			v.I32 = append(v.I32, y)
		case vector.Int64:
			y := int64(x)
			if t == types.Timestamp || t == types.Timestamptz {
				y = int64(x%(value.EndTimestamp-value.MinTimestamp)) + value.MinTimestamp
				if x%50 == 0 {
					y = vector.TimeNegInfinity
				}
			}
			v.I64 = append(v.I64, y)
		case vector.Float64:
			f := math.Float64frombits(x)
			if t == types.Float4 {
				f = float64(math.Float32frombits(uint32(x)))
			}
			v.F64 = append(v.F64, f)
		case vector.Word128:
			v.W128 = append(v.W128, [2]uint64{x, r.Uint64()})
		case vector.Bytes:
			at := len(v.Arena)
			if t == types.Numeric || t == types.JSON || t == types.JSONB || t == types.JSONPath {
				all := edgeValues[t]
				d, err := value.Parse(types.Of(t), all[r.IntN(len(all))], s)
				if err != nil {
					panic(err)
				}
				v.Arena = append(v.Arena, d.S...)
			} else {
				for range r.IntN(20) {
					v.Arena = append(v.Arena, byte(x)|byte(r.Uint32()&0xe0))
					x >>= 8
				}
			}
			v.Spans = append(v.Spans, vector.Span{Off: uint32(at), Len: uint32(len(v.Arena) - at)})
		}
	}
	return v
}

// Goal: what is declared total never fails, whatever stands in its slots, so that
// it may run on rows that do not count. Method: random bits through every total
// signature.
func TestTotalKernelsNeverFail(t *testing.T) {
	q := testContext(t)
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range function.All() {
		if !s.Total || s.Kind != function.Scalar && s.Kind != function.Cast || generic(s) {
			continue
		}
		b := &vector.Batch{Len: 500}
		e := expr.Call{Func: s.ID}
		var in []types.Type
		for i, a := range s.Args {
			if a == function.Any || a.IsPolymorphic() {
				a = types.Float8
			}
			in = append(in, types.Of(a))
			b.Cols = append(b.Cols, randomVector(r, a, b.Len, q.Values))
			e.Args = append(e.Args, expr.Column{Index: i, T: types.Of(a)})
		}
		_, result, err := s.Instantiate(in)
		require.NoError(t, err)
		e.T = result
		p, err := Compile([]expr.Expr{e}, in)
		require.NoError(t, err)
		out, err := p.Run(q, b)
		require.NoError(t, err, "%s", s.ID)
		require.NoError(t, vector.Verify(&vector.Batch{Len: b.Len, Cols: out}), "%s", s.ID)
	}
}

// Goal: a hostile regular expression, LIKE pattern or format cannot panic.
func FuzzPatterns(f *testing.F) {
	for _, s := range []string{"a%b_c", `\`, "(a|b)*", "[[:alpha:]", "***=x", "(?i)a", `\x{41}`, "FM999,999.99", "YYYY-MM-DD", "%1$s %-*s", "9V9EEEE", "\"quoted"} {
		f.Add(s, "abc")
	}
	q := testContext(f)
	text := types.Of(types.Text)
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if value.CheckText(pattern) != nil || value.CheckText(s) != nil {
			return
		}
		c := func(s string) expr.Expr { return expr.Const{Value: vector.StringDatum(s), T: text} }
		now := expr.Call{Func: "now()", T: types.Of(types.Timestamptz)}
		for _, e := range []expr.Call{
			{Func: "~~(text,text)", Args: []expr.Expr{c(s), c(pattern)}, T: expr.Bool},
			{Func: "~*(text,text)", Args: []expr.Expr{c(s), c(pattern)}, T: expr.Bool},
			{Func: "regexp_replace(text,text,text,text)", Args: []expr.Expr{c(s), c(pattern), c(pattern), c("g")}, T: text},
			{Func: "similar_to_escape(text)", Args: []expr.Expr{c(pattern)}, T: text},
			{Func: "to_char(timestamptz,text)", Args: []expr.Expr{now, c(pattern)}, T: text},
			{Func: "to_char(int4,text)", Args: []expr.Expr{expr.Const{Value: vector.IntDatum(int64(len(s)) - 3), T: types.Of(types.Int4)}, c(pattern)}, T: text},
			{Func: "format(text,any...)", Args: []expr.Expr{c(pattern), c(s)}, T: text},
			{Func: "decode(text,text)", Args: []expr.Expr{c(pattern), c("escape")}, T: types.Of(types.Bytea)},
			{Func: "date_trunc(text,timestamptz)", Args: []expr.Expr{c(pattern), now}, T: types.Of(types.Timestamptz)},
			{Func: "translate(text,text,text)", Args: []expr.Expr{c(s), c(pattern), c(s)}, T: text},
		} {
			_, _ = Eval(q, e)
		}
	})
}

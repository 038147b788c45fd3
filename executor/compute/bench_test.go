package compute

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/value"
	"github.com/stretchr/testify/require"
)

// workload is a batch and expressions over it, as queries have them.
type workload struct {
	name  string
	exprs []string // over the columns a, b int8, f, g float8, i int4, s text, ts timestamptz, n numeric
}

var workloads = []workload{
	{"add", []string{"(a + b)"}},
	{"addconst", []string{"(a + '7'::int8)"}},
	{"mul", []string{"(a * b)"}},
	{"div", []string{"(a / b)"}},
	{"addint4int8", []string{"(i + a)"}},
	{"addfloat", []string{"(f + g)"}},
	{"mulfloat", []string{"(f * g)"}},
	{"compare", []string{"(a > b)"}},
	{"compareconst", []string{"(f > '90'::float8)"}},
	{"predicate", []string{"(((a * b) + i) > '250000'::int8)", "((a * b) > '100000'::int8)"}},
	{"casttofloat", []string{"a::float8"}},
	{"casttoint4", []string{"a::int4"}},
	{"numericadd", []string{"(n + n)"}},
	{"numericcompare", []string{"(n > 500.00)"}},
	{"bucket", []string{"time_bucket('1 hour'::interval, ts)"}},
	{"truncday", []string{"date_trunc('day', ts)"}},
	{"extracthour", []string{"date_part('hour', ts)"}},
	{"addinterval", []string{"(ts + '1 hour'::interval)"}},
	{"like", []string{"(s ~~ '%77%')"}},
	{"texteq", []string{"(s = 'host_77')"}},
	{"lower", []string{"lower(s)"}},
	{"concat", []string{"(s || 'x'::text)"}},
}

var workloadTypes = []types.Type{
	types.Of(types.Int8), types.Of(types.Int8), types.Of(types.Float8), types.Of(types.Float8),
	types.Of(types.Int4), types.Of(types.Text), types.Of(types.Timestamptz), types.Of(types.Numeric),
}

var workloadColumns = []string{"a", "b", "f", "g", "i", "s", "ts", "n"}

// workloadBatch makes rows; nulls of 100 values are NULL.
func workloadBatch(t testing.TB, rows, nulls int) *vector.Batch {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := make([]vector.Kind, len(workloadTypes))
	for i, ty := range workloadTypes {
		kinds[i] = vector.KindOf(ty)
	}
	b := vector.NewBuilder(kinds...)
	for i := range rows {
		n, err := value.Parse(types.Of(types.Numeric), fmt.Sprintf("%d.%02d", r.IntN(1000), r.IntN(100)), value.Default())
		require.NoError(t, err)
		row := []vector.Datum{
			vector.IntDatum(r.Int64N(1000)), vector.IntDatum(r.Int64N(1000) + 1), vector.FloatDatum(r.Float64() * 100), vector.FloatDatum(r.Float64() * 100),
			vector.IntDatum(r.Int64N(1000)), vector.StringDatum(fmt.Sprintf("host_%d", r.IntN(100))),
			vector.IntDatum(int64(i)*10*value.Second + 700000000*value.Second), n,
		}
		for c := range row {
			if r.IntN(100) < nulls {
				row[c] = vector.NullDatum
			}
		}
		require.NoError(t, b.AppendDatums(row))
	}
	return vector.Copy(b.Batch())
}

func compileWorkload(t testing.TB, exprs []string) *Program {
	var out []expr.Expr
	for _, text := range exprs {
		out = append(out, parseWorkload(t, text))
	}
	p, err := Compile(out, workloadTypes)
	require.NoError(t, err)
	return p
}

// cpuTime is what the process has used, in ns: on a shared machine the only
// figure that means something.
func cpuTime(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

func BenchmarkProgram(b *testing.B) {
	for _, w := range workloads {
		for _, nulls := range []int{0, 10} {
			b.Run(fmt.Sprintf("%s/rows=4096/nulls=%d", w.name, nulls), func(b *testing.B) {
				q := testContext(b)
				batch := workloadBatch(b, 4096, nulls)
				p := compileWorkload(b, w.exprs)
				b.ReportAllocs()
				from := cpuTime(b)
				for b.Loop() {
					if _, err := p.Run(q, batch); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(cpuTime(b)-from)/float64(b.N)/4096, "cpu-ns/value")
			})
		}
	}
}

// BenchmarkIn is where fewInts comes from.
func BenchmarkIn(b *testing.B) {
	q := testContext(b)
	batch := workloadBatch(b, 4096, 0)
	for _, n := range []int{2, 4, 6, 8, 16, 100} {
		b.Run(fmt.Sprintf("list=%d", n), func(b *testing.B) {
			e := expr.In{X: expr.Column{Index: 0, T: workloadTypes[0]}, Eq: "=(int8,int8)"}
			for i := range n {
				e.List = append(e.List, expr.Const{Value: vector.IntDatum(int64(i * 7)), T: workloadTypes[0]})
			}
			p, err := Compile([]expr.Expr{e}, workloadTypes)
			require.NoError(b, err)
			for b.Loop() {
				if _, err := p.Run(q, batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/value")
		})
	}
}

func BenchmarkStep(b *testing.B) {
	for _, rows := range []int{1, 64} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			q := testContext(b)
			batch := workloadBatch(b, rows, 0)
			p := compileWorkload(b, []string{"(((a + b) + a) + b)"})
			for b.Loop() {
				if _, err := p.Run(q, batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/3, "ns/step")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		compileWorkload(b, workloads[9].exprs)
	}
}

// Goal: invariant P3: a warm program does not allocate. Method: each workload,
// with and without NULLs and a selection.
func TestWarmProgramsDoNotAllocate(t *testing.T) {
	q := testContext(t)
	for _, nulls := range []int{0, 20} {
		batch := workloadBatch(t, 1000, nulls)
		sel := batch.Rows().Selection()[100:600]
		for _, w := range workloads {
			p := compileWorkload(t, w.exprs)
			for _, s := range [][]uint16{nil, sel} {
				batch.Sel = s
				n := testing.AllocsPerRun(20, func() {
					if _, err := p.Run(q, batch); err != nil {
						t.Fatal(err)
					}
				})
				require.Zero(t, n, "%s nulls=%d selection=%v", w.name, nulls, s != nil)
			}
		}
		batch.Sel = nil
		cond, err := CompileFilter([]expr.Expr{parseWorkload(t, "(a > b)"), parseWorkload(t, "((a / b) > '1'::int8)"), parseWorkload(t, "(s ~~ '%7%')")}, workloadTypes)
		require.NoError(t, err)
		var keep []uint16
		n := testing.AllocsPerRun(20, func() {
			if keep, err = cond.Filter(q, batch, keep[:0]); err != nil {
				t.Fatal(err)
			}
		})
		require.Zero(t, n, "filter")
	}
}

func parseWorkload(t testing.TB, text string) expr.Expr {
	p := exprParser{in: text, settings: testSettings(t), columns: workloadColumns, types: workloadTypes}
	return p.expr()
}

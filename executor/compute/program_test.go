package compute

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/stretchr/testify/require"
)

// TestPrograms compiles expressions over the columns a, b int8, f, g float8,
// i int4, s text, ts timestamptz, n numeric (registers 0 to 7) and prints the
// steps:
//
//	compile   one expression a line
//	filter    one condition a line
func TestPrograms(t *testing.T) {
	datadriven.RunTest(t, "testdata/programs", func(t *testing.T, d *datadriven.TestData) string {
		var exprs []expr.Expr
		for line := range strings.SplitSeq(d.Input, "\n") {
			exprs = append(exprs, parseWorkload(t, line))
		}
		compile := Compile
		if d.Cmd == "filter" {
			compile = CompileFilter
		}
		p, err := compile(exprs, workloadTypes)
		if err != nil {
			return err.Error() + "\n"
		}
		return p.String()
	})
}

// Goal: kernels of the table hold no state, so that workers may run programs at
// once. Method: the race detector over the same workloads on several goroutines.
func TestProgramsRunAtOnce(t *testing.T) {
	b := workloadBatch(t, 300, 10)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			q := testContext(t)
			for _, w := range workloads {
				p := compileWorkload(t, w.exprs)
				for range 3 {
					if _, err := p.Run(q, b); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
}

// Goal: a program that runs for one statement and then for another forgets what
// depended on the first one: parameters, the time zone.
func TestProgramServesSeveralStatements(t *testing.T) {
	int8T, text := types.Of(types.Int8), types.Of(types.Text)
	p, err := Compile([]expr.Expr{
		expr.Call{Func: "+(int8,int8)", Args: []expr.Expr{expr.Column{Index: 0, T: int8T}, expr.Param{N: 1, T: int8T}}, T: int8T},
		expr.Call{Func: "cast(timestamptz,text)", Args: []expr.Expr{expr.Const{Value: vector.IntDatum(0), T: types.Of(types.Timestamptz)}}, T: text},
		expr.Call{Func: "cast(text,timestamptz)", Args: []expr.Expr{expr.Const{Value: vector.StringDatum("now"), T: text}}, T: types.Of(types.Timestamptz)},
	}, []types.Type{int8T})
	require.NoError(t, err)
	b := &vector.Batch{Len: 1, Cols: []*vector.Vector{{Kind: vector.Int64, I64: []int64{5}, Len: 1}}}
	for _, n := range []int64{1, 2} {
		q := testContext(t)
		q.Params = []vector.Datum{vector.IntDatum(n)}
		want := "1999-12-31 19:00:00-05"
		if n == 2 {
			zone, _ := q.Values.Zones.Load("UTC")
			q.Values.Zone = zone
			want = "2000-01-01 00:00:00+00"
		}
		out, err := p.Run(q, b)
		require.NoError(t, err)
		require.Equal(t, 5+n, out[0].Int(0))
		require.Equal(t, want, string(out[1].Bytes(0)))
		require.Equal(t, micros(q.Now), out[2].Int(0))
	}
	q := op.NewContext(context.Background(), op.Options{})
	_, err = p.Run(q, b)
	require.Equal(t, sqlerr.UndefinedParameter, sqlerr.Code(err))
}

// Goal: an error carries the position of its call, when the plan has one.
func TestErrorsHaveThePositionOfTheCall(t *testing.T) {
	int4 := types.Of(types.Int4)
	zero := expr.Const{Value: vector.IntDatum(0), T: int4}
	for _, pos := range []int{0, 7} {
		_, err := Eval(testContext(t), expr.Call{Func: "/(int4,int4)", Args: []expr.Expr{zero, zero}, T: int4, Pos: pos})
		require.Equal(t, pos, err.(*sqlerr.Error).Pos)
	}
}

// Goal: a plan with a bug in it gives an error, not a panic or a wrong answer.
func TestCompileRefusesBrokenPlans(t *testing.T) {
	int8T, text := types.Of(types.Int8), types.Of(types.Text)
	x := expr.Column{Index: 0, T: int8T}
	for _, e := range []expr.Expr{
		expr.Column{Index: 1, T: int8T},
		expr.Call{Func: "no such(int8)", Args: []expr.Expr{x}, T: int8T},
		expr.Call{Func: "count(any)", Args: []expr.Expr{x}, T: int8T},
		expr.Call{Func: "lower(text)", Args: []expr.Expr{x}, T: text},
		expr.Coalesce{Args: []expr.Expr{x, expr.Const{Value: vector.StringDatum("a"), T: text}}, T: int8T},
	} {
		_, err := Compile([]expr.Expr{e}, []types.Type{int8T})
		require.Equal(t, sqlerr.InternalError, sqlerr.Code(err), "%#v", e)
	}
}

// Goal: scaled float8 columns mean their values wherever they go: into kernels,
// through CASE and COALESCE, out again. Method: the same rows scaled and flat.
func TestScaledColumns(t *testing.T) {
	q := testContext(t)
	flat := workloadBatch(t, 200, 20)
	scaled := *flat
	scaled.Cols = append([]*vector.Vector(nil), flat.Cols...)
	f := *flat.Cols[2]
	f.F64 = make([]float64, 200)
	v := &vector.Vector{Kind: vector.Int64, Scaled: true, Exp: 2, Len: 200, Nulls: f.Nulls, I64: make([]int64, 200)}
	for i := range v.I64 {
		v.I64[i] = int64(flat.Cols[2].F64[i] * 100)
		f.F64[i] = float64(v.I64[i]) / 100
	}
	flat.Cols[2], scaled.Cols[2] = &f, v
	p := compileWorkload(t, []string{"f", "(f + g)", "(f > '50'::float8)", "isnull(f)", "coalesce(f, g)", "case((a > b), f, g)", "f::int4", "(f::text || s)"})
	run := func(b *vector.Batch) (rows [][]vector.Datum) {
		out, err := p.Run(q, b)
		require.NoError(t, err)
		return vectortest.Rows(vector.Copy(&vector.Batch{Len: b.Len, Cols: out}))
	}
	require.Equal(t, run(flat), run(&scaled))
}

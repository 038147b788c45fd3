package compute

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/invariants"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/kv/vector/vectortest"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/value"
	"github.com/stretchr/testify/require"
)

// reference evaluates e on one row, operand by operand as PostgreSQL does, but
// with the free operands of AND and OR first. Calls run over constants, which
// the golden tests hold against PostgreSQL.
func reference(q *op.Context, e expr.Expr, row []vector.Datum) (vector.Datum, error) {
	ref := func(x expr.Expr) (vector.Datum, error) { return reference(q, x, row) }
	switch e := e.(type) {
	case expr.Column:
		return row[e.Index], nil
	case expr.Const:
		return e.Value, nil
	case expr.Param:
		return q.Params[e.N-1], nil
	case expr.Call:
		args := make([]expr.Expr, len(e.Args))
		for i, x := range e.Args {
			d, err := ref(x)
			if err != nil {
				return d, err
			}
			args[i] = expr.Const{Value: d, T: x.Type()}
		}
		e.Args = args
		return Eval(q, e)
	case expr.And:
		return referenceChain(freeFirst(e.Args), ref, 0)
	case expr.Or:
		return referenceChain(freeFirst(e.Args), ref, 1)
	case expr.Not:
		d, err := ref(e.X)
		if !d.Null {
			d.I = 1 - d.I
		}
		return d, err
	case expr.IsNull:
		d, err := ref(e.X)
		return vector.BoolDatum(d.Null != e.Not), err
	case expr.IsTruth:
		d, err := ref(e.X)
		return vector.BoolDatum((!d.Null && (d.I == 1) == e.Want) != e.Not), err
	case expr.Distinct:
		l, err := ref(e.L)
		if err != nil {
			return l, err
		}
		r, err := ref(e.R)
		if err != nil {
			return r, err
		}
		if l.Null || r.Null {
			return vector.BoolDatum((l.Null != r.Null) != e.Not), nil
		}
		eq, err := referenceCall(q, e.Eq, e.L.Type(), l, r)
		return vector.BoolDatum((eq.I == 0) != e.Not), err
	case expr.In:
		return referenceIn(q, e, ref)
	case expr.Case:
		for _, w := range e.Whens {
			d, err := ref(w.Cond)
			if err != nil {
				return d, err
			}
			if !d.Null && d.I == 1 {
				return ref(w.Then)
			}
		}
		return ref(e.Else)
	case expr.Coalesce:
		for _, x := range e.Args {
			if d, err := ref(x); err != nil || !d.Null {
				return d, err
			}
		}
		return vector.NullDatum, nil
	case expr.Extreme:
		best := vector.NullDatum
		for _, x := range e.Args {
			d, err := ref(x)
			if err != nil {
				return d, err
			}
			if d.Null {
				continue
			}
			if best.Null {
				best = d
				continue
			}
			l, r := d, best
			if e.Max {
				l, r = best, d
			}
			less, err := referenceCall(q, e.Less, e.T, l, r)
			if err != nil {
				return d, err
			}
			if less.I == 1 {
				best = d
			}
		}
		return best, nil
	}
	panic(fmt.Sprintf("%T", e))
}

// referenceChain is AND for stop 0, OR for stop 1.
func referenceChain(args []expr.Expr, ref func(expr.Expr) (vector.Datum, error), stop int64) (vector.Datum, error) {
	null := false
	for _, x := range args {
		d, err := ref(x)
		switch {
		case err != nil:
			return d, err
		case d.Null:
			null = true
		case d.I == stop:
			return d, nil
		}
	}
	if null {
		return vector.NullDatum, nil
	}
	return vector.Datum{I: 1 - stop}, nil
}

func referenceCall(q *op.Context, id function.ID, t types.Type, l, r vector.Datum) (vector.Datum, error) {
	return Eval(q, expr.Call{Func: id, Args: []expr.Expr{expr.Const{Value: l, T: t}, expr.Const{Value: r, T: t}}, T: expr.Bool})
}

func referenceIn(q *op.Context, e expr.In, ref func(expr.Expr) (vector.Datum, error)) (vector.Datum, error) {
	x, err := ref(e.X)
	if err != nil {
		return x, err
	}
	null := x.Null
	for _, constants := range []bool{true, false} {
		for _, item := range e.List {
			if _, ok := item.(expr.Const); ok != constants {
				continue
			}
			d, err := ref(item)
			if err != nil {
				return d, err
			}
			if d.Null || x.Null {
				null = true
				continue
			}
			eq, err := referenceCall(q, e.Eq, e.X.Type(), x, d)
			if err != nil {
				return eq, err
			}
			if eq.I == 1 {
				return vector.BoolDatum(!e.Not), nil
			}
		}
	}
	if null {
		return vector.NullDatum, nil
	}
	return vector.BoolDatum(e.Not), nil
}

// generator makes random expressions over columns.
type generator struct {
	r      *rand.Rand
	in     []types.Type
	byType map[types.ID][]*function.Signature
	values *value.Settings
}

// columnsOfEachType are the input of generated expressions.
var columnsOfEachType = []types.ID{
	types.Bool, types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.Numeric, types.Text,
	types.Varchar, types.Date, types.Timestamp, types.Timestamptz, types.Interval, types.Bytea, types.UUID,
	types.Int4, types.Float8, types.Text, types.Timestamptz,
}

func newGenerator(seed uint64, s *value.Settings) *generator {
	g := &generator{r: rand.New(rand.NewPCG(seed, 7)), byType: map[types.ID][]*function.Signature{}, values: s}
	for _, id := range columnsOfEachType {
		g.in = append(g.in, types.Of(id))
	}
	for _, s := range function.All() {
		if s.Kind != function.Scalar && s.Kind != function.Cast || s.Volatility == function.Volatile ||
			tooLong(s) || generic(s) || slices.Contains(function.Catalog(), s) {
			continue
		}
		if s.Result != function.Any && !slices.ContainsFunc(s.Args, types.ID.IsPolymorphic) {
			g.byType[s.Result] = append(g.byType[s.Result], s)
		}
	}
	return g
}

// generic reports whether a signature is over types that a number alone does not
// name: arrays, records, polymorphic ones. Other tests are theirs.
func generic(s *function.Signature) bool {
	for _, t := range append(slices.Clone(s.Args), s.Result) {
		if isNested(t) || t.IsPolymorphic() {
			return true
		}
	}
	return strings.HasPrefix(s.Name, "fasti_")
}

// tooLong names the functions whose results may be huge, or that take long.
func tooLong(s *function.Signature) bool {
	switch s.Name {
	case "repeat", "lpad", "rpad", "factorial", "exp", "power", "pow", "^", "round", "trunc", "log", "ln", "sqrt", "format", "log10":
		return true
	}
	return false
}

// datum returns a random value of a type.
func (g *generator) datum(t types.ID) vector.Datum {
	all := edgeValues[t]
	d, err := value.Parse(types.Of(t), all[g.r.IntN(len(all))], g.values)
	if err != nil {
		panic(err)
	}
	return d
}

// expr returns an expression of a type.
func (g *generator) expr(t types.ID, depth int) expr.Expr {
	ty := types.Of(t)
	if depth <= 0 || g.r.IntN(5) == 0 {
		var cols []expr.Expr
		for i, c := range g.in {
			if c.ID == t {
				cols = append(cols, expr.Column{Index: i, T: c})
			}
		}
		if len(cols) > 0 && g.r.IntN(4) > 0 {
			return cols[g.r.IntN(len(cols))]
		}
		if g.r.IntN(10) == 0 || edgeValues[t] == nil {
			return expr.Const{Value: vector.NullDatum, T: ty}
		}
		return expr.Const{Value: g.datum(t), T: ty}
	}
	eq := function.MakeID("=", []types.ID{t, t}, false)
	switch k := g.r.IntN(12); {
	case k == 0:
		e := expr.Case{Else: g.expr(t, depth-1), T: ty}
		for range 1 + g.r.IntN(3) {
			e.Whens = append(e.Whens, expr.When{Cond: g.expr(types.Bool, depth-1), Then: g.expr(t, depth-1)})
		}
		return e
	case k == 1:
		e := expr.Coalesce{T: ty}
		for range 2 + g.r.IntN(2) {
			e.Args = append(e.Args, g.expr(t, depth-1))
		}
		return e
	case k == 2 && function.ByID(eq) != nil:
		return expr.Extreme{
			Max: g.r.IntN(2) == 0, Args: []expr.Expr{g.expr(t, depth-1), g.expr(t, depth-1)},
			Less: function.MakeID("<", []types.ID{t, t}, false), T: ty,
		}
	case k < 8 && t == types.Bool:
		return g.logic(depth)
	}
	sigs := g.byType[t]
	if len(sigs) == 0 {
		return g.expr(t, 0)
	}
	s := sigs[g.r.IntN(len(sigs))]
	e := expr.Call{Func: s.ID, T: ty}
	for _, a := range s.Args {
		if a == function.Any {
			a = columnsOfEachType[g.r.IntN(len(columnsOfEachType))]
		}
		e.Args = append(e.Args, g.expr(a, depth-1))
	}
	return e
}

func (g *generator) logic(depth int) expr.Expr {
	sub := func() expr.Expr { return g.expr(types.Bool, depth-1) }
	switch g.r.IntN(7) {
	case 0:
		return expr.And{Args: []expr.Expr{sub(), sub(), sub()}}
	case 1:
		return expr.Or{Args: []expr.Expr{sub(), sub(), sub()}}
	case 2:
		return expr.Not{X: sub()}
	case 3:
		t := columnsOfEachType[g.r.IntN(len(columnsOfEachType))]
		return expr.IsNull{X: g.expr(t, depth-1), Not: g.r.IntN(2) == 0}
	case 4:
		return expr.IsTruth{X: sub(), Want: g.r.IntN(2) == 0, Not: g.r.IntN(2) == 0}
	}
	t := columnsOfEachType[g.r.IntN(len(columnsOfEachType))]
	eqType := t
	if t == types.Varchar {
		eqType = types.Text
	}
	eq := function.MakeID("=", []types.ID{eqType, eqType}, false)
	if g.r.IntN(2) == 0 {
		return expr.Distinct{L: g.expr(t, depth-1), R: g.expr(t, depth-1), Eq: eq, Not: g.r.IntN(2) == 0}
	}
	e := expr.In{X: g.expr(t, depth-1), Eq: eq, Not: g.r.IntN(2) == 0}
	for range 1 + g.r.IntN(10) {
		e.List = append(e.List, g.expr(t, min(depth-1, g.r.IntN(3)*g.r.IntN(2))))
	}
	return e
}

// rows returns n random rows; nulls is how many of 100 values are NULL.
func (g *generator) rows(n, nulls int) [][]vector.Datum {
	rows := make([][]vector.Datum, n)
	for i := range rows {
		for _, t := range g.in {
			d := vector.NullDatum
			if g.r.IntN(100) >= nulls {
				d = g.datum(t.ID)
			}
			rows[i] = append(rows[i], d)
		}
	}
	return rows
}

// Goal: a program over vectors gives, row by row, what its expressions mean, and
// fails exactly when a row that counts does. Method: random expressions over all
// types and functions, on random rows in random forms (Flat, Const, Dict, with
// rows that do not count between), against the row-at-a-time reference.
func TestProgramMatchesReference(t *testing.T) {
	q := testContext(t)
	kinds := func(in []types.Type) (k []vector.Kind) {
		for _, ty := range in {
			k = append(k, vector.KindOf(ty))
		}
		return k
	}
	runs := 250 // 1500 were run when the kernels were written
	if invariants.Enabled {
		runs = 100
	}
	failed := 0
	for seed := range uint64(runs) {
		g := newGenerator(seed, q.Values)
		rows := g.rows([]int{1, 3, 64, 70, 130}[g.r.IntN(5)], []int{0, 1, 50, 100}[g.r.IntN(4)])
		if g.r.IntN(3) == 0 { // columns of one value, which Mix may make Const
			for _, r := range rows {
				copy(r[:10], rows[0][:10])
			}
		}
		var exprs []expr.Expr
		for range 1 + g.r.IntN(3) {
			exprs = append(exprs, g.expr(columnsOfEachType[g.r.IntN(len(columnsOfEachType))], 4))
		}
		p, err := Compile(exprs, g.in)
		require.NoError(t, err)
		// What each row should give.
		want := make([][]vector.Datum, len(rows))
		var good [][]vector.Datum
		var goodWant [][]vector.Datum
		for i, row := range rows {
			for _, e := range exprs {
				d, err := reference(q, e, row)
				if err != nil {
					want[i] = nil
					break
				}
				want[i] = append(want[i], d)
			}
			if want[i] != nil && len(want[i]) == len(exprs) {
				good, goodWant = append(good, row), append(goodWant, want[i])
			}
		}
		describe := func() string {
			s := fmt.Sprintf("seed %d", seed)
			for _, e := range exprs {
				s += "\n" + expr.Format(e, nil)
			}
			return s
		}
		if len(good) < len(rows) {
			failed++
			_, err := p.Run(q, vectortest.Mix(g.r, vectortest.Batch(kinds(g.in), rows)))
			require.Error(t, err, describe())
		}
		if len(good) == 0 {
			continue
		}
		for range 2 { // the second run reuses dirty registers
			b := vectortest.Mix(g.r, vectortest.Batch(kinds(g.in), good))
			before := vector.Copy(b)
			out, err := p.Run(q, b)
			require.NoError(t, err, describe())
			res := &vector.Batch{Len: b.Len, Sel: b.Sel, Cols: out}
			require.NoError(t, vector.Verify(res), describe())
			got := vectortest.Rows(res)
			require.Len(t, got, len(good))
			for i := range got {
				for c := range got[i] {
					require.True(t, vectortest.Same(goodWant[i][c], got[i][c]), "%s\nrow %d, expression %d: got %+v, want %+v", describe(), i, c, got[i][c], goodWant[i][c])
				}
			}
			require.Equal(t, vectortest.Text(vectortest.Rows(before)), vectortest.Text(vectortest.Rows(b)), "the input is changed: %s", describe())
		}
	}
	require.Greater(t, failed, runs/20, "the errors are tried too")
	require.Less(t, failed, runs*9/10, "and successes")
}

// Goal: Filter keeps exactly the rows on which the condition is TRUE.
func TestFilterMatchesReference(t *testing.T) {
	q := testContext(t)
	for seed := range uint64(100) {
		g := newGenerator(seed+1e6, q.Values)
		conds := []expr.Expr{g.expr(types.Bool, 3), g.expr(types.Bool, 3)}
		p, err := CompileFilter(conds, g.in)
		require.NoError(t, err)
		var good [][]vector.Datum
		var want []int
		for _, row := range g.rows(100, 20) {
			keep, ok := true, true
			for _, c := range flatten(conds) {
				d, err := reference(q, c, row)
				ok = ok && err == nil
				keep = keep && !d.Null && d.I == 1
			}
			if ok {
				if keep {
					want = append(want, len(good))
				}
				good = append(good, row)
			}
		}
		if len(good) == 0 {
			continue
		}
		var kinds []vector.Kind
		for _, ty := range g.in {
			kinds = append(kinds, vector.KindOf(ty))
		}
		b := vectortest.Mix(g.r, vectortest.Batch(kinds, good))
		sel, err := p.Filter(q, b, nil)
		require.NoError(t, err)
		rank := map[uint16]int{} // row of the batch → number among those that count
		for i, r := range b.Rows().Selection() {
			rank[r] = i
		}
		var got []int
		for _, r := range sel {
			got = append(got, rank[r])
		}
		require.Equal(t, want, got, "seed %d: %s", seed, expr.FormatAnd(conds, nil))
	}
}

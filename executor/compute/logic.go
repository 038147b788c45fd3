package compute

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// free reports whether e cannot fail and is computed in bulk: then it is cheaper
// to compute it for all rows than to find out which need it.
func free(e expr.Expr) bool {
	switch e := e.(type) {
	case expr.Column, expr.Const, expr.Param:
		return true
	case expr.Call:
		sig := function.ByID(e.Func)
		entry, ok := entryOf(e.Func)
		if !ok || !sig.Total || entry.Rows && !entry.Same || sig.Volatility == function.Volatile {
			return false
		}
	case expr.Case, expr.Coalesce, expr.Extreme:
		return false
	case expr.In:
		if vector.KindOf(e.X.Type()) == vector.Bytes {
			return false
		}
	case expr.Distinct:
		if vector.KindOf(e.L.Type()) == vector.Bytes {
			return false
		}
	}
	for _, x := range expr.Children(e) {
		if !free(x) {
			return false
		}
	}
	return true
}

// freeFirst returns the operands with the free ones in front.
func freeFirst(all []expr.Expr) []expr.Expr {
	sorted := make([]expr.Expr, 0, len(all))
	for _, e := range all {
		if free(e) {
			sorted = append(sorted, e)
		}
	}
	for _, e := range all {
		if !free(e) {
			sorted = append(sorted, e)
		}
	}
	return sorted
}

// and compiles a conjunction; more says on which rows of the operands before it
// an operand is still needed: notFalse, or isTrue when only TRUE counts.
func (c *compiler) and(args []expr.Expr, s *scope, more truth) (*val, error) {
	return c.chain(args, s, more, "and", kernelAnd)
}

func (c *compiler) or(args []expr.Expr, s *scope) (*val, error) {
	return c.chain(args, s, notTrue, "or", kernelOr)
}

func (c *compiler) chain(args []expr.Expr, s *scope, more truth, name string, k Kernel) (*val, error) {
	var acc *val
	for _, e := range freeFirst(args) {
		at := s
		if acc != nil && !free(e) {
			at = c.narrow(s, acc, more)
		}
		v, err := c.compile(e, at)
		if err != nil {
			return nil, err
		}
		if acc == nil {
			acc = v
			continue
		}
		st := &cstep{args: []*val{acc, v}}
		st.kind, st.name, st.set, st.kernel = stepCall, name, s.set, k
		key := c.key(name, expr.Bool, acc, v)
		if known, ok := s.find(key).(*val); ok {
			acc = known
			continue
		}
		if c.everywhere(st.args) {
			acc = c.plain(name, k, expr.Bool, false, c.root, acc, v)
			continue
		}
		acc = c.emit(st, expr.Bool)
		s.known[key] = acc
	}
	return acc, nil
}

func (c *compiler) isTruth(e expr.IsTruth, s *scope) (*val, error) {
	switch {
	case e.Want && !e.Not:
		return c.unary(e.X, s, "is true", kernelIsTrue, false)
	case e.Want:
		return c.unary(e.X, s, "is not true", kernelIsNotTrue, false)
	case !e.Not:
		return c.unary(e.X, s, "is false", kernelIsFalse, false)
	}
	return c.unary(e.X, s, "is not false", kernelIsNotFalse, false)
}

func (c *compiler) distinct(e expr.Distinct, s *scope) (*val, error) {
	l, err := c.compile(e.L, s)
	if err != nil {
		return nil, err
	}
	r, err := c.compile(e.R, s)
	if err != nil {
		return nil, err
	}
	eq, err := c.applyID(e.Eq, expr.Bool, []*val{l, r}, s)
	if err != nil {
		return nil, err
	}
	if e.Not {
		return c.plain("not distinct", kernelNotDistinct, expr.Bool, false, s, eq, l, r), nil
	}
	return c.plain("distinct", kernelDistinct, expr.Bool, false, s, eq, l, r), nil
}

// applyID applies a signature that the binder names beside an operand.
func (c *compiler) applyID(id function.ID, t types.Type, args []*val, s *scope) (*val, error) {
	sig := function.ByID(id)
	entry, ok := entryOf(id)
	if sig == nil || !ok {
		return nil, noKernel(id)
	}
	return c.apply(sig, entry, t, args, s, 0)
}

// case_ compiles CASE: each condition runs on the rows that no earlier one took,
// each branch on the rows that its condition took.
func (c *compiler) case_(e expr.Case, s *scope) (*val, error) {
	var branches []branch
	rest := s
	for _, w := range e.Whens {
		cond, err := c.compile(w.Cond, rest)
		if err != nil {
			return nil, err
		}
		if d := cond.konst; d != nil && (d.Null || d.I == 0) {
			continue // never taken
		}
		took := c.narrow(rest, cond, isTrue)
		v, err := c.compile(w.Then, took)
		if err != nil {
			return nil, err
		}
		branches = append(branches, branch{took, v})
		if took == rest {
			return c.merge(s, e.T, branches) // always taken
		}
		rest = c.narrow(rest, cond, notTrue)
	}
	v, err := c.compile(e.Else, rest)
	if err != nil {
		return nil, err
	}
	return c.merge(s, e.T, append(branches, branch{rest, v}))
}

// coalesce compiles COALESCE: an operand runs on the rows on which all before it
// are NULL.
func (c *compiler) coalesce(e expr.Coalesce, s *scope) (*val, error) {
	var branches []branch
	rest := s
	for i, x := range e.Args {
		v, err := c.compile(x, rest)
		if err != nil {
			return nil, err
		}
		if v.konst != nil && v.konst.Null && i < len(e.Args)-1 {
			continue
		}
		if i == len(e.Args)-1 || v.konst != nil {
			branches = append(branches, branch{rest, v})
			break
		}
		branches = append(branches, branch{c.narrow(rest, v, notNull), v})
		rest = c.narrow(rest, v, isNull)
	}
	return c.merge(s, e.T, branches)
}

// extreme compiles GREATEST and LEAST.
func (c *compiler) extreme(e expr.Extreme, s *scope) (*val, error) {
	args := make([]*val, len(e.Args))
	for i, x := range e.Args {
		v, err := c.compile(x, s)
		if err != nil {
			return nil, err
		}
		if args[i], err = c.fit(v, e.T, "GREATEST or LEAST"); err != nil {
			return nil, err
		}
	}
	name := "least"
	if e.Max {
		name = "greatest"
	}
	key := c.key(name, e.T, args...)
	if v, ok := s.find(key).(*val); ok {
		return v, nil
	}
	st := &cstep{args: args}
	st.kind, st.name, st.set, st.kernel, st.rowwise = stepCall, name, s.set, kernelExtreme(e.T, e.Max), true
	v := c.emit(st, e.T)
	s.known[key] = v
	return v, nil
}

// words reads a Bool argument a word at a time; a Const gives the same word.
type words struct {
	bits, nulls []uint64
	konst       bool
	t, n        uint64 // of a constant
}

func wordsOf(v *vector.Vector) words {
	if v.Form != vector.Const {
		return words{bits: v.Bits, nulls: v.Nulls}
	}
	w := words{konst: true, t: -(v.Bits[0] & 1)}
	if v.Nulls != nil {
		w.n = -(v.Nulls[0] & 1)
	}
	w.t &^= w.n
	return w
}

// get returns the TRUE and the NULL bits of word k.
func (w *words) get(k int) (t, n uint64) {
	if w.konst {
		return w.t, w.n
	}
	if w.nulls != nil {
		n = w.nulls[k]
	}
	return w.bits[k] &^ n, n
}

func kernelNot(_ *Env, out *vector.Vector, args []*vector.Vector, _ vector.Rows) error {
	w := wordsOf(args[0])
	for k := range out.Bits {
		t, _ := w.get(k)
		out.Bits[k] = ^t
	}
	return nil
}

// kernelAnd is AND in three-valued logic: FALSE where one side is FALSE, else
// NULL where one is NULL.
func kernelAnd(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	a, b := wordsOf(args[0]), wordsOf(args[1])
	for k := range out.Bits {
		at, an := a.get(k)
		bt, bn := b.get(k)
		out.Bits[k] = at & bt
		out.Nulls[k] = (an | bn) & (at | an) & (bt | bn)
	}
	vector.CutBits(out.Nulls, rows.N)
	return nil
}

// kernelOr is OR: TRUE where one side is TRUE, else NULL where one is NULL.
func kernelOr(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	a, b := wordsOf(args[0]), wordsOf(args[1])
	for k := range out.Bits {
		at, an := a.get(k)
		bt, bn := b.get(k)
		out.Bits[k] = at | bt
		out.Nulls[k] = (an | bn) &^ (at | bt)
	}
	vector.CutBits(out.Nulls, rows.N)
	return nil
}

// nullWord returns the NULL bits of word k of any vector.
func nullWord(v *vector.Vector, k int) uint64 {
	switch {
	case v.Nulls == nil:
		return 0
	case v.Form == vector.Const:
		return -(v.Nulls[0] & 1)
	}
	return v.Nulls[k]
}

func kernelIsNull(_ *Env, out *vector.Vector, args []*vector.Vector, _ vector.Rows) error {
	for k := range out.Bits {
		out.Bits[k] = nullWord(args[0], k)
	}
	return nil
}

func kernelNotNull(_ *Env, out *vector.Vector, args []*vector.Vector, _ vector.Rows) error {
	for k := range out.Bits {
		out.Bits[k] = ^nullWord(args[0], k)
	}
	return nil
}

func kernelIsTrue(_ *Env, out *vector.Vector, args []*vector.Vector, _ vector.Rows) error {
	w := wordsOf(args[0])
	for k := range out.Bits {
		out.Bits[k], _ = w.get(k)
	}
	return nil
}

func kernelIsNotTrue(_ *Env, out *vector.Vector, args []*vector.Vector, _ vector.Rows) error {
	w := wordsOf(args[0])
	for k := range out.Bits {
		t, _ := w.get(k)
		out.Bits[k] = ^t
	}
	return nil
}

func kernelIsFalse(_ *Env, out *vector.Vector, args []*vector.Vector, _ vector.Rows) error {
	w := wordsOf(args[0])
	for k := range out.Bits {
		t, n := w.get(k)
		out.Bits[k] = ^(t | n)
	}
	return nil
}

func kernelIsNotFalse(_ *Env, out *vector.Vector, args []*vector.Vector, _ vector.Rows) error {
	w := wordsOf(args[0])
	for k := range out.Bits {
		t, n := w.get(k)
		out.Bits[k] = t | n
	}
	return nil
}

// kernelDistinct is IS DISTINCT FROM over (l = r, l, r).
func kernelDistinct(_ *Env, out *vector.Vector, args []*vector.Vector, _ vector.Rows) error {
	eq := wordsOf(args[0])
	for k := range out.Bits {
		t, _ := eq.get(k)
		l, r := nullWord(args[1], k), nullWord(args[2], k)
		out.Bits[k] = (l ^ r) | ^(l | t)
	}
	return nil
}

func kernelNotDistinct(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	err := kernelDistinct(e, out, args, rows)
	for k := range out.Bits {
		out.Bits[k] = ^out.Bits[k]
	}
	return err
}

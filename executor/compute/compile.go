package compute

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Compile returns the program of expressions over columns of the types in. It
// folds calls of immutable functions over constants; one that fails is left to
// fail when a row asks for it. It returns XX000 for an ID without a kernel.
func Compile(exprs []expr.Expr, in []types.Type) (*Program, error) {
	c := newCompiler(in)
	for _, e := range exprs {
		v, err := c.compile(e, c.root)
		if err != nil {
			return nil, err
		}
		c.outs = append(c.outs, v)
	}
	return c.finish(), nil
}

// CompileFilter returns the program whose Filter keeps the rows on which every
// condition is TRUE. Conditions that cannot fail and are cheap come first, the
// others run in the given order, each on the rows that those before have kept. Without
// conditions it keeps all.
func CompileFilter(conds []expr.Expr, in []types.Type) (*Program, error) {
	c := newCompiler(in)
	if len(conds) == 0 {
		conds = []expr.Expr{expr.Const{Value: vector.BoolDatum(true), T: expr.Bool}}
	}
	v, err := c.and(flatten(conds), c.root, isTrue)
	if err != nil {
		return nil, err
	}
	c.outs = append(c.outs, v)
	return c.finish(), nil
}

// flatten takes the operands of conjunctions out of them.
func flatten(conds []expr.Expr) []expr.Expr {
	var flat []expr.Expr
	for _, e := range conds {
		if a, ok := e.(expr.And); ok {
			flat = append(flat, flatten(a.Args)...)
			continue
		}
		flat = append(flat, e)
	}
	return flat
}

// Eval returns the value of an expression without columns.
func Eval(q *op.Context, e expr.Expr) (vector.Datum, error) {
	if c, ok := e.(expr.Const); ok {
		return c.Value, nil
	}
	p, err := Compile([]expr.Expr{e}, nil)
	if err != nil {
		return vector.Datum{}, err
	}
	out, err := p.Run(q, &vector.Batch{Len: 1})
	if err != nil {
		return vector.Datum{}, err
	}
	if v := out[0]; !v.Scaled {
		return vector.At(v, 0), nil
	}
	return vector.FloatDatum(out[0].Unscaled(0)), nil
}

// val is a value of the program while it is compiled: what one step computes, a
// column or a constant.
type val struct {
	typ   types.Type
	kind  vector.Kind
	konst *vector.Datum // a constant
	reg   int           // register, set by allocate; of columns and constants at once
	fixed bool          // reg never changes hands: columns, constants
	last  int           // the last step that reads the register
	from  *cstep
}

// cstep is a step while it is compiled.
type cstep struct {
	step
	args []*val
	out  *val // nil of narrow
	// shares says that out may lie in memory of the arguments.
	shares bool
}

// scope is a set of rows in which values are valid.
type scope struct {
	parent *scope
	set    int
	known  map[string]any // value numbering: *val of calls, *scope of narrows
}

type compiler struct {
	in     []types.Type
	root   *scope
	steps  []*cstep
	sets   int
	cols   []*val
	consts []*val
	outs   []*val
	regs   int // columns and constants
	ids    map[*val]int
	defs   map[*types.Def]int
	folder Env
}

func newCompiler(in []types.Type) *compiler {
	c := &compiler{in: in, root: &scope{known: map[string]any{}}, sets: 1, ids: map[*val]int{}, defs: map[*types.Def]int{}}
	c.folder.Values = value.Default()
	for i, t := range in {
		c.cols = append(c.cols, &val{typ: t, kind: vector.KindOf(t), reg: i, fixed: true})
	}
	c.regs = len(in)
	return c
}

// find looks a key up in s and the scopes around it, where values are valid too.
func (s *scope) find(key string) any {
	for ; s != nil; s = s.parent {
		if x := s.known[key]; x != nil {
			return x
		}
	}
	return nil
}

func (c *compiler) id(v *val) int {
	n, ok := c.ids[v]
	if !ok {
		n = len(c.ids)
		c.ids[v] = n
	}
	return n
}

// key names an operation over values; equal keys in one scope are one value.
func (c *compiler) key(name string, t types.Type, args ...*val) string {
	b := c.appendType(append([]byte(name), 0), t)
	for _, a := range args {
		b = binary.AppendUvarint(b, uint64(c.id(a)))
	}
	return string(b)
}

// appendType names a type in a key; definitions by the order in which they came.
func (c *compiler) appendType(b []byte, t types.Type) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(t.ID))
	b = binary.AppendVarint(b, int64(t.Mod))
	if t.Def == nil {
		return append(b, 0)
	}
	n, ok := c.defs[t.Def]
	if !ok {
		n = len(c.defs) + 1
		c.defs[t.Def] = n
	}
	return binary.AppendUvarint(b, uint64(n))
}

// constant returns the value of a constant.
func (c *compiler) constant(d vector.Datum, t types.Type) *val {
	b := c.appendType([]byte("const\x00"), t.Plain())
	b = binary.BigEndian.AppendUint64(b, uint64(d.I))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(d.F))
	b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, d.W[0]), d.W[1])
	if d.Null {
		b = append(b, 'n')
	}
	key := string(append(b, d.S...))
	if v, ok := c.root.known[key].(*val); ok {
		return v
	}
	v := &val{typ: t, kind: vector.KindOf(t), konst: &d, reg: c.regs, fixed: true}
	c.regs++
	c.consts = append(c.consts, v)
	c.root.known[key] = v
	return v
}

// compile returns the value of e for the rows of s.
func (c *compiler) compile(e expr.Expr, s *scope) (*val, error) {
	switch e := e.(type) {
	case expr.Column:
		if e.Index < 0 || e.Index >= len(c.cols) {
			return nil, sqlerr.New(sqlerr.InternalError, "column %d of %d", e.Index, len(c.cols))
		}
		return c.cols[e.Index], nil
	case expr.Const:
		return c.constant(e.Value, e.T), nil
	case expr.Param:
		key := c.key(fmt.Sprint("param", e.N), e.T)
		if v, ok := c.root.known[key].(*val); ok {
			return v, nil
		}
		v := c.emit(&cstep{step: step{kind: stepParam, name: "param", param: e.N - 1}}, e.T)
		c.root.known[key] = v
		return v, nil
	case expr.Call:
		return c.call(e, s)
	case expr.And:
		return c.and(e.Args, s, notFalse)
	case expr.Or:
		return c.or(e.Args, s)
	case expr.Not:
		return c.unary(e.X, s, "not", kernelNot, true)
	case expr.IsNull:
		if e.Not {
			return c.unary(e.X, s, "is not null", kernelNotNull, false)
		}
		return c.unary(e.X, s, "is null", kernelIsNull, false)
	case expr.IsTruth:
		return c.isTruth(e, s)
	case expr.Distinct:
		return c.distinct(e, s)
	case expr.In:
		return c.inList(e, s)
	case expr.Case:
		return c.case_(e, s)
	case expr.Coalesce:
		return c.coalesce(e, s)
	case expr.Extreme:
		return c.extreme(e, s)
	}
	return nil, sqlerr.New(sqlerr.InternalError, "expression %T has no program", e)
}

// emit appends a step that computes a value of type t.
func (c *compiler) emit(st *cstep, t types.Type) *val {
	v := &val{typ: t, kind: vector.KindOf(t), from: st, last: -1}
	st.out = v
	st.outKind = v.kind
	c.steps = append(c.steps, st)
	return v
}

// call compiles a function call.
func (c *compiler) call(e expr.Call, s *scope) (*val, error) {
	sig := function.ByID(e.Func)
	entry, ok := entryOf(e.Func)
	if sig == nil || !ok {
		return nil, noKernel(e.Func)
	}
	args := make([]*val, len(e.Args))
	for i, x := range e.Args {
		v, err := c.compile(x, s)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	if sig.Kind == function.Cast && e.T.Mod >= 0 && sig.Args[0] != e.T.ID && !bitsOfInteger(sig) {
		return c.castModifier(sig, e, args, s)
	}
	return c.apply(sig, entry, e.T, args, s, e.Pos)
}

func noKernel(id function.ID) error {
	return sqlerr.New(sqlerr.InternalError, "function %s has no kernel", id)
}

// castModifier splits a cast to another type with a modifier: first to the plain
// type, then its modifier.
func (c *compiler) castModifier(sig *function.Signature, e expr.Call, args []*val, s *scope) (*val, error) {
	plain := types.Of(e.T.ID)
	first, ok := function.CastFor(sig.Args[0], plain.ID, function.Explicit)
	name := "cast"
	if sig.Name == "assign" {
		name = "assign"
	}
	id := function.MakeID(name, []types.ID{plain.ID, plain.ID}, false)
	second := function.ByID(id)
	if !ok || second == nil {
		return nil, sqlerr.New(sqlerr.InternalError, "cast %s to %s has no kernel", sig.ID, e.T)
	}
	f, _ := entryOf(first.ID)
	v, err := c.apply(first, f, plain, args, s, e.Pos)
	if err != nil {
		return nil, err
	}
	g, _ := entryOf(second.ID)
	return c.apply(second, g, e.T, []*val{v}, s, e.Pos)
}

// apply returns the value of a signature over values.
func (c *compiler) apply(sig *function.Signature, entry Entry, t types.Type, args []*val, s *scope, pos int) (*val, error) {
	if entry.Same && (sig.Kind != function.Cast || t.Mod < 0) {
		return args[0], nil
	}
	for i, a := range args {
		if want := sig.Arg(i); want != function.Any && want != types.Unknown && !want.IsPolymorphic() {
			fitted, err := c.fit(a, types.Of(want), string(sig.ID))
			if err != nil {
				return nil, err
			}
			args[i] = fitted
		}
	}
	for i, conv := range entry.Before {
		if conv != nil && i < len(args) {
			args[i] = c.convert(conv, args[i])
		}
	}
	site := Site{Sig: sig, Type: t, Compile: Compile, Args: make([]types.Type, len(args))}
	constant := true
	for i, a := range args {
		site.Args[i] = a.typ
		constant = constant && a.konst != nil
	}
	key := c.key(string(sig.ID), t, args...)
	if sig.Volatility != function.Volatile {
		if v, ok := s.find(key).(*val); ok {
			return v, nil
		}
	}
	st := &cstep{args: args, shares: entry.Alias}
	st.kind, st.name, st.pos = stepCall, string(sig.ID), pos
	st.kernel, st.strict, st.rowwise, st.alias = entry.Kernel, sig.Strict, entry.Rows, entry.Alias
	st.perRow = sig.Volatility == function.Volatile
	st.perValue = entry.PerValue && len(args) > 0
	for _, a := range args[min(1, len(args)):] {
		st.perValue = st.perValue && (a.konst != nil || a.from != nil && a.from.kind == stepParam)
	}
	if entry.Bind != nil {
		st.kernel = entry.Bind(site)
	}
	if constant && sig.Volatility == function.Immutable {
		if d, ok := c.fold(st, t); ok {
			v := c.constant(d, t)
			s.known[key] = v
			return v, nil
		}
	}
	at := s
	if sig.Total && !entry.Rows && sig.Volatility != function.Volatile && c.everywhere(args) {
		at = c.root // free: computed for all rows, once
	}
	st.set = at.set
	v := c.emit(st, t)
	at.known[key] = v
	return v, nil
}

// fit returns v for a place of type t: a NULL takes any type; another value has
// the kind already, or the binder has left out a cast.
func (c *compiler) fit(v *val, t types.Type, where string) (*val, error) {
	switch {
	case v.kind == vector.KindOf(t):
		return v, nil
	case v.konst != nil && v.konst.Null:
		return c.constant(vector.NullDatum, t), nil
	}
	return nil, sqlerr.New(sqlerr.InternalError, "%s in the place of %s of %s", v.typ, t, where)
}

// everywhere reports whether the values are computed for all rows.
func (c *compiler) everywhere(args []*val) bool {
	for _, a := range args {
		if a.from != nil && a.from.set != 0 {
			return false
		}
	}
	return true
}

// convert applies a conversion to a value whose kind is not there yet.
func (c *compiler) convert(conv *Conversion, v *val) *val {
	t := types.Of(conv.To)
	if v.konst != nil && v.konst.Null {
		return c.constant(vector.NullDatum, t)
	}
	key := c.key(conv.Name, t, v)
	st := &cstep{args: []*val{v}}
	st.kind, st.name, st.kernel, st.strict = stepCall, conv.Name, conv.Kernel, true
	if v.konst != nil && !conv.Stable {
		if d, ok := c.fold(st, t); ok {
			return c.constant(d, t)
		}
	}
	at := c.root
	if v.from != nil && v.from.set != 0 {
		// Valid wherever v is; found again only from the root.
		st.set = v.from.set
		return c.emit(st, t)
	}
	if known, ok := at.known[key].(*val); ok {
		return known
	}
	w := c.emit(st, t)
	at.known[key] = w
	return w
}

// fold runs a call over constants; ok is false when it fails.
func (c *compiler) fold(st *cstep, t types.Type) (d vector.Datum, ok bool) {
	argv := make([]*vector.Vector, len(st.args))
	for i, a := range st.args {
		argv[i] = vector.ConstOf(a.kind, *a.konst, 1)
	}
	s := st.step
	s.outKind = vector.KindOf(t)
	var out register
	if err := c.folder.call(&s, &out, argv, vector.Rows{N: 1}); err != nil {
		return d, false
	}
	return vector.At(&out.v, 0), true
}

// unary compiles a bulk operation that cannot fail over any value.
func (c *compiler) unary(x expr.Expr, s *scope, name string, k Kernel, strict bool) (*val, error) {
	v, err := c.compile(x, s)
	if err != nil {
		return nil, err
	}
	return c.plain(name, k, expr.Bool, strict, s, v), nil
}

// plain returns the value of a bulk kernel that no signature has, is total and
// depends on nothing but its arguments.
func (c *compiler) plain(name string, k Kernel, t types.Type, strict bool, s *scope, args ...*val) *val {
	key := c.key(name, t, args...)
	if v, ok := s.find(key).(*val); ok {
		return v
	}
	st := &cstep{args: args}
	st.kind, st.name, st.kernel, st.strict = stepCall, name, k, strict
	constant := true
	for _, a := range args {
		constant = constant && a.konst != nil
	}
	if constant {
		if d, ok := c.fold(st, t); ok {
			v := c.constant(d, t)
			s.known[key] = v
			return v
		}
	}
	at := s
	if c.everywhere(args) {
		at = c.root
	}
	st.set = at.set
	v := c.emit(st, t)
	at.known[key] = v
	return v
}

// narrow returns the scope of the rows of s on which t holds for v.
func (c *compiler) narrow(s *scope, v *val, t truth) *scope {
	if v.konst != nil {
		d := vector.ConstOf(v.kind, *v.konst, 1)
		if v.kind == vector.Bool || t >= isNull {
			if holds(d, 0, t) {
				return s
			}
		}
	}
	key := c.key(fmt.Sprint("narrow", t), expr.Bool, v)
	if n, ok := s.known[key].(*scope); ok {
		return n
	}
	n := &scope{parent: s, set: c.sets, known: map[string]any{}}
	c.sets++
	st := &cstep{args: []*val{v}}
	st.kind, st.name, st.set, st.truth = stepNarrow, "narrow "+truthNames[t], s.set, t
	st.step.out = n.set
	c.steps = append(c.steps, st)
	s.known[key] = n
	return n
}

// branch is one operand of a merge.
type branch struct {
	scope *scope
	v     *val
}

// merge returns the value that has on the rows of each branch that branch's.
func (c *compiler) merge(s *scope, t types.Type, branches []branch) (*val, error) {
	for i, b := range branches {
		v, err := c.fit(b.v, t, "a branch")
		if err != nil {
			return nil, err
		}
		branches[i].v = v
	}
	if len(branches) == 1 && branches[0].scope == s {
		return branches[0].v, nil
	}
	st := &cstep{shares: true}
	st.kind, st.name, st.set = stepMerge, "merge", s.set
	for _, b := range branches {
		st.args = append(st.args, b.v)
		st.sets = append(st.sets, b.scope.set)
	}
	return c.emit(st, t), nil
}

package compute

import (
	"errors"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Program is a compiled list of expressions over one kind of input. See the
// package comment.
type Program struct {
	columns int // of the input: the first registers
	steps   []step
	regs    []register
	sets    []rowSet
	consts  []int // registers that hold constants

	outs []int // register of each expression
	outv []*vector.Vector

	env   Env
	batch uint64      // number of the running batch
	rows  vector.Rows // of it
}

// rowSet is a set of rows of the running batch. Set 0 is what counts of it.
type rowSet struct {
	sel []uint16 // nil: all rows, when n says so
	n   int      // how many
	buf []uint16 // memory of sel
}

// stepKind says what a step does.
type stepKind uint8

const (
	stepCall stepKind = iota
	stepParam
	stepNarrow
	stepMerge
)

// step is one instruction. Its rows are those of set.
type step struct {
	kind stepKind
	name string // for String
	set  int
	out  int // register; of narrow the new set
	args []int
	argv []*vector.Vector // scratch of call

	// Of call.
	kernel   Kernel
	outKind  vector.Kind
	strict   bool
	rowwise  bool
	alias    bool // of the first argument's arena
	perRow   bool // volatile: no short cut for constant arguments
	perValue bool
	dict     *dictCache
	pos      int // 1-based position for errors, 0 unknown

	param int // of param: index in Params

	truth truth // of narrow: which rows of set stay, by args[0]

	sets []int // of merge: where each argument counts; disjoint
}

// truth is a condition on a row of a vector.
type truth uint8

const (
	isTrue truth = iota
	notTrue
	notFalse
	isNull
	notNull
)

// Run evaluates the expressions on the rows of b that count. The vectors have
// b.Len rows; P1 says how long they are valid. An error is PostgreSQL's for the
// first step, not the first row, that fails.
func (p *Program) Run(q *op.Context, b *vector.Batch) ([]*vector.Vector, error) {
	if err := p.run(q, b); err != nil {
		return nil, err
	}
	for i, r := range p.outs {
		p.outv[i] = p.regs[r].cur
	}
	return p.outv, nil
}

// Filter appends to sel the rows of b that count and on which the (first)
// expression is TRUE, ascending, and returns it.
func (p *Program) Filter(q *op.Context, b *vector.Batch, sel []uint16) ([]uint16, error) {
	if err := p.run(q, b); err != nil {
		return sel, err
	}
	r := &p.regs[p.outs[0]]
	return narrow(sel, r.flatten(p.batch, p.rows), b.Rows(), isTrue), nil
}

func (p *Program) run(q *op.Context, b *vector.Batch) error {
	p.batch++
	p.rows = b.Rows()
	if p.env.Q != q {
		p.start(q)
	}
	for i, c := range b.Cols[:min(len(b.Cols), p.columns)] {
		p.regs[i].cur = c
	}
	for _, r := range p.consts {
		p.regs[r].cur.Len = b.Len
	}
	p.sets[0].sel, p.sets[0].n = b.Sel, b.Count()
	for i := range p.steps {
		if err := p.step(&p.steps[i], b.Len); err != nil {
			return err
		}
	}
	return nil
}

// start takes up a statement: what steps have remembered may depend on settings
// and parameters of the one before.
func (p *Program) start(q *op.Context) {
	p.env.Q, p.env.Values = q, q.Values
	if q.Values.Now.IsZero() {
		now := *q.Values
		now.Now = q.Now
		p.env.Values = &now
	}
	for i := range p.steps {
		p.steps[i].dict = nil
	}
}

func (p *Program) step(s *step, n int) error {
	set := &p.sets[s.set]
	rows := vector.Rows{N: n, Sel: set.sel}
	switch s.kind {
	case stepNarrow:
		p.narrow(s, set, rows)
		return nil
	case stepParam:
		if s.param >= len(p.env.Q.Params) {
			return sqlerr.New(sqlerr.UndefinedParameter, "there is no parameter $%d", s.param+1)
		}
		p.regs[s.out].constant(s.outKind, p.env.Q.Params[s.param], n)
		return nil
	case stepMerge:
		p.merge(s, set, n)
		return nil
	}
	if set.n == 0 {
		// Nobody looks at it, but kernels in bulk read it.
		p.regs[s.out].constant(s.outKind, vector.Datum{}, n)
		return nil
	}
	if err := p.call(s, rows); err != nil {
		return at(err, s.pos)
	}
	return nil
}

// at gives an error the position of its call.
func at(err error, pos int) error {
	var e *sqlerr.Error
	if pos > 0 && errors.As(err, &e) && e.Pos == 0 {
		e.Pos = pos
	}
	return err
}

// call runs the kernel of s.
func (p *Program) call(s *step, rows vector.Rows) error {
	out := &p.regs[s.out]
	if s.perValue && p.regs[s.args[0]].cur.Form == vector.Dict {
		if p.callDict(s, out, rows) {
			return nil
		}
	}
	constant := !s.perRow
	for i, r := range s.args {
		s.argv[i] = p.regs[r].flatten(p.batch, p.rows)
		constant = constant && s.argv[i].Form == vector.Const
	}
	n := rows.N
	if constant {
		rows = vector.Rows{N: 1}
	}
	if err := p.env.call(s, out, s.argv, rows); err != nil {
		return err
	}
	if constant {
		out.v.Form, out.v.Len = vector.Const, n
	}
	return nil
}

// call runs the kernel over args into out and handles NULL for it.
func (e *Env) call(s *step, out *register, args []*vector.Vector, rows vector.Rows) error {
	v := out.prepare(s.outKind, rows.N)
	if !s.strict {
		v.Nulls = out.nulls(rows.N)
		if err := s.kernel(e, v, args, rows); err != nil {
			return err
		}
		if !vector.AnyBit(v.Nulls) {
			v.Nulls = nil
		} else if s.rowwise {
			zeroNulls(v)
		}
		if s.alias {
			return nil
		}
		out.keep()
		return nil
	}
	all, none := orNulls(out, v, args, rows.N)
	if all {
		// A NULL constant makes every row NULL.
		zero(v)
		return nil
	}
	if s.rowwise && !none {
		rows.Sel = e.notNull(v.Nulls, rows)
		if len(rows.Sel) == 0 {
			zero(v)
			return nil
		}
	}
	if err := s.kernel(e, v, args, rows); err != nil {
		return err
	}
	if v.Nulls != nil {
		zeroNulls(v)
	}
	if !s.alias {
		out.keep()
	}
	return nil
}

// notNull returns the rows without those that are set in nulls.
func (e *Env) notNull(nulls []uint64, rows vector.Rows) []uint16 {
	e.sel = e.sel[:0]
	if rows.Sel != nil {
		for _, i := range rows.Sel {
			if nulls[i>>6]>>(i&63)&1 == 0 {
				e.sel = append(e.sel, i)
			}
		}
		return e.sel
	}
	e.sel = vector.AppendClear(e.sel, nulls, rows.N)
	return e.sel
}

// orNulls sets v.Nulls to the rows on which some argument is NULL. all reports
// that these are all rows since a constant is NULL, none that there are none.
func orNulls(r *register, v *vector.Vector, args []*vector.Vector, n int) (all, none bool) {
	none = true
	for _, a := range args {
		if a.Nulls == nil {
			continue
		}
		if a.Form == vector.Const {
			if a.Nulls[0]&1 == 0 {
				continue
			}
			v.Nulls = r.nulls(n)
			vector.FillBits(v.Nulls, n)
			return true, false
		}
		words := (n + 63) / 64
		if none {
			r.own.Nulls = grow(r.own.Nulls, words)
			copy(r.own.Nulls, a.Nulls[:words])
			v.Nulls = r.own.Nulls
			none = false
			continue
		}
		vector.OrBits(v.Nulls, a.Nulls[:words])
	}
	return false, none
}

// narrow makes set s.out of the rows of set on which the condition holds.
func (p *Program) narrow(s *step, set *rowSet, rows vector.Rows) {
	to := &p.sets[s.out]
	if set.n == 0 {
		to.sel, to.n = to.buf[:0], 0
		return
	}
	v := p.regs[s.args[0]].cur
	if s.truth < isNull {
		v = p.regs[s.args[0]].flatten(p.batch, p.rows)
	}
	switch all, none := uniform(v, s.truth); {
	case all:
		to.sel, to.n = set.sel, set.n
	case none:
		to.sel, to.n = to.buf[:0], 0
	default:
		to.buf = narrow(to.buf[:0], v, rows, s.truth)
		to.sel, to.n = to.buf, len(to.buf)
		if rows.Sel == nil && to.n == rows.N {
			to.sel = nil
		}
	}
	if to.sel == nil && to.n == 0 {
		to.sel = []uint16{}
	}
}

// uniform reports whether the condition holds on all rows or on none, as far as
// that can be seen at once.
func uniform(v *vector.Vector, t truth) (all, none bool) {
	if v.Nulls == nil && t >= isNull {
		return t == notNull, t == isNull
	}
	if v.Form == vector.Const {
		b := holds(v, 0, t)
		return b, !b
	}
	return false, false
}

// holds reports whether row i fulfils the condition.
func holds(v *vector.Vector, i int, t truth) bool {
	null := v.IsNull(i)
	switch t {
	case isNull:
		return null
	case notNull:
		return !null
	}
	b := v.Bool(i)
	switch t {
	case isTrue:
		return b && !null
	case notTrue:
		return !b || null
	}
	return b || null
}

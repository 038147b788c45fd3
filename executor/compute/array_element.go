package compute

import (
	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// perElement runs a scalar expression over the elements of arrays: a program of
// its own, whose input is a batch of elements, and what goes with each.
type perElement struct {
	program *Program
	err     error // of compiling, met when a row asks
	in      []*vector.Builder
	batch   vector.Batch
	datums  []vector.Datum // of one element, scratch
}

func newPerElement(s Site, e expr.Expr, in ...types.Type) *perElement {
	p := &perElement{}
	p.program, p.err = s.Compile([]expr.Expr{e}, in)
	for _, t := range in {
		p.in = append(p.in, vector.NewBuilder(vector.KindOf(t)))
	}
	p.datums = make([]vector.Datum, len(in))
	return p
}

// run evaluates the expression on n elements: row(k) gives element k's input.
// Results are handed to each in order, valid during the call.
func (p *perElement) run(e *Env, n int, row func(k int, to []vector.Datum), each func(v *vector.Vector, i int)) error {
	if p.err != nil {
		return p.err
	}
	p.program.env.Q, p.program.env.Values = e.Q, e.Values
	for from := 0; from < n; from += vector.MaxRows {
		size := min(vector.MaxRows, n-from)
		p.batch.Len, p.batch.Cols = size, p.batch.Cols[:0]
		for _, b := range p.in {
			b.Reset()
		}
		for k := range size {
			row(from+k, p.datums)
			for c, b := range p.in {
				if err := b.AppendDatums(p.datums[c : c+1]); err != nil {
					return err
				}
			}
		}
		for _, b := range p.in {
			p.batch.Cols = append(p.batch.Cols, b.Batch().Cols[0])
		}
		if err := p.program.run(e.Q, &p.batch); err != nil {
			return err
		}
		r := &p.program.regs[p.program.outs[0]]
		v := r.flatten(p.program.batch, p.program.rows)
		for k := range size {
			each(v, k)
		}
	}
	return nil
}

// bindCastArray casts arrays by casting their elements.
func bindCastArray(s Site) Kernel {
	from, to := s.Args[0].Elem(), s.Type.Elem()
	id := function.MakeID(s.Sig.Name, []types.ID{from.ID, to.ID}, false)
	p := newPerElement(s, expr.Call{Func: id, Args: []expr.Expr{expr.Column{T: from}}, T: to}, from)
	kind := vector.KindOf(to)
	var b nested.Builder
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			a, err := arrayAt(args[0], i)
			if err != nil {
				return err
			}
			b.Reset(kind)
			err = p.run(e, a.Len(), func(k int, to []vector.Datum) { to[0] = a.Peek(k) }, func(v *vector.Vector, k int) { b.AppendRow(v, k) })
			if err != nil {
				return err
			}
			putArray(out, i, &b, a.Dims()...)
		}
		return nil
	}
}

// setMin is from how many elements on a constant array is looked up in a set.
const setMin = 8

// bindQuantified is x op ANY (array), or ALL: the first argument is the ID of the
// operator, a constant. Any takes NULL: it is TRUE if one element is, else NULL
// if one is NULL; of ALL the same of FALSE.
func bindQuantified(all bool) func(Site) Kernel {
	return func(s Site) Kernel { return quantified{all: all, site: s}.bind() }
}

type quantified struct {
	all  bool
	site Site
}

func (q quantified) bind() Kernel {
	x, elem := q.site.Args[1], q.site.Args[2].Elem()
	var op function.ID
	var p *perElement
	set := elementSet{t: elem}
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		if p == nil {
			op = function.ID(args[0].Bytes(0))
			p = newPerElement(q.site, expr.Call{Func: op, Args: []expr.Expr{expr.Column{T: x}, expr.Column{Index: 1, T: elem}}, T: expr.Bool}, x, elem)
		}
		sig := function.ByID(op)
		fixed := args[2].Form == vector.Const && sig != nil && sig.Args[0] == sig.Args[1] && x.ID == elem.ID &&
			(sig.Name == "=" && !q.all || sig.Name == "<>" && q.all)
		for _, r := range rows.Selection() {
			i := int(r)
			if args[2].IsNull(i) {
				setNull(out, i, rows.N)
				continue
			}
			a, err := arrayAt(args[2], i)
			if err != nil {
				return err
			}
			if fixed && a.Len() >= setMin && !args[1].IsNull(i) {
				found, null := set.has(args[2].Bytes(i), &a, peek(args[1], i))
				if !found && null {
					setNull(out, i, rows.N)
				} else {
					setBit(out, i, found != q.all)
				}
				continue
			}
			decided, null := false, false
			err = p.run(e, a.Len(), func(k int, to []vector.Datum) { to[0], to[1] = peek(args[1], i), a.Peek(k) }, func(v *vector.Vector, k int) {
				switch {
				case v.IsNull(k):
					null = true
				case v.Bool(k) != q.all:
					decided = true
				}
			})
			switch {
			case err != nil:
				return err
			case decided:
				setBit(out, i, !q.all)
			case null:
				setNull(out, i, rows.N)
			default:
				setBit(out, i, q.all)
			}
		}
		return nil
	}
}

// elementSet answers whether an array that stays the same holds a value.
type elementSet struct {
	t    types.Type
	of   string // the array that in was made of
	in   map[string]struct{}
	null bool
	buf  []byte
}

func (s *elementSet) has(enc []byte, a *nested.Array, d vector.Datum) (found, null bool) {
	if s.in == nil || s.of != view(enc) {
		s.of, s.in, s.null = string(enc), make(map[string]struct{}, a.Len()), a.HasNulls()
		for k := range a.Len() {
			if !a.IsNull(k) {
				s.buf = keys.Append(s.buf[:0], s.t, a.Peek(k))
				s.in[string(s.buf)] = struct{}{}
			}
		}
	}
	s.buf = keys.Append(s.buf[:0], s.t, d)
	_, found = s.in[string(s.buf)]
	return found, s.null
}

package compute

import (
	"slices"
	"sync"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// SetKernel computes a set-returning function at one place of a plan. It has
// state: the batch of argument rows that it works on and where in it.
type SetKernel interface {
	// Start takes up a batch of arguments, Flat or Const and unscaled; rows are
	// those of it to compute, ascending: of a strict function without NULLs. All
	// are valid until the next Start.
	Start(e *Env, args []*vector.Vector, rows []uint16) error
	// Next returns the next result rows, at most max ≥ 1: their columns, of equal
	// length, and for each row its argument row, ascending. Without rows the
	// batch is at its end. They are valid until the next call.
	Next(e *Env, max int) (cols []*vector.Vector, from []uint16, err error)
}

// SetSite is a place in a plan at which a set-returning function is called.
type SetSite struct {
	Sig  *function.Signature
	Args []types.Type // the types the arguments have
	Outs []types.Type // of the columns of the result, as the plan wants them
}

// setEntries pairs every set-returning signature with what makes its kernel.
var setEntries = sync.OnceValue(func() map[function.ID]func(SetSite) (SetKernel, error) {
	all := make(map[function.ID]func(SetSite) (SetKernel, error))
	for _, family := range []map[function.ID]func(SetSite) (SetKernel, error){
		seriesEntries(), jsonSetEntries(), catalogSetEntries(), arraySets(), textSetEntries(),
	} {
		for id, e := range family {
			if _, twice := all[id]; twice {
				panic("compute: two entries for " + id)
			}
			all[id] = e
		}
	}
	return all
})

// Set is the call of a set-returning function over the columns of an input.
type Set struct {
	args   *Program
	kernel SetKernel
	strict bool
	env    Env

	parts []vector.Scratch // arguments without dictionary and scale
	argv  []*vector.Vector
	rows  []uint16
}

// CompileSet returns the call of id with args over input columns of the types
// in; outs are the types of its columns. It returns XX000 for an ID without a
// kernel.
func CompileSet(id function.ID, args []expr.Expr, in, outs []types.Type) (*Set, error) {
	sig, entry := function.ByID(id), setEntries()[id]
	if sig == nil || entry == nil {
		return nil, sqlerr.New(sqlerr.InternalError, "no kernel for %s", id)
	}
	p, err := Compile(args, in)
	if err != nil {
		return nil, err
	}
	s := &Set{args: p, strict: sig.Strict, parts: make([]vector.Scratch, len(args)), argv: make([]*vector.Vector, len(args))}
	ts := make([]types.Type, len(args))
	for i, a := range args {
		ts[i] = a.Type()
	}
	s.kernel, err = entry(SetSite{Sig: sig, Args: ts, Outs: outs})
	return s, err
}

// Start takes up a batch of the input, which must stay valid until the next.
func (s *Set) Start(q *op.Context, b *vector.Batch) error {
	args, err := s.args.Run(q, b)
	if err != nil {
		return err
	}
	s.env.Q, s.env.Values = q, s.args.env.Values
	s.rows = append(s.rows[:0], b.Rows().Selection()...)
	for i, a := range args {
		s.argv[i] = a
		if a.Form == vector.Dict || a.Scaled {
			s.argv[i] = s.parts[i].Flatten(a, b.Rows())
		}
		if a := s.argv[i]; s.strict && a.Nulls != nil {
			s.rows = slices.DeleteFunc(s.rows, func(r uint16) bool { return a.IsNull(int(r)) })
		}
	}
	return s.kernel.Start(&s.env, s.argv, s.rows)
}

// Next is SetKernel's.
func (s *Set) Next(max int) (cols []*vector.Vector, from []uint16, err error) {
	return s.kernel.Next(&s.env, max)
}

// perRow makes the entry of a function that appends all result rows of one
// argument row to out, whose columns have the kinds of the site's outs.
func perRow(bind func(s SetSite) func(e *Env, out *vector.Builder, args []*vector.Vector, row int) error) func(SetSite) (SetKernel, error) {
	return func(s SetSite) (SetKernel, error) {
		kinds := make([]vector.Kind, len(s.Outs))
		for i, t := range s.Outs {
			kinds[i] = vector.KindOf(t)
		}
		return &perRowKernel{append: bind(s), out: vector.NewBuilder(kinds...)}, nil
	}
}

type perRowKernel struct {
	append func(e *Env, out *vector.Builder, args []*vector.Vector, row int) error
	args   []*vector.Vector
	rows   []uint16 // still to compute

	out    *vector.Builder // results
	from   []uint16        // the argument row of each
	sent   int             // how many of them Next has given
	window vector.Window
}

func (k *perRowKernel) Start(_ *Env, args []*vector.Vector, rows []uint16) error {
	k.args, k.rows = args, rows
	k.out.Reset()
	k.from, k.sent = k.from[:0], 0
	return nil
}

func (k *perRowKernel) Next(e *Env, max int) ([]*vector.Vector, []uint16, error) {
	if k.sent == k.out.Len() {
		k.out.Reset()
		k.from, k.sent = k.from[:0], 0
		for len(k.rows) > 0 && k.out.Len() < max {
			r := k.rows[0]
			if err := k.append(e, k.out, k.args, int(r)); err != nil {
				return nil, nil, err
			}
			for len(k.from) < k.out.Len() {
				k.from = append(k.from, r)
			}
			k.rows = k.rows[1:]
		}
	}
	to := min(k.sent+max, k.out.Len())
	from := k.sent
	k.sent = to
	if from == to {
		return nil, nil, nil
	}
	return k.window.Slice(k.out.Columns(), from, to).Cols, k.from[from:to], nil
}

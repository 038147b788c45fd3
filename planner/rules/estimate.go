package rules

import (
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// The guesses below only have to put inputs of a join in a sensible order; they
// are round numbers, not measurements.
const (
	unknownRows = 100000 // of a table without a count
	equalShare  = 0.05   // of rows that an equality keeps
	rangeShare  = 0.3    // of rows that any other condition keeps
	groupShare  = 0.1    // groups per row
	cteRows     = 1000   // of a WITH query that is computed once
	setRows     = 1000   // of a call of a set-returning function, PostgreSQL's prorows
)

// estimator guesses how many rows a node gives.
type estimator struct {
	rows func(*schema.Table) (int64, bool)
}

func (s estimator) of(n logical.Node) float64 {
	switch n := n.(type) {
	case *logical.Scan:
		r := float64(unknownRows)
		if s.rows != nil && !n.Virtual {
			if k, ok := s.rows(n.Table); ok {
				r = float64(k)
			}
		}
		return max(1, r*share(n.Filter))
	case *logical.Values:
		return float64(len(n.Rows))
	case *logical.Recursive:
		return 10 * s.of(n.Seed) // as PostgreSQL guesses
	case *logical.WorkTable:
		return 10
	case *logical.CTEScan:
		return cteRows
	case *logical.ProjectSet:
		return s.of(n.Input) * setRows
	case *logical.Filter:
		return max(1, s.of(n.Input)*share(n.Conds))
	case *logical.Aggregate:
		if len(n.Keys) == 0 {
			return 1
		}
		return max(1, s.of(n.Input)*groupShare)
	case *logical.DistinctOn:
		return max(1, s.of(n.Input)*groupShare)
	case *logical.SingleRow:
		return 1
	case *logical.Limit:
		r := s.of(n.Input)
		if c, ok := n.Count.(expr.Const); ok && !c.Value.Null {
			r = min(r, float64(max(c.Value.I, 0)))
		}
		return r
	case *logical.Append:
		r := 0.0
		for _, in := range n.All {
			r += s.of(in)
		}
		return r
	case *logical.Join:
		l, r := s.of(n.Left), s.of(n.Right)
		switch {
		case n.Filters():
			return max(1, l/2)
		case n.Asof:
			return l
		case n.Kind == physical.Inner && len(n.On) == 0:
			return l * r
		}
		return max(l, r)
	}
	if in := n.Inputs(); len(in) == 1 {
		return s.of(in[0])
	}
	return unknownRows
}

// share guesses which part of the rows conditions keep.
func share(conds []expr.Expr) float64 {
	s := 1.0
	for _, c := range conds {
		part := rangeShare
		if call, ok := c.(expr.Call); ok {
			if sig := function.ByID(call.Func); sig != nil && sig.Name == "=" {
				part = equalShare
			}
		}
		s *= part
	}
	return s
}

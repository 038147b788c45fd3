package expr

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

// Expr is a typed expression over the columns of one input. Nodes are
// immutable plain data; equal trees mean the same.
type Expr interface {
	// Type returns the type of the value.
	Type() types.Type
	exprNode()
}

type (
	// Column is column Index of the input.
	Column struct {
		Index int
		T     types.Type
	}
	// Const is a literal of type T.
	Const struct {
		Value vector.Datum
		T     types.Type
	}
	// Param is parameter N ≥ 1 of the statement.
	Param struct {
		N int
		T types.Type
	}
	// Call applies a scalar function, operator or cast. T has the modifier that
	// a cast to varchar(n) or numeric(p,s) enforces.
	Call struct {
		Func function.ID
		Args []Expr
		T    types.Type
		// Pos is the 1-based byte offset for errors, 0 when unknown.
		Pos int
	}
	// And is the flat conjunction of two or more operands.
	And struct{ Args []Expr }
	// Or is the flat disjunction.
	Or struct{ Args []Expr }
	// Not negates.
	Not struct{ X Expr }
	// IsNull is X IS [NOT] NULL.
	IsNull struct {
		X   Expr
		Not bool
	}
	// IsTruth is X IS [NOT] TRUE or FALSE; never NULL. IS UNKNOWN is IsNull.
	IsTruth struct {
		X    Expr
		Want bool
		Not  bool
	}
	// Distinct is L IS [NOT] DISTINCT FROM R; Eq is the equality of their type.
	Distinct struct {
		L, R Expr
		Eq   function.ID
		Not  bool
	}
	// In is X [NOT] IN (List), with Eq to compare; the list has X's type.
	In struct {
		X    Expr
		List []Expr
		Eq   function.ID
		Not  bool
	}
	// Case is a searched CASE: conditions are bool, branches have type T. Else
	// is never nil (a NULL constant when absent).
	Case struct {
		Whens []When
		Else  Expr
		T     types.Type
	}
	// Coalesce is the first operand that is not NULL; later ones are evaluated
	// only for the rows that need them.
	Coalesce struct {
		Args []Expr
		T    types.Type
	}
	// Extreme is GREATEST (Max) or LEAST over operands of one type; NULLs are
	// ignored. Less is "<" of the type.
	Extreme struct {
		Max  bool
		Args []Expr
		Less function.ID
		T    types.Type
	}
)

// When is one branch of Case.
type When struct{ Cond, Then Expr }

// Bool is the type of predicates.
var Bool = types.Of(types.Bool)

func (e Column) Type() types.Type   { return e.T }
func (e Const) Type() types.Type    { return e.T }
func (e Param) Type() types.Type    { return e.T }
func (e Call) Type() types.Type     { return e.T }
func (e And) Type() types.Type      { return Bool }
func (e Or) Type() types.Type       { return Bool }
func (e Not) Type() types.Type      { return Bool }
func (e IsNull) Type() types.Type   { return Bool }
func (e IsTruth) Type() types.Type  { return Bool }
func (e Distinct) Type() types.Type { return Bool }
func (e In) Type() types.Type       { return Bool }
func (e Case) Type() types.Type     { return e.T }
func (e Coalesce) Type() types.Type { return e.T }
func (e Extreme) Type() types.Type  { return e.T }

func (Column) exprNode()   {}
func (Const) exprNode()    {}
func (Param) exprNode()    {}
func (Call) exprNode()     {}
func (And) exprNode()      {}
func (Or) exprNode()       {}
func (Not) exprNode()      {}
func (IsNull) exprNode()   {}
func (IsTruth) exprNode()  {}
func (Distinct) exprNode() {}
func (In) exprNode()       {}
func (Case) exprNode()     {}
func (Coalesce) exprNode() {}
func (Extreme) exprNode()  {}

package logical

import (
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// Col is a column of a node: its id, the name for people, its type.
type Col struct {
	ID   int
	Name string
	T    types.Type
}

// Ref returns the expression that reads c.
func (c Col) Ref() expr.Expr { return expr.Column{Index: c.ID, T: c.T} }

// Node is a relational operator.
type Node interface {
	// Cols returns the output columns in the order written, for nodes where
	// order matters: the statement's root, Values, Append. The caller must not
	// change them.
	Cols() []Col
	// Inputs returns the children, left first.
	Inputs() []Node
	// With returns a copy of the node over other children, as many as Inputs
	// gives.
	With(inputs []Node) Node
}

type (
	// Scan reads a table. Ordinals[i] is the ordinal of Out[i] in the table, or
	// physical.LocatorColumn.
	Scan struct {
		Table    *schema.Table
		Alias    string // as the statement calls it
		Virtual  bool   // a system table that the server computes
		Ordinals []int
		Out      []Col
		// Filter holds conjuncts that the scan applies; the rules fill it.
		Filter []expr.Expr
	}
	// Input stands for the rows of COPY FROM.
	Input struct{ Out []Col }
	// Values gives rows of expressions without columns.
	Values struct {
		Rows [][]expr.Expr
		Out  []Col
	}
	// ProjectSet gives for each row of Input the rows of its calls, in lockstep;
	// see physical.ProjectSet. Output: Input's columns, those of the calls, and
	// Ordinality when its ID is not 0.
	ProjectSet struct {
		Input      Node
		Calls      []SetCall
		Outer      bool
		Ordinality Col
	}
	// Filter keeps the rows on which every conjunct is TRUE.
	Filter struct {
		Input Node
		Conds []expr.Expr
	}
	// Project gives Out[i] = Exprs[i] and nothing else. A column that is passed
	// through keeps its id.
	Project struct {
		Input Node
		Exprs []expr.Expr
		Out   []Col
	}
	// Aggregate groups by Keys. Output: KeyCols, then AggCols. Without keys it
	// gives one row.
	Aggregate struct {
		Input   Node
		Keys    []expr.Expr
		KeyCols []Col
		Aggs    []Agg
		AggCols []Col
	}
	// Join combines rows on which every conjunct of On is TRUE. Semi, Anti and
	// AntiNull give left columns only. On of an AntiNull is one equality of a
	// left expression and a right one.
	//
	// Right of a Lateral join, which is Inner, Left, Semi or Anti, may use columns
	// of Left: it is evaluated for each left row. Once Parametrize has been there
	// it uses parameters instead: Binds.
	//
	// An Asof join, which is Inner or Left, gives each left row with at most one of
	// the right rows on which On is TRUE: the one nearest by the inequality of On.
	// On holds it (Between), equalities between the sides, and, of a Left join,
	// conditions over left columns.
	Join struct {
		Kind        physical.JoinKind
		Left, Right Node
		On          []expr.Expr
		Lateral     bool
		Binds       []Bind
		Asof        bool
	}
	// Sort orders its input; with Limit ≥ 0 it keeps the first Limit rows. Count
	// and Offset as in physical.Sort.
	Sort struct {
		Input         Node
		Keys          []physical.SortKey
		Limit         int64
		Count, Offset expr.Expr
	}
	// Limit skips Offset rows and gives at most Count; nil means 0 and no limit. Ties
	// as in physical.Limit.
	Limit struct {
		Input         Node
		Count, Offset expr.Expr
		Ties          []expr.Expr
	}
	// Append gives the rows of every input. In[i][k] is the id of the column of
	// input i that becomes Out[k]; it has Out[k]'s type.
	Append struct {
		All []Node
		In  [][]int
		Out []Col
	}
	// DistinctOn keeps the first row of each combination of Keys.
	DistinctOn struct {
		Input Node
		Keys  []expr.Expr
	}
	// SingleRow gives exactly one row; see physical.SingleRow.
	SingleRow struct{ Input Node }
	// Insert stores rows: Row[i] is the id of the input column that holds table
	// column i. Returning speaks of these ids.
	Insert struct {
		Input     Node
		Table     *schema.Table
		Row       []int
		Checks    []physical.Check
		Returning []expr.Expr
		Out       []Col
	}
	// Conflict finds the rows that rows to be inserted collide with; see
	// physical.Conflict. Row as in Insert. Without Update it gives the input's
	// columns, with it those of Row, the locator and Old, table columns by Ordinals.
	Conflict struct {
		Input    Node
		Table    *schema.Table
		Row      []int
		Arbiters []schema.TableID
		Update   bool
		Locator  Col
		Old      []Col
		Ordinals []int
	}
	// Upsert stores new rows where Locator is NULL and new versions of the rows that
	// it names elsewhere; Row as in Insert.
	Upsert struct {
		Input     Node
		Table     *schema.Table
		Locator   int
		Row       []int
		Checks    []physical.Check
		Returning []expr.Expr
		Out       []Col
	}
	// Update stores new versions of the rows that Locator names; Row as in
	// Insert. Returning may use other columns of the input too.
	Update struct {
		Input     Node
		Table     *schema.Table
		Locator   int
		Row       []int
		Checks    []physical.Check
		Returning []expr.Expr
		Out       []Col
	}
	// Delete removes the rows that Locator names.
	Delete struct {
		Input     Node
		Table     *schema.Table
		Locator   int
		Returning []expr.Expr
		Out       []Col
	}
)

// Bind gives parameter N the value of a left column, whenever the right side of
// a lateral join is evaluated.
type Bind struct {
	Col Col
	N   int
}

// SetCall is one call of a ProjectSet; without Func it is the value Args[0],
// given once.
type SetCall struct {
	Func function.ID
	Args []expr.Expr
	Out  []Col
}

// Agg is one aggregate call; Filter may be nil.
type Agg struct {
	Func     function.ID
	Args     []expr.Expr
	Distinct bool
	Filter   expr.Expr
	T        types.Type
	Order    []physical.SortKey // see physical.Agg
	Direct   []expr.Expr
}

func (n *Scan) Cols() []Col       { return n.Out }
func (n *Input) Cols() []Col      { return n.Out }
func (n *Values) Cols() []Col     { return n.Out }
func (n *Filter) Cols() []Col     { return n.Input.Cols() }
func (n *Project) Cols() []Col    { return n.Out }
func (n *Sort) Cols() []Col       { return n.Input.Cols() }
func (n *Limit) Cols() []Col      { return n.Input.Cols() }
func (n *Append) Cols() []Col     { return n.Out }
func (n *DistinctOn) Cols() []Col { return n.Input.Cols() }
func (n *SingleRow) Cols() []Col  { return n.Input.Cols() }
func (n *Insert) Cols() []Col     { return n.Out }
func (n *Upsert) Cols() []Col     { return n.Out }
func (n *Update) Cols() []Col     { return n.Out }
func (n *Delete) Cols() []Col     { return n.Out }

// Cols returns the input's columns and, with Update, the locator and the old ones.
func (n *Conflict) Cols() []Col {
	in := n.Input.Cols()
	if !n.Update {
		return in
	}
	cols := append(make([]Col, 0, len(in)+1+len(n.Old)), in...)
	return append(append(cols, n.Locator), n.Old...)
}

// Cols returns the keys, then the aggregates.
func (n *Aggregate) Cols() []Col {
	return append(append(make([]Col, 0, len(n.KeyCols)+len(n.AggCols)), n.KeyCols...), n.AggCols...)
}

// Cols returns the input's columns, then those of the calls, then the ordinal.
func (n *ProjectSet) Cols() []Col {
	in := n.Input.Cols()
	return append(in[:len(in):len(in)], n.Made()...)
}

// Made returns the columns that the node adds to its input's.
func (n *ProjectSet) Made() []Col {
	var cols []Col
	for _, c := range n.Calls {
		cols = append(cols, c.Out...)
	}
	if n.Ordinality.ID != 0 {
		cols = append(cols, n.Ordinality)
	}
	return cols
}

// Cols returns the left columns and, unless the join only filters, the right
// ones.
func (n *Join) Cols() []Col {
	l := n.Left.Cols()
	if n.Filters() {
		return l
	}
	r := n.Right.Cols()
	return append(append(make([]Col, 0, len(l)+len(r)), l...), r...)
}

// Filters reports whether the join gives left rows only.
func (n *Join) Filters() bool {
	return n.Kind == physical.Semi || n.Kind == physical.Anti || n.Kind == physical.AntiNull
}

func (n *Scan) Inputs() []Node       { return nil }
func (n *Input) Inputs() []Node      { return nil }
func (n *Values) Inputs() []Node     { return nil }
func (n *Filter) Inputs() []Node     { return []Node{n.Input} }
func (n *Project) Inputs() []Node    { return []Node{n.Input} }
func (n *ProjectSet) Inputs() []Node { return []Node{n.Input} }
func (n *Aggregate) Inputs() []Node  { return []Node{n.Input} }
func (n *Join) Inputs() []Node       { return []Node{n.Left, n.Right} }
func (n *Sort) Inputs() []Node       { return []Node{n.Input} }
func (n *Limit) Inputs() []Node      { return []Node{n.Input} }
func (n *Append) Inputs() []Node     { return n.All }
func (n *DistinctOn) Inputs() []Node { return []Node{n.Input} }
func (n *SingleRow) Inputs() []Node  { return []Node{n.Input} }
func (n *Insert) Inputs() []Node     { return []Node{n.Input} }
func (n *Conflict) Inputs() []Node   { return []Node{n.Input} }
func (n *Upsert) Inputs() []Node     { return []Node{n.Input} }
func (n *Update) Inputs() []Node     { return []Node{n.Input} }
func (n *Delete) Inputs() []Node     { return []Node{n.Input} }

func (n *Scan) With([]Node) Node          { return n }
func (n *Input) With([]Node) Node         { return n }
func (n *Values) With([]Node) Node        { return n }
func (n *Filter) With(in []Node) Node     { c := *n; c.Input = in[0]; return &c }
func (n *Project) With(in []Node) Node    { c := *n; c.Input = in[0]; return &c }
func (n *ProjectSet) With(in []Node) Node { c := *n; c.Input = in[0]; return &c }
func (n *Aggregate) With(in []Node) Node  { c := *n; c.Input = in[0]; return &c }
func (n *Join) With(in []Node) Node       { c := *n; c.Left, c.Right = in[0], in[1]; return &c }
func (n *Sort) With(in []Node) Node       { c := *n; c.Input = in[0]; return &c }
func (n *Limit) With(in []Node) Node      { c := *n; c.Input = in[0]; return &c }
func (n *Append) With(in []Node) Node     { c := *n; c.All = in; return &c }
func (n *DistinctOn) With(in []Node) Node { c := *n; c.Input = in[0]; return &c }
func (n *SingleRow) With(in []Node) Node  { c := *n; c.Input = in[0]; return &c }
func (n *Insert) With(in []Node) Node     { c := *n; c.Input = in[0]; return &c }
func (n *Conflict) With(in []Node) Node   { c := *n; c.Input = in[0]; return &c }
func (n *Upsert) With(in []Node) Node     { c := *n; c.Input = in[0]; return &c }
func (n *Update) With(in []Node) Node     { c := *n; c.Input = in[0]; return &c }
func (n *Delete) With(in []Node) Node     { c := *n; c.Input = in[0]; return &c }

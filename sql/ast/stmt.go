package ast

// Stmt is one statement.
type Stmt interface{ stmt() }

// Name is a possibly qualified name: "a", "s.a", "db.s.a".
type Name struct {
	Pos   int
	Parts []string
}

// With is the WITH clause of a query or a data-changing statement.
type With struct {
	Pos       int
	Recursive bool
	CTEs      []CTE
}

// CTE is one common table expression.
type CTE struct {
	Pos          int
	Name         string
	Cols         []string
	Materialized *bool // nil when not said
	Stmt         Stmt  // Query, *Insert, *Update or *Delete
}

// Query is a SELECT, a set operation or VALUES.
type Query interface {
	Stmt
	query()
}

// Tail is what may stand behind any query: ORDER BY, LIMIT, locks.
type Tail struct {
	OrderBy  []OrderItem
	Limit    Expr // nil: none or ALL
	Offset   Expr
	WithTies bool
	Locks    []Lock
}

// Select is SELECT … FROM … .
type Select struct {
	Pos             int
	With            *With
	Distinct        bool
	DistinctOn      []Expr // with Distinct
	Targets         []Target
	Into            *Name // SELECT INTO
	From            []TableExpr
	Where           Expr
	GroupBy         []Expr // Grouping nodes for ROLLUP, CUBE, GROUPING SETS
	GroupByDistinct bool   // GROUP BY DISTINCT
	Having          Expr
	Windows         []WindowDef
	Tail            Tail
}

// SetOp is a UNION, INTERSECT or EXCEPT b.
type SetOp struct {
	Pos         int
	With        *With
	Op          string // "UNION", "INTERSECT", "EXCEPT"
	All         bool
	Left, Right Query
	Tail        Tail
}

// Values is VALUES (…), (…). Rows may have been read by the parser's fast path.
type Values struct {
	Pos  int
	With *With
	Rows [][]Expr // Default is allowed in an INSERT only
	Tail Tail
}

// Target is one item of a select list or of RETURNING.
type Target struct {
	Pos   int
	Expr  Expr // *Star for * and t.*
	Alias string
}

// OrderItem is one item of ORDER BY.
type OrderItem struct {
	Pos        int
	Expr       Expr
	Desc       bool
	NullsFirst bool   // resolved: the default follows Desc
	Using      string // operator of USING, "" for none
}

// Lock is FOR UPDATE and its relatives.
type Lock struct {
	Pos      int
	Strength string // "UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"
	Of       []Name
	Wait     string // "", "NOWAIT", "SKIP LOCKED"
}

// WindowDef is name AS (…) or the inline window of OVER.
type WindowDef struct {
	Pos         int
	Name        string // of the definition
	Base        string // the window it refines, or for OVER name the window itself
	Bare        bool   // OVER name, without parentheses: the window as it is
	PartitionBy []Expr
	OrderBy     []OrderItem
	Frame       *Frame
}

// Frame is the frame clause of a window.
type Frame struct {
	Mode       string // "ROWS", "RANGE", "GROUPS"
	Start, End Bound
	Exclude    string // "", "CURRENT ROW", "GROUP", "TIES"
}

// Bound is one end of a frame.
type Bound struct {
	Kind   string // "UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING"
	Offset Expr
}

// TableExpr is an item of FROM.
type TableExpr interface{ tableExpr() }

// TableAlias is AS name (cols).
type TableAlias struct {
	Name string
	Cols []string
}

// TableRef is a named table (or CTE, or view) in FROM.
type TableRef struct {
	Pos        int
	Name       Name
	Only       bool
	Alias      TableAlias
	Index      string // Cockroach's t@index
	AsOf       Expr   // AS OF SYSTEM TIME
	Sample     *FuncCall
	Repeatable Expr
}

// SubqueryRef is (query) AS alias in FROM.
type SubqueryRef struct {
	Pos     int
	Lateral bool
	Query   Query
	Alias   TableAlias
}

// FuncRef is f(…) in FROM.
type FuncRef struct {
	Pos        int
	Lateral    bool
	Funcs      []*FuncCall // more than one for ROWS FROM
	Ordinality bool
	Alias      TableAlias
	ColDefs    []ColDef
}

// ColDef is a column definition of a function in FROM.
type ColDef struct {
	Name string
	Type TypeName
}

// JoinExpr joins two items of FROM.
type JoinExpr struct {
	Pos         int
	Kind        string // "INNER", "LEFT", "RIGHT", "FULL", "CROSS"
	Natural     bool
	Asof        bool // each left row with the nearest right row: DuckDB's ASOF JOIN
	Left, Right TableExpr
	On          Expr
	Using       []string
	UsingAlias  string
	Alias       TableAlias // of a parenthesised join
}

func (*TableRef) tableExpr()    {}
func (*SubqueryRef) tableExpr() {}
func (*FuncRef) tableExpr()     {}
func (*JoinExpr) tableExpr()    {}

// Insert is INSERT (or Cockroach's UPSERT).
type Insert struct {
	Pos        int
	With       *With
	Table      Name
	Alias      string
	Cols       []Name // one part each, Pos of the column; more parts are fields
	Source     Query  // nil for DEFAULT VALUES
	Overriding string // "", "SYSTEM", "USER"
	OnConflict *OnConflict
	Upsert     bool
	Returning  []Target
	// ReturningNothing is Cockroach's RETURNING NOTHING.
	ReturningNothing bool
}

// OnConflict is ON CONFLICT … DO ….
type OnConflict struct {
	Pos        int
	Target     []Expr
	Constraint string
	Where      Expr // of the target
	Update     []Assignment
	Nothing    bool
	UpdateIf   Expr // WHERE behind DO UPDATE SET
}

// Assignment is col = value or, with Multiple, (cols) = (row or query).
type Assignment struct {
	Pos      int
	Cols     []Name // more than one part is a field of the column
	Multiple bool
	Value    Expr
}

// Update is UPDATE, with Cockroach's ORDER BY and LIMIT.
type Update struct {
	Pos              int
	With             *With
	Table            *TableRef
	Set              []Assignment
	From             []TableExpr
	Where            Expr
	Tail             Tail
	Returning        []Target
	ReturningNothing bool
}

// Delete is DELETE, with Cockroach's ORDER BY and LIMIT.
type Delete struct {
	Pos              int
	With             *With
	Table            *TableRef
	Using            []TableExpr
	Where            Expr
	Tail             Tail
	Returning        []Target
	ReturningNothing bool
}

func (*Select) stmt() {}
func (*SetOp) stmt()  {}
func (*Values) stmt() {}
func (*Insert) stmt() {}
func (*Update) stmt() {}
func (*Delete) stmt() {}

func (*Select) query() {}
func (*SetOp) query()  {}
func (*Values) query() {}

package skel

// Tree is one parsed skeleton: its fragments in order.
type Tree struct {
	Stmts []Stmt
	bytes int // memory it takes, roughly
}

// Verb is what a fragment does.
type Verb uint8

// The verbs.
const (
	Select Verb = iota
	Insert
	Update
	Delete
)

// None is the number of a node that is not there.
const None = int32(-1)

// Stmt is one fragment. Node numbers index the side table of the statement.
type Stmt struct {
	Verb    Verb
	Query   *Query // of Select; the source of Insert, nil for DEFAULT VALUES
	Target  int32  // of the other verbs
	Set     []Assignment
	Where   *Expr
	OrderBy []Expr
	Limit   int32
}

// Assignment is one item of SET.
type Assignment struct {
	Node  int32
	Value Expr
}

// Query is a SELECT or, with more than one block, a chain of set operations.
type Query struct {
	CTEs    []CTE
	Blocks  []Block
	Ops     []Op // between Blocks[i] and Blocks[i+1]
	OrderBy []Expr
	Limit   int32
}

// CTE is one common table expression.
type CTE struct {
	Node  int32
	Query *Query
}

// Op is a set operation.
type Op struct {
	Name string // "UNION", "INTERSECT", "EXCEPT"
	All  bool
}

// Block is one SELECT without what follows a query.
type Block struct {
	Fields  []Field
	From    []Table // nil when there is none
	Where   *Expr
	GroupBy []Expr
	Having  *Expr
}

// Field is one item of a select list.
type Field struct {
	Expr  Expr
	Label int32
}

// Table is tN, (query) AS tN or a join.
type Table struct {
	Node        int32 // of the table or of the query
	Query       *Query
	Left, Right *Table // of a join, which is
	On          *Expr  // the leaf or call that describes it
}

// Expr is tN, fN(…) or, with Query, a query. The number 1 that fills an empty
// select list has node None.
type Expr struct {
	Node  int32
	Args  []Expr
	Query *Query
}

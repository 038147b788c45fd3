package shape

import "github.com/dejaq/fasti/sql/ast"

// The side table holds, for every tN and fN of the skeletons, what N stands for:
// mostly the tree node itself, complete but for its operands, which
// sql/translate fills in from the arguments of fN. The types below wrap a node
// where that is not enough. A fragment number is an index into
// Encoding.Fragments; 0 is no fragment.
type (
	// Select is the head of a SELECT: its first field. The arguments are the
	// expressions of DISTINCT ON.
	Select struct {
		*ast.Select
		Windows int // fragment of the WINDOW clause
	}
	// Values is the head of a VALUES list. The arguments fill the nil values in
	// order.
	Values struct{ *ast.Values }
	// Nested is the head of an operand that is a parenthesised query: its only
	// argument.
	Nested struct{}
	// NoTable is the table of a block that has no FROM.
	NoTable struct{}
	// Label is a column label.
	Label string
	// Tail is what LIMIT n points to.
	Tail struct {
		ast.Tail          // Limit and Offset when they are leaves
		LimitIn, OffsetIn int
	}
	// CTE is one common table expression; Body is the fragment of a
	// data-changing one.
	CTE struct {
		ast.CTE
		WithPos   int
		Recursive bool
		Body      int
	}
	// Table is a table of FROM; Sample is the fragment of the arguments of
	// TABLESAMPLE, the last of which is that of REPEATABLE when Repeatable is set.
	Table struct {
		*ast.TableRef
		Sample     int
		Repeatable bool
		AsOf       int
	}
	// Insert, Update and Delete are the targets of their statements.
	Insert struct {
		*ast.Insert
		With, Target, Set, Returning int
	}
	Update struct {
		*ast.Update
		With, From, Returning int
	}
	Delete struct {
		*ast.Delete
		With, Using, Returning int
	}
	// Case says whether the first argument is that of CASE.
	Case struct {
		*ast.Case
		HasArg bool
	}
	// Subscript says which bounds are there.
	Subscript struct {
		*ast.Subscript
		HasLo, HasHi bool
	}
	// Reordered is a call whose i-th argument belongs at Order[i].
	Reordered struct {
		*ast.FuncCall
		Order []int
	}
)

package ast

// Expr is a value expression.
type Expr interface {
	expr()
	// Offset returns the node's Pos.
	Offset() int
}

// Node is embedded in every expression.
type Node struct{ Pos int }

// Offset returns the byte offset at which errors about the node point.
func (n Node) Offset() int { return n.Pos }
func (Node) expr()         {}

// ConstKind says how a literal was written.
type ConstKind uint8

// Strings are of unknown type until the context gives one.
const (
	Null ConstKind = iota
	True
	False
	Integer   // Raw: decimal digits, a minus sign folded in
	Decimal   // Raw: with a point or an exponent, a minus sign folded in
	String    // Raw: the decoded characters
	BitString // Raw: b or x, then the digits
)

type (
	// Const is a literal.
	Const struct {
		Node
		Kind ConstKind
		Raw  string
	}
	// ColumnRef is a possibly qualified column (or whole-row) name.
	ColumnRef struct {
		Node
		Parts []string
	}
	// Star is * (Qualifier nil), t.* or (x).* (Of).
	Star struct {
		Node
		Qualifier []string
		Of        Expr
	}
	// Param is $N, N ≥ 1.
	Param struct {
		Node
		N int
	}
	// Binary is l op r for the arithmetic, comparison ("=", "<>", "<", "<=",
	// ">", ">=") and every other infix operator; Pos is the operator's.
	// Schema is that of OPERATOR(schema.op).
	Binary struct {
		Node
		Op, Schema string
		L, R       Expr
	}
	// Unary is a prefix operator: "-", "+", "~", "@", …
	Unary struct {
		Node
		Op, Schema string
		X          Expr
	}
	// And and Or hold two or more operands: chains are flat.
	And struct {
		Node
		Args []Expr
	}
	// Or is the flat disjunction.
	Or struct {
		Node
		Args []Expr
	}
	// Not is NOT x.
	Not struct {
		Node
		X Expr
	}
	// IsTest is x IS [NOT] what: "NULL", "TRUE", "FALSE", "UNKNOWN",
	// "DOCUMENT", "NORMALIZED", "NFKC NORMALIZED".
	IsTest struct {
		Node
		X    Expr
		What string
		Not  bool
	}
	// IsDistinct is l IS [NOT] DISTINCT FROM r.
	IsDistinct struct {
		Node
		L, R Expr
		Not  bool
	}
	// Between is x [NOT] BETWEEN [SYMMETRIC] lo AND hi.
	Between struct {
		Node
		X, Lo, Hi      Expr
		Not, Symmetric bool
	}
	// In is x [NOT] IN (list) or, with Query, x [NOT] IN (query).
	In struct {
		Node
		X     Expr
		List  []Expr
		Query Query
		Not   bool
	}
	// Like is x [NOT] LIKE/ILIKE/SIMILAR TO pattern [ESCAPE escape].
	Like struct {
		Node
		Kind       string // "LIKE", "ILIKE", "SIMILAR TO"
		X, Pattern Expr
		Escape     Expr // nil when not said
		Not        bool
	}
	// Quantified is x op ANY|ALL (array or query).
	Quantified struct {
		Node
		Op, Schema string // LIKE and ILIKE come as "~~", "!~~", "~~*", "!~~*"
		All        bool
		X          Expr
		Array      Expr // nil when Query is set
		Query      Query
	}
	// Case is CASE [arg] WHEN … THEN … ELSE … END; Else is nil when absent.
	Case struct {
		Node
		Arg   Expr
		Whens []When
		Else  Expr
	}
	// Cast is x::type, CAST(x AS type) or type 'literal'.
	Cast struct {
		Node
		X    Expr
		Type TypeName
	}
	// FuncCall is a call of a function, aggregate or window function. The
	// keyword forms extract(f FROM x), position, substring, overlay and trim come
	// as calls of the function that PostgreSQL maps them to: extract('f', x),
	// position(haystack, needle), substring(x, from, for), overlay, btrim, ltrim,
	// rtrim. COALESCE, NULLIF, GREATEST, LEAST, GROUPING and (a, b) OVERLAPS (c, d)
	// are calls too.
	FuncCall struct {
		Node
		Name        Name
		Args        []Arg
		Star        bool // count(*)
		Distinct    bool
		Variadic    bool // before the last argument
		OrderBy     []OrderItem
		Filter      Expr
		WithinGroup bool // OrderBy belongs to WITHIN GROUP
		Over        *WindowDef
	}
	// Subscript is x[i] or, with Slice, x[lo:hi]. Chained: X is the Subscript just
	// before in the same row of brackets, a[1][2] and not (a[1])[2]; a row in which
	// one is a slice is one of slices all over.
	Subscript struct {
		Node
		X       Expr
		Lo, Hi  Expr
		Slice   bool
		Chained bool
	}
	// Field is (x).name.
	Field struct {
		Node
		X    Expr
		Name string
	}
	// Array is ARRAY[…].
	Array struct {
		Node
		Elems []Expr
	}
	// ArrayQuery is ARRAY(query).
	ArrayQuery struct {
		Node
		Query Query
	}
	// Row is ROW(…) or (a, b, …).
	Row struct {
		Node
		Elems    []Expr
		Explicit bool // ROW was written
	}
	// Subquery is a scalar subquery.
	Subquery struct {
		Node
		Query Query
	}
	// Exists is EXISTS (query).
	Exists struct {
		Node
		Query Query
	}
	// AtTimeZone is x AT TIME ZONE zone.
	AtTimeZone struct {
		Node
		X, Zone Expr
	}
	// Collate is x COLLATE name.
	Collate struct {
		Node
		X         Expr
		Collation Name
	}
	// SQLValue is CURRENT_TIMESTAMP and the others that are called without
	// parentheses; Name is lower case, Precision -1 when not said.
	SQLValue struct {
		Node
		Name      string
		Precision int
	}
	// Grouping is ROLLUP(…), CUBE(…), GROUPING SETS(…) or () in GROUP BY.
	Grouping struct {
		Node
		Kind string // "ROLLUP", "CUBE", "GROUPING SETS", "()"
		Args []Expr
	}
	// Default is DEFAULT in VALUES or SET.
	Default struct{ Node }
)

// When is one branch of CASE.
type When struct{ Cond, Then Expr }

// Arg is one argument of a call; Name is "" for a positional one.
type Arg struct {
	Name string
	Expr Expr
}

// TypeName is a type as written.
type TypeName struct {
	Pos int
	// Name is, for the types that have keywords, the one of pg_type: int4 for
	// INT and INTEGER, int2, int8, float4, float8 (also for FLOAT(p)), numeric,
	// bool, bpchar for CHAR(n), varchar, bit, varbit, time, timetz, timestamp,
	// timestamptz, interval. Other names are as written: text, date, bytea, uuid.
	Name Name
	// Mods are the numbers in parentheses: nil when there are none, but {1} for
	// CHAR and BIT. For interval, Fields has the words.
	Mods   []int
	Fields string // "DAY TO SECOND"
	// Dims is the number of array dimensions.
	Dims  int
	SetOf bool
}

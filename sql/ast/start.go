package ast

// Start returns the offset of the first byte of e that a node of it remembers:
// the place PostgreSQL points to for errors about an expression's type
// (exprLocation). It is -1 for nil.
func Start(e Expr) int {
	if e == nil {
		return -1
	}
	pos := e.Offset()
	left := func(x Expr) int {
		if x == nil {
			return pos
		}
		if s := Start(x); s < pos {
			return s
		}
		return pos
	}
	switch e := e.(type) {
	case *Binary:
		return left(e.L)
	case *And:
		return left(e.Args[0])
	case *Or:
		return left(e.Args[0])
	case *IsTest:
		return left(e.X)
	case *IsDistinct:
		return left(e.L)
	case *Between:
		return left(e.X)
	case *In:
		return left(e.X)
	case *Like:
		return left(e.X)
	case *Quantified:
		return left(e.X)
	case *Cast:
		return left(e.X)
	case *Subscript:
		return left(e.X)
	case *Field:
		return left(e.X)
	case *AtTimeZone:
		return left(e.X)
	case *Collate:
		return left(e.X)
	case *FuncCall:
		if len(e.Args) > 0 { // OVERLAPS stands behind its first arguments
			return left(e.Args[0].Expr)
		}
	case *Star:
		return left(e.Of)
	}
	return pos
}

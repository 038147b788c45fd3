package build

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// scope is what the expressions of one query level may name.
type scope struct {
	parent *scope // of the query around, nil at the top
	level  int    // how many queries are around, 0 at the top
	items  []*item
	// barred are items beside that a LATERAL item sees but may not refer to: the
	// left side of a RIGHT or FULL join.
	barred []*item
	// entries are all tables, subqueries and functions of the level, visible or
	// not: for hints.
	entries []*item
	ctes    *cteScope
	// clause is where the expression being bound stands, for errors.
	clause clause
	// group collects the aggregate calls of the level while its select list,
	// HAVING or ORDER BY is bound; nil elsewhere.
	group *grouping
	// inAggregate is true inside the arguments of an aggregate call.
	inAggregate bool
	// windows collects the calls with OVER of the level where they may stand; nil
	// elsewhere.
	windows *windowing
	// gaps collects time_bucket_gapfill, locf and interpolate; nil where they may
	// not stand.
	gaps *gapfilling
	// inWindowCall is true inside the arguments of a call with OVER.
	inWindowCall bool
	// sets collects the set-returning calls of the level; nil in clauses that may
	// not have any.
	sets *setCalls
	// noSets is the construct ("CASE") around the expression in which there may
	// be none either.
	noSets string
	// scalars are the subqueries of the clause being bound that the caller must
	// join to its input; nil where the clause cannot have any.
	scalars *[]attachment
}

// item is one thing in FROM, as ParseNamespaceItem of PostgreSQL.
type item struct {
	name      string // alias or table name; "" for an unnamed join
	namespace string // of a table without alias
	table     string // the table's own name when an alias hides it
	cols      []itemCol
	system    []itemCol // system columns, which * does not show and others hide
	relSeen   bool      // name.col finds it
	colsSeen  bool      // a bare col finds it
	join      bool
}

type itemCol struct {
	name string
	id   int
	t    types.Type
}

func (c itemCol) col() logical.Col { return logical.Col{ID: c.id, Name: c.name, T: c.t} }

// clause names the part of a statement that an expression stands in.
type clause uint8

const (
	inTarget clause = iota
	inWhere
	inOn
	inGroupBy
	inHaving
	inOrderBy
	inLimit
	inOffset
	inValues
	inReturning
	inSet
	inDefault
	inFrom // arguments of a function in FROM
	inDistinctOn
	inCopyWhere
	inFilter
	inWindow // PARTITION BY and ORDER BY of a window
	inFrameRows
	inFrameRange
	inFrameGroups
	inCheck
	inGenerated
)

// words is how PostgreSQL's ParseExprKindName and its aggregate errors name the
// clause.
func (c clause) words() string {
	return [...]string{
		"SELECT", "WHERE", "JOIN/ON", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "OFFSET", "VALUES",
		"RETURNING", "UPDATE", "DEFAULT", "function in FROM", "DISTINCT ON", "WHERE", "FILTER",
		"window definitions", "window ROWS", "window RANGE", "window GROUPS",
		"check constraints", "column generation expressions",
	}[c]
}

// child returns an empty scope for a query inside sc.
func (sc *scope) child() *scope {
	c := &scope{parent: sc}
	if sc != nil {
		c.ctes = sc.ctes
		c.level = sc.level + 1
	}
	return c
}

// in returns a copy of sc for the expressions of a clause.
func (sc *scope) in(c clause) *scope {
	n := *sc
	n.clause, n.group, n.inAggregate, n.scalars, n.sets, n.noSets = c, nil, false, nil, nil, ""
	n.windows, n.inWindowCall, n.gaps = nil, false, nil
	return &n
}

// add puts items behind those there are; a name may be used once.
func (sc *scope) add(items []*item, pos int) error {
	for _, it := range items {
		if !it.relSeen {
			continue
		}
		for _, have := range sc.items {
			if have.relSeen && have.name == it.name && (have.namespace == it.namespace || have.namespace == "" || it.namespace == "") {
				return sqlerr.New(sqlerr.DuplicateAlias, "table name \"%s\" specified more than once", it.name)
			}
		}
	}
	sc.items = append(sc.items, items...)
	return nil
}

// column binds a column reference.
func (b *binder) column(e *ast.ColumnRef, sc *scope) (expr.Expr, error) {
	parts := e.Parts
	if len(parts) > 1 && len(parts) < 4 {
		return b.qualified(e, sc)
	}
	if len(parts) > 4 {
		return nil, sqlerr.New(sqlerr.SyntaxError, "improper qualified name (too many dotted names): %s", dotted(parts)).At(e.Pos)
	}
	if len(parts) == 4 {
		if parts[0] != b.o.Database && b.o.Database != "" {
			return nil, sqlerr.New(sqlerr.FeatureNotSupported, "cross-database references are not implemented: %s", dotted(parts)).At(e.Pos)
		}
		c := *e
		c.Parts = parts[1:]
		return b.qualified(&c, sc)
	}
	name := parts[0]
	for s := sc; s != nil; s = s.parent {
		c, n := s.lookup(name)
		if n > 1 {
			return nil, sqlerr.New(sqlerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name).At(e.Pos)
		}
		if n == 1 {
			return b.reference(s, c, e.Pos), nil
		}
	}
	for s := sc; s != nil; s = s.parent {
		if err := s.barredColumn("", name, e.Pos); err != nil {
			return nil, err
		}
	}
	for s := sc; s != nil; s = s.parent {
		var found []itemCol
		for _, it := range s.items {
			found = append(found, it.systemColumn(name)...)
		}
		if len(found) > 1 {
			return nil, sqlerr.New(sqlerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name).At(e.Pos)
		}
		if len(found) == 1 {
			return b.reference(s, found[0], e.Pos), nil
		}
	}
	// A table's name alone is its whole row.
	for s := sc; s != nil; s = s.parent {
		for _, it := range s.items {
			if it.relSeen && it.name == name {
				return b.wholeRow(s, it, e.Pos), nil
			}
		}
	}
	return nil, sc.missingColumn("", name, e.Pos)
}

// has reports whether a column is of the level itself.
func (sc *scope) has(id int) bool {
	for _, it := range sc.items {
		for _, cols := range [][]itemCol{it.cols, it.system} {
			for _, c := range cols {
				if c.id == id {
					return true
				}
			}
		}
	}
	return false
}

// systemColumn returns the system column of a name, or none.
func (it *item) systemColumn(name string) []itemCol {
	for i, c := range it.system {
		if c.name == name {
			return it.system[i : i+1]
		}
	}
	return nil
}

// lookup finds a column by its bare name and how many there are.
func (sc *scope) lookup(name string) (found itemCol, n int) {
	for _, it := range sc.items {
		if !it.colsSeen {
			continue
		}
		for _, c := range it.cols {
			if c.name == name {
				found = c
				n++
			}
		}
	}
	return found, n
}

// barredColumn returns the refusal of a column of a barred item.
func (sc *scope) barredColumn(rel, name string, pos int) error {
	for _, it := range sc.barred {
		for _, c := range it.cols {
			if c.name == name && (rel == "" && it.colsSeen || it.relSeen && it.name == rel) {
				return sqlerr.New(sqlerr.InvalidColumnReference, "invalid reference to FROM-clause entry for table \"%s\"", it.name).
					WithDetail("The combining JOIN type must be INNER or LEFT for a LATERAL reference.").At(pos)
			}
		}
	}
	return nil
}

// reference returns the expression for a column found in s. Inside the clauses
// that the grouping check looks at it is tagged with its place.
func (b *binder) reference(s *scope, c itemCol, pos int) expr.Expr {
	id := c.id
	if s.group != nil && !s.inAggregate {
		id = tag(id, pos, s.level)
	}
	return expr.Column{Index: id, T: c.t}
}

// qualified binds t.c or s.t.c.
func (b *binder) qualified(e *ast.ColumnRef, sc *scope) (expr.Expr, error) {
	name := e.Parts[len(e.Parts)-1]
	rel := e.Parts[len(e.Parts)-2]
	ns := ""
	if len(e.Parts) == 3 {
		ns = e.Parts[0]
	}
	it, s, err := sc.relation(ns, rel, e.Pos)
	if err != nil {
		return nil, err
	}
	if it == nil {
		for s := sc; s != nil; s = s.parent {
			if err := s.barredColumn(rel, name, e.Pos); err != nil {
				return nil, err
			}
		}
		return nil, sc.missingRelation(ns, rel, e.Pos)
	}
	var found itemCol
	n := 0
	for _, c := range it.cols {
		if c.name == name {
			found = c
			n++
		}
	}
	if system := it.systemColumn(name); n == 0 && len(system) > 0 {
		found, n = system[0], 1
	}
	switch {
	case n > 1:
		return nil, sqlerr.New(sqlerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name).At(e.Pos)
	case n == 0:
		return nil, sc.missingColumn(rel, name, e.Pos)
	}
	return b.reference(s, found, e.Pos), nil
}

// relation finds the item that a qualifier names and its scope; nil when there
// is none.
func (sc *scope) relation(ns, rel string, pos int) (*item, *scope, error) {
	for s := sc; s != nil; s = s.parent {
		var found *item
		for _, it := range s.items {
			if !it.relSeen || it.name != rel || ns != "" && it.namespace != ns {
				continue
			}
			if found != nil {
				return nil, nil, sqlerr.New(sqlerr.AmbiguousAlias, "table reference \"%s\" is ambiguous", rel).At(pos)
			}
			found = it
		}
		if found != nil {
			return found, s, nil
		}
	}
	return nil, nil, nil
}

func dotted(parts []string) string {
	s := ""
	for i, p := range parts {
		if i > 0 {
			s += "."
		}
		s += p
	}
	return s
}

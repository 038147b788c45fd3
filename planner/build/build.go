package build

import (
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Catalog is what a statement may name. It is one immutable view.
type Catalog interface {
	// Table returns a table, nil when there is none; virtual for a system table
	// that the server computes.
	Table(namespace, name string) (t *schema.Table, virtual bool)
}

// Options are the surroundings of a statement.
type Options struct {
	Catalog Catalog
	// SearchPath is the list of namespaces for unqualified names; pg_catalog is
	// searched first when it is not in it. Default: public.
	SearchPath []string
	// Database is the name that may stand before a namespace.
	Database string
	// View is what the catalog stores, for the objects beside tables; nil: nothing.
	View *catalog.View
	// User is the role that the statement runs as. Default: the bootstrap role.
	User string
	// Params are the types given for $1, $2, …; an Invalid or Unknown one is
	// taken from the context.
	Params []types.Type
	// Values are the settings that decide what literals mean. Default:
	// value.Default().
	Values *value.Settings
}

// Statement is a bound statement: Root, or Plan for one that has no relational
// part.
type Statement struct {
	Root logical.Node
	// Out are the columns that the client gets, in order: names and types.
	Out  []logical.Col
	Plan physical.Node
	// Params are the types of $1, $2, …, all known.
	Params []types.Type
	// Tag is the command tag without counts: "SELECT", "CREATE TABLE".
	Tag string
	// Rows reports that the statement gives rows to the client.
	Rows   bool
	Writes bool
	// Copy is set for COPY. FROM: Out are the columns of the rows to feed in.
	Copy *Copy
	// Notices are for the client, whether or not the statement then succeeds.
	Notices []*sqlerr.Error
	// NextID is the first column id that is free.
	NextID int
}

// maxDepth bounds the nesting of expressions, queries and joins that the binder
// follows; the parser allows fewer.
const maxDepth = 4000

// binder is the state of binding one statement.
type binder struct {
	o       Options
	params  []types.Type // by number; Invalid when $n was not seen, Unknown when not resolved
	nextID  int
	depth   int
	cteRefs int
	// ctes are the WITH queries that may be computed once, each behind those that it
	// refers to.
	ctes []*sharedCTE
	// around is the data-modifying statement in WITH being bound.
	around *cteScope
	// tables are the base tables of the statement by the id of each of their
	// columns.
	origin map[int]origin
	// defaults are the column defaults bound so far.
	defaults map[defaultKey]expr.Expr
	// inDefault is true while a column default is bound: no parameters there.
	inDefault bool
	paramPos  map[int]paramUse
	records   map[string]*types.Def // types of rows, by name and fields
	// depends, unless nil, collects what an expression names that is not a column.
	depends *[]schema.Dependency
	// overriding is the OVERRIDING clause of the INSERT being bound.
	overriding string
	// viewing is set while the text of a view is bound.
	viewing *viewing
}

type defaultKey struct {
	table   *schema.Table
	ordinal int
}

// origin says which column of which table reference an id is.
type origin struct {
	scan    *logical.Scan
	ordinal int
}

// Type resolves a type as written in the surroundings o. Errors are
// *sqlerr.Error with the position.
func (o Options) Type(n ast.TypeName) (types.Type, error) {
	if len(o.SearchPath) == 0 {
		o.SearchPath = []string{"public"}
	}
	return (&binder{o: o}).typeOf(n)
}

// Bind binds stmt. Errors are *sqlerr.Error.
func Bind(stmt ast.Stmt, o Options) (*Statement, error) {
	if o.Values == nil {
		o.Values = value.Default()
	}
	if len(o.SearchPath) == 0 {
		o.SearchPath = []string{"public"}
	}
	b := &binder{o: o, nextID: 1, origin: map[int]origin{}}
	for _, t := range o.Params {
		if t.ID == types.Invalid {
			t = types.Of(types.Invalid)
		}
		b.params = append(b.params, b.current(t))
	}
	s, err := b.statement(stmt)
	if err != nil {
		return nil, err
	}
	if s.Root != nil {
		s.Root = b.placeCTEs(s.Root)
		s.Writes = s.Writes || b.writingCTEs()
	}
	if err := b.checkParams(s.Root); err != nil {
		return nil, err
	}
	s.Params, s.NextID = b.params, b.nextID
	return s, nil
}

func (b *binder) statement(stmt ast.Stmt) (*Statement, error) {
	switch stmt := stmt.(type) {
	case ast.Query:
		return b.selectStatement(stmt)
	case *ast.Insert:
		return b.insert(stmt)
	case *ast.Update:
		return b.update(stmt)
	case *ast.Delete:
		return b.delete(stmt)
	case *ast.Copy:
		return b.copy(stmt)
	case *ast.CreateTable:
		return b.createTable(stmt)
	case *ast.DropTable:
		return b.dropTable(stmt)
	case *ast.Truncate:
		return b.truncate(stmt)
	case *ast.CreateSequence:
		return b.createSequence(stmt)
	case *ast.CreateView:
		return b.createView(stmt)
	case *ast.CreateType:
		return b.createType(stmt)
	case *ast.CreateSchema:
		return b.createSchema(stmt)
	case *ast.Alter:
		return b.alter(stmt)
	case *ast.Drop:
		return b.drop(stmt)
	case *ast.Comment:
		return b.comment(stmt)
	case *ast.CreateIndex:
		return b.createIndex(stmt)
	case *ast.DropIndex:
		return b.dropIndex(stmt)
	case *ast.RenameIndex:
		return b.renameIndex(stmt)
	case *ast.Reindex:
		return b.reindex(stmt)
	case *ast.Unsupported:
		return nil, sqlerr.NotSupported("%s", stmt.What)
	}
	return nil, sqlerr.New(sqlerr.InternalError, "no plan for %T", stmt)
}

func (b *binder) selectStatement(q ast.Query) (*Statement, error) {
	if sel, ok := q.(*ast.Select); ok {
		if call := hypertableCall(sel); call != nil {
			return b.hypertable(call)
		}
	}
	r, err := b.query(q, nil)
	if err != nil {
		return nil, err
	}
	if err = b.textUnknowns(&r); err != nil {
		return nil, err
	}
	return &Statement{Root: r.node, Out: r.cols, Tag: "SELECT", Rows: true}, nil
}

// id returns a fresh column id.
func (b *binder) id() int {
	b.nextID++
	return b.nextID - 1
}

// col returns a fresh column.
func (b *binder) col(name string, t types.Type) logical.Col {
	return logical.Col{ID: b.id(), Name: name, T: t}
}

// enter counts one level of nesting; leave must follow a nil error.
func (b *binder) enter() error {
	if b.depth++; b.depth > maxDepth {
		b.depth--
		return sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded")
	}
	return nil
}

func (b *binder) leave() { b.depth-- }

// A tag packs into the index of a column the place where it was written and the
// level of the query that it belongs to, so that the grouping check of that
// query can find it and point at it:
//
//	bits  0-27  id
//	     28-55  place + 1 (0: no tag), cut at the largest that fits
//	     56-62  level
//
// Only expressions between bind and the end of the grouping check of their query
// are tagged.
const (
	tagIDBits  = 28
	tagPosBits = 28
	tagLevels  = 1 << 7
)

func tag(id, pos, level int) int {
	return id | min(pos+1, 1<<tagPosBits-1)<<tagIDBits | min(level, tagLevels-1)<<(tagIDBits+tagPosBits)
}

// untag splits an index; pos is -1 when there is no tag.
func untag(index int) (id, pos, level int) {
	return index & (1<<tagIDBits - 1), index>>tagIDBits&(1<<tagPosBits-1) - 1, index >> (tagIDBits + tagPosBits)
}

// clean removes the tags of a level and of those inside it from e. Queries that
// nest deeper than tagLevels share the last one.
func clean(e expr.Expr, level int) expr.Expr {
	level = min(level, tagLevels-1)
	return logical.Rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		c, ok := x.(expr.Column)
		if !ok {
			return nil, false
		}
		if id, _, l := untag(c.Index); l >= level {
			c.Index = id
		}
		return c, true
	})
}

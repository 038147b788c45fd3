package planner

import (
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/build"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/lower"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/planner/rules"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// Catalog is what a statement may name: one immutable view.
type Catalog = build.Catalog

// Options are the surroundings of a statement. Catalog is required.
type Options struct {
	Catalog Catalog
	// SearchPath is the list of namespaces for unqualified names. pg_catalog is
	// searched first unless it is in the list. Default: public.
	SearchPath []string
	// Database is the name that may stand before a namespace; "" allows any.
	Database string
	// View is what the catalog stores, for the objects beside tables; nil: nothing.
	View *catalog.View
	// User is the role that the statement runs as. Default: the bootstrap role.
	User string
	// Params are the types given for $1, $2, … (the Parse message's OIDs); the
	// zero Type and Unknown ask for the type from the context. May be short.
	Params []types.Type
	// Values are the settings by which literals are read: a plan is valid for
	// them only as PostgreSQL's prepared statements are, that is literals stay
	// as they were read. Default: value.Default().
	Values *value.Settings
	// Rows estimates how many rows a table has; nil or ok false: unknown.
	Rows func(*schema.Table) (rows int64, ok bool)
}

// Prepared is a planned statement. It is immutable and may be executed many
// times as long as the catalog view is the one it was planned with.
type Prepared struct {
	Plan physical.Node
	// Params are the types of $1, $2, …, all known.
	Params []types.Type
	// Fields are the columns that the client gets; nil when the statement
	// returns no rows. For COPY FROM they are the columns of the rows that
	// physical.Input stands for, with their modifiers.
	Fields []physical.Field
	// Tag is the command tag without row counts: "SELECT", "INSERT", "UPDATE",
	// "DELETE", "COPY", "CREATE TABLE", "DROP TABLE", "TRUNCATE TABLE",
	// "EXPLAIN".
	Tag string
	// Writes reports that the statement changes data or the catalog.
	Writes bool
	// DDL reports that it changes the catalog (TRUNCATE and create_hypertable
	// too).
	DDL bool
	// Copy is set for COPY.
	Copy *build.Copy
	// Explain is set for EXPLAIN; Plan is then that of the explained statement,
	// to be printed by Explain and not to be run unless Analyze.
	Explain *ast.Explain
	// Notices are sent before the result.
	Notices []*sqlerr.Error
}

// Plan binds and plans stmt: a query, INSERT, UPDATE, DELETE, COPY, CREATE TABLE,
// DROP TABLE, TRUNCATE or EXPLAIN of one of them. Errors are *sqlerr.Error.
func Plan(stmt ast.Stmt, o Options) (*Prepared, error) {
	if e, ok := stmt.(*ast.Explain); ok {
		return planExplain(e, o)
	}
	st, err := bind(stmt, o)
	if err != nil {
		return nil, err
	}
	p := &Prepared{
		Plan: st.Plan, Params: st.Params, Tag: st.Tag, Writes: st.Writes, Copy: st.Copy, Notices: st.Notices,
		DDL: st.Plan != nil && st.Writes,
	}
	if st.Rows || st.Copy != nil {
		for _, c := range st.Out {
			p.Fields = append(p.Fields, physical.Field{Name: c.Name, Type: c.T})
		}
		if p.Fields == nil {
			p.Fields = []physical.Field{} // SELECT without columns still gives rows
		}
	}
	if st.Root != nil {
		p.Plan = lower.Plan(optimize(st, o), st.Out)
	}
	return p, nil
}

// Type resolves a type as written, as in PREPARE name (type, …). Errors are
// *sqlerr.Error: 42704 for an unknown type, 0A000 for one that Fasti has not.
func Type(name ast.TypeName, o Options) (types.Type, error) { return surroundings(o).Type(name) }

func bind(stmt ast.Stmt, o Options) (*build.Statement, error) {
	return build.Bind(stmt, surroundings(o))
}

// surroundings are the options that the binder takes.
func surroundings(o Options) build.Options {
	return build.Options{
		Catalog: o.Catalog, SearchPath: o.SearchPath, Database: o.Database, Params: o.Params, Values: o.Values,
		View: o.View, User: o.User,
	}
}

// optimize applies the rules.
func optimize(st *build.Statement, o Options) logical.Node {
	need := logical.Set{}
	for _, c := range st.Out {
		need.Add(c.ID)
	}
	return rules.Apply(st.Root, need, rules.Options{Rows: o.Rows, NextID: st.NextID, Params: len(st.Params)})
}

func planExplain(e *ast.Explain, o Options) (*Prepared, error) {
	p, err := Plan(e.Stmt, o)
	if err != nil {
		return nil, err
	}
	p.Explain, p.Tag, p.DDL = e, "EXPLAIN", p.DDL && e.Analyze
	p.Writes = p.Writes && e.Analyze
	p.Fields = []physical.Field{{Name: "QUERY PLAN", Type: types.Of(types.Text)}}
	return p, nil
}

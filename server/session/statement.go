package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner"
	"github.com/dejaq/fasti/server/pgwire"
	"github.com/dejaq/fasti/server/rowenc"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// statement is one parsed statement, prepared by name or part of a query string.
type statement struct {
	text string   // the whole query string: positions of errors speak of it
	ast  ast.Stmt // nil for an empty one
	// given are the parameter types the client has said, Invalid leaves one open; and
	// from the first plan on, all of them.
	given []types.Type
	plan  *plan     // of a statement that is planned, else nil
	at    time.Time // when it was prepared
	sql   bool      // by PREPARE
}

// plan is what the planner made of a statement, and when.
type plan struct {
	*planner.Prepared
	catalog int64  // revision of the catalog view
	epoch   uint64 // of the session's settings
}

// portal is a statement bound to values.
type portal struct {
	name      string
	statement *statement
	params    []vector.Datum
	results   []int16
	cursor    *cursor   // while it runs or is suspended
	declared  *declared // of DECLARE, else nil
	at        time.Time // when it was made
	done      bool
	tag       string // of a portal that is done and gives rows, else ""
}

// prepared plans st unless the plan it has still holds. Statements that are not
// planned get none.
func (s *Session) prepared(st *statement) (*plan, error) {
	if !planned(st.ast) {
		return nil, nil
	}
	view := s.engine.Catalog.View()
	if p := st.plan; p != nil && p.catalog == view.Rev() && p.epoch == s.epoch {
		return p, nil
	}
	values, err := s.valuesNow()
	if err != nil {
		return nil, err
	}
	stmt := st.ast
	if d, ok := stmt.(*ast.Declare); ok {
		stmt = d.Query
	}
	prepared, err := planner.Plan(stmt, s.planOptions(view, st.given, values))
	if err != nil {
		return nil, err
	}
	if st.plan != nil && !slices.Equal(prepared.Fields, st.plan.Fields) {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "cached plan must not change result type")
	}
	st.given = prepared.Params
	st.plan = &plan{Prepared: prepared, catalog: view.Rev(), epoch: s.epoch}
	return st.plan, nil
}

func (s *Session) planOptions(view *catalog.View, given []types.Type, values *value.Settings) planner.Options {
	return planner.Options{
		Catalog: tables{s.engine, view}, SearchPath: s.vars.searchPath(), Database: s.database,
		Params: given, Values: values, Rows: s.engine.rows, View: view, User: s.user,
	}
}

// rows estimates the rows of a table from the last report of the leaders.
func (e *Engine) rows(t *schema.Table) (int64, bool) {
	n, _, ok := e.Cluster.View().TableRows(t.ID)
	return n, ok
}

// tables is what the planner sees of the catalog.
type tables struct {
	engine *Engine
	view   *catalog.View
}

// Table resolves a name; virtual tables are the server's own.
func (t tables) Table(namespace, name string) (table *schema.Table, virtual bool) {
	if table := t.engine.System.Table(namespace, name); table != nil {
		return table, true
	}
	return t.view.Table(namespace, name), false
}

// planned reports whether a statement goes to the planner.
func planned(stmt ast.Stmt) bool {
	switch stmt.(type) {
	case ast.Query, *ast.Declare, *ast.Insert, *ast.Update, *ast.Delete, *ast.CreateTable, *ast.DropTable, *ast.Truncate, *ast.Copy,
		*ast.CreateIndex, *ast.DropIndex, *ast.RenameIndex, *ast.Reindex,
		*ast.CreateSchema, *ast.CreateView, *ast.CreateSequence, *ast.CreateType, *ast.Alter, *ast.Drop, *ast.Comment:
		return true
	}
	return false
}

// columns describes the result of a statement; nil when it gives no rows.
func (s *Session) columns(st *statement) ([]pgwire.Column, error) {
	text := func(name string) []pgwire.Column {
		return []pgwire.Column{{Name: name, Type: types.Of(types.Text)}}
	}
	switch a := st.ast.(type) {
	case *ast.Explain:
		return text("QUERY PLAN"), nil
	case *ast.Show:
		if a.Name == "all" {
			return []pgwire.Column{
				{Name: "name", Type: types.Of(types.Text)},
				{Name: "setting", Type: types.Of(types.Text)},
				{Name: "description", Type: types.Of(types.Text)},
			}, nil
		}
		name := a.Name
		if def := s.vars.table.byName[strings.ToLower(name)]; def != nil {
			name = def.name
		}
		return text(name), nil
	case *ast.Execute:
		if inner, err := s.statement(a.Name); err == nil {
			return s.columns(inner)
		}
		return nil, nil
	case *ast.Declare:
		return nil, nil
	case *ast.Fetch:
		if p := s.portals[a.Name]; p != nil && p.cursor != nil && !a.Move {
			return p.cursor.columns, nil
		}
		return nil, nil
	}
	p, err := s.prepared(st)
	if p == nil || err != nil {
		return nil, err
	}
	return columnsOf(p), nil
}

func columnsOf(p *plan) []pgwire.Column {
	if p.Fields == nil || p.Copy != nil {
		return nil
	}
	columns := make([]pgwire.Column, len(p.Fields))
	for i, f := range p.Fields {
		columns[i] = pgwire.Column{Name: f.Name, Type: f.Type}
	}
	return columns
}

// Parse makes a prepared statement.
func (s *Session) Parse(_ context.Context, name, text string, oids []uint32) error {
	if _, taken := s.statements[name]; taken && name != "" {
		return s.fail(sqlerr.New(sqlerr.DuplicatePreparedStatement, "prepared statement %q already exists", name), "")
	}
	delete(s.statements, "")
	list, err := parse.Parse(text, s.engine.parseOptions())
	if err != nil {
		return s.fail(err, text)
	}
	if len(list) > 1 {
		return s.fail(sqlerr.New(sqlerr.SyntaxError, "cannot insert multiple commands into a prepared statement"), text)
	}
	st := &statement{text: text}
	for _, oid := range oids {
		t, ok := types.ByOID(oid)
		if !ok {
			t, ok = s.engine.Catalog.View().TypeByOID(oid)
		}
		if !ok && oid != 0 {
			return s.fail(sqlerr.NotSupported("parameter type with OID %d", oid), text)
		}
		if t.ID == types.Unknown {
			t = types.Type{}
		}
		st.given = append(st.given, t)
	}
	if len(list) == 1 {
		st.ast = list[0].AST
		if err := s.allowed(st.ast); err != nil {
			return s.fail(err, text)
		}
		if _, err := s.prepared(st); err != nil {
			return s.fail(err, text)
		}
	}
	if err := s.keep(name, st); err != nil {
		return s.fail(err, text)
	}
	return nil
}

func (s *Session) keep(name string, st *statement) error {
	if len(s.statements) >= statementsMax {
		return sqlerr.New(sqlerr.ConfigurationLimitExceeded, "a session holds at most %d prepared statements", statementsMax)
	}
	st.at = s.engine.Clock()
	s.statements[name] = st
	return nil
}

// statement finds a prepared statement.
func (s *Session) statement(name string) (*statement, error) {
	st, ok := s.statements[name]
	switch {
	case ok:
		return st, nil
	case name == "":
		return nil, sqlerr.New(sqlerr.InvalidSQLStatementName, "unnamed prepared statement does not exist")
	}
	return nil, sqlerr.New(sqlerr.InvalidSQLStatementName, "prepared statement %q does not exist", name)
}

// Bind makes a portal.
func (s *Session) Bind(_ context.Context, b pgwire.Bind) error {
	st, err := s.statement(b.Statement)
	if err != nil {
		return s.fail(err, "")
	}
	if err := s.allowed(st.ast); err != nil || (st.ast == nil && s.tx.status == txFailed) {
		return s.fail(errAborted(), "")
	}
	p := &portal{name: b.Portal, statement: st, at: s.engine.Clock()}
	if err := s.bind(p, b); err != nil {
		return s.fail(err, st.text)
	}
	if old, taken := s.portals[b.Portal]; taken {
		if b.Portal != "" {
			return s.fail(sqlerr.New(sqlerr.DuplicateCursor, "cursor %q already exists", b.Portal), "")
		}
		old.close()
	}
	if len(s.portals) >= portalsMax {
		return s.fail(sqlerr.New(sqlerr.ConfigurationLimitExceeded, "a session holds at most %d portals", portalsMax), "")
	}
	s.portals[b.Portal] = p
	return nil
}

func (s *Session) bind(p *portal, b pgwire.Bind) error {
	st := p.statement
	plan, err := s.prepared(st)
	if err != nil {
		return err
	}
	var params []types.Type
	if plan != nil {
		params = plan.Params
	}
	if n := len(b.Formats); n > 1 && n != len(b.Values) {
		return sqlerr.New(sqlerr.ProtocolViolation, "bind message has %d parameter formats but %d parameters", n, len(b.Values))
	}
	if len(b.Values) != len(params) {
		return sqlerr.New(sqlerr.ProtocolViolation,
			"bind message supplies %d parameters, but prepared statement %q requires %d", len(b.Values), b.Statement, len(params))
	}
	values, err := s.settings()
	if err != nil {
		return err
	}
	p.params = make([]vector.Datum, len(params))
	for i, raw := range b.Values {
		if raw == nil {
			p.params[i] = vector.NullDatum
			continue
		}
		if p.params[i], err = rowenc.DecodeParam(params[i], format(b.Formats, i), raw, values); err != nil {
			return badParam(err, b, i)
		}
	}
	columns, err := s.columns(st)
	if err != nil {
		return err
	}
	if n := len(b.Results); n > 1 && n != len(columns) {
		return sqlerr.New(sqlerr.ProtocolViolation, "bind message has %d result formats but query has %d columns", n, len(columns))
	}
	p.results = make([]int16, len(columns))
	for i := range columns {
		p.results[i] = format(b.Results, i)
		if p.results[i] != 0 && p.results[i] != 1 {
			return sqlerr.New(sqlerr.InvalidParameterValue, "unsupported format code: %d", p.results[i])
		}
	}
	return nil
}

// badParam adds to an error which parameter was wrong, in PostgreSQL's words: the
// value itself is not repeated.
func badParam(err error, b pgwire.Bind, i int) error {
	var e *sqlerr.Error
	if !errors.As(err, &e) || e.Context != "" {
		return err
	}
	c := *e
	c.Context = fmt.Sprintf("unnamed portal parameter $%d", i+1)
	if b.Portal != "" {
		c.Context = fmt.Sprintf("portal %q parameter $%d", b.Portal, i+1)
	}
	switch {
	case c.Code == sqlerr.InvalidBinaryRepresentation:
		c.Message += fmt.Sprintf(" in bind parameter %d", i+1)
	case format(b.Formats, i) != rowenc.Text, c.Code == sqlerr.CharacterNotInRepertoire:
	case len(b.Values[i]) == 0:
		c.Context += " = ''"
	default:
		c.Context += " = '...'"
	}
	return &c
}

// format returns the i-th of a list of formats that may be empty or hold one for
// all.
func format(formats []int16, i int) int16 {
	switch len(formats) {
	case 0:
		return 0
	case 1:
		return formats[0]
	}
	return formats[i]
}

// DescribeStatement returns the parameters and the result columns.
func (s *Session) DescribeStatement(_ context.Context, name string) ([]uint32, []pgwire.Column, error) {
	st, err := s.statement(name)
	if err != nil {
		return nil, nil, s.fail(err, "")
	}
	plan, err := s.prepared(st)
	if err != nil {
		return nil, nil, s.fail(err, st.text)
	}
	var params []uint32
	if plan != nil {
		for _, t := range plan.Params {
			params = append(params, t.OID())
		}
	}
	columns, err := s.described(st)
	return params, columns, err
}

// described returns the result columns for Describe.
func (s *Session) described(st *statement) ([]pgwire.Column, error) {
	columns, err := s.columns(st)
	if err == nil && columns != nil && s.tx.status == txFailed {
		err = errAborted()
	}
	if err != nil {
		return nil, s.fail(err, st.text)
	}
	return columns, nil
}

// DescribePortal returns the result columns and their formats.
func (s *Session) DescribePortal(_ context.Context, name string) ([]pgwire.Column, []int16, error) {
	p, ok := s.portals[name]
	if !ok {
		return nil, nil, s.fail(sqlerr.New(sqlerr.InvalidCursorName, "portal %q does not exist", name), "")
	}
	columns, err := s.described(p.statement)
	return columns, p.results, err
}

// CloseStatement and ClosePortal forget a name.
func (s *Session) CloseStatement(name string) { delete(s.statements, name) }

// ClosePortal closes a portal and its cursor.
func (s *Session) ClosePortal(name string) {
	if p, ok := s.portals[name]; ok {
		p.close()
		delete(s.portals, name)
	}
}

// closePortals closes the portals that end with the transaction.
func (s *Session) closePortals() {
	for name, p := range s.portals {
		if p.declared == nil || !p.declared.survives {
			s.ClosePortal(name)
		}
	}
}

func (s *Session) closeAllPortals() {
	for name := range s.portals {
		s.ClosePortal(name)
	}
}

func (p *portal) close() {
	if p.cursor != nil {
		p.cursor.close()
		p.cursor = nil
	}
}

// allowed refuses everything but the end of a block that has failed.
func (s *Session) allowed(stmt ast.Stmt) error {
	if s.tx.status != txFailed {
		return nil
	}
	switch stmt.(type) {
	case nil, *ast.Commit, *ast.Rollback:
		return nil
	}
	return errAborted()
}

func errAborted() *sqlerr.Error {
	return sqlerr.New(sqlerr.InFailedSQLTransaction,
		"current transaction is aborted, commands ignored until end of transaction block")
}

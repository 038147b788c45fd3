package session

import (
	"context"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner"
	"github.com/dejaq/fasti/server/pgwire"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// utility runs a statement that is not planned. ok is false for one that is. A
// tag of "" has been sent already.
func (s *Session) utility(ctx context.Context, p *portal, last bool, w *pgwire.Writer) (tag string, ok bool, err error) {
	switch st := p.statement.ast.(type) {
	case *ast.Begin, *ast.Commit, *ast.Rollback, *ast.Savepoint, *ast.Release, *ast.SetTransaction:
		tag, err = s.control(ctx, st)
	case *ast.SetVar:
		tag, err = s.set(p, st)
	case *ast.Show:
		tag, err = "", s.show(st, p, w)
	case *ast.Discard:
		tag, err = s.discard(st)
	case *ast.Prepare:
		tag, err = "PREPARE", s.prepareStatement(p, st)
	case *ast.Execute:
		tag, err = "", s.executeStatement(ctx, p, st, last, w)
	case *ast.Deallocate:
		tag, err = s.deallocate(st)
	case *ast.Explain:
		tag, err = "", s.explain(ctx, p, st, last, w)
	case *ast.Copy:
		err = s.copy(ctx, p, st, last, w)
	case *ast.Declare:
		tag, err = "DECLARE CURSOR", s.declare(ctx, p, st)
	case *ast.Fetch:
		tag, err = "", s.fetchStatement(ctx, p, st, w)
	case *ast.Close:
		tag, err = s.closeStatement(p, st)
	case *ast.Vacuum:
		tag, err = s.vacuum(ctx, st)
	case *ast.NoOp:
		tag = st.Tag
	case *ast.Unsupported:
		err = sqlerr.NotSupported("%s", st.What).At(st.Pos)
	default:
		return "", false, nil
	}
	return tag, true, err
}

func (s *Session) set(p *portal, st *ast.SetVar) (string, error) {
	layer := s.vars.session
	if st.Local {
		s.wantBlock("SET LOCAL")
		layer = s.vars.local
	}
	defer s.changed()
	switch {
	case st.Default && st.Name == "":
		s.vars.resetAll()
		return "RESET", nil
	case st.Default:
		tag := "SET"
		if text := p.statement.text[st.Pos:]; len(text) >= 5 && strings.EqualFold(text[:5], "RESET") {
			tag = "RESET" // RESET x is SET x TO DEFAULT but for its tag
		}
		return tag, s.vars.reset(layer, st.Name)
	}
	text, err := s.settingText(st)
	if err != nil {
		return "", err
	}
	if !st.Local {
		delete(s.vars.local, strings.ToLower(st.Name))
	}
	return "SET", s.vars.set(layer, st.Name, text)
}

// settingText joins the values of SET; a list is stored as SHOW prints it.
func (s *Session) settingText(st *ast.SetVar) (string, error) {
	path := strings.EqualFold(st.Name, "search_path")
	list := path || strings.EqualFold(st.Name, "datestyle")
	if len(st.Values) > 1 && !list {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "SET %s takes only one argument", st.Name)
	}
	var words []string
	for _, v := range st.Values {
		switch e := v.(type) {
		case *ast.Const:
			word := e.Raw
			switch e.Kind {
			case ast.True:
				word = "true"
			case ast.False:
				word = "false"
			case ast.String:
				if path {
					word = quoteIdentifier(word)
				}
			}
			words = append(words, word)
		case *ast.ColumnRef:
			word := strings.Join(e.Parts, ".")
			if path {
				word = quoteIdentifier(word)
			}
			words = append(words, word)
		case *ast.Cast:
			word, err := s.zoneInterval(e)
			if err != nil {
				return "", err
			}
			words = append(words, word)
		default:
			return "", sqlerr.NotSupported("this form of SET %s", st.Name)
		}
	}
	return strings.Join(words, ", "), nil
}

// zoneInterval is SET TIME ZONE INTERVAL '…': the seconds east of Greenwich, as the
// hours that the setting takes.
func (s *Session) zoneInterval(e *ast.Cast) (string, error) {
	c, ok := e.X.(*ast.Const)
	if !ok {
		return "", sqlerr.NotSupported("this form of SET TIME ZONE").At(e.Pos)
	}
	t, err := planner.Type(e.Type, planner.Options{})
	if err != nil {
		return "", err
	}
	values, err := s.settings()
	if err != nil {
		return "", err
	}
	d, err := value.Parse(t, c.Raw, values)
	if err != nil {
		return "", err
	}
	v := vector.IntervalOf(d.W)
	if t.ID != types.Interval || v.Months != 0 || v.Days != 0 {
		return "", invalidSetting("TimeZone", c.Raw).WithDetail("Cannot specify months or days in time zone interval.")
	}
	return strconv.FormatFloat(float64(v.Micros)/3.6e9, 'g', -1, 64), nil
}

func quoteIdentifier(s string) string {
	if s == "" {
		return `""`
	}
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
	}
	return s
}

func (s *Session) show(st *ast.Show, p *portal, w *pgwire.Writer) error {
	if st.Name == "all" {
		var rows [][]string
		for _, name := range s.vars.table.names {
			v, _ := s.setting(name)
			def := s.vars.table.byName[name]
			rows = append(rows, []string{def.name, v, def.describe})
		}
		return s.sendText(p, w, rows, "SHOW")
	}
	v, ok := s.setting(strings.ToLower(st.Name))
	if !ok {
		return unknownSetting(st.Name)
	}
	return s.sendText(p, w, [][]string{{v}}, "SHOW")
}

// sendText sends rows of text columns and completes with tag.
func (s *Session) sendText(p *portal, w *pgwire.Writer, rows [][]string, tag string) error {
	columns, err := s.columns(p.statement)
	if err != nil {
		return err
	}
	enc, err := s.encoder(columns, p.results)
	if err != nil {
		return err
	}
	w.Columns(columns, p.results)
	for _, row := range rows {
		b := &vector.Batch{Len: 1}
		for _, text := range row {
			b.Cols = append(b.Cols, vector.ConstOf(vector.Bytes, vector.StringDatum(text), 1))
		}
		if err := w.Batch(enc, b, 0, 1); err != nil {
			return err
		}
	}
	p.tag = tag
	s.complete(w, tag)
	return nil
}

func (s *Session) discard(st *ast.Discard) (string, error) {
	what := strings.ToUpper(st.What)
	if what == "ALL" || what == "SEQUENCES" {
		s.sequences.current = nil
	}
	if what == "ALL" {
		if s.tx.status == txBlock || s.several {
			return "", sqlerr.New(sqlerr.ActiveSQLTransaction, "DISCARD ALL cannot run inside a transaction block")
		}
		s.closeAllPortals()
		clear(s.statements)
		s.vars.resetAll()
		s.changed()
	}
	return "DISCARD " + what, nil
}

// prepareStatement is PREPARE.
func (s *Session) prepareStatement(p *portal, st *ast.Prepare) error {
	if _, taken := s.statements[st.Name]; taken {
		return sqlerr.New(sqlerr.DuplicatePreparedStatement, "prepared statement %q already exists", st.Name)
	}
	inner := &statement{text: p.statement.text, ast: st.Stmt, sql: true}
	for _, name := range st.Types {
		t, err := planner.Type(name, s.planOptions(s.engine.Catalog.View(), nil, nil))
		if err != nil {
			return err
		}
		inner.given = append(inner.given, t)
	}
	if _, err := s.prepared(inner); err != nil {
		return err
	}
	return s.keep(st.Name, inner)
}

// executeStatement is EXECUTE: arguments are constant expressions, computed by
// planning them as a row of VALUES with the parameters' types.
func (s *Session) executeStatement(ctx context.Context, p *portal, st *ast.Execute, last bool, w *pgwire.Writer) error {
	inner, err := s.statement(st.Name)
	if err != nil {
		return err
	}
	plan, err := s.prepared(inner)
	if err != nil {
		return err
	}
	run := &portal{name: p.name, statement: inner, results: p.results}
	if plan != nil {
		if len(st.Args) != len(plan.Params) {
			return sqlerr.New(sqlerr.SyntaxError, "wrong number of parameters for prepared statement %q", st.Name).
				WithDetail("Expected %d parameters but got %d.", len(plan.Params), len(st.Args))
		}
		if run.params, err = s.arguments(ctx, st.Args, plan.Params); err != nil {
			return err
		}
	}
	defer func() { p.tag = run.tag }()
	return s.dispatch(ctx, run, 0, last, w)
}

// arguments computes expressions without columns, cast to the given types: the
// row of a SELECT.
func (s *Session) arguments(ctx context.Context, args []ast.Expr, to []types.Type) ([]vector.Datum, error) {
	if len(args) == 0 {
		return nil, nil
	}
	values, err := s.settings()
	if err != nil {
		return nil, err
	}
	row := &ast.Select{}
	for i, arg := range args {
		name := ast.TypeName{Pos: arg.Offset(), Name: ast.Name{Parts: []string{to[i].Udt()}}}
		if d := to[i].Def; d != nil {
			name.Name.Parts = []string{d.Namespace, to[i].Udt()}
		}
		row.Targets = append(row.Targets, ast.Target{
			Pos: arg.Offset(), Expr: &ast.Cast{Node: ast.Node{Pos: arg.Offset()}, X: arg, Type: name},
		})
	}
	plan, err := planner.Plan(row, s.planOptions(s.engine.Catalog.View(), nil, values))
	if err != nil {
		return nil, err
	}
	c, err := s.open(ctx, plan.Plan, nil, nil)
	if err != nil {
		return nil, err
	}
	defer c.close()
	b, err := c.root.Next()
	if err != nil {
		return nil, err
	}
	params := make([]vector.Datum, len(to))
	for i := range params {
		params[i] = vector.At(b.Cols[i], 0)
	}
	return params, nil
}

func (s *Session) deallocate(st *ast.Deallocate) (string, error) {
	if st.Name == "" {
		clear(s.statements)
		return "DEALLOCATE ALL", nil
	}
	if _, err := s.statement(st.Name); err != nil {
		return "", err
	}
	delete(s.statements, st.Name)
	return "DEALLOCATE", nil
}

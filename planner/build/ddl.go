package build

import (
	"slices"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Copy says which columns a COPY moves.
type Copy struct {
	From bool
	// Table is nil for COPY (query) TO.
	Table *schema.Table
}

// copy binds COPY FROM as an insert over the rows that the session feeds in, and
// COPY TO as the query that gives the rows.
func (b *binder) copy(s *ast.Copy) (*Statement, error) {
	if s.Table == nil {
		q, ok := s.Query.(ast.Query)
		if !ok {
			return nil, sqlerr.NotSupported("COPY of a data-modifying statement")
		}
		st, err := b.selectStatement(q)
		if err != nil {
			return nil, err
		}
		st.Tag, st.Copy = "COPY", &Copy{}
		return st, nil
	}
	if !s.From {
		t, virtual, err := b.lookupTable(*s.Table)
		if err != nil {
			return nil, noPos(err)
		}
		cols, _, err := copyColumns(t, s.Cols)
		if err != nil {
			return nil, err
		}
		sc := b.scan(t, virtual, t.Name, false)
		st := &Statement{Root: sc, Tag: "COPY", Rows: true, Copy: &Copy{Table: t}}
		for _, i := range cols {
			st.Out = append(st.Out, sc.Out[i])
		}
		return st, nil
	}
	t, err := b.writable(*s.Table)
	if err != nil {
		return nil, noPos(err)
	}
	cols, _, err := copyColumns(t, s.Cols)
	if err != nil {
		return nil, err
	}
	in := &logical.Input{}
	source := make([]expr.Expr, len(t.Columns))
	for _, i := range cols {
		c := b.col(t.Columns[i].Name, t.Columns[i].Type)
		in.Out = append(in.Out, c)
		source[i] = c.Ref()
	}
	node, ids, err := b.tableRow(in, t, source, b.rowItem(t, ""))
	if err != nil {
		return nil, err
	}
	if s.Where != nil {
		it := itemFor(t, ids)
		sc := &scope{items: []*item{it}, entries: []*item{it}, clause: inCopyWhere}
		cond, err := b.condition(s.Where, sc, "WHERE")
		if err != nil {
			return nil, err
		}
		node = &logical.Filter{Input: node, Conds: logical.Conjuncts(nil, clean(cond, 0))}
	}
	checks, err := b.checks(t)
	if err != nil {
		return nil, err
	}
	return &Statement{
		Root: &logical.Insert{Input: node, Table: t, Row: ids, Checks: checks}, Out: in.Out,
		Tag: "COPY", Writes: true, Copy: &Copy{From: true, Table: t},
	}, nil
}

// copyColumns is insertColumns without positions, which COPY's errors lack.
func copyColumns(t *schema.Table, list []ast.Name) (cols, pos []int, err error) {
	cols, pos, err = insertColumns(t, list)
	return cols, pos, noPos(err)
}

// noPos removes the position of an error: utility statements give none.
func noPos(err error) error {
	if e, ok := err.(*sqlerr.Error); ok {
		e.Pos = 0
	}
	return err
}

func itemFor(t *schema.Table, ids []int) *item {
	it := &item{name: t.Name, namespace: t.Namespace, relSeen: true, colsSeen: true}
	for i, c := range t.Columns {
		it.cols = append(it.cols, itemCol{c.Name, ids[i], c.Type})
	}
	return it
}

// isNamespace reports whether a namespace exists, virtual ones too.
func (b *binder) isNamespace(ns string) bool {
	_, ok := b.view().Namespace(ns)
	return ok
}

// dropTable binds DROP TABLE; missing tables are notices with IF EXISTS.
func (b *binder) dropTable(s *ast.DropTable) (*Statement, error) {
	d := b.dropper()
	var skipped []string
	for _, n := range s.Names {
		ns := ""
		if len(n.Parts) > 1 {
			ns = n.Parts[len(n.Parts)-2]
		}
		name := n.Parts[len(n.Parts)-1]
		t, virtual, err := b.lookupTable(n)
		switch {
		case err == nil && virtual:
			return nil, systemTable(name)
		case err == nil:
			d.targetTable(t)
			continue
		case b.findObject(n, schema.ViewObject, schema.SequenceObject) != nil:
			return nil, wrongDrop(relation{object: b.findObject(n, schema.ViewObject, schema.SequenceObject)}, "table")
		case sqlerr.Code(err) != sqlerr.UndefinedTable:
			return nil, noPos(err)
		}
		code, what := sqlerr.UndefinedTable, "table \""+name+"\""
		if ns != "" && !b.isNamespace(ns) {
			code, what = sqlerr.InvalidSchemaName, "schema \""+ns+"\""
		}
		if !s.IfExists {
			return nil, sqlerr.New(code, "%s does not exist", what)
		}
		skipped = append(skipped, what+" does not exist, skipping")
	}
	return d.finish("DROP TABLE", s.Cascade, skipped)
}

func (st *Statement) notice(format string, args ...any) {
	n := sqlerr.New(sqlerr.SuccessfulCompletion, format, args...)
	n.Severity = "NOTICE"
	st.Notices = append(st.Notices, n)
}

func (b *binder) truncate(s *ast.Truncate) (*Statement, error) {
	if s.Restart {
		return nil, sqlerr.NotSupported("TRUNCATE … RESTART IDENTITY").At(s.Pos)
	}
	tr := &physical.Truncate{}
	for _, n := range s.Names {
		t, err := b.writable(n)
		if err != nil {
			return nil, noPos(err)
		}
		if !slices.Contains(tr.Tables, t) {
			tr.Tables = append(tr.Tables, t)
		}
	}
	return &Statement{Plan: tr, Tag: "TRUNCATE TABLE", Writes: true}, nil
}

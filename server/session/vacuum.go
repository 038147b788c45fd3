package session

import (
	"context"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// vacuum runs VACUUM, which copies what has changed into segments now instead of when
// it has come to rest, and ANALYZE, which only looks whether the tables are there: the
// figures that the planner uses are always kept.
func (s *Session) vacuum(ctx context.Context, st *ast.Vacuum) (tag string, err error) {
	tag = "VACUUM"
	if st.AnalyzeOnly {
		tag = "ANALYZE"
	} else if s.tx.status == txBlock || s.several {
		return "", sqlerr.New(sqlerr.ActiveSQLTransaction, "VACUUM cannot run inside a transaction block")
	}
	var tables []*schema.Table
	for _, n := range st.Tables {
		t, err := s.namedTable(n)
		if err != nil {
			return "", err
		}
		tables = append(tables, t)
	}
	if st.AnalyzeOnly {
		return tag, nil
	}
	if len(st.Tables) == 0 {
		return tag, s.engine.DB.Seal(ctx, 0)
	}
	for _, t := range tables {
		if t == nil {
			continue // a system table
		}
		if err := s.engine.DB.Seal(ctx, t.ID); err != nil {
			return "", s.translate(err)
		}
	}
	return tag, nil
}

// namedTable returns the table of that name, nil for one of the system's.
func (s *Session) namedTable(n ast.Name) (*schema.Table, error) {
	view := tables{s.engine, s.engine.Catalog.View()}
	name, namespaces := n.Parts[len(n.Parts)-1], s.vars.searchPath()
	if len(n.Parts) > 1 {
		namespaces = n.Parts[len(n.Parts)-2 : len(n.Parts)-1]
	}
	for _, ns := range namespaces {
		if t, virtual := view.Table(ns, name); t != nil {
			if virtual {
				return nil, nil
			}
			return t, nil
		}
	}
	if len(n.Parts) > 1 {
		name = namespaces[0] + "." + name
	}
	return nil, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", name).At(n.Pos)
}

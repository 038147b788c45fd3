package session

import (
	"context"

	"github.com/dejaq/fasti/executor"
	"github.com/dejaq/fasti/planner"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/server/pgwire"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// explain plans a statement and prints the plan, with the shards that its scans
// would read now, of those there are.
func (s *Session) explain(ctx context.Context, p *portal, st *ast.Explain, w *pgwire.Writer) error {
	switch {
	case st.Analyze:
		return sqlerr.NotSupported("EXPLAIN ANALYZE").At(st.Pos)
	case st.Format != "" && st.Format != "TEXT":
		return sqlerr.NotSupported("EXPLAIN (FORMAT %s)", st.Format).At(st.Pos)
	case !planned(st.Stmt):
		return sqlerr.NotSupported("EXPLAIN of this statement").At(st.Pos)
	}
	inner := &statement{text: p.statement.text, ast: st.Stmt}
	plan, err := s.prepared(inner)
	if err != nil {
		return err
	}
	t, err := s.data(ctx)
	if err != nil {
		return err
	}
	q, err := s.opContext(ctx, nil)
	if err != nil {
		return err
	}
	defer q.Close()
	env := s.env(t, nil)
	var failed error
	lines, err := planner.Explain(plan.Plan, planner.ExplainOptions{
		Verbose: st.Verbose,
		Shards: func(scan *physical.Scan) (kept, known int) {
			kept, known, err := executor.Shards(q, env, scan)
			if err != nil && failed == nil {
				failed = err
			}
			return kept, known
		},
	})
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	rows := make([][]string, len(lines))
	for i, line := range lines {
		rows[i] = []string{line}
	}
	return s.sendText(p, w, rows, "EXPLAIN")
}

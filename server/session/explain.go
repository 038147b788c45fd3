package session

import (
	"context"
	"strings"
	"time"

	"github.com/dejaq/fasti/executor"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/planner"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/server/pgwire"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// explain plans a statement, runs it for ANALYZE, and prints the plan, with the
// shards that its scans read now, of those there are. last is as in execute.
func (s *Session) explain(ctx context.Context, p *portal, st *ast.Explain, last bool, w *pgwire.Writer) error {
	o, err := explainOptions(st)
	if err != nil {
		return err
	}
	if !planned(st.Stmt) {
		return sqlerr.NotSupported("EXPLAIN of this statement").At(st.Pos)
	}
	began := time.Now()
	inner := &statement{text: p.statement.text, ast: st.Stmt, given: p.statement.given}
	plan, err := s.prepared(inner)
	if err != nil {
		return err
	}
	planning := time.Since(began)
	var profile *executor.Profile
	if st.Analyze {
		if profile, err = s.analyze(ctx, plan, p, &o); err != nil {
			return err
		}
	}
	o.planning = planning
	lines, err := s.printPlan(ctx, plan.Plan, p, o, profile)
	if err != nil {
		return err
	}
	if st.Analyze && last && s.tx.status == txImplicit {
		if err := s.commit(ctx); err != nil {
			return err
		}
	}
	rows := [][]string{{strings.Join(lines, "\n")}} // of a document
	if o.format == "TEXT" {
		rows = rows[:0]
		for _, line := range lines {
			rows = append(rows, []string{line})
		}
	}
	return s.sendText(p, w, rows, "EXPLAIN")
}

// explaining is how EXPLAIN prints, and what it has measured of the whole.
type explaining struct {
	format                   string
	verbose, timing, summary bool
	planning, execution      time.Duration
	memory, files            int64 // bytes
}

func explainOptions(st *ast.Explain) (o explaining, err error) {
	o = explaining{format: st.Format, verbose: st.Verbose, timing: st.Analyze, summary: st.Analyze}
	if o.format == "" {
		o.format = "TEXT"
	}
	if o.format != "TEXT" && o.format != "JSON" {
		return o, sqlerr.NotSupported("EXPLAIN (FORMAT %s)", o.format).At(st.Pos)
	}
	switch {
	case st.WAL && !st.Analyze:
		return o, sqlerr.New(sqlerr.InvalidParameterValue, "EXPLAIN option WAL requires ANALYZE")
	case st.WAL:
		return o, sqlerr.NotSupported("EXPLAIN (WAL)").At(st.Pos)
	case st.Settings:
		return o, sqlerr.NotSupported("EXPLAIN (SETTINGS)").At(st.Pos)
	}
	if st.Timing != nil {
		if o.timing = *st.Timing; o.timing && !st.Analyze {
			return o, sqlerr.New(sqlerr.InvalidParameterValue, "EXPLAIN option TIMING requires ANALYZE")
		}
	}
	if st.Summary != nil {
		o.summary = *st.Summary
	}
	return o, nil
}

// analyze runs a plan to its end, in the current transaction, and drops its rows.
func (s *Session) analyze(ctx context.Context, plan *plan, p *portal, o *explaining) (*executor.Profile, error) {
	if err := s.writable(plan); err != nil {
		return nil, err
	}
	if plan.Copy != nil {
		return nil, sqlerr.NotSupported("EXPLAIN ANALYZE of COPY")
	}
	profile := executor.NewProfile()
	began := time.Now()
	s.tx.ran++
	c, err := s.start(ctx, plan.Plan, p.params, nil, profile)
	if err != nil {
		return nil, err
	}
	defer c.close()
	if _, err := c.drain(ctx, nil); err != nil {
		return nil, err
	}
	if err := c.end(); err != nil { // operators tell what they did when they are closed
		return nil, err
	}
	o.execution, o.memory, o.files = time.Since(began), c.q.Memory.Peak(), c.q.Spool.Written()
	return profile, nil
}

// printPlan returns the lines of a plan; profile is nil when it was not run.
func (s *Session) printPlan(ctx context.Context, root physical.Node, p *portal, o explaining, profile *executor.Profile) ([]string, error) {
	t, err := s.data(ctx)
	if err != nil {
		return nil, err
	}
	q, err := s.opContext(ctx, p.params)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	shards := s.shards(q, t)
	options := planner.ExplainOptions{Format: o.format, Verbose: o.verbose, NoTiming: !o.timing, Shards: shards.count}
	if o.summary {
		options.Summary = append(options.Summary, inMilliseconds("Planning Time", o.planning))
	}
	if profile != nil {
		options.Actual = func(n physical.Node) *planner.Actual { return actual(profile.Of(n)) }
		if o.summary {
			options.Summary = append(options.Summary, inMilliseconds("Execution Time", o.execution), inKilobytes("Peak Memory", o.memory))
			if o.files > 0 {
				options.Summary = append(options.Summary, inKilobytes("Temporary Files", o.files))
			}
		}
	}
	lines, err := planner.Explain(root, options)
	if err != nil {
		return nil, err
	}
	return lines, shards.err
}

// shardCounter counts the shards of scans and keeps the first error.
type shardCounter struct {
	q   *op.Context
	env *executor.Env
	err error
}

func (s *Session) shards(q *op.Context, t *txn.Txn) *shardCounter {
	return &shardCounter{q: q, env: s.env(t, nil)}
}

func (c *shardCounter) count(scan *physical.Scan) (kept, known int) {
	kept, known, err := executor.Shards(c.q, c.env, scan)
	if err != nil && c.err == nil {
		c.err = err
	}
	return kept, known
}

func actual(s *op.Stats) *planner.Actual {
	if s == nil {
		return nil
	}
	a := &planner.Actual{Loops: s.Loops, Rows: s.Rows, Startup: s.Startup, Total: s.Total}
	for _, f := range s.Figures {
		if f.Bytes {
			a.Figures = append(a.Figures, inKilobytes(f.Name, f.Value))
		} else {
			a.Figures = append(a.Figures, planner.Figure{Name: f.Name, Value: float64(f.Value)})
		}
	}
	return a
}

func inMilliseconds(name string, d time.Duration) planner.Figure {
	return planner.Figure{Name: name, Value: float64(d) / 1e6, Unit: "ms"}
}

func inKilobytes(name string, bytes int64) planner.Figure {
	return planner.Figure{Name: name, Value: float64((bytes + 1023) >> 10), Unit: "kB"}
}

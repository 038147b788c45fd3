package build

import (
	"slices"

	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// sharedCTE is a WITH query that is bound once, whatever refers to it. Whether it
// is computed once too is known when all references are: see placeCTEs.
type sharedCTE struct {
	with logical.With // but for its Input
	// fixed: it is never put in the place of its only reference.
	fixed bool
	// writes: it runs whether or not something refers to it.
	writes bool
}

// share makes the bound query r of c one that all references share, unless each
// has to have its own: when it depends on the rows of a query around, or when NOT
// MATERIALIZED asks for it and that changes no result.
func (b *binder) share(c *cteScope, r result) {
	_, query := c.cte.Stmt.(ast.Query)
	volatile := isVolatile(r.node)
	m := c.cte.Materialized
	switch {
	case len(logical.Free(r.node)) > 0 || readsWork(r.node, nil):
		return
	case query && m != nil && !*m && !volatile && !c.recursive:
		return
	}
	c.shared = &sharedCTE{
		with:   logical.With{ID: b.id(), Name: c.cte.Name, Query: r.node, Out: r.cols},
		fixed:  volatile || m != nil && *m,
		writes: !query,
	}
	b.ctes = append(b.ctes, c.shared)
}

// scanCTE returns a scan of a shared query: the first with the query's own ids, so
// that the query can stand in its place, and others with fresh ones.
func (b *binder) scanCTE(c *cteScope, alias string) *logical.CTEScan {
	w := &c.shared.with
	s := &logical.CTEScan{ID: w.ID, Name: w.Name, Alias: alias, Out: w.Out}
	if c.scanned {
		s.Out = b.renewed(w.Out)
	}
	c.scanned = true
	return s
}

// placeCTEs puts the WITH queries of a statement above root, in the order of their
// dependence: those that PostgreSQL computes once (referred to more than once,
// MATERIALIZED, volatile) and those that write. One that is referred to
// once otherwise takes the place of its reference.
func (b *binder) placeCTEs(root logical.Node) logical.Node {
	scans := map[int]int{}
	countScans(root, scans)
	for i := len(b.ctes) - 1; i >= 0; i-- { // later ones refer to earlier ones
		if c := b.ctes[i]; c.writes || scans[c.with.ID] > 0 {
			countScans(c.with.Query, scans)
		}
	}
	inline := map[int]logical.Node{}
	var kept []*sharedCTE
	for _, c := range b.ctes {
		switch n := scans[c.with.ID]; {
		case c.writes || n > 1 || n == 1 && c.fixed:
			c.with.Query = inlineCTEs(c.with.Query, inline)
			kept = append(kept, c)
		case n == 1:
			inline[c.with.ID] = inlineCTEs(c.with.Query, inline)
		}
	}
	root = inlineCTEs(root, inline)
	for i := len(kept) - 1; i >= 0; i-- {
		w := kept[i].with
		w.Input = root
		root = &w
	}
	return root
}

func countScans(n logical.Node, scans map[int]int) {
	if s, ok := n.(*logical.CTEScan); ok {
		scans[s.ID]++
	}
	for _, in := range n.Inputs() {
		countScans(in, scans)
	}
}

// inlineCTEs replaces the scans of the queries in inline.
func inlineCTEs(n logical.Node, inline map[int]logical.Node) logical.Node {
	if s, ok := n.(*logical.CTEScan); ok {
		if q := inline[s.ID]; q != nil {
			return q
		}
		return n
	}
	in := n.Inputs()
	if len(inline) == 0 || len(in) == 0 {
		return n
	}
	out, changed := make([]logical.Node, len(in)), false
	for i, c := range in {
		out[i] = inlineCTEs(c, inline)
		changed = changed || out[i] != c
	}
	if !changed {
		return n
	}
	return n.With(out)
}

// isVolatile reports whether n's tree calls a volatile function.
func isVolatile(n logical.Node) bool {
	is := false
	if s, ok := n.(*logical.ProjectSet); ok {
		for _, c := range s.Calls {
			sig := function.ByID(c.Func)
			is = is || sig != nil && sig.Volatility == function.Volatile
		}
	}
	logical.Exprs(n, func(e expr.Expr) { is = is || expr.VolatilityOf(e) == function.Volatile })
	for _, in := range n.Inputs() {
		is = is || isVolatile(in)
	}
	return is
}

// readsWork reports whether n's tree reads the working table of a recursive query
// around it; inside are those that are part of it.
func readsWork(n logical.Node, inside []int) bool {
	switch n := n.(type) {
	case *logical.Recursive:
		inside = append(inside[:len(inside):len(inside)], n.ID)
	case *logical.WorkTable:
		for _, id := range inside {
			if id == n.ID {
				return false
			}
		}
		return true
	}
	for _, in := range n.Inputs() {
		if readsWork(in, inside) {
			return true
		}
	}
	return false
}

// modifyingCTE binds a data-modifying statement in WITH; its columns are those of
// RETURNING.
func (b *binder) modifyingCTE(c *cteScope) (result, error) {
	overriding, around := b.overriding, b.around
	defer func() { b.overriding, b.around = overriding, around }()
	b.around = c
	st, err := b.statement(c.cte.Stmt)
	if err != nil {
		return result{}, err
	}
	return result{st.Root, st.Out}, nil
}

// mayWrite checks that a data-modifying statement stands where one may.
func (b *binder) mayWrite(c ast.CTE, w *ast.With, sc *scope) error {
	switch {
	case sc.parent != nil || b.around != nil || b.viewing != nil:
		return sqlerr.New(sqlerr.FeatureNotSupported, "WITH clause containing a data-modifying statement must be at the top level").At(c.Pos)
	case w.Recursive && modifies(c.Stmt, c.Name):
		return sqlerr.New(sqlerr.InvalidRecursion, "recursive query \"%s\" must not contain data-modifying statements", c.Name).At(c.Pos)
	}
	return nil
}

// modifies reports whether the source of a data-modifying statement refers to a
// table by this bare name.
func modifies(s ast.Stmt, name string) bool {
	switch s := s.(type) {
	case *ast.Insert:
		return s.Source != nil && mentions(s.Source, name)
	case *ast.Update:
		return mentions(&ast.Select{From: s.From}, name)
	case *ast.Delete:
		return mentions(&ast.Select{From: s.Using}, name)
	}
	return false
}

// visibleCTEs returns the WITH queries that a data-modifying statement in WITH sees;
// nil for a statement of its own.
func (b *binder) visibleCTEs() *cteScope {
	if b.around == nil {
		return nil
	}
	return b.around.parent
}

// writingCTEs reports whether the statement has a data-modifying WITH query.
func (b *binder) writingCTEs() bool {
	return slices.ContainsFunc(b.ctes, func(c *sharedCTE) bool { return c.writes })
}

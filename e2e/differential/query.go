package differential

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

// output is a query and what it gives.
type output struct {
	sql     string
	types   []types.ID
	ordered bool // rows come in one order only
	unsure  bool // an error may be met or not, by the order in which conditions are evaluated
}

// from returns a FROM clause of up to n tables, with the columns to name.
func (g *generator) from(n int) (sql string, sc scope) {
	sql, sc = g.source()
	for range g.r.IntN(n) {
		right, other := g.source()
		kind := []string{"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"}[g.r.IntN(5)]
		joined := scope{cols: append(slices.Clone(sc.cols), other.cols...)}
		if sc.ids != nil && other.ids != nil {
			joined.ids = append(slices.Clone(sc.ids), other.ids...)
		}
		sql += " " + kind + " " + right
		if kind != "CROSS JOIN" {
			sql += " ON " + g.on(kind, sc, other, joined)
		}
		sc = joined
	}
	return sql, sc
}

// on returns a join condition: mostly an equality of columns, which PostgreSQL
// needs for a FULL JOIN.
func (g *generator) on(kind string, l, r, both scope) string {
	for range 10 {
		a, b := l.cols[g.r.IntN(len(l.cols))], r.cols[g.r.IntN(len(r.cols))]
		if a.t != b.t {
			continue
		}
		cond := a.sql + " = " + b.sql
		if kind != "FULL JOIN" && g.r.IntN(3) == 0 {
			cond += " AND " + g.expr(both, types.Bool, 1)
		}
		return cond
	}
	if kind == "FULL JOIN" || g.r.IntN(2) == 0 {
		return []string{"true", "false"}[g.r.IntN(2)]
	}
	return g.expr(both, types.Bool, 2)
}

// source returns one item of FROM.
func (g *generator) source() (string, scope) {
	a := g.alias()
	if g.r.IntN(6) == 0 {
		q := g.selectFrom(1)
		sc, names := scope{}, make([]string, len(q.types))
		for i, t := range q.types {
			names[i] = fmt.Sprintf("x%d", i)
			sc.cols = append(sc.cols, column{a + "." + names[i], t})
		}
		return "(" + q.sql + ") AS " + a + "(" + strings.Join(names, ", ") + ")", sc
	}
	t := g.tables[g.r.IntN(len(g.tables))]
	sc := scope{ids: []string{a + ".id"}}
	for _, c := range t.cols {
		sc.cols = append(sc.cols, column{a + "." + c.sql, c.t})
	}
	return t.name + " AS " + a, sc
}

// names finds the name of a column.
var names = regexp.MustCompile(`q\d+\.`)

// loose reports whether values of t may be equal and print differently.
func loose(t types.ID) bool {
	return t == types.Numeric || t == types.Interval || t == types.Float8 || t == types.JSONB
}

// query returns a whole query.
func (g *generator) query() output {
	switch g.r.IntN(10) {
	case 0:
		return g.setOperation()
	case 1:
		q, a := g.selectFrom(2), g.alias()
		names := make([]string, len(q.types))
		for i := range names {
			names[i] = fmt.Sprintf("x%d", i)
		}
		list := strings.Join(names, ", ")
		q.sql = fmt.Sprintf("WITH %s(%s) AS (%s) SELECT l.%s, r.* FROM %s l LEFT JOIN %s r ON l.x0 = r.x0", a, list, q.sql, names[0], a, a)
		q.types, q.ordered = append([]types.ID{q.types[0]}, q.types...), false
		return q
	}
	q := g.selectFrom(3)
	if g.r.IntN(2) == 0 {
		return g.order(q)
	}
	return q
}

// order adds an ORDER BY over every output column, and perhaps a limit.
func (g *generator) order(q output) output {
	keys := make([]string, len(q.types))
	for i := range keys {
		keys[i] = strconv.Itoa(i+1) + []string{"", " DESC", " NULLS FIRST", " DESC NULLS LAST"}[g.r.IntN(4)]
	}
	g.r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	q.sql += " ORDER BY " + strings.Join(keys, ", ")
	// Values that are equal but print differently (1.0 and 1.10, '1 day' and '24
	// hours') leave the order open.
	q.ordered = !slices.ContainsFunc(q.types, loose)
	if q.ordered && g.r.IntN(2) == 0 {
		q.sql += fmt.Sprintf(" LIMIT %d", g.r.IntN(12))
		if g.r.IntN(2) == 0 {
			q.sql += fmt.Sprintf(" OFFSET %d", g.r.IntN(5))
		}
	}
	return q
}

func (g *generator) setOperation() output {
	ts := make([]types.ID, 1+g.r.IntN(3))
	for i := range ts {
		ts[i] = g.anyType()
	}
	side := func() string {
		from, sc := g.from(2)
		return "SELECT " + strings.Join(g.each(sc, ts, 1), ", ") + " FROM " + from
	}
	op := []string{"UNION", "UNION ALL", "INTERSECT", "EXCEPT"}[g.r.IntN(4)]
	if slices.ContainsFunc(ts, loose) {
		op = "UNION ALL" // which of two equal values is kept is open
	}
	return output{sql: side() + " " + op + " " + side(), types: ts, unsure: true}
}

// selectFrom returns a SELECT over up to n tables.
func (g *generator) selectFrom(n int) output {
	from, sc := g.from(n)
	where := ""
	if g.r.IntN(3) > 0 {
		where = " WHERE " + g.expr(sc, types.Bool, g.depthMax)
	}
	switch g.r.IntN(4) {
	case 0:
		return g.grouped(from, where, sc)
	case 1:
		if sc.ids != nil {
			return g.windowed(from, where, sc)
		}
	}
	q := output{unsure: true}
	var list []string
	for range 1 + g.r.IntN(4) {
		t := g.anyType()
		q.types = append(q.types, t)
		list = append(list, g.expr(sc, t, g.depthMax))
	}
	distinct := ""
	if g.r.IntN(5) == 0 && !slices.ContainsFunc(q.types, loose) {
		distinct = "DISTINCT "
	}
	q.sql = "SELECT " + distinct + strings.Join(list, ", ") + " FROM " + from + where
	return q
}

// grouped returns an aggregation.
func (g *generator) grouped(from, where string, sc scope) output {
	q := output{unsure: true}
	var list, keys []string
	for range g.r.IntN(3) {
		t := g.anyType()
		if loose(t) {
			continue // which of two equal values stands for the group is open
		}
		k := g.expr(sc, t, 1)
		if !names.MatchString(k) {
			continue // not a constant
		}
		keys, list, q.types = append(keys, k), append(list, k), append(q.types, t)
	}
	for range 1 + g.r.IntN(3) {
		sql, t := g.aggregate(sc)
		list, q.types = append(list, sql), append(q.types, t)
	}
	q.sql = "SELECT " + strings.Join(list, ", ") + " FROM " + from + where
	if len(keys) > 0 {
		group := strings.Join(keys, ", ")
		if len(keys) > 1 && g.r.IntN(4) == 0 {
			group = []string{"ROLLUP (", "CUBE ("}[g.r.IntN(2)] + group + ")"
		}
		q.sql += " GROUP BY " + group
	}
	if g.r.IntN(4) == 0 {
		q.sql += fmt.Sprintf(" HAVING count(*) %s %d", []string{">", "<", "="}[g.r.IntN(3)], g.r.IntN(4))
	}
	return q
}

// aggregate returns a call of an aggregate.
func (g *generator) aggregate(sc scope) (string, types.ID) {
	for range 20 {
		all := function.All()
		s := all[g.r.IntN(len(all))]
		args, ok := operands(g.r, s)
		if !ok || !g.known[s.Name] || s.Kind != function.Aggregate || len(args) == 0 || !slices.Contains(columnTypes, s.Result) {
			continue
		}
		distinct := ""
		if g.r.IntN(4) == 0 && len(args) == 1 {
			distinct = "DISTINCT "
		}
		sql := s.Name + "(" + distinct + strings.Join(g.each(sc, args, 1), ", ") + ")"
		if g.r.IntN(4) == 0 {
			sql += " FILTER (WHERE " + g.expr(sc, types.Bool, 1) + ")"
		}
		return sql, s.Result
	}
	return "count(*)", types.Int8
}

// windowed returns window functions over an order that has no ties.
func (g *generator) windowed(from, where string, sc scope) output {
	q := output{unsure: true}
	list := slices.Clone(sc.ids)
	for range sc.ids {
		q.types = append(q.types, types.Int4)
	}
	for range 1 + g.r.IntN(2) {
		t := g.anyType()
		arg := g.leaf(sc, t)
		var call string
		switch g.r.IntN(8) {
		case 0:
			call, t = "row_number()", types.Int8
		case 1:
			call, t = "rank()", types.Int8
		case 2:
			call = "lag(" + arg + ", " + strconv.Itoa(g.r.IntN(3)) + ")"
		case 3:
			call = "lead(" + arg + ")"
		case 4:
			call = []string{"first_value(", "last_value("}[g.r.IntN(2)] + arg + ")"
		case 5:
			call, t = "count("+arg+")", types.Int8
		case 6:
			call, t = "sum("+g.leaf(sc, types.Int4)+")", types.Int8
		default:
			call, t = "ntile(3)", types.Int4
		}
		over := ""
		if g.r.IntN(2) == 0 {
			over = "PARTITION BY " + g.leaf(sc, g.anyType()) + " "
		}
		over += "ORDER BY " + strings.Join(sc.ids, ", ")
		if len(sc.ids) > 0 && g.r.IntN(2) == 0 {
			over += " " + []string{"ROWS", "GROUPS"}[g.r.IntN(2)] + " BETWEEN " +
				[]string{"UNBOUNDED PRECEDING", "2 PRECEDING", "CURRENT ROW"}[g.r.IntN(3)] + " AND " +
				[]string{"CURRENT ROW", "1 FOLLOWING", "UNBOUNDED FOLLOWING"}[g.r.IntN(3)]
		}
		list, q.types = append(list, call+" OVER ("+over+")"), append(q.types, t)
	}
	q.sql = "SELECT " + strings.Join(list, ", ") + " FROM " + from + where
	return q
}

package differential

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

// left out are functions that are tested beside PostgreSQL elsewhere, or whose
// random arguments would only cost time and memory or give errors.
var leftOut = map[string]bool{
	"^": true, "exp": true, "power": true, "pow": true, "factorial": true, "repeat": true, "lpad": true, "rpad": true,
	"cosh": true, "sinh": true, "pg_typeof": true, "set_config": true, "current_setting": true, "pg_sleep": true,
	"to_char": true, "to_number": true, "to_date": true, "to_timestamp": true, "format": true, "encode": true, "decode": true,
	"extract": true, "date_part": true, "date_trunc": true, "timezone": true, "normalize": true, "is_normalized": true,
	"<<": true, ">>": true, "set_bit": true, "set_byte": true, "get_bit": true, "get_byte": true, "chr": true, "sqrt": true, "|/": true, "||/": true,
	"ln": true, "log": true, "log10": true, "!": true, "quote_literal": true, "quote_nullable": true, "to_hex": true,
	"time_bucket": true, "date_bin": true, "make_date": true, "make_time": true, "make_timestamp": true, "make_timestamptz": true, "make_interval": true,
	"first": true, "last": true, "string_agg": true, "array_agg": true, "width_bucket": true, "unistr": true, "parse_ident": true,
	"now": true, "clock_timestamp": true, "statement_timestamp": true, "transaction_timestamp": true, "timeofday": true, "current_date": true,
	"current_time": true, "current_timestamp": true, "localtime": true, "localtimestamp": true, "current_user": true, "session_user": true, "user": true,
	"current_role": true, "current_catalog": true, "current_schema": true, "current_database": true, "current_schemas": true, "version": true, "current_query": true,
	"convert": true, "convert_from": true, "convert_to": true, "similar_to_escape": true, "similar_escape": true, "like_escape": true,
}

// regular reports functions of regular expressions and patterns: random text is
// seldom one.
func regular(name string) bool {
	return strings.HasPrefix(name, "regexp") || strings.ContainsAny(name, "~") || strings.HasPrefix(name, "pg_") || strings.HasPrefix(name, "has_") ||
		strings.HasPrefix(name, "fasti") || strings.HasPrefix(name, "json") || strings.HasPrefix(name, "substring") || strings.Contains(name, "description")
}

// operands returns the concrete argument types with which a query may call s; ok
// is false when it may not.
func operands(r *rand.Rand, s *function.Signature) (args []types.ID, ok bool) {
	if leftOut[s.Name] || regular(s.Name) || s.Volatility != function.Immutable || s.Variadic || len(s.Defaults) > 0 {
		return nil, false
	}
	for _, a := range s.Args {
		if a == function.Any {
			a = columnTypes[r.IntN(len(columnTypes))]
		}
		if !slices.Contains(columnTypes, a) {
			return nil, false
		}
		args = append(args, a)
	}
	return args, true
}

// scope is what expressions may name.
type scope struct {
	cols []column
	ids  []string // columns that are unique together; nil when none are known
}

// generator makes the queries of one schema.
type generator struct {
	r        *rand.Rand
	tables   []table
	scalars  map[types.ID][]*function.Signature // by result
	known    map[string]bool                    // functions and operators of PostgreSQL
	aliases  int
	depthMax int
}

func newGenerator(r *rand.Rand, tables []table, known map[string]bool) *generator {
	g := &generator{r: r, tables: tables, known: known, scalars: map[types.ID][]*function.Signature{}, depthMax: 3}
	for _, s := range function.All() {
		if _, ok := operands(r, s); ok && known[s.Name] && s.Kind == function.Scalar && slices.Contains(columnTypes, s.Result) {
			g.scalars[s.Result] = append(g.scalars[s.Result], s)
		}
	}
	return g
}

func (g *generator) alias() string {
	g.aliases++
	return fmt.Sprintf("q%d", g.aliases)
}

func (g *generator) anyType() types.ID { return columnTypes[g.r.IntN(len(columnTypes))] }

// expr returns an expression of type t over sc.
func (g *generator) expr(sc scope, t types.ID, depth int) string {
	if depth <= 0 || g.r.IntN(4) == 0 {
		return g.leaf(sc, t)
	}
	if t == types.Bool && g.r.IntN(4) > 0 {
		return g.predicate(sc, depth)
	}
	sub := func(t types.ID) string { return g.expr(sc, t, depth-1) }
	switch g.r.IntN(12) {
	case 0:
		return "CASE WHEN " + sub(types.Bool) + " THEN " + sub(t) + " ELSE " + sub(t) + " END"
	case 1:
		return "COALESCE(" + sub(t) + ", " + sub(t) + ")"
	case 2:
		return "NULLIF(" + sub(t) + ", " + sub(t) + ")"
	case 3:
		return []string{"GREATEST(", "LEAST("}[g.r.IntN(2)] + sub(t) + ", " + sub(t) + ")"
	case 4:
		from := g.anyType()
		if _, ok := function.CastFor(from, t, function.Explicit); ok && from != t && from != types.Text {
			return "CAST(" + sub(from) + " AS " + sqlName(t) + ")"
		}
	}
	if list := g.scalars[t]; len(list) > 0 {
		s := list[g.r.IntN(len(list))]
		if args, ok := operands(g.r, s); ok {
			return call(s.Name, g.each(sc, args, depth-1))
		}
	}
	return g.leaf(sc, t)
}

func (g *generator) each(sc scope, ts []types.ID, depth int) []string {
	args := make([]string, len(ts))
	for i, t := range ts {
		args[i] = g.expr(sc, t, depth)
	}
	return args
}

// call writes a function or an operator.
func call(name string, args []string) string {
	if c := name[0]; c >= 'a' && c <= 'z' || c == '_' {
		return name + "(" + strings.Join(args, ", ") + ")"
	}
	if len(args) == 1 {
		return "(" + name + " " + args[0] + ")"
	}
	return "(" + args[0] + " " + name + " " + args[1] + ")"
}

func (g *generator) leaf(sc scope, t types.ID) string {
	var fit []string
	for _, c := range sc.cols {
		if c.t == t {
			fit = append(fit, c.sql)
		}
	}
	switch n := g.r.IntN(10); {
	case len(fit) > 0 && n < 7:
		return fit[g.r.IntN(len(fit))]
	case n == 7:
		return "NULL::" + sqlName(t)
	}
	return literal(g.r, t)
}

// predicate returns a condition.
func (g *generator) predicate(sc scope, depth int) string {
	sub := func(t types.ID) string { return g.expr(sc, t, depth-1) }
	t := g.anyType()
	switch g.r.IntN(14) {
	case 0:
		return "(" + sub(types.Bool) + " AND " + sub(types.Bool) + ")"
	case 1:
		return "(" + sub(types.Bool) + " OR " + sub(types.Bool) + ")"
	case 2:
		return "(NOT " + sub(types.Bool) + ")"
	case 3:
		return "(" + sub(t) + " IS" + g.not() + " NULL)"
	case 4:
		return "(" + sub(types.Bool) + " IS" + g.not() + []string{" TRUE", " FALSE", " UNKNOWN"}[g.r.IntN(3)] + ")"
	case 5:
		return "(" + sub(t) + " IS" + g.not() + " DISTINCT FROM " + sub(t) + ")"
	case 6:
		return "(" + sub(t) + g.not() + " IN (" + sub(t) + ", " + sub(t) + ", " + literal(g.r, t) + "))"
	case 7:
		return "(" + sub(t) + g.not() + " BETWEEN " + sub(t) + " AND " + sub(t) + ")"
	case 8:
		return "(" + sub(types.Text) + g.not() + " LIKE " + []string{"'a%'", "'%b%'", "'_'", "'%'", "'A_c'"}[g.r.IntN(5)] + ")"
	case 9:
		return g.subqueryPredicate(sc, depth)
	}
	return "(" + sub(t) + " " + []string{"=", "<>", "<", "<=", ">", ">="}[g.r.IntN(6)] + " " + sub(t) + ")"
}

func (g *generator) not() string { return []string{"", " NOT"}[g.r.IntN(2)] }

// subqueryPredicate returns EXISTS, IN, or a comparison with a scalar subquery,
// which may name columns of sc.
func (g *generator) subqueryPredicate(sc scope, depth int) string {
	if depth < 2 {
		return g.leaf(sc, types.Bool)
	}
	from, inner := g.from(1)
	both := scope{cols: append(slices.Clone(inner.cols), sc.cols...)}
	if g.r.IntN(2) == 0 {
		both = inner // not correlated
	}
	where := " WHERE " + g.expr(both, types.Bool, depth-2)
	t := g.anyType()
	switch g.r.IntN(3) {
	case 0:
		return "(" + strings.TrimSpace(g.not()+" EXISTS (SELECT 1 FROM "+from+where+")") + ")"
	case 1:
		return "(" + g.expr(sc, t, depth-2) + g.not() + " IN (SELECT " + g.expr(inner, t, depth-2) + " FROM " + from + where + "))"
	}
	return "(" + g.expr(sc, types.Int8, depth-2) + " < (SELECT count(*) FROM " + from + where + "))"
}

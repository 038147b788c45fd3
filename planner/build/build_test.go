package build

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/logical"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/parse"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// empty is a catalog without tables.
type empty struct{}

func (empty) Table(string, string) (*schema.Table, bool) { return nil, false }

// Trees that nest deeper than any text the parser lets through end in 54001, not
// in the death of the process: expressions, queries, set operations, joins.
func TestNestingIsBounded(t *testing.T) {
	const deep = 100000
	var e ast.Expr = &ast.Const{Kind: ast.True}
	var q ast.Query = &ast.Select{Targets: []ast.Target{{Expr: &ast.Const{Kind: ast.Integer, Raw: "1"}}}}
	one := q
	union := q
	var from ast.TableExpr = &ast.SubqueryRef{Query: one, Alias: ast.TableAlias{Name: "x"}}
	item := from
	for range deep {
		e = &ast.Not{X: e}
		q = &ast.Select{Targets: []ast.Target{{Expr: &ast.Star{}}}, From: []ast.TableExpr{&ast.SubqueryRef{Query: q, Alias: ast.TableAlias{Name: "x"}}}}
		union = &ast.SetOp{Op: "UNION", Left: union, Right: one}
		from = &ast.JoinExpr{Kind: "CROSS", Left: from, Right: item}
	}
	for name, stmt := range map[string]ast.Stmt{
		"expression": &ast.Select{Targets: []ast.Target{{Expr: e}}},
		"query":      q,
		"union":      union,
		"join":       &ast.Select{Targets: []ast.Target{{Expr: &ast.Star{}}}, From: []ast.TableExpr{from}},
	} {
		_, err := Bind(stmt, Options{Catalog: empty{}})
		require.Equal(t, sqlerr.StatementTooComplex, sqlerr.Code(err), name)
	}
}

// Queries that nest deeper than tags have levels are bound like others.
func TestDeepQueries(t *testing.T) {
	sql := "select 1 as a, 2 as b"
	for range 200 {
		sql = "select a, max(b) as b from (" + sql + ") q group by a having count(*) < 5 order by a, max(b)"
	}
	st, err := parse.Parse(sql, parse.Options{})
	require.NoError(t, err)
	r, err := Bind(st[0].AST, Options{Catalog: empty{}})
	require.NoError(t, err)
	require.Empty(t, logical.Free(r.Root))
}

// References to NOT MATERIALIZED queries double at each step of a chain, which is
// stopped; those to others share one query.
func TestReferencesToWithAreBounded(t *testing.T) {
	chain := func(as string) error {
		sql := "with q0 as " + as + " (select 1 as a)"
		last := "q0"
		for i := 1; i < 20; i++ {
			name := "q" + string(rune('a'+i))
			sql += ", " + name + " as " + as + " (select x.a from " + last + " x, " + last + " y)"
			last = name
		}
		st, err := parse.Parse(sql+" select * from "+last, parse.Options{})
		require.NoError(t, err)
		_, err = Bind(st[0].AST, Options{Catalog: empty{}})
		return err
	}
	require.Equal(t, sqlerr.StatementTooComplex, sqlerr.Code(chain("not materialized")))
	require.NoError(t, chain(""))
}

// Types that the client gives for parameters stand; the others follow from the
// context.
func TestGivenParameterTypes(t *testing.T) {
	for _, c := range []struct {
		sql   string
		given []types.ID
		want  []types.ID
		code  string
	}{
		{"select $1", []types.ID{types.Int8}, []types.ID{types.Int8}, ""},
		{"select $1 + 1", []types.ID{types.Int8}, []types.ID{types.Int8}, ""},
		{"select $1 + 1", []types.ID{types.Invalid}, []types.ID{types.Int4}, ""},
		{"select $1 + 1", []types.ID{types.Unknown}, []types.ID{types.Int4}, ""},
		{"select $1 || $2", []types.ID{types.Text}, []types.ID{types.Text, types.Text}, ""},
		{"select $1 + 1", []types.ID{types.Bool}, nil, sqlerr.UndefinedFunction},
		{"select 1", []types.ID{types.Int4, types.Text}, []types.ID{types.Int4, types.Text}, ""},
		{"select 1", []types.ID{types.Int4, types.Invalid}, nil, sqlerr.IndeterminateDatatype},
		{"select $1::int4, $1", []types.ID{types.Text}, []types.ID{types.Text}, ""},
		{"select now() > $1", []types.ID{types.Date}, []types.ID{types.Date}, ""},
		{"select 1 limit $1", []types.ID{types.Int4}, []types.ID{types.Int4}, ""},
	} {
		st, err := parse.Parse(c.sql, parse.Options{})
		require.NoError(t, err, c.sql)
		var given []types.Type
		for _, id := range c.given {
			given = append(given, types.Type{ID: id})
		}
		r, err := Bind(st[0].AST, Options{Catalog: empty{}, Params: given})
		require.Equal(t, c.code, sqlerr.Code(err), "%s: %v", c.sql, err)
		if err != nil {
			continue
		}
		var got []types.ID
		for _, p := range r.Params {
			got = append(got, p.ID)
		}
		require.Equal(t, c.want, got, c.sql)
	}
}

// distance agrees with the textbook's recursion, up to the limit.
func TestDistance(t *testing.T) {
	var plain func(a, b string) int
	plain = func(a, b string) int {
		switch {
		case a == "":
			return len(b)
		case b == "":
			return len(a)
		case a[0] == b[0]:
			return plain(a[1:], b[1:])
		}
		return 1 + min(plain(a[1:], b), plain(a, b[1:]), plain(a[1:], b[1:]))
	}
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abc")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, limit := word.Draw(t, "a"), word.Draw(t, "b"), rapid.IntRange(0, 5).Draw(t, "limit")
		got, want := distance(a, b, limit), plain(a, b)
		if got != want && (got <= limit || want <= limit) {
			t.Fatalf("distance(%q, %q, %d) = %d, want %d", a, b, limit, got, want)
		}
	})
}

// A tag keeps id, place and level apart, and clean removes those of its level and
// of the queries inside.
func TestTags(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.IntRange(1, 1<<20).Draw(t, "id")
		pos := rapid.IntRange(0, 1<<tagPosBits-2).Draw(t, "pos")
		level := rapid.IntRange(0, tagLevels-1).Draw(t, "level")
		i, p, l := untag(tag(id, pos, level))
		if i != id || p != pos || l != level {
			t.Fatalf("%d %d %d came back as %d %d %d", id, pos, level, i, p, l)
		}
		at := rapid.IntRange(0, tagLevels-1).Draw(t, "at")
		e := clean(expr.Column{Index: tag(id, pos, level)}, at).(expr.Column)
		if want := map[bool]int{true: id, false: tag(id, pos, level)}[level >= at]; e.Index != want {
			t.Fatalf("clean at %d of level %d", at, level)
		}
	})
	_, pos, _ := untag(5)
	require.Equal(t, -1, pos)
	require.Empty(t, logical.Free(&logical.Values{}))
}

// Names are cut where PostgreSQL cuts them, and never inside a character.
func TestObjectName(t *testing.T) {
	long := "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" // 63
	require.Equal(t, "t_pkey", objectName("t", "pkey"))
	require.Equal(t, long[:58]+"_pkey", objectName(long, "pkey"))
	require.Equal(t, long[:57]+"_pkey", objectName(long[:57]+"ä"+long[:4], "pkey"))
}

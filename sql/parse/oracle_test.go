package parse

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// oracle asks a PostgreSQL 15 what its grammar says of a text. In a transaction
// that has failed PostgreSQL still parses, and refuses afterwards (25P02), so
// nothing else than the grammar is asked.
type oracle struct{ conn *pgconn.PgConn }

// openOracle connects to the server that FASTI_PG names and skips the test
// when it names none.
func openOracle(tb testing.TB) *oracle {
	dsn := os.Getenv("FASTI_PG")
	if dsn == "" {
		tb.Skip("FASTI_PG is not set")
	}
	conn, err := pgconn.Connect(context.Background(), dsn)
	require.NoError(tb, err)
	tb.Cleanup(func() { conn.Close(context.Background()) })
	_, err = conn.Exec(context.Background(), "BEGIN; SELECT 1/0").ReadAll()
	require.ErrorContains(tb, err, "22012")
	return &oracle{conn}
}

// parse returns PostgreSQL's error for the text; nil when its grammar takes it.
func (o *oracle) parse(tb testing.TB, sql string) *pgconn.PgError {
	_, err := o.conn.Prepare(context.Background(), "", sql, nil)
	if err == nil {
		return nil
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		tb.Fatalf("%v\n%s", err, sql)
	}
	if e.Code == sqlerr.InFailedSQLTransaction || strings.HasPrefix(e.Message, "cannot insert multiple commands") {
		return nil
	}
	return e
}

// ours returns our grammar's error for the text, and whether some statement of it
// was only named (ast.Unsupported).
func ours(sql string) (e *sqlerr.Error, named bool) {
	r := (&Options{Strict: true}).reader()
	c := lex.Open(sql)
	for {
		for c.Accept(lex.Semicolon) {
		}
		if c.Is(lex.EOF) {
			return nil, named
		}
		s, _, err := statement(c, &r)
		if err != nil {
			errors.As(err, &e)
			return e, named
		}
		if _, ok := s.AST.(*ast.Unsupported); ok {
			named = true
		}
	}
}

// TestOracleErrors holds testdata/statements/errors, which TestErrors writes,
// against PostgreSQL. Errors that it finds only when it looks names up are asked
// for outside the failed transaction.
func TestOracleErrors(t *testing.T) {
	o := openOracle(t)
	live, err := pgconn.Connect(context.Background(), os.Getenv("FASTI_PG"))
	require.NoError(t, err)
	defer live.Close(context.Background())
	_, err = live.Exec(context.Background(), "CREATE TEMP TABLE t (a int, b int, c int)").ReadAll()
	require.NoError(t, err)
	text, err := os.ReadFile("testdata/statements/errors")
	require.NoError(t, err)
	n := 0
	for _, block := range strings.Split(string(text), "\n\n") {
		input, output, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(block), "errors\n"), "\n----\n")
		require.True(t, found)
		outputs := strings.Split(output, "\n")
		for i, sql := range strings.Split(input, "\n") {
			pg := o.parse(t, sql)
			if pg == nil {
				pg = (&oracle{live}).parse(t, sql)
			}
			want := "accepted"
			if pg != nil {
				want = fmt.Sprintf("%s %s@%d", pg.Code, pg.Message, pg.Position)
				if pg.Hint != "" {
					want += " hint: " + pg.Hint
				}
			}
			if want != outputs[i] {
				t.Errorf("%s\n  PostgreSQL: %s\n  ours:       %s", sql, want, outputs[i])
			}
			n++
		}
	}
	t.Logf("%d errors", n)
}

// mutate deletes, repeats, swaps or replaces one token of the text.
func mutate(rng *rand.Rand, sql string, toks []lex.Token) string {
	i := rng.Intn(len(toks) - 1)
	t := toks[i]
	switch rng.Intn(4) {
	case 0:
		return sql[:t.Pos] + " " + sql[t.End:]
	case 1:
		return sql[:t.End] + " " + sql[t.Pos:]
	case 2:
		j := rng.Intn(len(toks) - 1)
		return sql[:t.Pos] + " " + sql[toks[j].Pos:toks[j].End] + " " + sql[t.End:]
	}
	words := []string{"(", ")", ",", "select", "from", "where", "1", "a", "'x'", "not", "and", "=", ".", "[", "]", "order", "by", "as", "on", "::", "int", "*", "-", "in", "is", "null", "all", "limit", "join", "row", "values", "with", "default"}
	return sql[:t.Pos] + " " + words[rng.Intn(len(words))] + " " + sql[t.Pos:]
}

// TestOracleMutations compares what PostgreSQL's grammar and ours say of client
// statements with one token changed: accepted or not, and the code, the message,
// the hint and the position of the error. Statements that are only named are kept
// apart: what follows the name is hardly looked at.
func TestOracleMutations(t *testing.T) {
	o := openOracle(t)
	var texts []string
	for _, list := range corpus(t) {
		texts = append(texts, list...)
	}
	const n = 40000
	rng := rand.New(rand.NewSource(20261124))
	count := map[string]int{}
	report := func(kind, format string, args ...any) {
		if count[kind]++; count[kind] < 20 {
			t.Logf("%s: "+format, append([]any{kind}, args...)...)
		}
	}
	for range n {
		original := texts[rng.Intn(len(texts))]
		c := lex.Open(original)
		if len(c.Toks) < 3 || len(c.Toks) > 150 {
			continue
		}
		sql := mutate(rng, original, c.Toks)
		pg := o.parse(t, sql)
		us, named := ours(sql)
		_, namedBefore := ours(original)
		switch {
		case pg == nil && us == nil:
			count["accepted by both"]++
		case pg == nil && us.Code == sqlerr.FeatureNotSupported:
			count["refused"]++
		case us == nil && strings.HasPrefix(pg.Message, "trailing junk after numeric literal"):
			count["a number of PostgreSQL 16"]++
		case named || namedBefore:
			count["only named"]++
		case pg == nil:
			report("too strict", "we say %s: %s", describe(us, sql), sql)
		case us == nil:
			report("too lax", "PostgreSQL says %s@%d: %s", pg.Message, pg.Position, sql)
		case pg.Message != us.Message || int(pg.Position) != charPos(us, sql) || pg.Code != us.Code || pg.Hint != us.Hint:
			report("another error", "PostgreSQL says %s %s@%d, we %s: %s", pg.Code, pg.Message, pg.Position, describe(us, sql), sql)
		default:
			count["same error"]++
		}
	}
	t.Log(count)
	require.LessOrEqual(t, count["too lax"]+count["too strict"], n/10000)
	require.LessOrEqual(t, count["another error"], count["same error"]/200)
}

func describe(e *sqlerr.Error, sql string) string {
	return fmt.Sprintf("%s %s@%d", e.Code, e.Message, charPos(e, sql))
}

// charPos returns the error's position in characters from 1, as PostgreSQL counts.
func charPos(e *sqlerr.Error, sql string) int {
	if e.Pos == 0 {
		return 0
	}
	return utf8.RuneCountInString(sql[:e.Pos-1]) + 1
}

// TestOracleKeywords holds the table of keywords against the server's.
func TestOracleKeywords(t *testing.T) {
	openOracle(t)
	conn, err := pgconn.Connect(context.Background(), os.Getenv("FASTI_PG"))
	require.NoError(t, err)
	defer conn.Close(context.Background())
	results, err := conn.Exec(context.Background(), "SELECT word, catcode, barelabel FROM pg_get_keywords() ORDER BY 1").ReadAll()
	require.NoError(t, err)
	classes := map[string]lex.Class{"U": lex.Unreserved, "C": lex.ColName, "T": lex.TypeFunc, "R": lex.Reserved}
	require.Len(t, results[0].Rows, 460)
	for _, row := range results[0].Rows {
		w := lex.Lookup(string(row[0]))
		require.NotEqual(t, lex.None, w, string(row[0]))
		require.Equal(t, classes[string(row[1])], w.Class(), string(row[0]))
		require.Equal(t, string(row[2]) == "t", w.BareLabel(), string(row[0]))
	}
}

package compute

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// record is the connection string of a PostgreSQL 15 server with LC_CTYPE
// C.UTF-8: with it the golden tests ask the server anew and rewrite their files.
var record = flag.String("record", "", "connection string of a PostgreSQL 15 to record golden results from")

// testSettings are those of the recording session.
func testSettings(t testing.TB) *value.Settings {
	s := value.Default()
	s.Zones = value.NewZones()
	zone, ok := s.Zones.Load("America/New_York")
	require.True(t, ok)
	s.Zone = zone
	return s
}

func testContext(t testing.TB) *op.Context {
	now := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)
	return op.NewContext(context.Background(), op.Options{Values: testSettings(t), Now: now, Clock: now})
}

// ask records the answers of a server to expressions: their text, or "! SQLSTATE
// message". NULL is \N.
func ask(t *testing.T, exprs []string) []string {
	conn, err := pgx.Connect(context.Background(), *record)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	for _, s := range []string{"SET TIME ZONE 'America/New_York'", "SET lc_messages = 'C'"} {
		_, err = conn.Exec(context.Background(), s)
		require.NoError(t, err)
	}
	answers := make([]string, len(exprs))
	for i, e := range exprs {
		var answer *string
		// concat prints with output functions, and NULL as nothing.
		err := conn.QueryRow(context.Background(), "SELECT CASE WHEN x IS NOT NULL THEN concat(x) END FROM (SELECT "+e+" AS x OFFSET 0) s", pgx.QueryExecModeSimpleProtocol).Scan(&answer)
		switch pe, ok := err.(*pgconn.PgError); {
		case ok:
			answers[i] = "! " + pe.Code + " " + pe.Message
		case err != nil:
			t.Fatalf("%s: %v", e, err)
		case answer == nil:
			answers[i] = `\N`
		default:
			answers[i] = fmt.Sprintf("%q", *answer)
			answers[i] = answers[i][1 : len(answers[i])-1]
		}
	}
	return answers
}

// golden reads a file of lines "expression => answer". Recording writes it anew;
// lines without an answer ask for one. Empty lines and comments stay.
func golden(t *testing.T, file string) (exprs, answers []string) {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	var lines []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		line := sc.Text()
		lines = append(lines, line)
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		e, a, _ := strings.Cut(line, " => ")
		exprs, answers = append(exprs, e), append(answers, a)
	}
	if *record == "" {
		return exprs, answers
	}
	answers = ask(t, exprs)
	var b strings.Builder
	k := 0
	for _, line := range lines {
		if line == "" || strings.HasPrefix(line, "# ") {
			b.WriteString(line + "\n")
			continue
		}
		b.WriteString(exprs[k] + " => " + answers[k] + "\n")
		k++
	}
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	return exprs, answers
}

// render writes what an evaluation gave in the form of ask.
func render(s *value.Settings, ty types.Type, d vector.Datum, err error) string {
	switch {
	case err != nil:
		e, ok := err.(*sqlerr.Error)
		if !ok {
			return "! " + err.Error()
		}
		return "! " + e.Code + " " + e.Message
	case d.Null:
		return `\N`
	}
	q := fmt.Sprintf("%q", value.Text(ty, d, s))
	return q[1 : len(q)-1]
}

// Goal: functions, operators and casts mean what they mean in PostgreSQL. Method:
// the expressions of testdata/*.golden, written by hand for edges and errors,
// against answers recorded from a server.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.golden")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".golden"), func(t *testing.T) {
			q := testContext(t)
			exprs, answers := golden(t, file)
			for i, text := range exprs {
				got := evalText(q, text)
				if got != answers[i] {
					t.Errorf("%s\n   got  %s\n   want %s", text, got, answers[i])
				}
			}
		})
	}
}

// evalText parses and evaluates an expression as a server would, constants
// folded.
func evalText(q *op.Context, text string) string {
	e, err := parseExpr(text, q.Values)
	if err != nil {
		return render(q.Values, types.Type{}, vector.NullDatum, err)
	}
	d, err := Eval(q, e)
	return render(q.Values, e.Type(), d, err)
}

// parseExpr reads the small language of the golden files: literals 'x'::type and
// NULL::type, integers, calls f(a, b), operators in parentheses (a + b), (- a),
// and casts (e)::type with modifiers.
func parseExpr(text string, s *value.Settings) (e expr.Expr, err error) {
	p := exprParser{in: text, settings: s}
	defer func() {
		if r := recover(); r != nil {
			pe, ok := r.(parseError)
			if !ok {
				panic(r)
			}
			err = pe.err
		}
	}()
	e = p.expr()
	if p.blanks(); p.in != "" {
		p.fail("left over: %s", p.in)
	}
	return e, nil
}

type parseError struct{ err error }

type exprParser struct {
	in       string
	settings *value.Settings
	columns  []string // names that stand for columns
	types    []types.Type
}

func (p *exprParser) fail(format string, args ...any) { panic(parseError{fmt.Errorf(format, args...)}) }

func (p *exprParser) check(err error) {
	if err != nil {
		panic(parseError{err})
	}
}

func (p *exprParser) blanks() { p.in = strings.TrimLeft(p.in, " ") }

func (p *exprParser) accept(s string) bool {
	p.blanks()
	if !strings.HasPrefix(p.in, s) {
		return false
	}
	p.in = p.in[len(s):]
	return true
}

func (p *exprParser) expect(s string) {
	if !p.accept(s) {
		p.fail("want %q at %q", s, p.in)
	}
}

func (p *exprParser) word() string {
	p.blanks()
	n := 0
	for n < len(p.in) && (p.in[n] == '_' || p.in[n]-'a' < 26 || p.in[n]-'A' < 26 || p.in[n]-'0' < 10) {
		n++
	}
	w := p.in[:n]
	p.in = p.in[n:]
	return w
}

func (p *exprParser) operator() string {
	p.blanks()
	n := 0
	for n < len(p.in) && strings.IndexByte("+-*/<>=~!@#%^&|?", p.in[n]) >= 0 {
		n++
	}
	w := p.in[:n]
	p.in = p.in[n:]
	return w
}

// typeName reads a short type name with modifiers.
func (p *exprParser) typeName() types.Type {
	quoted := p.accept(`"`)
	name := p.word()
	if quoted {
		p.expect(`"`)
	}
	for _, t := range types.All() {
		if t.Udt() != name {
			continue
		}
		if !p.accept("(") {
			return t
		}
		var mods []int
		for {
			n := 0
			neg := p.accept("-")
			fmt.Sscan(p.word(), &n)
			if neg {
				n = -n
			}
			mods = append(mods, n)
			if p.accept(")") {
				break
			}
			p.expect(",")
		}
		switch t.ID {
		case types.Varchar:
			return types.VarcharN(mods[0])
		case types.Numeric:
			mods = append(mods, 0)
			return types.NumericPS(mods[0], mods[1])
		}
		t.Mod = int32(mods[0])
		return t
	}
	p.fail("no type %q", name)
	return types.Type{}
}

func (p *exprParser) expr() expr.Expr {
	e := p.primary()
	for p.accept("::") {
		e = p.cast(e, p.typeName())
	}
	return e
}

// unknown is a literal without a type yet.
func unknown(d vector.Datum) expr.Expr { return expr.Const{Value: d, T: types.Of(types.Unknown)} }

func (p *exprParser) primary() expr.Expr {
	p.blanks()
	switch {
	case p.in == "":
		p.fail("end of input")
	case p.in[0] == '\'' || strings.HasPrefix(p.in, "E'"):
		escape := p.accept("E")
		p.in = p.in[1:]
		var b strings.Builder
		for {
			if p.in == "" {
				p.fail("unterminated string")
			}
			c := p.in[0]
			p.in = p.in[1:]
			if c == '\'' {
				if !strings.HasPrefix(p.in, "'") {
					break
				}
				p.in = p.in[1:]
			}
			if c == '\\' && escape {
				c = p.in[0]
				p.in = p.in[1:]
				if c == 'n' {
					c = '\n'
				}
			}
			b.WriteByte(c)
		}
		return unknown(vector.StringDatum(b.String()))
	case p.in[0]-'0' < 10:
		w := p.word()
		t := types.Of(types.Int4)
		if p.accept(".") {
			w, t = w+"."+p.word(), types.Of(types.Numeric)
		} else if n, _ := strconv.ParseInt(w, 10, 64); n > math.MaxInt32 {
			t = types.Of(types.Int8)
		}
		d, err := value.Parse(t, w, p.settings)
		p.check(err)
		return expr.Const{Value: d, T: t}
	case p.accept("("):
		if op := p.operator(); op != "" {
			e := p.call(op, []expr.Expr{p.expr()})
			p.expect(")")
			return e
		}
		l := p.expr()
		if p.accept(")") {
			return l
		}
		op := p.operator()
		if op == "" {
			op = map[string]string{"LIKE": "~~", "ILIKE": "~~*"}[p.word()]
		}
		e := p.call(op, []expr.Expr{l, p.expr()})
		p.expect(")")
		return e
	}
	if p.accept(`"`) { // a name that the grammar of SQL treats apart
		name := p.word()
		p.expect(`"(`)
		return p.call(name, p.args())
	}
	switch w := p.word(); w {
	case "NULL":
		return unknown(vector.NullDatum)
	case "true", "false":
		return expr.Const{Value: vector.BoolDatum(w == "true"), T: expr.Bool}
	case "":
		p.fail("unexpected %q", p.in)
		return nil
	default:
		if i := slices.Index(p.columns, w); i >= 0 {
			return expr.Column{Index: i, T: p.types[i]}
		}
		p.expect("(")
		args := p.args()
		if e := special(w, args); e != nil {
			return e
		}
		return p.call(w, args)
	}
}

// special are the nodes that are no calls, spelled as calls.
func special(name string, args []expr.Expr) expr.Expr {
	switch name {
	case "and":
		return expr.And{Args: args}
	case "or":
		return expr.Or{Args: args}
	case "not":
		return expr.Not{X: args[0]}
	case "isnull":
		return expr.IsNull{X: args[0]}
	case "case": // condition, branch, else
		return expr.Case{Whens: []expr.When{{Cond: args[0], Then: args[1]}}, Else: args[2], T: args[1].Type()}
	case "coalesce":
		return expr.Coalesce{Args: args, T: args[0].Type()}
	case "isin": // of int8
		return expr.In{X: args[0], List: args[1:], Eq: "=(int8,int8)"}
	case "param": // of int8
		return expr.Param{N: 1, T: types.Of(types.Int8)}
	}
	return nil
}

func (p *exprParser) args() (args []expr.Expr) {
	for !p.accept(")") {
		if len(args) > 0 {
			p.expect(",")
		}
		args = append(args, p.expr())
	}
	return args
}

// call resolves a call and inserts the implicit casts.
func (p *exprParser) call(name string, args []expr.Expr) expr.Expr {
	in := make([]types.Type, len(args))
	for i, a := range args {
		in[i] = a.Type()
	}
	sig, err := function.Resolve(name, in)
	p.check(err)
	if sig.Kind == function.Cast {
		return p.cast(args[0], types.Of(sig.Result))
	}
	return p.build(sig, args)
}

func (p *exprParser) build(sig *function.Signature, args []expr.Expr) expr.Expr {
	in := make([]types.Type, len(args))
	for i, a := range args {
		in[i] = a.Type()
	}
	want, result, err := sig.Instantiate(in)
	p.check(err)
	for i, a := range args {
		args[i] = p.coerce(a, want[i], function.Implicit)
	}
	return expr.Call{Func: sig.ID, Args: args, T: result}
}

func (p *exprParser) cast(e expr.Expr, t types.Type) expr.Expr {
	e = p.coerce(e, types.Of(t.ID), function.Explicit)
	if t.Mod >= 0 {
		sig, _ := function.CastFor(t.ID, t.ID, function.Explicit)
		return expr.Call{Func: sig.ID, Args: []expr.Expr{e}, T: t}
	}
	return e
}

func (p *exprParser) coerce(e expr.Expr, t types.Type, ctx function.CastContext) expr.Expr {
	from := e.Type().ID
	if from == t.ID {
		return e
	}
	if from == types.Unknown {
		c := e.(expr.Const)
		if c.Value.Null {
			return expr.Const{Value: vector.NullDatum, T: t}
		}
		d, err := value.Parse(t, c.Value.S, p.settings)
		p.check(err)
		return expr.Const{Value: d, T: t}
	}
	sig, ok := function.CastFor(from, t.ID, ctx)
	if !ok {
		p.check(sqlerr.New(sqlerr.CannotCoerce, "cannot cast type %s to %s", e.Type(), t))
	}
	return expr.Call{Func: sig.ID, Args: []expr.Expr{e}, T: t}
}

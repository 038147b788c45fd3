package copyio

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// goldenCase is one COPY FROM into table e and what PostgreSQL made of it: the
// rows, in the text format, or the error. Out has the same rows in other formats.
type goldenCase struct {
	Columns, Options                     string
	Data                                 []byte
	Rows                                 string            `json:",omitempty"`
	Code, Message, Detail, Hint, Context string            `json:",omitempty"`
	Out                                  map[string]string `json:",omitempty"`
}

// columnsOf reads "a int4, b varchar(3)".
func columnsOf(t testing.TB, list string) (cs []Column) {
	list = strings.ReplaceAll(list, "(6,2)", "(6;2)")
	for _, def := range strings.Split(list, ", ") {
		name, typ, _ := strings.Cut(def, " ")
		base, mods, _ := strings.Cut(strings.TrimSuffix(typ, ")"), "(")
		c := Column{Name: name}
		for _, ty := range types.All() {
			if ty.Udt() == base {
				c.Type = ty
			}
		}
		require.NotZero(t, c.Type.ID, typ)
		p, s, two := strings.Cut(mods, ";")
		n, _ := strconv.Atoi(p)
		switch {
		case two:
			scale, _ := strconv.Atoi(s)
			c.Type = types.NumericPS(n, scale)
		case mods != "":
			c.Type = types.VarcharN(n)
		}
		cs = append(cs, c)
	}
	return cs
}

// optionsOf reads the options of a COPY as the parser hands them over: bare words,
// strings, lists and *.
func optionsOf(t testing.TB, text string, from bool) Options {
	o, err := parseOptions(text, from)
	require.NoError(t, err, text)
	return o
}

func parseOptions(text string, from bool) (Options, error) {
	var list []ast.Option
	for text != "" {
		var o ast.Option
		end := strings.IndexAny(text, " ,")
		if end < 0 {
			end = len(text)
		}
		o.Name, text = text[:end], text[end:]
		o.Pos = len(list)
		text = strings.TrimPrefix(text, " ")
		switch {
		case text == "" || text[0] == ',':
		case text[0] == '\'':
			end := strings.Index(text[1:], "'") + 1
			for end+1 < len(text) && text[end+1] == '\'' {
				end += 2 + strings.Index(text[end+2:], "'")
			}
			o.Value = &ast.Const{Kind: ast.String, Raw: strings.ReplaceAll(text[1:end], "''", "'")}
			text = text[end+1:]
		case text[0] == '*':
			o.Value, text = &ast.Star{}, text[1:]
		case text[0] == '(':
			end := strings.IndexByte(text, ')')
			row := &ast.Row{}
			for _, name := range strings.Split(text[1:end], ", ") {
				row.Elems = append(row.Elems, &ast.ColumnRef{Parts: []string{name}})
			}
			o.Value, text = row, text[end+1:]
		default:
			end := strings.IndexByte(text, ',')
			if end < 0 {
				end = len(text)
			}
			if text[0] >= '0' && text[0] <= '9' {
				o.Value = &ast.Const{Kind: ast.Integer, Raw: text[:end]}
			} else {
				o.Value = &ast.ColumnRef{Parts: []string{text[:end]}}
			}
			text = text[end:]
		}
		text = strings.TrimPrefix(text, ", ")
		list = append(list, o)
	}
	return ParseOptions(list, from)
}

// readAll reads data in pieces of a size and returns the rows in the text format.
func readAll(o Options, cols []Column, data []byte, size int) (rows string, batches []*vector.Batch, err error) {
	s := value.Default()
	s.Zones = value.NewZones()
	r, err := NewReader(source(data, size), o, "e", cols, s)
	if err != nil {
		return "", nil, err
	}
	w, err := NewWriter(Options{Delimiter: '\t', Null: `\N`}, cols, s)
	if err != nil {
		return "", nil, err
	}
	var out []byte
	for {
		b, err := r.Next()
		if err != nil || b == nil {
			return string(out), batches, err
		}
		for i := range b.Len {
			if out, err = w.AppendRow(out, b, i); err != nil {
				return "", nil, err
			}
		}
		batches = append(batches, vector.Copy(b))
	}
}

// describe puts what a client sees of an error on one line.
func describe(err error) string {
	var e *sqlerr.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	return strings.Join([]string{e.Code, e.Message, e.Detail, e.Hint, e.Context}, " | ")
}

// COPY FROM gives PostgreSQL's rows, or its error with class, message, hint and
// context, and COPY TO its bytes. The answers in testdata/postgres.jsonl were
// taken from PostgreSQL 15 for written and random data; FASTI_COPY_GOLDEN names
// another file of the form.
func TestPostgres(t *testing.T) {
	f, err := os.Open(cmp.Or(os.Getenv("FASTI_COPY_GOLDEN"), "testdata/postgres.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	in := json.NewDecoder(bufio.NewReader(f))
	bad := 0
	for {
		var g goldenCase
		err := in.Decode(&g)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		cols := columnsOf(t, g.Columns)
		want := g.Rows
		if g.Code != "" {
			want = strings.Join([]string{g.Code, g.Message, g.Detail, g.Hint, g.Context}, " | ")
		}
		got, batches, err := readAll(optionsOf(t, g.Options, true), cols, g.Data, 1<<16)
		if err != nil {
			got = describe(err)
		}
		if got != want {
			if bad++; bad <= 40 {
				t.Errorf("%s (%s) %q\n      got %q\n     want %q", g.Columns, g.Options, g.Data, got, want)
			}
			continue
		}
		for o, want := range g.Out {
			w, err := NewWriter(optionsOf(t, o, false), cols, value.Default())
			require.NoError(t, err)
			out := w.AppendHeader(nil)
			for _, b := range batches {
				for i := range b.Len {
					out, err = w.AppendRow(out, b, i)
					require.NoError(t, err)
				}
			}
			require.Equal(t, want, string(w.AppendTrailer(out)), "%q to (%s)", g.Data, o)
		}
	}
	require.Zero(t, bad)
}

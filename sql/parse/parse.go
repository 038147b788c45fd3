package parse

import (
	"slices"
	"sync"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/shape"
	"github.com/dejaq/fasti/sql/skel"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/translate"
	"github.com/dejaq/fasti/sql/utility"
)

// Options tunes the language. The zero value is ready to use.
type Options struct {
	// Strict takes PostgreSQL's grammar alone and refuses Cockroach's additions:
	// UPSERT, t@index, AS OF SYSTEM TIME, UPDATE and DELETE with LIMIT, RETURNING
	// NOTHING, and its forms in CREATE TABLE.
	Strict bool
	// MaxDepth bounds how deep a statement nests. Default 1000; what is deeper is
	// refused with 54001.
	MaxDepth int
	// Skeletons keeps the trees of recent statement shapes, which saves most of the
	// work. One cache serves a whole node; nil keeps nothing.
	Skeletons *skel.Cache
}

// Statement is one statement of a text.
type Statement struct {
	AST ast.Stmt
	// Source is the statement's text, without the white space around it and
	// without the semicolon.
	Source string
	// Pos is the byte offset of Source in the text. Offsets in AST count from the
	// beginning of the text, not of Source.
	Pos int
	// Params are the parameters it uses, by number.
	Params []Param
	// Notices are warnings of the lexer about the whole text; they come with the
	// first statement.
	Notices []*sqlerr.Error
}

// Param is a parameter of a statement.
type Param struct {
	Number int // from 1; gaps are allowed
	Pos    int // byte offset of its first use
	// Type is the type that it is cast to where it stands, nil when there is none.
	Type *ast.TypeName
}

func (o *Options) reader() translate.Reader {
	return translate.Reader{
		Shape:     shape.Options{Cockroach: !o.Strict, MaxDepth: o.MaxDepth},
		Skeletons: o.Skeletons,
	}
}

// cursors keeps the memory of tokens.
var cursors = sync.Pool{New: func() any { return new(lex.Cursor) }}

// tokensMax is the most tokens whose memory goes back to cursors.
const tokensMax = 1 << 16

func withCursor(sql string, read func(c *lex.Cursor) error) error {
	c := cursors.Get().(*lex.Cursor)
	c.Reset(sql)
	err := read(c)
	if cap(c.Toks) <= tokensMax {
		clear(c.Toks)
		c.Src, c.Notices = "", nil
		cursors.Put(c)
	}
	return err
}

// Parse returns the statements of sql, which semicolons separate. A text without
// a statement gives an empty slice.
func Parse(sql string, o Options) (stmts []Statement, err error) {
	r := o.reader()
	var later *sqlerr.Error
	err = withCursor(sql, func(c *lex.Cursor) error {
		for {
			for c.Accept(lex.Semicolon) {
			}
			if c.Is(lex.EOF) {
				break
			}
			s, res, err := statement(c, &r)
			if err != nil {
				return err
			}
			if later == nil {
				later = res.Later
			}
			stmts = append(stmts, s)
		}
		if len(stmts) > 0 {
			stmts[0].Notices = c.Notices
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return nil, later
	}
	return stmts, nil
}

// statement reads one statement, and checks that it ends.
func statement(c *lex.Cursor, r *translate.Reader) (s Statement, res translate.Result, err error) {
	s.Pos = c.Pos()
	if r.StatementAhead(c) {
		s.AST, res, err = r.Statement(c)
	} else {
		s.AST, res, err = utility.Statement(c, r)
	}
	if err == nil {
		err = end(c, lex.Semicolon)
	}
	if err != nil {
		return s, res, err
	}
	s.Source = c.Src[s.Pos:c.PrevEnd()]
	s.Params = params(res.Params)
	return s, res, nil
}

// end checks that the cursor is at the end or at a token of the kind.
func end(c *lex.Cursor, k lex.Kind) (err error) {
	defer lex.Catch(&err)
	if !c.Is(lex.EOF) && !c.Is(k) {
		c.Fail()
	}
	return nil
}

// params returns one entry for each number, in order.
func params(uses []shape.Param) []Param {
	if len(uses) == 0 {
		return nil
	}
	var out []Param
	at := map[int]int{}
	for _, u := range uses {
		i, ok := at[u.Number]
		if !ok {
			at[u.Number] = len(out)
			out = append(out, Param{Number: u.Number, Pos: u.Pos, Type: u.Type})
			continue
		}
		if out[i].Type == nil {
			out[i].Type = u.Type
		}
	}
	slices.SortFunc(out, func(a, b Param) int { return a.Number - b.Number })
	return out
}

// Expr returns the tree of one expression, as a DEFAULT or CHECK kept as text.
func Expr(sql string) (e ast.Expr, err error) {
	r := (&Options{}).reader()
	err = withCursor(sql, func(c *lex.Cursor) error {
		var res translate.Result
		var err error
		if e, res, err = r.Expr(c); err != nil {
			return err
		}
		if res.Later != nil {
			return res.Later
		}
		return end(c, lex.EOF)
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Type returns the tree of a type name.
func Type(sql string) (t ast.TypeName, err error) {
	r := (&Options{}).reader()
	err = withCursor(sql, func(c *lex.Cursor) error {
		var res translate.Result
		var err error
		if t, res, err = r.Type(c); err != nil {
			return err
		}
		if res.Later != nil {
			return res.Later
		}
		return end(c, lex.EOF)
	})
	return t, err
}

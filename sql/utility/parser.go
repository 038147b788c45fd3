package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/translate"
)

// parser reads one statement.
type parser struct {
	*lex.Cursor
	r   *translate.Reader
	res translate.Result
}

// Statement reads the utility statement at the cursor. Its errors are
// *sqlerr.Error.
func Statement(c *lex.Cursor, r *translate.Reader) (stmt ast.Stmt, res translate.Result, err error) {
	defer lex.Catch(&err)
	p := &parser{Cursor: c, r: r}
	stmt = p.statement()
	return stmt, p.res, nil
}

func (p *parser) statement() ast.Stmt {
	pos := p.Pos()
	switch p.Tok().Word {
	case lex.KwBegin, lex.KwStart, lex.KwCommit, lex.KwEnd, lex.KwRollback, lex.KwAbort, lex.KwSavepoint, lex.KwRelease:
		return p.transaction()
	case lex.KwSet:
		return p.set()
	case lex.KwReset:
		return p.reset()
	case lex.KwShow:
		return p.show()
	case lex.KwDiscard:
		return p.discard()
	case lex.KwPrepare:
		return p.prepare()
	case lex.KwExecute:
		return p.execute()
	case lex.KwDeallocate:
		return p.deallocate()
	case lex.KwExplain:
		return p.explain()
	case lex.KwCopy:
		return p.copy()
	case lex.KwTruncate:
		return p.truncate()
	case lex.KwCreate:
		if stmt := p.createTable(); stmt != nil {
			return stmt
		}
	case lex.KwDrop:
		if p.WordAhead(1, lex.KwTable) {
			return p.dropTable(pos)
		}
	}
	switch p.Tok().Word {
	case lex.KwCreate, lex.KwDrop, lex.KwAlter, lex.KwReindex:
		if stmt := p.indexStatement(); stmt != nil {
			return stmt
		}
	}
	switch p.Tok().Word {
	case lex.KwCreate, lex.KwDrop, lex.KwAlter, lex.KwComment:
		if stmt := p.catalogObject(); stmt != nil {
			return stmt
		}
	case lex.KwDeclare:
		return p.declare()
	case lex.KwFetch, lex.KwMove:
		return p.fetch()
	case lex.KwClose:
		return p.close()
	case lex.KwUnlisten:
		return p.unlisten()
	case lex.KwVacuum, lex.KwAnalyze, lex.KwAnalyse:
		return p.vacuum()
	}
	return p.unsupported()
}

// note keeps what a part of the statement left behind.
func (p *parser) note(res translate.Result, err error) {
	if err != nil {
		p.raise(err)
	}
	p.res.Params = append(p.res.Params, res.Params...)
	p.later(res.Later)
}

// raise reports an error of the translation.
func (p *parser) raise(err error) {
	e, ok := err.(*sqlerr.Error)
	if !ok {
		e = sqlerr.New(sqlerr.InternalError, "%s", err.Error())
	}
	p.Raise(e)
}

// later notes an error that PostgreSQL raises only when the text is well formed.
func (p *parser) later(err *sqlerr.Error) {
	if p.res.Later == nil {
		p.res.Later = err
	}
}

func (p *parser) expr() ast.Expr {
	e, res, err := p.r.Expr(p.Cursor)
	p.note(res, err)
	return e
}

func (p *parser) bExpr() ast.Expr {
	e, res, err := p.r.BExpr(p.Cursor)
	p.note(res, err)
	return e
}

func (p *parser) exprs() []ast.Expr {
	list, res, err := p.r.Exprs(p.Cursor)
	p.note(res, err)
	return list
}

func (p *parser) query() ast.Query {
	q, res, err := p.r.Query(p.Cursor)
	p.note(res, err)
	return q
}

// preparable reads a query or a data-changing statement.
func (p *parser) preparable() ast.Stmt {
	if !p.r.StatementAhead(p.Cursor) {
		if p.IsWord(lex.KwMerge) {
			p.Raise(sqlerr.NotSupported("MERGE").At(p.Pos()))
		}
		p.Fail()
	}
	s, res, err := p.r.Statement(p.Cursor)
	p.note(res, err)
	return s
}

func (p *parser) typeName() ast.TypeName {
	t, res, err := p.r.Type(p.Cursor)
	p.note(res, err)
	return t
}

// name reads a qualified name.
func (p *parser) name() ast.Name {
	n := ast.Name{Pos: p.Pos(), Parts: []string{p.ColID()}}
	for p.Accept(lex.Dot) {
		n.Parts = append(n.Parts, p.Label())
	}
	if len(n.Parts) > 3 {
		text := n.Parts[0]
		for _, part := range n.Parts[1:] {
			text += "." + part
		}
		p.Raisef(sqlerr.SyntaxError, n.Pos, "improper qualified name (too many dotted names): %s", text)
	}
	return n
}

// columns reads (a, b).
func (p *parser) columns() []ast.Name {
	var cols []ast.Name
	p.Expect(lex.LParen)
	for {
		cols = append(cols, ast.Name{Pos: p.Pos(), Parts: []string{p.ColID()}})
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
	return cols
}

func plain(cols []ast.Name) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.Parts[0]
	}
	return out
}

// nonReserved reads PostgreSQL's NonReservedWord_or_Sconst.
func (p *parser) nonReserved() string {
	t := p.Tok()
	if t.Kind == lex.String || t.Kind == lex.QuotedIdent || t.Kind == lex.Ident && t.Word.Class() != lex.Reserved {
		return p.Next().Text
	}
	p.Fail()
	return ""
}

// value reads PostgreSQL's var_value: a number with sign, a string or a word.
func (p *parser) value() ast.Expr {
	t := p.Tok()
	n := ast.Node{Pos: int(t.Pos)}
	switch {
	case t.Kind == lex.Op && (t.Text == "-" || t.Text == "+"), t.Kind == lex.Integer, t.Kind == lex.Decimal:
		return p.number()
	case t.Kind == lex.String:
		p.Next()
		return &ast.Const{Node: n, Kind: ast.String, Raw: t.Text}
	case t.Word == lex.KwTrue, t.Word == lex.KwFalse, t.Word == lex.KwOn, t.Kind == lex.QuotedIdent,
		t.Kind == lex.Ident && t.Word.Class() != lex.Reserved:
		p.Next()
		return &ast.ColumnRef{Node: n, Parts: []string{t.Text}}
	}
	p.Fail()
	return nil
}

// number reads a number with an optional sign.
func (p *parser) number() ast.Expr {
	c := &ast.Const{Node: ast.Node{Pos: p.Pos()}, Kind: ast.Integer}
	sign := ""
	if p.AcceptOp("-") {
		sign = "-"
	} else {
		p.AcceptOp("+")
	}
	if p.Is(lex.Decimal) {
		c.Kind = ast.Decimal
	} else if !p.Is(lex.Integer) {
		p.Fail()
	}
	c.Raw = sign + p.Next().Text
	return c
}

// str reads a string literal.
func (p *parser) str() string { return p.Expect(lex.String).Text }

// atEnd tells whether the statement ends here.
func (p *parser) atEnd() bool { return p.Is(lex.EOF) || p.Is(lex.Semicolon) }

package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// copy reads COPY with the options of today, in brackets, or the old ones, which
// become the same.
func (p *parser) copy() ast.Stmt {
	s := &ast.Copy{Pos: p.Pos()}
	p.Next()
	if p.Accept(lex.LParen) {
		s.Query = p.preparable()
		p.Expect(lex.RParen)
		p.ExpectWord(lex.KwTo)
	} else {
		if p.IsWord(lex.KwBinary) {
			p.option(s, "format", &ast.ColumnRef{Node: ast.Node{Pos: p.Pos()}, Parts: []string{"binary"}})
		}
		name := p.name()
		s.Table = &name
		if p.Is(lex.LParen) {
			s.Cols = p.columns()
		}
		if p.AcceptWord(lex.KwFrom) {
			s.From = true
		} else {
			p.ExpectWord(lex.KwTo)
		}
	}
	s.Program = p.AcceptWord(lex.KwProgram)
	switch {
	case p.Is(lex.String):
		s.File = p.Next().Text
	case p.AcceptWord(lex.KwStdin), p.AcceptWord(lex.KwStdout):
		if s.Program {
			p.Raise(sqlerr.New(sqlerr.SyntaxError, "STDIN/STDOUT not allowed with PROGRAM"))
		}
	default:
		p.Fail()
	}
	if s.Query == nil {
		pos := p.Pos()
		using := p.AcceptWord(lex.KwUsing)
		if using && !p.IsWord(lex.KwDelimiters) {
			p.Fail()
		}
		if p.AcceptWord(lex.KwDelimiters) {
			s.Options = append(s.Options, ast.Option{Pos: pos, Name: "delimiter", Value: p.strConst()})
		}
	}
	p.AcceptWord(lex.KwWith)
	if p.Is(lex.LParen) {
		p.copyOptions(s)
	} else {
		p.oldCopyOptions(s)
	}
	if p.IsWord(lex.KwWhere) && s.Query == nil {
		pos := p.Pos()
		p.Next()
		s.Where = p.expr()
		if !s.From {
			p.Raisef(sqlerr.SyntaxError, pos, "WHERE clause not allowed with COPY TO")
		}
	}
	return s
}

func (p *parser) strConst() ast.Expr {
	pos := p.Pos()
	return &ast.Const{Node: ast.Node{Pos: pos}, Kind: ast.String, Raw: p.str()}
}

// option takes the current word as an option.
func (p *parser) option(s *ast.Copy, name string, value ast.Expr) {
	s.Options = append(s.Options, ast.Option{Pos: p.Pos(), Name: name, Value: value})
	p.Next()
}

// copyOptions reads (name value, …). The value may be *, a list in brackets,
// which becomes a Row of names, or missing.
func (p *parser) copyOptions(s *ast.Copy) {
	p.Expect(lex.LParen)
	for {
		o := ast.Option{Pos: p.Pos(), Name: p.Label()}
		n := ast.Node{Pos: p.Pos()}
		switch {
		case p.AcceptOp("*"):
			o.Value = &ast.Star{Node: n}
		case p.Is(lex.LParen):
			o.Value = p.wordList()
		case p.Is(lex.Comma), p.Is(lex.RParen):
		default:
			o.Value = p.value()
		}
		s.Options = append(s.Options, o)
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
}

// wordList reads (a, 'b') of an option.
func (p *parser) wordList() ast.Expr {
	row := &ast.Row{Node: ast.Node{Pos: p.Pos()}}
	p.Expect(lex.LParen)
	for {
		row.Elems = append(row.Elems, p.value())
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
	return row
}

// oldCopyOptions reads BINARY, DELIMITER AS '…', CSV and the like.
func (p *parser) oldCopyOptions(s *ast.Copy) {
	text := func(name string) {
		o := ast.Option{Pos: p.Pos(), Name: name}
		p.Next()
		p.AcceptWord(lex.KwAs)
		o.Value = p.strConst()
		s.Options = append(s.Options, o)
	}
	for {
		n := ast.Node{Pos: p.Pos()}
		switch p.Tok().Word {
		case lex.KwBinary:
			p.option(s, "format", &ast.ColumnRef{Node: n, Parts: []string{"binary"}})
		case lex.KwCsv:
			p.option(s, "format", &ast.ColumnRef{Node: n, Parts: []string{"csv"}})
		case lex.KwFreeze:
			p.option(s, "freeze", nil)
		case lex.KwHeader:
			p.option(s, "header", nil)
		case lex.KwDelimiter:
			text("delimiter")
		case lex.KwNull:
			text("null")
		case lex.KwQuote:
			text("quote")
		case lex.KwEscape:
			text("escape")
		case lex.KwEncoding:
			o := ast.Option{Pos: n.Pos, Name: "encoding"}
			p.Next()
			o.Value = p.strConst()
			s.Options = append(s.Options, o)
		case lex.KwForce:
			p.forceOption(s)
		default:
			return
		}
	}
}

// forceOption reads FORCE QUOTE, FORCE NOT NULL or FORCE NULL.
func (p *parser) forceOption(s *ast.Copy) {
	o := ast.Option{Pos: p.Pos()}
	p.Next()
	n := ast.Node{Pos: p.Pos()}
	star := false
	switch {
	case p.AcceptWord(lex.KwQuote):
		o.Name = "force_quote"
		star = p.AcceptOp("*")
	case p.AcceptWord(lex.KwNot):
		p.ExpectWord(lex.KwNull)
		o.Name = "force_not_null"
	default:
		p.ExpectWord(lex.KwNull)
		o.Name = "force_null"
	}
	if star {
		o.Value = &ast.Star{Node: n}
	} else {
		row := &ast.Row{Node: ast.Node{Pos: p.Pos()}}
		for {
			row.Elems = append(row.Elems, &ast.ColumnRef{Node: ast.Node{Pos: p.Pos()}, Parts: []string{p.ColID()}})
			if !p.Accept(lex.Comma) {
				break
			}
		}
		o.Value = row
	}
	s.Options = append(s.Options, o)
}

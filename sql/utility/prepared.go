package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// prepare reads PREPARE; PREPARE TRANSACTION is refused.
func (p *parser) prepare() ast.Stmt {
	s := &ast.Prepare{Pos: p.Pos()}
	p.Next()
	if p.IsWord(lex.KwTransaction) && p.Ahead(1).Kind == lex.String {
		p.Next()
		p.Next()
		return &ast.Unsupported{Pos: s.Pos, What: "PREPARE TRANSACTION"}
	}
	s.Name = p.ColID()
	if p.Accept(lex.LParen) {
		for {
			s.Types = append(s.Types, p.typeName())
			if !p.Accept(lex.Comma) {
				break
			}
		}
		p.Expect(lex.RParen)
	}
	p.ExpectWord(lex.KwAs)
	from := p.Pos()
	s.Stmt = p.preparable()
	s.Text = p.Src[from:p.PrevEnd()]
	p.res.Params = nil // they are of the prepared statement
	return s
}

func (p *parser) execute() ast.Stmt {
	s := &ast.Execute{Pos: p.Pos()}
	p.Next()
	s.Name = p.ColID()
	if p.Accept(lex.LParen) {
		s.Args = p.exprs()
		p.Expect(lex.RParen)
	}
	return s
}

func (p *parser) deallocate() ast.Stmt {
	s := &ast.Deallocate{Pos: p.Pos()}
	p.Next()
	if p.IsWord(lex.KwPrepare) && !p.endsAfter(1) {
		p.Next()
	}
	if !p.AcceptWord(lex.KwAll) {
		s.Name = p.ColID()
	}
	return s
}

// endsAfter tells whether the statement ends behind the k-th token.
func (p *parser) endsAfter(k int) bool {
	t := p.Ahead(k)
	return t.Kind == lex.EOF || t.Kind == lex.Semicolon
}

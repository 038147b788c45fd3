package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// dropTable reads DROP TABLE.
func (p *parser) dropTable(pos int) ast.Stmt {
	s := &ast.DropTable{Pos: pos}
	p.Next()
	p.Next()
	if p.IsWord(lex.KwIf) && p.WordAhead(1, lex.KwExists) {
		p.Next()
		p.Next()
		s.IfExists = true
	}
	for {
		s.Names = append(s.Names, p.name())
		if !p.Accept(lex.Comma) {
			break
		}
	}
	if p.AcceptWord(lex.KwCascade) {
		s.Cascade = true
	} else {
		p.AcceptWord(lex.KwRestrict)
	}
	return s
}

// truncate reads TRUNCATE. CASCADE changes nothing as long as there are no foreign
// keys.
func (p *parser) truncate() ast.Stmt {
	s := &ast.Truncate{Pos: p.Pos()}
	p.Next()
	p.AcceptWord(lex.KwTable)
	for {
		only := p.AcceptWord(lex.KwOnly)
		bracket := only && p.Accept(lex.LParen)
		s.Names = append(s.Names, p.name())
		if bracket {
			p.Expect(lex.RParen)
		}
		if !only {
			p.AcceptOp("*")
		}
		if !p.Accept(lex.Comma) {
			break
		}
	}
	if s.Restart = p.AcceptWord(lex.KwRestart); s.Restart || p.AcceptWord(lex.KwContinue) {
		p.ExpectWord(lex.KwIdentity)
	}
	if !p.AcceptWord(lex.KwCascade) {
		p.AcceptWord(lex.KwRestrict)
	}
	return s
}

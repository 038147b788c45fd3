package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// createType reads what follows CREATE TYPE; nil unless it is an enumeration.
func (p *parser) createType(pos int) ast.Stmt {
	s := &ast.CreateType{Pos: pos, Name: p.name()}
	if !p.IsWord(lex.KwAs) || !p.WordAhead(1, lex.KwEnum) {
		return nil
	}
	p.Next()
	p.Next()
	p.Expect(lex.LParen)
	for !p.Is(lex.RParen) {
		s.Labels = append(s.Labels, p.str())
		if !p.Accept(lex.Comma) {
			break
		}
		if p.Is(lex.RParen) {
			p.Fail()
		}
	}
	p.Expect(lex.RParen)
	s.Source = p.source(pos)
	return s
}

// alterType reads what follows ALTER TYPE; nil for the actions on composite
// types.
func (p *parser) alterType(pos int) ast.Stmt {
	s := &ast.Alter{Pos: pos, Kind: "TYPE", Name: p.name()}
	a := ast.AlterAction{Pos: p.Pos()}
	switch {
	case p.IsWord(lex.KwAdd) && p.WordAhead(1, lex.KwValue):
		p.Next()
		p.Next()
		a.Kind, a.IfExists, a.Name = "ADD VALUE", p.ifNotExists(), p.str()
		if p.AcceptWord(lex.KwBefore) {
			a.Text, a.To = "BEFORE", p.str()
		} else if p.AcceptWord(lex.KwAfter) {
			a.Text, a.To = "AFTER", p.str()
		}
	case p.IsWord(lex.KwRename) && p.WordAhead(1, lex.KwValue):
		p.Next()
		p.Next()
		a.Kind, a.Name = "RENAME VALUE", p.str()
		p.ExpectWord(lex.KwTo)
		a.To = p.str()
	case p.IsWord(lex.KwRename) && p.WordAhead(1, lex.KwTo):
		p.Next()
		p.Next()
		a.Kind, a.To = "RENAME", p.ColID()
	case p.AcceptWord(lex.KwOwner):
		p.ExpectWord(lex.KwTo)
		a.Kind, a.To = "OWNER", p.roleName()
	case p.IsWord(lex.KwSet) && p.WordAhead(1, lex.KwSchema):
		p.Next()
		p.Next()
		a.Kind, a.To = "SET SCHEMA", p.ColID()
	default:
		return nil
	}
	s.Actions = []ast.AlterAction{a}
	s.Source = p.source(pos)
	return s
}

package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// alterRelation reads what follows ALTER TABLE, VIEW or SEQUENCE; nil for a form
// that Fasti does not have.
func (p *parser) alterRelation(pos int, kind string) ast.Stmt {
	s := &ast.Alter{Pos: pos, Kind: kind, IfExists: p.ifExists()}
	s.Only = kind == "TABLE" && p.AcceptWord(lex.KwOnly)
	s.Name = p.name()
	if kind == "TABLE" {
		p.AcceptOp("*")
	}
	if kind == "SEQUENCE" && !p.IsWord(lex.KwRename) && !p.IsWord(lex.KwOwner) && !p.IsWord(lex.KwSet) {
		options := p.sequenceOptions()
		if len(options) == 0 {
			p.Fail()
		}
		s.Actions = []ast.AlterAction{{Pos: pos, Kind: "SEQUENCE", Sequence: options}}
	} else {
		for {
			a, ok := p.alterAction()
			if !ok {
				return nil
			}
			s.Actions = append(s.Actions, a)
			if !p.Accept(lex.Comma) {
				break
			}
		}
	}
	if !p.atEnd() {
		return nil
	}
	s.Source = p.source(pos)
	return s
}

func (p *parser) alterAction() (a ast.AlterAction, ok bool) {
	a.Pos = p.Pos()
	switch {
	case p.AcceptWord(lex.KwRename):
		return p.renameAction(a)
	case p.AcceptWord(lex.KwAdd):
		return p.addAction(a)
	case p.AcceptWord(lex.KwDrop):
		a.Kind = "DROP COLUMN"
		if p.AcceptWord(lex.KwConstraint) {
			a.Kind = "DROP CONSTRAINT"
		} else {
			p.AcceptWord(lex.KwColumn)
		}
		a.IfExists = p.ifExists()
		a.Name = p.ColID()
		a.Cascade = p.dropBehavior()
		return a, true
	case p.AcceptWord(lex.KwAlter):
		return p.alterColumn(a)
	case p.AcceptWord(lex.KwOwner):
		p.ExpectWord(lex.KwTo)
		a.Kind, a.To = "OWNER", p.roleName()
		return a, true
	case p.IsWord(lex.KwSet) && p.WordAhead(1, lex.KwSchema):
		p.Next()
		p.Next()
		a.Kind, a.To = "SET SCHEMA", p.ColID()
		return a, true
	}
	return a, false
}

func (p *parser) renameAction(a ast.AlterAction) (ast.AlterAction, bool) {
	switch {
	case p.AcceptWord(lex.KwTo):
		a.Kind, a.To = "RENAME", p.ColID()
		return a, true
	case p.AcceptWord(lex.KwConstraint):
		a.Kind = "RENAME CONSTRAINT"
	default:
		p.AcceptWord(lex.KwColumn)
		a.Kind = "RENAME COLUMN"
	}
	a.Name = p.ColID()
	p.ExpectWord(lex.KwTo)
	a.To = p.ColID()
	return a, true
}

// addAction reads ADD COLUMN and ADD CONSTRAINT … CHECK.
func (p *parser) addAction(a ast.AlterAction) (ast.AlterAction, bool) {
	t := &table{CreateTable: &ast.CreateTable{Name: ast.Name{Parts: []string{""}}}}
	switch p.Tok().Word {
	case lex.KwConstraint, lex.KwCheck:
		k := p.tableConstraint(t)
		a.Kind, a.Constraint = "ADD CONSTRAINT", &k
		return a, t.refused == "" && k.Kind == "CHECK"
	case lex.KwUnique, lex.KwPrimary, lex.KwForeign, lex.KwExclude:
		return a, false
	}
	p.AcceptWord(lex.KwColumn)
	a.Kind, a.IfExists = "ADD COLUMN", p.ifNotExists()
	c := p.column(t)
	a.Column = &c
	for _, k := range c.Constraints {
		if k.Kind != "CHECK" {
			return a, false
		}
	}
	return a, t.refused == ""
}

// alterColumn reads ALTER COLUMN.
func (p *parser) alterColumn(a ast.AlterAction) (ast.AlterAction, bool) {
	p.AcceptWord(lex.KwColumn)
	a.Name = p.ColID()
	switch {
	case p.AcceptWord(lex.KwSet):
		if p.AcceptWord(lex.KwDefault) {
			a.Kind, a.Expr = "SET DEFAULT", p.expr()
			return a, true
		}
		if p.AcceptWord(lex.KwNot) {
			p.ExpectWord(lex.KwNull)
			a.Kind = "SET NOT NULL"
			return a, true
		}
	case p.AcceptWord(lex.KwDrop):
		if p.AcceptWord(lex.KwDefault) {
			a.Kind = "DROP DEFAULT"
			return a, true
		}
		if p.AcceptWord(lex.KwNot) {
			p.ExpectWord(lex.KwNull)
			a.Kind = "DROP NOT NULL"
			return a, true
		}
	}
	return a, false
}

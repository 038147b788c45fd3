package utility

import (
	"strings"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// indexStatement reads CREATE, DROP and ALTER INDEX and REINDEX. It returns nil, and
// takes nothing, for other statements.
func (p *parser) indexStatement() ast.Stmt {
	start, pos := p.I, p.Pos()
	var s ast.Stmt
	switch p.Next().Word {
	case lex.KwCreate:
		c := &ast.CreateIndex{Pos: pos, Unique: p.AcceptWord(lex.KwUnique)}
		if p.AcceptWord(lex.KwIndex) {
			s = p.createIndex(c)
		}
	case lex.KwDrop:
		if p.AcceptWord(lex.KwIndex) {
			s = p.dropIndex(pos)
		}
	case lex.KwAlter:
		if p.AcceptWord(lex.KwIndex) {
			s = p.renameIndex(pos)
		}
	case lex.KwReindex:
		s = p.reindex(pos)
	}
	if s == nil {
		p.I = start
	}
	return s
}

func (p *parser) createIndex(c *ast.CreateIndex) ast.Stmt {
	c.Concurrently = p.AcceptWord(lex.KwConcurrently)
	if p.IsWord(lex.KwIf) && p.WordAhead(1, lex.KwNot) {
		p.Next()
		p.Next()
		p.ExpectWord(lex.KwExists)
		c.IfNotExists = true
	}
	if c.IfNotExists || !p.IsWord(lex.KwOn) {
		c.Name = p.ColID()
	}
	p.ExpectWord(lex.KwOn)
	p.AcceptWord(lex.KwOnly)
	c.Table = p.name()
	if p.AcceptWord(lex.KwUsing) {
		c.Method = p.ColID()
	}
	p.Expect(lex.LParen)
	for {
		c.Keys = append(c.Keys, p.indexKey())
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
	if p.IsWord(lex.KwInclude) || p.r.Shape.Cockroach && (p.IsName("storing") || p.IsName("covering")) {
		p.Next()
		c.Include = p.columns()
	}
	if p.r.Shape.Cockroach {
		p.hashSharding()
	}
	if p.AcceptWord(lex.KwNulls) {
		c.NullsNotDistinct = p.AcceptWord(lex.KwNot)
		p.ExpectWord(lex.KwDistinct)
	}
	if p.AcceptWord(lex.KwWith) {
		p.relOptions() // storage parameters of PostgreSQL's access methods
	}
	if p.AcceptWord(lex.KwTablespace) {
		if at := p.Pos(); p.ColID() != "pg_default" {
			p.later(sqlerr.NotSupported("TABLESPACE").At(at))
		}
	}
	if p.AcceptWord(lex.KwWhere) {
		from := p.Pos()
		c.Where = p.expr()
		c.WhereText = p.source(from)
	}
	c.Source = p.source(c.Pos)
	return c
}

func (p *parser) indexKey() ast.IndexKey {
	k := ast.IndexKey{Pos: p.Pos()}
	k.Expr = p.expr()
	k.Text = p.source(k.Pos)
	if p.Tok().IsColID() && !p.IsWord(lex.KwNulls) {
		at := p.Pos()
		if class := p.name(); !strings.HasSuffix(class.Parts[len(class.Parts)-1], "_ops") || p.Is(lex.LParen) {
			p.later(sqlerr.NotSupported("operator class in CREATE INDEX").At(at))
		}
	}
	switch {
	case p.AcceptWord(lex.KwAsc):
	case p.AcceptWord(lex.KwDesc):
		k.Desc, k.NullsFirst = true, true
	}
	if p.AcceptWord(lex.KwNulls) {
		if k.NullsFirst = p.AcceptWord(lex.KwFirst); !k.NullsFirst {
			p.ExpectWord(lex.KwLast)
		}
	}
	return k
}

func (p *parser) dropIndex(pos int) ast.Stmt {
	d := &ast.DropIndex{Pos: pos}
	p.AcceptWord(lex.KwConcurrently)
	d.IfExists = p.ifExists()
	for {
		d.Names = append(d.Names, p.name())
		if !p.Accept(lex.Comma) {
			break
		}
	}
	if !p.AcceptWord(lex.KwCascade) {
		p.AcceptWord(lex.KwRestrict)
	}
	d.Source = p.source(pos)
	return d
}

// renameIndex reads ALTER INDEX … RENAME TO; nil for its other forms.
func (p *parser) renameIndex(pos int) ast.Stmt {
	r := &ast.RenameIndex{Pos: pos}
	if p.IsWord(lex.KwAll) {
		return nil
	}
	r.IfExists = p.ifExists()
	r.Name = p.name()
	if !p.AcceptWord(lex.KwRename) {
		return nil
	}
	p.ExpectWord(lex.KwTo)
	r.To = p.ColID()
	r.Source = p.source(pos)
	return r
}

func (p *parser) reindex(pos int) ast.Stmt {
	r := &ast.Reindex{Pos: pos}
	if p.Is(lex.LParen) {
		p.brackets()
	}
	switch p.Tok().Word {
	case lex.KwIndex, lex.KwTable, lex.KwSchema, lex.KwDatabase, lex.KwSystem:
		r.Kind = strings.ToUpper(p.Next().Word.String())
	default:
		p.Fail()
	}
	p.AcceptWord(lex.KwConcurrently)
	r.Name = p.name()
	r.Source = p.source(pos)
	return r
}

package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// column reads a column of CREATE TABLE.
func (p *parser) column(t *table) ast.ColumnDef {
	c := ast.ColumnDef{Pos: p.Pos(), Name: p.ColID()}
	word := p.Tok().Word
	c.Type = p.typeName()
	if word == lex.KwInt || word == lex.KwInteger {
		t.ints = append(t.ints, &c.Type.Name.Parts[0])
	}
	if name := c.Type.Name.Parts; len(name) == 1 && (name[0] == "string" || name[0] == "bytes") {
		t.cockroach = true
	}
	if pos := p.Pos(); p.AcceptWord(lex.KwCompression) {
		t.refuse(pos, "COMPRESSION of a column")
		if !p.AcceptWord(lex.KwDefault) {
			p.ColID()
		}
	}
	name, namePos := "", -1
	for {
		pos := p.Pos()
		if p.AcceptWord(lex.KwConstraint) {
			name, namePos = p.ColID(), pos
			pos = p.Pos()
		}
		if !p.columnConstraint(t, &c, name, pos) {
			if namePos >= 0 {
				p.Fail() // CONSTRAINT name without a constraint
			}
			return c
		}
		name, namePos = "", -1
	}
}

// columnConstraint reads one constraint or attribute behind a column's type;
// false when there is none.
func (p *parser) columnConstraint(t *table, c *ast.ColumnDef, name string, pos int) bool {
	add := func(kind string, e ast.Expr) {
		c.Constraints = append(c.Constraints, ast.Constraint{Pos: pos, Name: name, Kind: kind, Expr: e, Text: p.Src[pos:p.PrevEnd()]})
	}
	switch p.Tok().Word {
	case lex.KwCollate:
		if name != "" {
			p.Fail()
		}
		p.Next()
		n := p.name()
		c.Collation = &n
	case lex.KwNot:
		p.Next()
		if p.AcceptWord(lex.KwDeferrable) {
			break // the default
		}
		p.ExpectWord(lex.KwNull)
		if c.Null {
			p.conflictingNull(t, c.Name, pos)
		}
		c.NotNull = true
	case lex.KwNull:
		p.Next()
		if c.NotNull {
			p.conflictingNull(t, c.Name, pos)
		}
		c.Null = true
	case lex.KwUnique:
		p.Next()
		notDistinct := p.nullTreatment()
		p.indexParameters(t)
		add("UNIQUE", nil)
		c.Constraints[len(c.Constraints)-1].NullsNotDistinct = notDistinct
	case lex.KwPrimary:
		p.Next()
		p.ExpectWord(lex.KwKey)
		p.indexParameters(t)
		p.hashSharding()
		add("PRIMARY KEY", nil)
	case lex.KwCheck:
		p.Next()
		p.Expect(lex.LParen)
		e := p.expr()
		p.Expect(lex.RParen)
		p.noInherit(t)
		add("CHECK", e)
	case lex.KwDefault:
		p.Next()
		if c.Default != nil {
			p.later(sqlerr.New(sqlerr.SyntaxError, "multiple default values specified for column \"%s\" of table \"%s\"",
				c.Name, t.Name.Parts[len(t.Name.Parts)-1]).At(pos))
		}
		from := p.Pos()
		c.Default = p.bExpr()
		c.DefaultText = p.Src[from:p.PrevEnd()]
	case lex.KwGenerated:
		kind, e, always, options := p.generated()
		add(kind, e)
		last := &c.Constraints[len(c.Constraints)-1]
		last.Always, last.Sequence = always, options
	case lex.KwReferences:
		p.references()
		add("FOREIGN KEY", nil)
	case lex.KwDeferrable, lex.KwInitially:
		if name != "" {
			p.Fail()
		}
		p.deferral(t)
	default:
		return false
	}
	return true
}

// generated reads GENERATED … AS IDENTITY or AS (expression) STORED.
func (p *parser) generated() (kind string, e ast.Expr, always bool, options []ast.SequenceOption) {
	p.Next()
	always = p.AcceptWord(lex.KwAlways)
	alwaysAt := p.I - 1
	if !always {
		p.ExpectWord(lex.KwBy, lex.KwDefault)
	}
	p.ExpectWord(lex.KwAs)
	if p.AcceptWord(lex.KwIdentity) {
		if p.Accept(lex.LParen) {
			options = p.sequenceOptions()
			p.Expect(lex.RParen)
		}
		return "IDENTITY", nil, always, options
	}
	p.Expect(lex.LParen)
	e = p.expr()
	p.Expect(lex.RParen)
	p.ExpectWord(lex.KwStored)
	if !always {
		p.Raisef(sqlerr.SyntaxError, int(p.Toks[alwaysAt].Pos), "for a generated column, GENERATED ALWAYS must be specified")
	}
	return "GENERATED", e, always, nil
}

// references reads REFERENCES and what belongs to it.
func (p *parser) references() {
	p.ExpectWord(lex.KwReferences)
	p.name()
	if p.Is(lex.LParen) {
		p.columns()
	}
	if p.AcceptWord(lex.KwMatch) {
		if !p.AcceptWord(lex.KwFull) && !p.AcceptWord(lex.KwPartial) {
			p.ExpectWord(lex.KwSimple)
		}
	}
	for p.IsWord(lex.KwOn) && (p.WordAhead(1, lex.KwDelete) || p.WordAhead(1, lex.KwUpdate)) {
		p.Next()
		p.Next()
		switch {
		case p.AcceptWord(lex.KwNo):
			p.ExpectWord(lex.KwAction)
		case p.AcceptWord(lex.KwRestrict), p.AcceptWord(lex.KwCascade):
		default:
			p.ExpectWord(lex.KwSet)
			if !p.AcceptWord(lex.KwNull) {
				p.ExpectWord(lex.KwDefault)
			}
			if p.Is(lex.LParen) {
				p.columns()
			}
		}
	}
}

// nullTreatment reads NULLS [NOT] DISTINCT behind UNIQUE.
func (p *parser) nullTreatment() (notDistinct bool) {
	if !p.AcceptWord(lex.KwNulls) {
		return false
	}
	notDistinct = p.AcceptWord(lex.KwNot)
	p.ExpectWord(lex.KwDistinct)
	return notDistinct
}

// indexParameters reads WITH (…) and USING INDEX TABLESPACE of a key.
func (p *parser) indexParameters(t *table) {
	if p.AcceptWord(lex.KwWith) {
		p.relOptions() // storage parameters of an index that Fasti does not have
	}
	pos := p.Pos()
	if p.AcceptWord(lex.KwUsing, lex.KwIndex, lex.KwTablespace) {
		if p.ColID() != "pg_default" {
			t.refuse(pos, "TABLESPACE")
		}
	}
}

func (p *parser) noInherit(t *table) {
	pos := p.Pos()
	if p.AcceptWord(lex.KwNo) {
		p.ExpectWord(lex.KwInherit)
		t.refuse(pos, "NO INHERIT")
	}
}

// deferral reads [NOT] DEFERRABLE and INITIALLY …; false when nothing is there.
func (p *parser) deferral(t *table) bool {
	pos := p.Pos()
	switch {
	case p.AcceptWord(lex.KwDeferrable):
		t.refuse(pos, "DEFERRABLE")
	case p.IsWord(lex.KwNot) && p.WordAhead(1, lex.KwDeferrable):
		p.Next()
		p.Next()
	case p.AcceptWord(lex.KwInitially):
		if !p.AcceptWord(lex.KwImmediate) {
			p.ExpectWord(lex.KwDeferred)
			t.refuse(pos, "INITIALLY DEFERRED")
		}
	default:
		return false
	}
	return true
}

// tableConstraint reads a constraint of the whole table.
func (p *parser) tableConstraint(t *table) ast.Constraint {
	c := ast.Constraint{Pos: p.Pos()}
	if p.AcceptWord(lex.KwConstraint) {
		c.Name = p.ColID()
		c.Pos = p.Pos()
	}
	switch p.Tok().Word {
	case lex.KwCheck:
		c.Kind = "CHECK"
		p.Next()
		p.Expect(lex.LParen)
		c.Expr = p.expr()
		p.Expect(lex.RParen)
		p.noInherit(t)
	case lex.KwUnique:
		c.Kind = "UNIQUE"
		p.Next()
		c.NullsNotDistinct = p.nullTreatment()
		p.keyColumns(t, &c)
	case lex.KwPrimary:
		c.Kind = "PRIMARY KEY"
		p.Next()
		p.ExpectWord(lex.KwKey)
		p.keyColumns(t, &c)
	case lex.KwForeign:
		c.Kind = "FOREIGN KEY"
		p.Next()
		p.ExpectWord(lex.KwKey)
		c.Cols = plain(p.columns())
		p.references()
	case lex.KwExclude:
		c.Kind = "EXCLUDE"
		p.Next()
		if p.AcceptWord(lex.KwUsing) {
			p.ColID()
		}
		p.brackets()
		if p.AcceptWord(lex.KwInclude) {
			p.columns()
		}
		p.indexParameters(t)
		if p.AcceptWord(lex.KwWhere) {
			p.Expect(lex.LParen)
			c.Expr = p.expr()
			p.Expect(lex.RParen)
		}
	default:
		p.Fail()
	}
	for p.deferral(t) {
	}
	c.Text = p.Src[c.Pos:p.PrevEnd()]
	return c
}

// keyColumns reads the columns of PRIMARY KEY or UNIQUE and what follows them.
func (p *parser) keyColumns(t *table, c *ast.Constraint) {
	if pos := p.Pos(); p.AcceptWord(lex.KwUsing) {
		p.ExpectWord(lex.KwIndex)
		p.ColID()
		t.refuse(pos, "USING INDEX")
		return
	}
	p.Expect(lex.LParen)
	for {
		c.Cols = append(c.Cols, p.ColID())
		if p.r.Shape.Cockroach {
			switch {
			case p.AcceptWord(lex.KwAsc):
				t.cockroach = true
			case p.IsWord(lex.KwDesc):
				t.refuse(p.Pos(), "DESC in a key")
				p.Next()
			}
		}
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
	if pos := p.Pos(); p.AcceptWord(lex.KwInclude) {
		p.columns()
		t.refuse(pos, "INCLUDE in a key")
	}
	if p.r.Shape.Cockroach {
		p.hashSharding()
	}
	p.indexParameters(t)
}

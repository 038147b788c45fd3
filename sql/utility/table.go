package utility

import (
	"strings"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// table is a CREATE TABLE while it is read.
type table struct {
	*ast.CreateTable
	// refused names the first clause that Fasti does not have.
	refused    string
	refusedPos int
	cockroach  bool      // a form of Cockroach's was met
	ints       []*string // the type names written INT or INTEGER
}

func (t *table) refuse(pos int, what string) {
	if t.refused == "" {
		t.refused, t.refusedPos = what, pos
	}
}

// createTable reads CREATE TABLE and CREATE TABLE AS. It returns nil, and takes
// nothing, when another object is created.
func (p *parser) createTable() ast.Stmt {
	start := p.I
	t := &table{CreateTable: &ast.CreateTable{Pos: p.Pos()}}
	p.Next()
	switch p.Tok().Word {
	case lex.KwLocal, lex.KwGlobal:
		p.Next()
		if !p.IsWord(lex.KwTemporary) && !p.IsWord(lex.KwTemp) {
			p.Fail()
		}
		p.Next()
		t.Temp = true
	case lex.KwTemporary, lex.KwTemp:
		p.Next()
		t.Temp = true
	case lex.KwUnlogged:
		p.Next()
		t.Unlogged = true
	}
	if !p.AcceptWord(lex.KwTable) {
		p.I = start
		return nil
	}
	if p.IsWord(lex.KwIf) && p.WordAhead(1, lex.KwNot) {
		p.Next()
		p.Next()
		p.ExpectWord(lex.KwExists)
		t.IfNotExists = true
	}
	t.Name = p.name()
	switch {
	case p.IsWord(lex.KwOf), p.IsWord(lex.KwPartition):
		what := "PARTITION OF in CREATE TABLE"
		if p.IsWord(lex.KwOf) {
			what = "OF type in CREATE TABLE"
		}
		t.refuse(p.Pos(), what)
		p.skip()
	case p.Is(lex.LParen) && !p.columnNamesOnly():
		p.elements(t)
		p.tableOptions(t, true)
	default:
		if p.Is(lex.LParen) {
			t.AsCols = plain(p.columns())
		}
		p.tableOptions(t, false)
		if !p.IsWord(lex.KwAs) {
			p.Fail()
		}
		p.Next()
		p.tableQuery(t)
	}
	if t.refused != "" {
		return &ast.Unsupported{Pos: t.refusedPos, What: t.refused}
	}
	if t.cockroach { // there INT is 64 bits wide
		for _, name := range t.ints {
			*name = "int8"
		}
	}
	return t.CreateTable
}

// columnNamesOnly tells whether the bracket that opens here holds names alone: it
// belongs to CREATE TABLE AS.
func (p *parser) columnNamesOnly() bool {
	for k := 1; ; k += 2 {
		if !p.Ahead(k).IsColID() {
			return false
		}
		switch p.Ahead(k + 1).Kind {
		case lex.RParen:
			return true
		case lex.Comma:
		default:
			return false
		}
	}
}

// tableQuery reads the query behind AS and WITH [NO] DATA.
func (p *parser) tableQuery(t *table) {
	t.WithData = true
	if p.IsWord(lex.KwExecute) {
		t.refuse(p.Pos(), "CREATE TABLE AS EXECUTE")
		p.execute()
	} else {
		t.As = p.query()
	}
	if p.AcceptWord(lex.KwWith) {
		t.WithData = !p.AcceptWord(lex.KwNo)
		p.ExpectWord(lex.KwData)
	}
}

// tableOptions reads what stands behind the columns.
func (p *parser) tableOptions(t *table, columns bool) {
	if columns {
		if p.IsWord(lex.KwInherits) {
			t.refuse(p.Pos(), "INHERITS in CREATE TABLE")
			p.Next()
			p.brackets()
		}
		if p.IsWord(lex.KwPartition) {
			t.refuse(p.Pos(), "PARTITION BY in CREATE TABLE")
			p.Next()
			p.ExpectWord(lex.KwBy)
			p.ColID()
			p.brackets()
		}
	}
	if p.IsWord(lex.KwUsing) {
		t.refuse(p.Pos(), "USING in CREATE TABLE")
		p.Next()
		p.ColID()
	}
	switch {
	case p.AcceptWord(lex.KwWithout):
		p.ExpectWord(lex.KwOids)
	case p.AcceptWord(lex.KwWith):
		t.Options = p.relOptions()
	}
	if p.AcceptWord(lex.KwOn) {
		pos := p.Pos()
		p.ExpectWord(lex.KwCommit)
		switch {
		case p.AcceptWord(lex.KwDrop):
			t.refuse(pos, "ON COMMIT DROP")
		case p.AcceptWord(lex.KwDelete):
			p.ExpectWord(lex.KwRows)
			t.refuse(pos, "ON COMMIT DELETE ROWS")
		default:
			p.ExpectWord(lex.KwPreserve, lex.KwRows)
		}
	}
	if p.IsWord(lex.KwTablespace) {
		pos := p.Pos()
		p.Next()
		if p.ColID() != "pg_default" {
			t.refuse(pos, "TABLESPACE")
		}
	}
}

// relOptions reads (name = value, ns.name = value, name, …).
func (p *parser) relOptions() []ast.Option {
	var out []ast.Option
	p.Expect(lex.LParen)
	for {
		o := ast.Option{Pos: p.Pos()}
		o.Name = strings.ToLower(p.Label())
		if p.Accept(lex.Dot) {
			o.Name += "." + strings.ToLower(p.Label())
		}
		if p.AcceptOp("=") {
			o.Value = p.definition()
		}
		out = append(out, o)
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
	return out
}

// definition reads PostgreSQL's def_arg: a number, a string or a word.
func (p *parser) definition() ast.Expr {
	t := p.Tok()
	n := ast.Node{Pos: int(t.Pos)}
	switch t.Kind {
	case lex.String:
		p.Next()
		return &ast.Const{Node: n, Kind: ast.String, Raw: t.Text}
	case lex.Integer, lex.Decimal:
		return p.number()
	case lex.Op:
		if k := p.Ahead(1).Kind; (t.Text == "-" || t.Text == "+") && (k == lex.Integer || k == lex.Decimal) {
			return p.number()
		}
		p.Next()
		return &ast.ColumnRef{Node: n, Parts: []string{t.Text}}
	case lex.Ident, lex.QuotedIdent:
		word := &ast.ColumnRef{Node: n}
		if k := p.Ahead(1).Kind; t.Kind == lex.Ident && t.Word.Class() == lex.Reserved || k == lex.Comma || k == lex.RParen {
			word.Parts = []string{p.Next().Text}
			return word
		}
		from := p.Pos()
		p.typeName() // a type, kept as it was written
		word.Parts = []string{p.Src[from:p.PrevEnd()]}
		return word
	}
	p.Fail()
	return nil
}

// elements reads the columns and constraints in brackets.
func (p *parser) elements(t *table) {
	p.Expect(lex.LParen)
	if p.Accept(lex.RParen) {
		return
	}
	for {
		p.element(t)
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
}

func (p *parser) element(t *table) {
	if p.r.Shape.Cockroach && p.cockroachElement(t) {
		return
	}
	switch p.Tok().Word {
	case lex.KwConstraint, lex.KwCheck, lex.KwUnique, lex.KwPrimary, lex.KwForeign:
		t.Constraints = append(t.Constraints, p.tableConstraint(t))
		return
	case lex.KwExclude:
		if p.WordAhead(1, lex.KwUsing) || p.Ahead(1).Kind == lex.LParen {
			t.Constraints = append(t.Constraints, p.tableConstraint(t))
			return
		}
	case lex.KwLike:
		p.Next()
		t.Likes = append(t.Likes, p.name())
		for p.IsWord(lex.KwIncluding) || p.IsWord(lex.KwExcluding) {
			pos, including := p.Pos(), p.IsWord(lex.KwIncluding)
			p.Next()
			switch p.Tok().Word {
			case lex.KwComments, lex.KwCompression, lex.KwConstraints, lex.KwDefaults, lex.KwIdentity, lex.KwGenerated,
				lex.KwIndexes, lex.KwStatistics, lex.KwStorage, lex.KwAll:
			default:
				p.Fail()
			}
			if w := p.Next().Word; including {
				t.refuse(pos, "LIKE … INCLUDING "+strings.ToUpper(w.String()))
			}
		}
		return
	}
	t.Columns = append(t.Columns, p.column(t))
}

// cockroachElement reads INDEX, UNIQUE INDEX, INVERTED INDEX and FAMILY; false,
// and nothing is taken, when there is none.
func (p *parser) cockroachElement(t *table) bool {
	c := ast.Constraint{Pos: p.Pos(), Kind: "INDEX"}
	start := p.I
	switch {
	case !p.WordAhead(1, lex.KwIndex):
	case p.IsName("inverted"):
		p.Next()
	case p.IsWord(lex.KwUnique):
		p.Next()
		c.Kind = "UNIQUE"
	}
	switch {
	case p.IsWord(lex.KwIndex):
	case p.IsName("family"):
		c.Kind = "FAMILY"
	default:
		p.I = start
		return false
	}
	p.Next()
	if p.Ahead(1).Kind == lex.LParen && p.Tok().IsColID() && !isTypeAhead(p) {
		c.Name = p.ColID()
	}
	if !p.Is(lex.LParen) { // a column of that name
		p.I = start
		return false
	}
	if c.Kind == "FAMILY" {
		c.Cols = plain(p.columns())
	} else {
		p.indexElements(t, &c)
	}
	if p.IsName("storing") || p.IsWord(lex.KwInclude) {
		p.Next()
		p.columns()
	}
	p.hashSharding()
	c.Text = p.Src[c.Pos:p.PrevEnd()]
	t.Constraints = append(t.Constraints, c)
	t.cockroach = true
	return true
}

// isTypeAhead tells whether the word at the cursor is a type that takes a length,
// so that what came before it is a column: index varchar(5).
func isTypeAhead(p *parser) bool {
	return p.Ahead(2).Kind == lex.Integer
}

// hashSharding takes USING HASH [WITH …] behind an index of Cockroach's.
func (p *parser) hashSharding() {
	if !p.IsWord(lex.KwUsing) || p.Ahead(1).Text != "hash" {
		return
	}
	p.Next()
	p.Next()
	if p.IsWord(lex.KwWith) && p.Ahead(1).Text == "bucket_count" {
		p.Next()
		p.Next()
		p.ExpectOp("=")
		p.Expect(lex.Integer)
	}
}

// indexElements reads the columns of an index of Cockroach's.
func (p *parser) indexElements(t *table, c *ast.Constraint) {
	p.Expect(lex.LParen)
	for {
		pos := p.Pos()
		if col, ok := p.expr().(*ast.ColumnRef); ok && len(col.Parts) == 1 {
			c.Cols = append(c.Cols, col.Parts[0])
		} else {
			t.refuse(pos, "index on an expression")
		}
		if !p.AcceptWord(lex.KwAsc) {
			p.AcceptWord(lex.KwDesc)
		}
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
}

// conflictingNull reports PostgreSQL's error for a column declared both ways.
func (p *parser) conflictingNull(t *table, column string, pos int) {
	p.later(sqlerr.New(sqlerr.SyntaxError, "conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"",
		column, t.Name.Parts[len(t.Name.Parts)-1]).At(pos))
}

package shape

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// item is an item of FROM that has been written.
type item struct {
	at     int32
	height int32
	join   *ast.JoinExpr // set when the item is a join
}

// fromList reads the items of FROM or USING.
func (p *parser) fromList() int32 {
	height := int32(0)
	for {
		height = max(p.grow(height, 0), p.joinTree().height)
		if !p.Accept(lex.Comma) {
			return height
		}
		p.emit(", ")
	}
}

// joinTree reads a table_ref with the joins behind it.
func (p *parser) joinTree() item {
	p.enter()
	l := p.tableRef()
	for p.joinAhead() {
		l = p.join(l)
	}
	p.leave()
	return l
}

func (p *parser) joinAhead() bool {
	switch p.Tok().Word {
	case lex.KwJoin, lex.KwInner, lex.KwLeft, lex.KwRight, lex.KwFull, lex.KwCross, lex.KwNatural:
		return true
	}
	return p.asofAhead()
}

// asofAhead tells whether the word ASOF of an ASOF join follows: unquoted, before a
// join that has ON or USING.
func (p *parser) asofAhead() bool {
	if t := p.Tok(); t.Kind != lex.Ident || t.Text != "asof" {
		return false
	}
	k := 1
	switch p.Ahead(1).Word {
	case lex.KwInner:
		k = 2
	case lex.KwLeft, lex.KwRight, lex.KwFull:
		if k = 2; p.WordAhead(2, lex.KwOuter) {
			k = 3
		}
	}
	return p.WordAhead(k, lex.KwJoin)
}

// join reads one join behind l. Every join is written as l JOIN r ON n: what it
// is stands in node n.
func (p *parser) join(l item) item {
	p.enter()
	node := &ast.JoinExpr{Pos: p.Pos(), Kind: "INNER"}
	qualified := true
	if node.Asof = p.asofAhead(); node.Asof {
		p.Next()
	}
	if p.AcceptWord(lex.KwCross) {
		node.Kind, qualified = "CROSS", false
	} else {
		if p.AcceptWord(lex.KwNatural) {
			node.Natural, qualified = true, false
		}
		switch {
		case p.AcceptWord(lex.KwInner):
		case p.AcceptWord(lex.KwLeft):
			node.Kind = "LEFT"
		case p.AcceptWord(lex.KwRight):
			node.Kind = "RIGHT"
		case p.AcceptWord(lex.KwFull):
			node.Kind = "FULL"
		}
		if node.Kind != "INNER" {
			p.AcceptWord(lex.KwOuter)
		}
	}
	p.ExpectWord(lex.KwJoin)
	p.emit(" JOIN ")
	r := p.tableRef()
	// a JOIN b JOIN c ON … ON …: the right side is a join itself.
	for qualified && p.joinAhead() {
		r = p.join(r)
	}
	if r.join != nil {
		p.outs[p.cur].mark(r.at, parenMark, 0)
		p.emit(")")
	}
	p.emit(" ON ")
	height := max(l.height, r.height)
	switch {
	case !qualified:
		p.leaf(node)
	case p.AcceptWord(lex.KwUsing):
		node.Using = p.nameList()
		if p.AcceptWord(lex.KwAs) {
			node.UsingAlias = p.ColID()
		}
		p.leaf(node)
	default:
		p.ExpectWord(lex.KwOn)
		p.open(node)
		height = max(height, p.expr(levelAny).height)
		p.emit(")")
	}
	p.leave()
	return item{at: l.at, height: p.grow(height, 0), join: node}
}

// tableRef reads one item of FROM without the joins behind it.
func (p *parser) tableRef() item {
	p.steps++
	at := p.anchor()
	pos := p.Pos()
	lateral := p.AcceptWord(lex.KwLateral)
	switch {
	case p.Is(lex.LParen):
		return p.bracketedTable(at, pos, lateral)
	case p.IsWord(lex.KwRows) && p.WordAhead(1, lex.KwFrom) && p.Ahead(2).Kind == lex.LParen:
		return p.rowsFrom(at, pos, lateral)
	case p.IsWord(lex.KwXmltable) && p.Ahead(1).Kind == lex.LParen:
		p.Raise(sqlerr.NotSupported("XMLTABLE").At(pos))
	case lateral, p.functionAhead():
		return p.functionTable(at, pos, lateral)
	}
	t := Table{TableRef: p.relation()}
	if p.o.Cockroach && p.AcceptOp("@") {
		if p.Accept(lex.LBrace) {
			for !p.Accept(lex.RBrace) {
				if p.Is(lex.EOF) || p.Is(lex.Bad) {
					p.Fail()
				}
				p.Next()
			}
		} else {
			t.Index = p.ColID()
		}
	}
	height := int32(1)
	if p.o.Cockroach && p.IsWord(lex.KwAs) && p.WordAhead(1, lex.KwOf) && p.WordAhead(2, lex.KwSystem) {
		p.AcceptWord(lex.KwAs, lex.KwOf, lex.KwSystem)
		p.ExpectWord(lex.KwTime)
		var o operand
		t.TableRef.AsOf, t.AsOf, o = p.aside(func() operand { return p.expr(levelAny) })
		height = max(height, o.height)
	}
	t.Alias, _ = p.alias()
	if p.AcceptWord(lex.KwTablesample) {
		height = max(height, p.tableSample(&t))
	}
	p.leaf(t)
	return item{at: at, height: height}
}

// bracketedTable reads ( … ) in FROM: a query or a join.
func (p *parser) bracketedTable(at int32, pos int, lateral bool) item {
	p.enter()
	if lateral && !p.queryAhead() {
		p.FailAt(p.firstInside())
	}
	bracket := p.Pos()
	it, q, isQuery := p.tableBrackets(at)
	p.leave()
	if isQuery {
		return p.derived(at, pos, bracket, lateral, q)
	}
	if lateral {
		p.FailAt(p.I - 1)
	}
	if alias, ok := p.alias(); ok {
		it.join.Alias = alias
	}
	return it
}

// tableBrackets reads ( … ) in FROM. A query has its brackets written; those of a
// join are left out.
func (p *parser) tableBrackets(at int32) (it item, q operand, isQuery bool) {
	p.enter()
	defer p.leave()
	queryInside := p.queryAhead()
	p.Expect(lex.LParen)
	pos := p.Pos()
	switch {
	case queryInside && p.Is(lex.LParen):
		inner := p.anchor()
		it, q, isQuery = p.tableBrackets(inner)
		if isQuery {
			switch {
			case p.queryGoesOn():
				info := p.queryFrom(q)
				return it, p.closeQuery(q.at, info), true
			case p.Accept(lex.RParen):
				return it, q, true
			}
			it = p.derived(inner, pos, pos, false, q)
		} else if alias, ok := p.alias(); ok {
			it.join.Alias = alias
		}
	case queryInside:
		start := p.anchor()
		return it, p.closeQuery(start, p.query()), true
	default:
		it = p.tableRef()
	}
	for p.joinAhead() {
		it = p.join(it)
	}
	if it.join == nil {
		p.Fail() // only a join may stand in brackets
	}
	p.Expect(lex.RParen)
	it.at = at
	return it, q, false
}

// derived reads the alias behind a query in FROM that begins at pos, or at its
// bracket if LATERAL comes first.
func (p *parser) derived(at int32, pos, bracket int, lateral bool, q operand) item {
	node := &ast.SubqueryRef{Pos: pos, Lateral: lateral}
	alias, ok := p.alias()
	if !ok {
		what, example := "subquery", "SELECT ..."
		if q.info.values {
			what, example = "VALUES", "VALUES ..."
		}
		p.Raise(sqlerr.New(sqlerr.SyntaxError, "%s in FROM must have an alias", what).
			WithHint("For example, FROM (%s) [AS] foo.", example).At(bracket))
	}
	node.Alias = alias
	p.emit(" AS ")
	p.leaf(node)
	return item{at: at, height: p.grow(q.height, 0)}
}

// relation reads PostgreSQL's relation_expr.
func (p *parser) relation() *ast.TableRef {
	t := &ast.TableRef{Pos: p.Pos()}
	if p.AcceptWord(lex.KwOnly) {
		t.Only = true
		if p.Accept(lex.LParen) {
			t.Pos = p.Pos()
			t.Name = p.qualifiedName()
			p.Expect(lex.RParen)
			return t
		}
	}
	t.Pos = p.Pos()
	t.Name = p.qualifiedName()
	if !t.Only {
		p.AcceptOp("*")
	}
	return t
}

// qualifiedName reads the name of a table.
func (p *parser) qualifiedName() ast.Name {
	n := p.anyName()
	if len(n.Parts) > 3 {
		text := n.Parts[0]
		for _, part := range n.Parts[1:] {
			text += "." + part
		}
		p.Raisef(sqlerr.SyntaxError, n.Pos, "improper qualified name (too many dotted names): %s", text)
	}
	return n
}

// nameList reads (a, b).
func (p *parser) nameList() []string {
	var names []string
	p.Expect(lex.LParen)
	for {
		names = append(names, p.ColID())
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
	return names
}

// alias reads [AS] name [(columns)].
func (p *parser) alias() (a ast.TableAlias, ok bool) {
	if !p.AcceptWord(lex.KwAs) && (!p.Tok().IsColID() || p.asofAhead()) {
		return a, false
	}
	a.Name = p.ColID()
	if p.Is(lex.LParen) {
		a.Cols = p.nameList()
	}
	return a, true
}

// functionAhead tells whether a call follows and not a table.
func (p *parser) functionAhead() bool {
	t := p.Tok()
	if t.Word == lex.KwCast || t.Word == lex.KwCollation || isValueFunction(t.Word) {
		return true
	}
	if !t.IsLabel() || t.Kind == lex.Ident && t.Word.Class() == lex.Reserved {
		return false
	}
	if !t.IsColID() {
		return true
	}
	k := 1
	for p.Ahead(k).Kind == lex.Dot && p.Ahead(k+1).IsLabel() {
		k += 2
	}
	return p.Ahead(k).Kind == lex.LParen
}

// isValueFunction tells whether the word is a function without brackets.
func isValueFunction(w lex.Word) bool {
	switch w {
	case lex.KwCurrentDate, lex.KwCurrentTime, lex.KwCurrentTimestamp, lex.KwLocaltime, lex.KwLocaltimestamp,
		lex.KwCurrentRole, lex.KwCurrentUser, lex.KwSessionUser, lex.KwUser, lex.KwCurrentCatalog, lex.KwCurrentSchema:
		return true
	}
	return false
}

// functionTable reads a call in FROM.
func (p *parser) functionTable(at int32, pos int, lateral bool) item {
	node := &ast.FuncRef{Pos: pos, Lateral: lateral}
	p.emit("(SELECT ")
	height := p.windowless()
	p.emit(")")
	if p.AcceptWord(lex.KwWith) {
		p.ExpectWord(lex.KwOrdinality)
		node.Ordinality = true
	}
	p.functionAlias(node)
	p.emit(" AS ")
	p.leaf(node)
	return item{at: at, height: p.grow(height, 0)}
}

// windowless reads a call that may not have FILTER or OVER.
func (p *parser) windowless() int32 {
	t := p.Tok()
	pos := int(t.Pos)
	at := p.anchor()
	if t.Word == lex.KwCast || t.Word == lex.KwCollation && p.WordAhead(1, lex.KwFor) {
		p.Raise(sqlerr.NotSupported("%s in FROM", "expression").At(pos))
	}
	if isValueFunction(t.Word) && (t.Word != lex.KwCurrentSchema || p.Ahead(1).Kind != lex.LParen) {
		p.Next()
		p.open(&ast.FuncCall{Node: ast.Node{Pos: pos}, Name: ast.Name{Pos: pos, Parts: []string{t.Text}}})
		p.emit(")")
		p.precision()
		return 1
	}
	if t.Word != lex.None && p.Ahead(1).Kind == lex.LParen {
		if o, ok := p.special(at, t.Word, ast.Node{Pos: pos}); ok {
			return o.height
		}
	}
	name := p.anyFunctionName()
	node := &ast.FuncCall{Node: ast.Node{Pos: pos}, Name: name}
	p.open(node)
	height := p.arguments(node).height
	p.emit(")")
	return p.grow(height, 0)
}

// rowsFrom reads ROWS FROM (f(…), …).
func (p *parser) rowsFrom(at int32, pos int, lateral bool) item {
	node := &ast.FuncRef{Pos: pos, Lateral: lateral}
	p.Next()
	p.Next()
	p.Expect(lex.LParen)
	p.emit("(SELECT ")
	height := int32(0)
	for {
		height = max(height, p.windowless())
		if p.IsWord(lex.KwAs) {
			p.Raise(sqlerr.NotSupported("column definition list in ROWS FROM").At(p.Pos()))
		}
		if !p.Accept(lex.Comma) {
			break
		}
		p.emit(",")
	}
	p.Expect(lex.RParen)
	p.emit(")")
	if p.AcceptWord(lex.KwWith) {
		p.ExpectWord(lex.KwOrdinality)
		node.Ordinality = true
	}
	p.functionAlias(node)
	p.emit(" AS ")
	p.leaf(node)
	return item{at: at, height: p.grow(height, 0)}
}

// functionAlias reads the alias of a function in FROM, which may define columns.
func (p *parser) functionAlias(node *ast.FuncRef) {
	as := p.AcceptWord(lex.KwAs)
	if !as && (!p.Tok().IsColID() || p.asofAhead()) {
		return
	}
	if !as || !p.Is(lex.LParen) {
		node.Alias.Name = p.ColID()
	}
	if !p.Is(lex.LParen) {
		return
	}
	if k := p.Ahead(2).Kind; node.Alias.Name != "" && (k == lex.Comma || k == lex.RParen) {
		node.Alias.Cols = p.nameList()
		return
	}
	p.Next()
	for {
		c := ast.ColDef{Name: p.ColID(), Type: p.typeName()}
		if p.AcceptWord(lex.KwCollate) {
			p.anyName()
		}
		node.ColDefs = append(node.ColDefs, c)
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
}

// tableSample reads TABLESAMPLE method (…) REPEATABLE (…).
func (p *parser) tableSample(t *Table) int32 {
	pos := p.Pos()
	name := p.anyFunctionName()
	p.Expect(lex.LParen)
	fragment, outer := p.begin()
	p.emit("SELECT ")
	n, height := p.exprList()
	p.Expect(lex.RParen)
	if p.AcceptWord(lex.KwRepeatable) {
		p.Expect(lex.LParen)
		p.emit(",")
		height = max(height, p.expr(levelAny).height)
		p.Expect(lex.RParen)
		t.Repeatable = true
	}
	p.end(outer)
	t.Sample = fragment
	t.TableRef.Sample = &ast.FuncCall{Node: ast.Node{Pos: pos}, Name: name, Args: make([]ast.Arg, n)}
	return p.grow(height, 0)
}

// anyFunctionName reads PostgreSQL's func_name.
func (p *parser) anyFunctionName() ast.Name {
	t := p.Tok()
	if !t.IsColID() && !t.IsTypeFunc() {
		p.Fail()
	}
	n := ast.Name{Pos: int(t.Pos), Parts: []string{t.Text}}
	p.Next()
	for t.IsColID() && p.Accept(lex.Dot) {
		n.Parts = append(n.Parts, p.Label())
	}
	if len(n.Parts) == 1 && !t.IsTypeFunc() {
		p.Fail()
	}
	return n
}

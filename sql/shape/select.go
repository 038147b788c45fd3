package shape

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// queryInfo says what a query has, for the rules on what may stand around it.
type queryInfo struct {
	height int32
	items  int // of a list or a row instead of a query
	pos    int // of a row
	// The clauses of the query's own level. A query in brackets and what follows
	// them share one level, so each may be there once.
	with, order, limit, offset bool
	values                     bool // VALUES and no set operation
}

// query reads PostgreSQL's SelectStmt, with or without brackets around it.
func (p *parser) query() queryInfo {
	p.enter()
	outer := p.bExpr
	p.bExpr = false
	withPos := p.Pos()
	with := p.IsWord(lex.KwWith)
	height := int32(0)
	if with {
		height = p.withClause()
	}
	info := p.queryBody()
	if with {
		if info.with {
			p.Raisef(sqlerr.SyntaxError, withPos, "multiple WITH clauses not allowed")
		}
		info.with = true
	}
	info.height = p.grow(max(info.height, height), 0)
	p.bExpr = outer
	p.leave()
	return info
}

// queryBody reads a query behind its WITH clause.
func (p *parser) queryBody() queryInfo {
	at := p.anchor()
	if !p.Is(lex.LParen) {
		return p.queryTail(p.setOperations(at, p.block()))
	}
	o := p.subquery()
	return p.queryFrom(o)
}

// queryFrom reads the rest of a query that begins with the bracketed one o.
func (p *parser) queryFrom(o operand) queryInfo {
	p.nest(o)
	return p.queryTail(p.setOperations(o.at, o.info))
}

// nest makes the bracketed query o a block.
func (p *parser) nest(o operand) {
	p.outs[p.cur].mark(o.at, nestedMark, p.add(Nested{}))
	p.emit(")")
}

// queryGoesOn tells whether the query in front of the cursor has more to come.
func (p *parser) queryGoesOn() bool {
	switch p.Tok().Word {
	case lex.KwUnion, lex.KwIntersect, lex.KwExcept, lex.KwOrder, lex.KwLimit, lex.KwOffset, lex.KwFetch, lex.KwFor:
		return true
	}
	return false
}

// setOperations reads UNION, INTERSECT and EXCEPT behind the block written at
// the anchor.
func (p *parser) setOperations(at int32, info queryInfo) queryInfo {
	w := p.Tok().Word
	if w != lex.KwUnion && w != lex.KwIntersect && w != lex.KwExcept {
		return info
	}
	info = queryInfo{height: p.intersections(info.height)}
	first := true
	for {
		switch {
		case p.AcceptWord(lex.KwUnion):
			p.wrapIntersections(at, w, first)
			p.emit(" UNION")
		case p.AcceptWord(lex.KwExcept):
			p.wrapIntersections(at, w, first)
			p.emit(" EXCEPT")
		default:
			return info
		}
		first = false
		p.setQuantifier()
		right := p.anchor()
		h := p.blockOrBrackets()
		if p.IsWord(lex.KwIntersect) {
			h = p.intersections(h)
			p.wrap(right)
		}
		info.height = p.grow(info.height, h)
	}
}

// wrapIntersections puts a leading group of INTERSECTs, which binds tighter, into
// a block of its own.
func (p *parser) wrapIntersections(at int32, firstWord lex.Word, first bool) {
	if first && firstWord == lex.KwIntersect {
		p.wrap(at)
	}
}

// wrap puts the set operation written since the anchor into a block.
func (p *parser) wrap(at int32) {
	p.outs[p.cur].mark(at, nestedOpen, p.add(Nested{}))
	p.emit("))")
}

// intersections reads INTERSECT behind a block of that height.
func (p *parser) intersections(height int32) int32 {
	for p.AcceptWord(lex.KwIntersect) {
		p.emit(" INTERSECT")
		p.setQuantifier()
		height = p.grow(height, p.blockOrBrackets())
	}
	return height
}

// setQuantifier reads ALL or DISTINCT behind a set operation.
func (p *parser) setQuantifier() {
	if p.AcceptWord(lex.KwAll) {
		p.emit(" ALL ")
		return
	}
	p.AcceptWord(lex.KwDistinct)
	p.emit(" ")
}

// blockOrBrackets reads an operand of a set operation.
func (p *parser) blockOrBrackets() int32 {
	p.steps++
	if p.Is(lex.LParen) {
		o := p.subquery()
		p.nest(o)
		return o.height
	}
	return p.block().height
}

// block reads SELECT, VALUES or TABLE without what may follow any query.
func (p *parser) block() queryInfo {
	pos := p.Pos()
	switch p.Tok().Word {
	case lex.KwSelect:
		p.Next()
		return queryInfo{height: p.selectBlock(pos)}
	case lex.KwValues:
		p.Next()
		return queryInfo{height: p.valuesBlock(pos, false), values: true}
	case lex.KwTable:
		p.Next()
		p.emit("SELECT ")
		p.leaf(Select{Select: &ast.Select{Pos: pos}})
		p.emit(",")
		p.leaf(&ast.Star{Node: ast.Node{Pos: pos}})
		p.emit(" FROM ")
		p.leaf(Table{TableRef: p.relation()})
		return queryInfo{height: 1}
	}
	p.Fail()
	return queryInfo{}
}

// valuesBlock reads the rows behind VALUES. Plain values are not written.
func (p *parser) valuesBlock(pos int, allowDefault bool) int32 {
	p.enter()
	node := &ast.Values{Pos: pos}
	p.emit("SELECT ")
	p.open(Values{node})
	height, written, columns := int32(0), false, 0
	var cells []ast.Expr // the rows are slices of it
	for {
		p.Expect(lex.LParen)
		if cap(cells)-len(cells) < columns {
			cells = make([]ast.Expr, 0, min(max(columns*16, len(p.Toks)-p.I), columns*512)/2+columns)
		}
		from := len(p.outs[p.cur].text)
		row, h := p.values(cells[len(cells):], lex.RParen, allowDefault, written)
		written = written || len(p.outs[p.cur].text) > from
		height = max(height, h)
		p.Expect(lex.RParen)
		if columns == 0 {
			columns = len(row)
		} else if len(row) != columns {
			p.raiseLater(sqlerr.New(sqlerr.SyntaxError, "VALUES lists must all be the same length").At(p.rowStart(row)))
		}
		if len(row) <= cap(cells)-len(cells) {
			cells = cells[:len(cells)+len(row)]
		}
		node.Rows = append(node.Rows, row[:len(row):len(row)])
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.emit(")")
	p.leave()
	return p.grow(height, 0)
}

// rowStart returns the offset of the first value of a row that has just been
// read.
func (p *parser) rowStart(row []ast.Expr) int {
	if len(row) > 0 && row[0] != nil {
		return ast.Start(row[0])
	}
	depth := 0
	for i := p.I - 1; i > 0; i-- {
		switch p.Toks[i].Kind {
		case lex.RParen:
			depth++
		case lex.LParen:
			if depth--; depth == 0 {
				return int(p.Toks[i+1].Pos)
			}
		}
	}
	return p.Pos()
}

// selectBlock reads what follows SELECT up to WINDOW.
func (p *parser) selectBlock(pos int) int32 {
	node := Select{Select: &ast.Select{Pos: pos}}
	head := p.add(nil)
	height := int32(0)
	p.emit("SELECT ")
	out := &p.outs[p.cur]
	distinct := p.AcceptWord(lex.KwDistinct)
	node.Distinct = distinct
	if distinct && p.IsWord(lex.KwOn) {
		p.Next()
		p.Expect(lex.LParen)
		out.text = append(appendNode(out.text, 'f', head), '(')
		var n int
		n, height = p.exprList()
		node.DistinctOn = make([]ast.Expr, n)
		p.Expect(lex.RParen)
		p.emit(")")
	} else {
		out.text = appendNode(out.text, 't', head)
		if !distinct {
			p.AcceptWord(lex.KwAll)
		}
	}
	if distinct || !p.targetListEnds() {
		p.emit(",")
		height = max(height, p.targetList())
	}
	if p.AcceptWord(lex.KwInto) {
		node.Into = p.into()
	}
	height = max(height, p.selectClauses(&node))
	p.nodes[head] = node
	return p.grow(height, 0)
}

// selectClauses reads FROM, WHERE, GROUP BY, HAVING and WINDOW.
func (p *parser) selectClauses(node *Select) int32 {
	height := int32(0)
	if p.AcceptWord(lex.KwFrom) {
		p.emit(" FROM ")
		height = p.fromList()
	} else {
		switch p.Tok().Word {
		case lex.KwWhere, lex.KwGroup, lex.KwHaving:
			p.emit(" FROM ")
			p.leaf(NoTable{})
		}
	}
	height = max(height, p.where())
	if p.AcceptWord(lex.KwGroup) {
		p.ExpectWord(lex.KwBy)
		if p.AcceptWord(lex.KwDistinct) {
			node.GroupByDistinct = true
		} else {
			p.AcceptWord(lex.KwAll)
		}
		p.emit(" GROUP BY ")
		_, h := p.groupItems()
		height = max(height, h)
	}
	if p.AcceptWord(lex.KwHaving) {
		p.emit(" HAVING ")
		height = max(height, p.expr(levelAny).height)
	}
	if p.AcceptWord(lex.KwWindow) {
		var h int32
		node.Windows, h = p.windowClause()
		height = max(height, h)
	}
	return height
}

// where reads an optional WHERE clause.
func (p *parser) where() int32 {
	if !p.AcceptWord(lex.KwWhere) {
		return 0
	}
	p.emit(" WHERE ")
	return p.expr(levelAny).height
}

// targetListEnds tells whether a select list without items ends here.
func (p *parser) targetListEnds() bool {
	t := p.Tok()
	switch t.Kind {
	case lex.EOF, lex.RParen, lex.Semicolon:
		return true
	}
	switch t.Word {
	case lex.KwFrom, lex.KwWhere, lex.KwGroup, lex.KwHaving, lex.KwWindow, lex.KwInto:
		return true
	}
	return p.queryGoesOn() || t.Word == lex.KwOn || t.Word == lex.KwReturning || t.Word == lex.KwWith
}

// targetList reads the items of a select list or of RETURNING.
func (p *parser) targetList() int32 {
	height := int32(0)
	for {
		if t := p.Tok(); p.AcceptOp("*") {
			p.leaf(&ast.Star{Node: ast.Node{Pos: int(t.Pos)}})
			height = max(height, 1)
		} else {
			height = max(height, p.expr(levelTarget).height)
			switch {
			case p.AcceptWord(lex.KwAs):
				p.label(p.Label())
			case p.Tok().IsBareLabel():
				p.label(p.Label())
			}
		}
		if !p.Accept(lex.Comma) {
			return height
		}
		p.emit(",")
	}
}

func (p *parser) label(name string) {
	p.emit(" AS ")
	p.leaf(Label(name))
}

// into reads the target of SELECT INTO.
func (p *parser) into() *ast.Name {
	switch p.Tok().Word {
	case lex.KwLocal, lex.KwGlobal:
		if p.WordAhead(1, lex.KwTemporary) || p.WordAhead(1, lex.KwTemp) {
			p.Next()
			p.Next()
		}
	case lex.KwTemporary, lex.KwTemp, lex.KwUnlogged:
		p.Next()
	}
	p.AcceptWord(lex.KwTable)
	name := p.qualifiedName()
	return &name
}

// groupItems reads the items of GROUP BY or of GROUPING SETS.
func (p *parser) groupItems() (n int, height int32) {
	for {
		height = max(height, p.groupItem())
		n++
		if !p.Accept(lex.Comma) {
			return n, height
		}
		p.emit(",")
	}
}

func (p *parser) groupItem() int32 {
	p.enter()
	defer p.leave()
	t := p.Tok()
	g := &ast.Grouping{Node: ast.Node{Pos: int(t.Pos)}}
	switch {
	case t.Kind == lex.LParen && p.Ahead(1).Kind == lex.RParen:
		p.Next()
		p.Next()
		g.Kind = "()"
		p.leaf(g)
		return 1
	case t.Word == lex.KwGrouping && p.WordAhead(1, lex.KwSets):
		p.Next()
		p.Next()
		g.Kind = "GROUPING SETS"
		p.Expect(lex.LParen)
		p.open(g)
		n, h := p.groupItems()
		g.Args = make([]ast.Expr, n)
		p.Expect(lex.RParen)
		p.emit(")")
		return p.grow(h, 0)
	case (t.Word == lex.KwRollup || t.Word == lex.KwCube) && p.Ahead(1).Kind == lex.LParen:
		p.Next()
		p.Next()
		g.Kind = "ROLLUP"
		if t.Word == lex.KwCube {
			g.Kind = "CUBE"
		}
		p.open(g)
		n, h := p.exprList()
		g.Args = make([]ast.Expr, n)
		p.Expect(lex.RParen)
		p.emit(")")
		return p.grow(h, 0)
	}
	return p.expr(levelAny).height
}

package shape

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// prefix reads an operand: a prefix operator with its own, or a primary.
func (p *parser) prefix() operand {
	at := p.anchor()
	t := p.Tok()
	n := ast.Node{Pos: int(t.Pos)}
	switch {
	case t.Kind == lex.Op:
		if t.Text == "-" || t.Text == "+" {
			p.Next()
			return p.sign(at, n, t.Text)
		}
		if operatorLevel(t.Text) != levelOther {
			p.Fail()
		}
		p.Next()
		return p.unary(at, &ast.Unary{Node: n, Op: t.Text}, levelOther+1)
	case t.Word == lex.KwNot:
		if p.bExpr {
			p.Fail()
		}
		p.Next()
		return p.unary(at, &ast.Not{Node: n}, levelNot)
	case t.Word == lex.KwOperator && p.Ahead(1).Kind == lex.LParen:
		p.Next()
		schema, op := p.qualifiedOperator()
		return p.unary(at, &ast.Unary{Node: n, Op: op, Schema: schema}, levelOther+1)
	case t.Word == lex.KwDefault:
		if p.bExpr {
			p.Fail()
		}
		allowed := p.defalt == p.I
		return p.leafOperand(at, p.defaultValue(allowed))
	}
	return p.primary(at)
}

func (p *parser) leafOperand(at int32, node any) operand {
	return operand{at: at, height: 1, node: p.leaf(node), form: primary}
}

func (p *parser) unary(at int32, node any, min int) operand {
	p.open(node)
	o := p.expr(min)
	p.emit(")")
	return operand{at: at, height: p.grow(o.height, 0), node: -1}
}

// sign reads the operand of a unary minus or plus, which has been taken. A minus
// in front of a bare number becomes part of it.
func (p *parser) sign(at int32, n ast.Node, op string) operand {
	o := p.expr(levelUnary)
	if op == "-" && o.node >= 0 {
		if c, ok := p.nodes[o.node].(*ast.Const); ok && (c.Kind == ast.Integer || c.Kind == ast.Decimal) {
			negate(c, n.Pos)
			return operand{at: at, height: 1, node: o.node}
		}
	}
	p.enclose(at, &ast.Unary{Node: n, Op: op})
	p.emit(")")
	return operand{at: at, height: p.grow(o.height, 0), node: -1}
}

// primary reads PostgreSQL's c_expr.
func (p *parser) primary(at int32) operand {
	t := p.Tok()
	n := ast.Node{Pos: int(t.Pos)}
	switch t.Kind {
	case lex.LParen:
		return p.bracketed(at)
	case lex.Param:
		return p.indirection(p.leafOperand(at, p.literal()))
	case lex.QuotedIdent:
		return p.name(at)
	case lex.Ident:
	default:
		c := p.literal()
		if c == nil {
			p.Fail()
		}
		return p.leafOperand(at, c)
	}
	if t.Word == lex.None {
		return p.name(at)
	}
	if t.Word.Class() == lex.Reserved {
		return p.reserved(at, t.Word, n)
	}
	next := p.Ahead(1)
	switch t.Word {
	case lex.KwExists:
		if next.Kind == lex.LParen {
			p.Next()
			return p.queryOperand(at, &ast.Exists{Node: n})
		}
	case lex.KwRow:
		if next.Kind == lex.LParen {
			return p.row(at, n)
		}
	case lex.KwCurrentSchema:
		if next.Kind != lex.LParen {
			p.Next()
			return p.leafOperand(at, &ast.SQLValue{Node: n, Name: "current_schema", Precision: -1})
		}
	}
	if p.typedLiteralAhead(t.Word, next) {
		return p.typedLiteral(at, n)
	}
	if next.Kind == lex.LParen {
		if o, ok := p.special(at, t.Word, n); ok {
			return o
		}
	}
	return p.name(at)
}

// reserved reads a primary that begins with a reserved word.
func (p *parser) reserved(at int32, w lex.Word, n ast.Node) operand {
	if c := p.literal(); c != nil {
		return p.leafOperand(at, c)
	}
	switch w {
	case lex.KwCase:
		return p.caseExpr(at, n)
	case lex.KwCast:
		p.Next()
		p.Expect(lex.LParen)
		c := &ast.Cast{Node: n}
		p.open(c)
		o := p.free()
		if o.node >= 0 && p.IsWord(lex.KwAs) {
			c.X, _ = p.nodes[o.node].(*ast.Param)
		}
		p.ExpectWord(lex.KwAs)
		c.Type = p.typeName()
		p.noteType(c)
		c.X = nil
		p.Expect(lex.RParen)
		p.emit(")")
		return operand{at: at, height: p.grow(o.height, 0), node: -1, form: primary}
	case lex.KwArray:
		p.Next()
		if p.Is(lex.LParen) {
			return p.queryOperand(at, &ast.ArrayQuery{Node: n})
		}
		h := p.array(n)
		return operand{at: at, height: h, node: -1, form: primary}
	case lex.KwCurrentDate, lex.KwCurrentRole, lex.KwCurrentUser, lex.KwSessionUser, lex.KwUser, lex.KwCurrentCatalog:
		p.Next()
		return p.leafOperand(at, &ast.SQLValue{Node: n, Name: w.String(), Precision: -1})
	case lex.KwCurrentTime, lex.KwCurrentTimestamp, lex.KwLocaltime, lex.KwLocaltimestamp:
		p.Next()
		v := &ast.SQLValue{Node: n, Name: w.String(), Precision: -1}
		if m := p.precision(); m != nil {
			v.Precision = m[0]
		}
		return p.leafOperand(at, v)
	case lex.KwUnique:
		if p.Ahead(1).Kind == lex.LParen {
			p.Raise(sqlerr.New(sqlerr.FeatureNotSupported, "UNIQUE predicate is not yet implemented").At(n.Pos))
		}
	}
	p.Fail()
	return operand{}
}

// bracketed reads ( … ) as an expression.
func (p *parser) bracketed(at int32) operand {
	pos := p.Pos()
	o := p.brackets()
	o.at = at
	switch o.form {
	case query:
		return p.indirection(p.scalar(o, pos))
	case listForm:
		o = p.rowOf(o, pos)
		if p.IsWord(lex.KwOverlaps) {
			return p.overlaps(o)
		}
		return o
	}
	return p.indirection(o)
}

// scalar makes a query an expression.
func (p *parser) scalar(o operand, pos int) operand {
	p.enclose(o.at, &ast.Subquery{Node: ast.Node{Pos: pos}})
	p.emit(")")
	return operand{at: o.at, height: p.grow(o.height, 0), node: -1, form: primary}
}

// rowOf makes a list an implicit row.
func (p *parser) rowOf(o operand, pos int) operand {
	p.enclose(o.at, &ast.Row{Node: ast.Node{Pos: pos}, Elems: make([]ast.Expr, o.info.items)})
	p.emit(")")
	return operand{at: o.at, height: p.grow(o.height, 0), node: -1, form: rowForm, info: queryInfo{items: o.info.items, pos: pos}}
}

// brackets reads ( … ) and tells by the form of the result what it holds: a
// query, an expression or a list. The decision needs no second try: behind
// "(((" a query is known by its first word, and what follows its bracket says
// whether it goes on as a query or as an operand.
func (p *parser) brackets() operand {
	p.enter()
	outer := p.bExpr
	p.bExpr = false
	isQuery := p.queryAhead()
	defaults := p.I == p.defaltRow
	p.Expect(lex.LParen)
	var o operand
	switch {
	case isQuery && p.Is(lex.LParen):
		pos := p.Pos()
		o = p.brackets()
		if o.form == query {
			if p.queryGoesOn() {
				o = p.closeQuery(o.at, p.queryFrom(o))
				break
			}
			if p.Is(lex.RParen) {
				p.Next()
				break
			}
			o = p.scalar(o, pos)
		} else if o.form == listForm {
			o = p.rowOf(o, pos)
			if p.IsWord(lex.KwOverlaps) {
				o = p.overlaps(o)
			}
		}
		if o.form == primary {
			o = p.indirection(o)
		}
		o = p.items(p.infix(o, levelAny), defaults)
	case isQuery:
		at := p.anchor()
		o = p.closeQuery(at, p.query())
	default:
		p.allowDefault(defaults)
		o = p.items(p.expr(levelAny), defaults)
	}
	p.bExpr = outer
	p.leave()
	return o
}

// closeQuery takes the bracket behind a query written at the anchor.
func (p *parser) closeQuery(at int32, info queryInfo) operand {
	p.Expect(lex.RParen)
	p.outs[p.cur].mark(at, parenMark, 0)
	p.emit(")")
	return operand{at: at, height: info.height, node: -1, form: query, info: info}
}

// allowDefault lets DEFAULT stand at the cursor.
func (p *parser) allowDefault(yes bool) {
	if yes {
		p.defalt = p.I
	}
}

// items reads the rest of ( first, … ).
func (p *parser) items(first operand, defaults bool) operand {
	n, height := 1, first.height
	for p.Accept(lex.Comma) {
		p.emit(",")
		p.allowDefault(defaults)
		height = max(height, p.expr(levelAny).height)
		n++
	}
	p.Expect(lex.RParen)
	if n == 1 {
		first.form = primary
		return first
	}
	return operand{at: first.at, height: height, node: -1, form: listForm, info: queryInfo{items: n}}
}

// queryAhead tells whether the brackets that open here hold a query, through any
// number of them.
func (p *parser) queryAhead() bool {
	if !p.Is(lex.LParen) {
		return false
	}
	if p.I < p.runFrom || p.I >= p.runTo {
		p.runFrom, p.runTo = p.I, p.I
		for p.Toks[p.runTo].Kind == lex.LParen {
			p.runTo++
		}
		p.steps += p.runTo - p.runFrom
	}
	switch p.Toks[p.runTo].Word {
	case lex.KwSelect, lex.KwWith, lex.KwTable:
		return true
	case lex.KwValues:
		return p.Toks[min(p.runTo+1, len(p.Toks)-1)].Kind == lex.LParen
	}
	return false
}

// queryOperand reads the query in brackets that is the only operand of node.
func (p *parser) queryOperand(at int32, node any) operand {
	p.open(node)
	o := p.subquery()
	p.emit(")")
	return operand{at: at, height: p.grow(o.height, 0), node: -1, form: primary}
}

// subquery reads PostgreSQL's select_with_parens.
func (p *parser) subquery() operand {
	if !p.Is(lex.LParen) {
		p.Fail()
	}
	if !p.queryAhead() {
		p.FailAt(p.firstInside())
	}
	o := p.brackets()
	if o.form != query {
		p.FailAt(p.I - 1)
	}
	return o
}

// firstInside returns the token behind the brackets that open here.
func (p *parser) firstInside() int {
	i := p.I
	for p.Toks[i].Kind == lex.LParen {
		i++
	}
	return i
}

// indirection reads the subscripts and fields behind a primary.
func (p *parser) indirection(o operand) operand {
	chained := false
	for {
		t := p.Tok()
		switch t.Kind {
		case lex.LBracket:
			o = p.subscript(o, chained)
			chained = true
		case lex.Dot:
			chained = false
			p.Next()
			n := ast.Node{Pos: int(t.Pos)}
			if p.AcceptOp("*") {
				o = p.postfix(o, &ast.Star{Node: n})
				o.form = primary
				return o
			}
			o = p.postfix(o, &ast.Field{Node: n, Name: p.Label()})
		default:
			return o
		}
		o.form = primary
	}
}

// subscript reads [i], [lo:hi] and the slices that leave out a bound.
func (p *parser) subscript(o operand, chained bool) operand {
	s := Subscript{Subscript: &ast.Subscript{Node: ast.Node{Pos: p.Pos()}, Chained: chained}}
	n := p.add(nil)
	p.outs[p.cur].mark(o.at, callMark, n)
	p.Next()
	height := o.height
	if !p.Is(lex.Colon) {
		p.emit(",")
		height = max(height, p.free().height)
		s.HasLo = true
	}
	if p.Accept(lex.Colon) {
		s.Slice = true
		if !p.Is(lex.RBracket) {
			p.emit(",")
			height = max(height, p.free().height)
			s.HasHi = true
		}
	}
	p.Expect(lex.RBracket)
	p.emit(")")
	p.nodes[n] = s
	return operand{at: o.at, height: p.grow(height, 0), node: -1}
}

// array reads [ … ] behind ARRAY, or a nested one.
func (p *parser) array(n ast.Node) int32 {
	p.enter()
	outer := p.bExpr
	p.bExpr = false
	node := &ast.Array{Node: n}
	p.open(node)
	p.Expect(lex.LBracket)
	height := int32(0)
	switch {
	case p.Is(lex.RBracket):
	case p.Is(lex.LBracket):
		for {
			height = max(height, p.array(ast.Node{Pos: p.Pos()}))
			node.Elems = append(node.Elems, nil)
			if !p.Accept(lex.Comma) {
				break
			}
			p.emit(",")
		}
	default:
		node.Elems, height = p.values(nil, lex.RBracket, false, false)
	}
	p.Expect(lex.RBracket)
	p.emit(")")
	p.bExpr = outer
	p.leave()
	return p.grow(height, 0)
}

// row reads ROW(…).
func (p *parser) row(at int32, n ast.Node) operand {
	p.Next()
	defaults := p.I == p.defaltRow
	p.Next()
	node := &ast.Row{Node: n, Explicit: true}
	p.open(node)
	items, height := 0, int32(0)
	for !p.Is(lex.RParen) || items > 0 {
		p.allowDefault(defaults)
		height = max(height, p.free().height)
		items++
		if !p.Accept(lex.Comma) {
			break
		}
		p.emit(",")
	}
	node.Elems = make([]ast.Expr, items)
	p.Expect(lex.RParen)
	p.emit(")")
	o := operand{at: at, height: p.grow(height, 0), node: -1, form: rowForm, info: queryInfo{items: items, pos: n.Pos}}
	if p.IsWord(lex.KwOverlaps) {
		return p.overlaps(o)
	}
	return o
}

// overlaps reads (a, b) OVERLAPS (c, d), which is a function of four arguments.
func (p *parser) overlaps(l operand) operand {
	n := ast.Node{Pos: p.Pos()}
	p.Next()
	p.enclose(l.at, &ast.FuncCall{Node: n, Name: ast.Name{Pos: n.Pos, Parts: []string{"overlaps"}}, Args: make([]ast.Arg, 2)})
	p.emit(",")
	at := p.anchor()
	var r operand
	switch {
	case p.IsWord(lex.KwRow) && p.Ahead(1).Kind == lex.LParen:
		t := p.Tok()
		r = p.row(at, ast.Node{Pos: int(t.Pos)})
	case p.Is(lex.LParen):
		pos := p.Pos()
		if r = p.brackets(); r.form != listForm {
			p.Fail()
		}
		r = p.rowOf(r, pos)
	default:
		p.Fail()
	}
	p.emit(")")
	switch {
	case l.info.items != 2:
		p.Raisef(sqlerr.SyntaxError, l.info.pos, "wrong number of parameters on left side of OVERLAPS expression")
	case r.info.items != 2:
		p.Raisef(sqlerr.SyntaxError, r.info.pos, "wrong number of parameters on right side of OVERLAPS expression")
	}
	return operand{at: l.at, height: p.grow(l.height, r.height), node: -1, form: primary}
}

// caseExpr reads CASE.
func (p *parser) caseExpr(at int32, n ast.Node) operand {
	p.enter()
	p.Next()
	node := Case{Case: &ast.Case{Node: n}}
	i := p.add(nil)
	o := &p.outs[p.cur]
	o.text = append(appendNode(o.text, 'f', i), '(')
	height := int32(0)
	next := func() {
		if height > 0 {
			p.emit(",")
		}
		height = max(height, p.free().height)
	}
	if !p.IsWord(lex.KwWhen) {
		node.HasArg = true
		next()
	}
	if !p.IsWord(lex.KwWhen) {
		p.Fail()
	}
	for p.AcceptWord(lex.KwWhen) {
		next()
		p.ExpectWord(lex.KwThen)
		next()
		node.Whens = append(node.Whens, ast.When{})
	}
	if p.AcceptWord(lex.KwElse) {
		next()
	}
	p.ExpectWord(lex.KwEnd)
	p.emit(")")
	p.nodes[i] = node
	p.leave()
	return operand{at: at, height: p.grow(height, 0), node: -1, form: primary}
}

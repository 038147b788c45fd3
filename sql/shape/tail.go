package shape

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// queryTail reads what may stand behind any query: ORDER BY, then LIMIT, OFFSET
// and FETCH, with FOR UPDATE and its relatives before or behind them.
func (p *parser) queryTail(info queryInfo) queryInfo {
	if !p.queryGoesOn() {
		return info
	}
	if p.IsWord(lex.KwOrder) {
		info = p.orderBy(info)
	}
	var t Tail
	start := p.I
	p.locks(&t)
	locked := p.I > start
	start = p.I
	info = p.limits(&t, info)
	if p.I > start && !locked {
		p.locks(&t)
	}
	if t.WithTies {
		if !info.order {
			p.Raise(sqlerr.New(sqlerr.SyntaxError, "WITH TIES cannot be specified without ORDER BY clause"))
		}
		for _, l := range t.Locks {
			if l.Wait == "SKIP LOCKED" {
				p.Raise(sqlerr.New(sqlerr.SyntaxError, "SKIP LOCKED and WITH TIES options cannot be used together"))
			}
		}
	}
	if t.Limit != nil || t.Offset != nil || t.LimitIn > 0 || t.OffsetIn > 0 || t.Locks != nil {
		p.emit(" LIMIT ")
		p.integer(p.add(t))
	}
	return info
}

// orderBy reads ORDER BY of a query.
func (p *parser) orderBy(info queryInfo) queryInfo {
	p.Next()
	p.ExpectWord(lex.KwBy)
	pos := p.Pos()
	p.emit(" ORDER BY ")
	for {
		item := &ast.OrderItem{}
		o := p.expr(levelAny)
		p.enclose(o.at, item)
		p.emit(")")
		p.direction(item)
		info.height = max(info.height, p.grow(o.height, 0))
		if !p.Accept(lex.Comma) {
			break
		}
		p.emit(",")
	}
	if info.order {
		p.Raisef(sqlerr.SyntaxError, pos, "multiple ORDER BY clauses not allowed")
	}
	info.order = true
	return info
}

// orderItems reads ORDER BY in a call or a window; the expressions are written
// with commas between.
func (p *parser) orderItems() (items []ast.OrderItem, height int32) {
	p.ExpectWord(lex.KwOrder, lex.KwBy)
	for {
		var item ast.OrderItem
		height = max(height, p.expr(levelAny).height)
		p.direction(&item)
		items = append(items, item)
		if !p.Accept(lex.Comma) {
			return items, height
		}
		p.emit(",")
	}
}

// direction reads ASC, DESC, USING and NULLS behind an item of ORDER BY.
func (p *parser) direction(item *ast.OrderItem) {
	switch {
	case p.AcceptWord(lex.KwAsc):
	case p.AcceptWord(lex.KwDesc):
		item.Desc = true
	case p.AcceptWord(lex.KwUsing):
		if p.AcceptWord(lex.KwOperator) {
			schema, op := p.qualifiedOperator()
			item.Using = op
			if schema != "" && schema != "pg_catalog" {
				p.raiseLater(sqlerr.NotSupported("operator %s.%s", schema, op))
			}
		} else {
			item.Using = p.Expect(lex.Op).Text
		}
		item.Desc = item.Using == ">"
	}
	item.NullsFirst = item.Desc
	if p.IsWord(lex.KwNulls) && (p.WordAhead(1, lex.KwFirst) || p.WordAhead(1, lex.KwLast)) {
		p.Next()
		item.NullsFirst = p.Next().Word == lex.KwFirst
	}
}

// limits reads LIMIT or FETCH and OFFSET, in either order.
func (p *parser) limits(t *Tail, info queryInfo) queryInfo {
	limit, offset := false, false
	for {
		switch w := p.Tok().Word; {
		case (w == lex.KwLimit || w == lex.KwFetch) && !limit:
			limit = true
			if info.limit {
				p.Raisef(sqlerr.SyntaxError, int(p.Ahead(1).Pos), "multiple LIMIT clauses not allowed")
			}
			info.height = max(info.height, p.limit(t))
		case w == lex.KwOffset && !offset:
			offset = true
			if info.offset {
				p.Raisef(sqlerr.SyntaxError, int(p.Ahead(1).Pos), "multiple OFFSET clauses not allowed")
			}
			p.Next()
			var o operand
			t.Offset, t.OffsetIn, o = p.aside(func() operand { return p.expr(levelAny) })
			info.height = max(info.height, o.height)
			if o.form == primary && !p.AcceptWord(lex.KwRow) {
				p.AcceptWord(lex.KwRows)
			}
		default:
			info.limit = info.limit || limit
			info.offset = info.offset || offset
			return info
		}
	}
}

// limit reads LIMIT n, LIMIT ALL or FETCH FIRST n ROWS.
func (p *parser) limit(t *Tail) int32 {
	pos := p.Pos()
	if p.AcceptWord(lex.KwLimit) {
		if p.AcceptWord(lex.KwAll) {
			return 0
		}
		var o operand
		t.Limit, t.LimitIn, o = p.aside(func() operand { return p.expr(levelAny) })
		if p.Is(lex.Comma) {
			p.Raise(sqlerr.New(sqlerr.SyntaxError, "LIMIT #,# syntax is not supported").
				WithHint("Use separate LIMIT and OFFSET clauses.").At(pos))
		}
		return o.height
	}
	p.Next()
	if !p.AcceptWord(lex.KwFirst) {
		p.ExpectWord(lex.KwNext)
	}
	height := int32(0)
	if p.IsWord(lex.KwRow) || p.IsWord(lex.KwRows) {
		t.Limit = p.constant(p.Pos(), ast.Integer, "1")
	} else {
		var o operand
		t.Limit, t.LimitIn, o = p.aside(p.fetchCount)
		height = o.height
	}
	if !p.AcceptWord(lex.KwRow) {
		p.ExpectWord(lex.KwRows)
	}
	if !p.AcceptWord(lex.KwOnly) {
		p.ExpectWord(lex.KwWith, lex.KwTies)
		t.WithTies = true
	}
	return height
}

// fetchCount reads a primary or a signed number.
func (p *parser) fetchCount() operand {
	at := p.anchor()
	if t := p.Tok(); t.Kind == lex.Op && (t.Text == "-" || t.Text == "+") {
		p.Next()
		if !p.Is(lex.Integer) && !p.Is(lex.Decimal) {
			p.Fail()
		}
		return p.sign(at, ast.Node{Pos: int(t.Pos)}, t.Text)
	}
	return p.primary(at)
}

// aside reads an expression apart from the skeleton: a single leaf is returned
// itself, anything else is in a fragment.
func (p *parser) aside(read func() operand) (leaf ast.Expr, fragment int, o operand) {
	fragment, outer := p.begin()
	p.emit("SELECT ")
	o = read()
	p.end(outer)
	if o.node < 0 || int(o.node) != len(p.nodes)-1 {
		return nil, fragment, o
	}
	leaf, _ = p.nodes[o.node].(ast.Expr)
	p.nodes = p.nodes[:o.node]
	p.n--
	return leaf, 0, o
}

// locks reads FOR UPDATE and its relatives.
func (p *parser) locks(t *Tail) {
	for p.IsWord(lex.KwFor) {
		l := ast.Lock{Pos: p.Pos()}
		p.Next()
		switch {
		case p.AcceptWord(lex.KwRead):
			p.ExpectWord(lex.KwOnly)
			continue
		case p.AcceptWord(lex.KwUpdate):
			l.Strength = "UPDATE"
		case p.AcceptWord(lex.KwShare):
			l.Strength = "SHARE"
		case p.AcceptWord(lex.KwKey):
			p.ExpectWord(lex.KwShare)
			l.Strength = "KEY SHARE"
		default:
			p.ExpectWord(lex.KwNo, lex.KwKey, lex.KwUpdate)
			l.Strength = "NO KEY UPDATE"
		}
		if p.AcceptWord(lex.KwOf) {
			for {
				l.Of = append(l.Of, p.qualifiedName())
				if !p.Accept(lex.Comma) {
					break
				}
			}
		}
		switch {
		case p.AcceptWord(lex.KwNowait):
			l.Wait = "NOWAIT"
		case p.AcceptWord(lex.KwSkip):
			p.ExpectWord(lex.KwLocked)
			l.Wait = "SKIP LOCKED"
		}
		t.Locks = append(t.Locks, l)
	}
}

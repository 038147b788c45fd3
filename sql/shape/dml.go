package shape

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// insert reads INSERT or UPSERT; with is the fragment of its WITH clause.
func (p *parser) insert(with int) {
	node := Insert{Insert: &ast.Insert{Pos: p.Pos()}, With: with}
	node.Upsert = p.Next().Word != lex.KwInsert
	p.ExpectWord(lex.KwInto)
	node.Table = p.qualifiedName()
	if p.AcceptWord(lex.KwAs) {
		node.Alias = p.ColID()
	}
	if p.Is(lex.LParen) && !p.queryAhead() {
		if p.Ahead(1).Kind == lex.LParen {
			p.FailAt(p.firstInside())
		}
		node.Cols = p.targetColumns()
	}
	if p.AcceptWord(lex.KwOverriding) {
		node.Overriding = "USER"
		if p.AcceptWord(lex.KwSystem) {
			node.Overriding = "SYSTEM"
		} else {
			p.ExpectWord(lex.KwUser)
		}
		p.ExpectWord(lex.KwValue)
	}
	p.emit("INSERT INTO ")
	head := p.add(nil)
	o := &p.outs[p.cur]
	o.text = appendNode(o.text, 't', head)
	p.insertSource(&node)
	if p.IsWord(lex.KwOn) {
		p.onConflict(&node)
	}
	node.Returning, node.ReturningNothing = p.returning()
	p.nodes[head] = node
}

// insertSource reads the rows of an INSERT.
func (p *parser) insertSource(node *Insert) {
	if p.IsWord(lex.KwDefault) && node.Cols == nil && node.Overriding == "" {
		p.Next()
		p.ExpectWord(lex.KwValues)
		p.emit(" VALUES ()")
		return
	}
	p.emit(" ")
	if p.IsWord(lex.KwValues) {
		// The rows may hold DEFAULT, unlike those of a VALUES elsewhere.
		at := p.anchor()
		pos := p.Pos()
		p.Next()
		info := queryInfo{height: p.valuesBlock(pos, true)}
		p.queryTail(p.setOperations(at, info))
		return
	}
	switch p.Tok().Word {
	case lex.KwSelect, lex.KwTable:
		p.query()
		return
	case lex.KwWith:
	default:
		if !p.Is(lex.LParen) {
			p.Fail()
		}
	}
	// A block around the query, for TiDB takes neither WITH nor brackets here.
	at := p.anchor()
	p.query()
	p.wrap(at)
}

// targetColumns reads (a, b.c) of INSERT or of a SET clause.
func (p *parser) targetColumns() []ast.Name {
	var cols []ast.Name
	p.Expect(lex.LParen)
	for {
		cols = append(cols, p.targetColumn())
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
	return cols
}

// targetColumn reads the name of a column to be set.
func (p *parser) targetColumn() ast.Name {
	n := p.anyName()
	if p.Is(lex.LBracket) {
		p.raiseLater(sqlerr.NotSupported("assignment to an array element").At(n.Pos))
		for p.Accept(lex.LBracket) {
			if !p.Is(lex.Colon) {
				p.drop()
			}
			if p.Accept(lex.Colon) && !p.Is(lex.RBracket) {
				p.drop()
			}
			p.Expect(lex.RBracket)
			for p.Accept(lex.Dot) {
				p.Label()
			}
		}
	}
	return n
}

// drop reads an expression that has no place in the tree.
func (p *parser) drop() {
	nodes, fragments := len(p.nodes), p.n
	_, outer := p.begin()
	p.free()
	p.end(outer)
	p.nodes, p.n = p.nodes[:nodes], fragments
}

// onConflict reads ON CONFLICT.
func (p *parser) onConflict(node *Insert) {
	c := &ast.OnConflict{Pos: p.Pos()}
	node.OnConflict = c
	p.Next()
	p.ExpectWord(lex.KwConflict)
	switch {
	case p.IsWord(lex.KwOn):
		p.Next()
		p.ExpectWord(lex.KwConstraint)
		c.Constraint = p.ColID()
	case p.Accept(lex.LParen):
		fragment, outer := p.begin()
		p.emit("SELECT ")
		for {
			p.conflictItem()
			c.Target = append(c.Target, nil)
			if !p.Accept(lex.Comma) {
				break
			}
			p.emit(",")
		}
		p.Expect(lex.RParen)
		if p.IsWord(lex.KwWhere) {
			p.emit(" FROM ")
			p.leaf(NoTable{})
			p.where()
		}
		p.end(outer)
		node.Target = fragment
	}
	p.ExpectWord(lex.KwDo)
	if p.AcceptWord(lex.KwNothing) {
		c.Nothing = true
		return
	}
	p.ExpectWord(lex.KwUpdate, lex.KwSet)
	fragment, outer := p.begin()
	p.emit("UPDATE ")
	p.leaf(NoTable{})
	p.setList()
	p.where()
	p.end(outer)
	node.Set = fragment
	if c.Constraint == "" && c.Target == nil {
		p.raiseLater(sqlerr.New(sqlerr.SyntaxError, "ON CONFLICT DO UPDATE requires inference specification or constraint name").
			WithHint("For example, ON CONFLICT (column_name).").At(c.Pos))
	}
}

// conflictItem reads an index element of a conflict target.
func (p *parser) conflictItem() {
	pos := p.Pos()
	o := operand{at: p.anchor()}
	switch {
	case p.Accept(lex.LParen):
		p.expr(levelAny)
		p.Expect(lex.RParen)
	case p.functionAhead():
		p.windowless()
	default:
		p.leaf(&ast.ColumnRef{Node: ast.Node{Pos: pos}, Parts: []string{p.ColID()}})
	}
	if p.IsWord(lex.KwCollate) {
		n := ast.Node{Pos: p.Pos()}
		p.Next()
		p.postfix(o, &ast.Collate{Node: n, Collation: p.anyName()})
	}
	if p.Tok().IsColID() && !p.IsWord(lex.KwNulls) {
		p.raiseLater(sqlerr.NotSupported("operator class in ON CONFLICT").At(p.Pos()))
		p.anyName()
	}
	if p.AcceptWord(lex.KwAsc) || p.AcceptWord(lex.KwDesc) {
		p.raiseLater(sqlerr.New(sqlerr.InvalidColumnReference, "ASC/DESC is not allowed in ON CONFLICT clause").At(pos))
	}
	if p.IsWord(lex.KwNulls) {
		p.Next()
		if !p.AcceptWord(lex.KwFirst) {
			p.ExpectWord(lex.KwLast)
		}
		p.raiseLater(sqlerr.New(sqlerr.InvalidColumnReference, "NULLS FIRST/LAST is not allowed in ON CONFLICT clause").At(pos))
	}
}

// setList reads the assignments behind SET.
func (p *parser) setList() {
	p.emit(" SET ")
	for {
		a := &ast.Assignment{Pos: p.Pos()}
		if p.Is(lex.LParen) {
			a.Cols = p.targetColumns()
			a.Multiple = true
		} else {
			a.Cols = []ast.Name{p.targetColumn()}
		}
		p.ExpectOp("=")
		p.leaf(a)
		p.emit(" = ")
		p.defalt = p.I
		if a.Multiple {
			p.defaltRow = p.I
			if p.IsWord(lex.KwRow) {
				p.defaltRow++
			}
		}
		p.expr(levelAny)
		if !p.Accept(lex.Comma) {
			return
		}
		p.emit(", ")
	}
}

// targetTable reads the table of UPDATE or DELETE with its alias.
func (p *parser) targetTable() *ast.TableRef {
	t := p.relation()
	switch {
	case p.AcceptWord(lex.KwAs):
		t.Alias.Name = p.ColID()
	case p.Tok().IsColID() && !p.IsWord(lex.KwSet):
		t.Alias.Name = p.ColID()
	}
	return t
}

// update reads UPDATE; with is the fragment of its WITH clause.
func (p *parser) update(with int) {
	node := Update{Update: &ast.Update{Pos: p.Pos()}, With: with}
	p.Next()
	node.Table = p.targetTable()
	p.emit("UPDATE ")
	head := p.add(nil)
	o := &p.outs[p.cur]
	o.text = appendNode(o.text, 't', head)
	p.ExpectWord(lex.KwSet)
	p.setList()
	if p.AcceptWord(lex.KwFrom) {
		node.From = p.fromFragment()
	}
	p.whereOrCurrent()
	p.dmlTail()
	node.Returning, node.ReturningNothing = p.returning()
	p.nodes[head] = node
}

// delete reads DELETE; with is the fragment of its WITH clause.
func (p *parser) delete(with int) {
	node := Delete{Delete: &ast.Delete{Pos: p.Pos()}, With: with}
	p.Next()
	p.ExpectWord(lex.KwFrom)
	node.Table = p.targetTable()
	p.emit("DELETE FROM ")
	head := p.add(nil)
	o := &p.outs[p.cur]
	o.text = appendNode(o.text, 't', head)
	if p.AcceptWord(lex.KwUsing) {
		node.Using = p.fromFragment()
	}
	p.whereOrCurrent()
	p.dmlTail()
	node.Returning, node.ReturningNothing = p.returning()
	p.nodes[head] = node
}

// fromFragment reads the tables of UPDATE … FROM or DELETE … USING.
func (p *parser) fromFragment() int {
	fragment, outer := p.begin()
	p.emit("SELECT 1 FROM ")
	p.fromList()
	p.end(outer)
	return fragment
}

// whereOrCurrent reads WHERE; WHERE CURRENT OF is refused.
func (p *parser) whereOrCurrent() {
	if p.IsWord(lex.KwWhere) && p.WordAhead(1, lex.KwCurrent) && p.WordAhead(2, lex.KwOf) {
		pos := p.Pos()
		p.Next()
		p.Next()
		p.Next()
		p.ColID()
		p.raiseLater(sqlerr.NotSupported("WHERE CURRENT OF").At(pos))
		return
	}
	p.where()
}

// dmlTail reads Cockroach's ORDER BY and LIMIT.
func (p *parser) dmlTail() {
	if !p.o.Cockroach {
		return
	}
	info := queryInfo{}
	if p.IsWord(lex.KwOrder) {
		info = p.orderBy(info)
	}
	var t Tail
	p.limits(&t, info)
	if t.Limit != nil || t.Offset != nil || t.LimitIn > 0 || t.OffsetIn > 0 {
		p.emit(" LIMIT ")
		p.integer(p.add(t))
	}
}

// returning reads RETURNING into a fragment.
func (p *parser) returning() (fragment int, nothing bool) {
	if !p.AcceptWord(lex.KwReturning) {
		return 0, false
	}
	if p.o.Cockroach && p.IsWord(lex.KwNothing) && (p.Ahead(1).Kind == lex.EOF || p.Ahead(1).Kind == lex.Semicolon || p.Ahead(1).Kind == lex.RParen) {
		p.Next()
		return 0, true
	}
	fragment, outer := p.begin()
	p.emit("SELECT ")
	p.targetList()
	p.end(outer)
	return fragment, false
}

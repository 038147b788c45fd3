package shape

import (
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// withClause reads WITH and writes it with a blank behind it.
func (p *parser) withClause() (height int32) {
	withPos := p.Pos()
	p.Next()
	p.emit("WITH ")
	recursive := p.IsWord(lex.KwRecursive) && p.Ahead(1).IsColID()
	if recursive {
		p.Next()
		p.emit("RECURSIVE ")
	}
	for {
		c := CTE{WithPos: withPos, Recursive: recursive}
		c.Pos = p.Pos()
		c.Name = p.ColID()
		if p.Is(lex.LParen) {
			c.Cols = p.nameList()
		}
		p.ExpectWord(lex.KwAs)
		if p.AcceptWord(lex.KwMaterialized) {
			yes := true
			c.Materialized = &yes
		} else if p.AcceptWord(lex.KwNot) {
			p.ExpectWord(lex.KwMaterialized)
			no := false
			c.Materialized = &no
		}
		n := p.add(nil)
		o := &p.outs[p.cur]
		o.text = appendNode(o.text, 't', n)
		p.emit(" AS (")
		p.Expect(lex.LParen)
		switch w := p.Tok().Word; {
		case w == lex.KwInsert, w == lex.KwUpdate, w == lex.KwDelete, w == lex.KwWith, p.upsertAhead():
			c.Body = p.statement()
			p.emit("SELECT 1")
		case w == lex.KwMerge:
			p.Raise(sqlerr.New(sqlerr.FeatureNotSupported, "MERGE not supported in WITH query").At(c.Pos))
		default:
			height = max(height, p.query().height)
		}
		p.Expect(lex.RParen)
		p.emit(")")
		p.nodes[n] = c
		if p.IsWord(lex.KwSearch) || p.IsWord(lex.KwCycle) {
			p.searchCycle()
		}
		if !p.Accept(lex.Comma) {
			break
		}
		p.emit(", ")
	}
	p.emit(" ")
	return p.grow(height, 0)
}

// searchCycle reads the SEARCH and CYCLE clauses, which are refused.
func (p *parser) searchCycle() {
	pos := p.Pos()
	columns := func() {
		for {
			p.ColID()
			if !p.Accept(lex.Comma) {
				return
			}
		}
	}
	what := "CYCLE clause"
	if p.AcceptWord(lex.KwSearch) {
		what = "SEARCH clause"
		if !p.AcceptWord(lex.KwDepth) {
			p.ExpectWord(lex.KwBreadth)
		}
		p.ExpectWord(lex.KwFirst, lex.KwBy)
		columns()
		p.ExpectWord(lex.KwSet)
		p.ColID()
	}
	if p.AcceptWord(lex.KwCycle) {
		columns()
		p.ExpectWord(lex.KwSet)
		p.ColID()
		if p.AcceptWord(lex.KwTo) {
			p.cycleMark()
			p.ExpectWord(lex.KwDefault)
			p.cycleMark()
		}
		p.ExpectWord(lex.KwUsing)
		p.ColID()
	}
	p.raiseLater(sqlerr.NotSupported("%s", what).At(pos))
}

// cycleMark reads a constant.
func (p *parser) cycleMark() {
	if p.literal() == nil {
		p.Fail()
	}
}

// statement reads a query or a data-changing statement into fragments of its own
// and returns the number of its main one.
func (p *parser) statement() int {
	p.enter()
	main, outer := p.begin()
	with := 0
	withPos := p.Pos()
	if p.IsWord(lex.KwWith) {
		p.withClause()
		switch w := p.Tok().Word; {
		case w == lex.KwInsert, w == lex.KwUpdate, w == lex.KwDelete, p.upsertAhead():
			p.emit("SELECT 1")
			with = main
			p.end(outer)
			main, outer = p.begin()
		case w == lex.KwMerge:
			p.Raise(sqlerr.NotSupported("MERGE").At(p.Pos()))
		default:
			if info := p.queryBody(); info.with {
				p.Raisef(sqlerr.SyntaxError, withPos, "multiple WITH clauses not allowed")
			}
			p.end(outer)
			p.leave()
			return main
		}
	}
	switch w := p.Tok().Word; {
	case w == lex.KwInsert, p.upsertAhead():
		p.insert(with)
	case w == lex.KwUpdate:
		p.update(with)
	case w == lex.KwDelete:
		p.delete(with)
	default:
		p.query()
	}
	p.end(outer)
	p.leave()
	return main
}

// upsertAhead tells whether Cockroach's UPSERT follows.
func (p *parser) upsertAhead() bool {
	return p.o.Cockroach && p.IsName("upsert") && p.WordAhead(1, lex.KwInto)
}

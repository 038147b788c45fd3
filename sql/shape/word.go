package shape

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// wordOperator reads the operator that the keyword t begins, if it is one and
// binds at level min or tighter; more is false when it is not.
func (p *parser) wordOperator(l operand, t *lex.Token, min int) (o operand, more bool) {
	w := t.Word
	if p.bExpr && w != lex.KwOperator && !p.bExprWord(w) {
		return l, false
	}
	not := false
	if w == lex.KwNot {
		w = p.Ahead(1).Word
		not = true
		switch w {
		case lex.KwIn, lex.KwBetween, lex.KwLike, lex.KwIlike, lex.KwSimilar:
		default:
			return l, false
		}
	}
	level := 0
	switch w {
	case lex.KwOr:
		level = levelOr
	case lex.KwAnd:
		level = levelAnd
	case lex.KwIs, lex.KwIsnull, lex.KwNotnull:
		level = levelIs
	case lex.KwIn, lex.KwBetween, lex.KwLike, lex.KwIlike:
		level = levelLike
	case lex.KwSimilar:
		if p.inSubstring && !not && !p.WordAhead(1, lex.KwTo) {
			return l, false
		}
		level = levelLike
	case lex.KwOperator:
		level = levelOther
	case lex.KwAt:
		if !p.WordAhead(1, lex.KwTime) {
			return l, false
		}
		level = levelAt
	case lex.KwCollate:
		level = levelCollate
	default:
		return l, false
	}
	if level < min || min == levelTarget && !not && p.labelEnds(t) {
		return l, false
	}
	p.Next()
	if not {
		p.Next()
	}
	n := ast.Node{Pos: int(t.Pos)}
	switch w {
	case lex.KwOr:
		return p.chain(l, w, &ast.Or{Node: n}, level), true
	case lex.KwAnd:
		return p.chain(l, w, &ast.And{Node: n}, level), true
	case lex.KwIs:
		return p.is(l, n), true
	case lex.KwIsnull, lex.KwNotnull:
		return p.postfix(l, &ast.IsTest{Node: n, What: "NULL", Not: w == lex.KwNotnull}), true
	case lex.KwIn:
		return p.in(l, n, not), true
	case lex.KwBetween:
		return p.between(l, n, not), true
	case lex.KwOperator:
		schema, op := p.qualifiedOperator()
		return p.binary(l, op, schema, levelOther, n.Pos), true
	case lex.KwAt:
		p.ExpectWord(lex.KwTime, lex.KwZone)
		return p.apply(l, &ast.AtTimeZone{Node: n}, levelAt+1), true
	case lex.KwCollate:
		return p.postfix(l, &ast.Collate{Node: n, Collation: p.anyName()}), true
	}
	return p.like(l, w, n, not), true
}

// labelEnds tells whether the keyword t is a label: an item of a select list ends
// behind it, so that it is no operator.
func (p *parser) labelEnds(t *lex.Token) bool {
	if !t.Word.BareLabel() {
		return false
	}
	next := p.Ahead(1)
	switch next.Kind {
	case lex.EOF, lex.Comma, lex.RParen, lex.Semicolon:
		return true
	}
	switch next.Word {
	case lex.KwFrom, lex.KwInto, lex.KwWhere, lex.KwGroup, lex.KwHaving, lex.KwWindow, lex.KwUnion, lex.KwIntersect, lex.KwExcept,
		lex.KwOrder, lex.KwLimit, lex.KwOffset, lex.KwFetch, lex.KwFor, lex.KwOn, lex.KwReturning, lex.KwWith:
		return true
	}
	return false
}

// bExprWord tells whether the word begins an operator of b_expr.
func (p *parser) bExprWord(w lex.Word) bool {
	if w != lex.KwIs {
		return false
	}
	w = p.Ahead(1).Word
	if w == lex.KwNot {
		w = p.Ahead(2).Word
	}
	return w == lex.KwDistinct || w == lex.KwDocument
}

// chain reads l AND b AND c into one flat node; the first AND has been taken.
func (p *parser) chain(l operand, w lex.Word, node any, level int) operand {
	p.enclose(l.at, node)
	height := l.height
	for {
		p.emit(",")
		height = max(height, p.expr(level+1).height)
		if !p.AcceptWord(w) {
			break
		}
	}
	p.emit(")")
	return operand{at: l.at, height: p.grow(height, 0), node: -1}
}

// is reads what follows IS.
func (p *parser) is(l operand, n ast.Node) operand {
	not := p.AcceptWord(lex.KwNot)
	test := func(what string) operand {
		return p.postfix(l, &ast.IsTest{Node: n, What: what, Not: not})
	}
	switch w := p.Tok().Word; w {
	case lex.KwNull:
		p.Next()
		return test("NULL")
	case lex.KwTrue:
		p.Next()
		return test("TRUE")
	case lex.KwFalse:
		p.Next()
		return test("FALSE")
	case lex.KwUnknown:
		p.Next()
		return test("UNKNOWN")
	case lex.KwDocument:
		p.Next()
		return test("DOCUMENT")
	case lex.KwNormalized:
		p.Next()
		return test("NORMALIZED")
	case lex.KwNfc, lex.KwNfd, lex.KwNfkc, lex.KwNfkd:
		p.Next()
		p.ExpectWord(lex.KwNormalized)
		return test(normalForm(w) + " NORMALIZED")
	}
	p.ExpectWord(lex.KwDistinct, lex.KwFrom)
	l = p.apply(l, &ast.IsDistinct{Node: n, Not: not}, levelIs+1)
	p.rejectChain(levelIs)
	return l
}

func normalForm(w lex.Word) string {
	switch w {
	case lex.KwNfd:
		return "NFD"
	case lex.KwNfkc:
		return "NFKC"
	case lex.KwNfkd:
		return "NFKD"
	}
	return "NFC"
}

// in reads (list) or (query) behind IN.
func (p *parser) in(l operand, n ast.Node, not bool) operand {
	node := &ast.In{Node: n, Not: not}
	p.enclose(l.at, node)
	if !p.Is(lex.LParen) {
		p.Fail()
	}
	height := int32(0)
	if p.queryAhead() {
		p.emit(",")
		r := p.brackets()
		height = r.height
		switch r.form {
		case listForm:
			node.List = make([]ast.Expr, r.info.items)
		case query:
		default:
			node.List = make([]ast.Expr, 1)
		}
	} else {
		outer := p.bExpr
		p.bExpr = false
		p.Next()
		node.List, height = p.values(nil, lex.RParen, false, true)
		p.Expect(lex.RParen)
		p.bExpr = outer
	}
	p.emit(")")
	return operand{at: l.at, height: p.grow(l.height, height), node: -1}
}

// between reads the bounds behind BETWEEN.
func (p *parser) between(l operand, n ast.Node, not bool) operand {
	node := &ast.Between{Node: n, Not: not}
	if p.AcceptWord(lex.KwSymmetric) {
		node.Symmetric = true
	} else {
		p.AcceptWord(lex.KwAsymmetric)
	}
	p.enclose(l.at, node)
	p.emit(",")
	lo := p.restricted()
	p.ExpectWord(lex.KwAnd)
	p.emit(",")
	hi := p.expr(levelLike + 1)
	p.rejectChain(levelLike)
	p.emit(")")
	return operand{at: l.at, height: p.grow(l.height, max(lo.height, hi.height)), node: -1}
}

// like reads the pattern behind LIKE, ILIKE or SIMILAR.
func (p *parser) like(l operand, w lex.Word, n ast.Node, not bool) operand {
	node := &ast.Like{Node: n, Kind: "LIKE", Not: not}
	switch w {
	case lex.KwIlike:
		node.Kind = "ILIKE"
	case lex.KwSimilar:
		p.ExpectWord(lex.KwTo)
		node.Kind = "SIMILAR TO"
	}
	if w != lex.KwSimilar {
		if all, ok := p.quantifier(); ok {
			op := map[string]string{"LIKE": "~~", "ILIKE": "~~*"}[node.Kind]
			if not {
				op = "!" + op
			}
			return p.quantified(l, op, "", all, n.Pos)
		}
	}
	p.enclose(l.at, node)
	p.emit(",")
	height := p.expr(levelLike + 1).height
	if p.AcceptWord(lex.KwEscape) {
		p.emit(",")
		height = max(height, p.expr(levelLike+1).height)
	}
	p.rejectChain(levelLike)
	p.emit(")")
	return operand{at: l.at, height: p.grow(l.height, height), node: -1}
}

// qualifiedOperator reads (schema.op) behind OPERATOR.
func (p *parser) qualifiedOperator() (schema, op string) {
	p.Expect(lex.LParen)
	for p.Tok().IsColID() {
		if schema != "" {
			schema += "."
		}
		schema += p.ColID()
		p.Expect(lex.Dot)
	}
	op = p.Expect(lex.Op).Text
	p.Expect(lex.RParen)
	return schema, op
}

// anyName reads a qualified name that may not be subscripted.
func (p *parser) anyName() ast.Name {
	n := ast.Name{Pos: p.Pos()}
	n.Parts = append(n.Parts, p.ColID())
	for p.Accept(lex.Dot) {
		n.Parts = append(n.Parts, p.Label())
	}
	return n
}

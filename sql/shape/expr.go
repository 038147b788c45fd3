package shape

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// The levels of PostgreSQL's precedence (gram.y), low to high. Comparison, the
// LIKE family and IS are not associative.
const (
	levelTarget = iota - 1 // an item of a select list, behind which a label may stand
	levelAny
	levelOr
	levelAnd
	levelNot
	levelIs
	levelCompare
	levelLike
	levelOther
	levelAdd
	levelMul
	levelPower
	levelAt
	levelCollate
	levelUnary
)

// operand is an expression that has been written.
type operand struct {
	at     int32 // anchor in front of it
	height int32 // levels of its tree
	node   int32 // side table index when it is a single leaf, else -1
	form   form
	info   queryInfo // of a query
}

// form says what else the operand is.
type form uint8

const (
	compound form = iota // has an operator at its top
	primary              // PostgreSQL's c_expr
	rowForm              // (a, b) or ROW(…), bare
	listForm             // a, b: written without brackets
	query                // (SELECT …)
)

// expr reads an expression whose operators bind at level min or tighter.
func (p *parser) expr(min int) operand {
	p.enter()
	o := p.infix(p.prefix(), min)
	p.leave()
	return o
}

// restricted reads PostgreSQL's b_expr.
func (p *parser) restricted() operand {
	outer := p.bExpr
	p.bExpr = true
	o := p.expr(levelAny)
	p.bExpr = outer
	return o
}

// free reads an expression inside brackets, where everything is allowed again.
func (p *parser) free() operand {
	outer := p.bExpr
	p.bExpr = false
	o := p.expr(levelAny)
	p.bExpr = outer
	return o
}

// exprList writes expressions with commas between and returns how many and the
// height of the highest.
func (p *parser) exprList() (n int, height int32) {
	for {
		height = max(height, p.free().height)
		n++
		if !p.Accept(lex.Comma) {
			return n, height
		}
		p.emit(",")
	}
}

// infix reads the operators behind l that bind at level min or tighter.
func (p *parser) infix(l operand, min int) operand {
	for {
		t := p.Tok()
		switch t.Kind {
		case lex.Typecast:
			p.Next()
			c := &ast.Cast{Node: ast.Node{Pos: int(t.Pos)}, Type: p.typeName()}
			if l.node >= 0 {
				if x, ok := p.nodes[l.node].(*ast.Param); ok {
					c.X = x
					p.noteType(c)
					c.X = nil
				}
			}
			l = p.postfix(l, c)
		case lex.Op:
			level := operatorLevel(t.Text)
			if level < min {
				return l
			}
			p.Next()
			l = p.binary(l, t.Text, "", level, int(t.Pos))
		case lex.Ident:
			if t.Word == lex.None {
				return l
			}
			var more bool
			if l, more = p.wordOperator(l, t, min); !more {
				return l
			}
		default:
			return l
		}
	}
}

func operatorLevel(op string) int {
	switch op {
	case "=", "<", ">", "<=", ">=", "<>":
		return levelCompare
	case "+", "-":
		return levelAdd
	case "*", "/", "%":
		return levelMul
	case "^":
		return levelPower
	}
	return levelOther
}

// postfix encloses l as the only operand of node.
func (p *parser) postfix(l operand, node any) operand {
	p.enclose(l.at, node)
	p.emit(")")
	return operand{at: l.at, height: p.grow(l.height, 0), node: -1}
}

// apply encloses l and the expression that follows as the operands of node.
func (p *parser) apply(l operand, node any, min int) operand {
	p.enclose(l.at, node)
	p.emit(",")
	r := p.expr(min)
	p.emit(")")
	return operand{at: l.at, height: p.grow(l.height, r.height), node: -1}
}

// binary reads the right side of l op; the operator has been taken.
func (p *parser) binary(l operand, op, schema string, level, pos int) operand {
	if all, ok := p.quantifier(); ok {
		return p.quantified(l, op, schema, all, pos)
	}
	l = p.apply(l, &ast.Binary{Node: ast.Node{Pos: pos}, Op: op, Schema: schema}, level+1)
	if level == levelCompare {
		p.rejectChain(levelCompare)
	}
	return l
}

// quantifier takes ANY, SOME or ALL if a bracket follows.
func (p *parser) quantifier() (all, ok bool) {
	w := p.Tok().Word
	if w != lex.KwAny && w != lex.KwSome && w != lex.KwAll {
		return false, false
	}
	if p.bExpr {
		p.Fail()
	}
	p.Next()
	if !p.Is(lex.LParen) {
		p.Fail()
	}
	return w == lex.KwAll, true
}

// quantified reads (array) or (query) behind l op ANY.
func (p *parser) quantified(l operand, op, schema string, all bool, pos int) operand {
	p.enclose(l.at, &ast.Quantified{Node: ast.Node{Pos: pos}, Op: op, Schema: schema, All: all})
	p.emit(",")
	var r operand
	if p.queryAhead() {
		if r = p.brackets(); r.form == listForm {
			p.Fail()
		}
	} else {
		p.Expect(lex.LParen)
		r = p.free()
		p.Expect(lex.RParen)
	}
	p.emit(")")
	return operand{at: l.at, height: p.grow(l.height, r.height), node: -1}
}

// rejectChain fails when an operator of the same level follows: the level is not
// associative. It is called after a rule that ends in an expression; after others
// PostgreSQL lets the chain go on.
func (p *parser) rejectChain(level int) {
	t := p.Tok()
	next := 0
	switch t.Kind {
	case lex.Op:
		if operatorLevel(t.Text) == levelCompare {
			next = levelCompare
		}
	case lex.Ident:
		w := t.Word
		if w == lex.KwNot {
			w = p.Ahead(1).Word
		}
		switch w {
		case lex.KwIn, lex.KwBetween, lex.KwLike, lex.KwIlike, lex.KwSimilar:
			next = levelLike
		case lex.KwIs, lex.KwIsnull, lex.KwNotnull:
			next = levelIs
		}
	}
	if next == level && !(p.bExpr && next == levelLike) {
		p.Fail()
	}
}

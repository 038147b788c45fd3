package shape

import (
	"strconv"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// slabMax is how many literals are allocated at once at the most.
const slabMax = 512

// constant makes a literal.
func (p *parser) constant(pos int, kind ast.ConstKind, raw string) *ast.Const {
	if len(p.consts) == cap(p.consts) {
		// In long lists every second token is a literal.
		p.consts = make([]ast.Const, 0, min(max((len(p.Toks)-p.I)/2, 2), slabMax))
	}
	p.consts = append(p.consts, ast.Const{Node: ast.Node{Pos: pos}, Kind: kind, Raw: raw})
	return &p.consts[len(p.consts)-1]
}

// literal takes the current token if it is a literal by itself, or a parameter,
// and returns its tree; nil otherwise.
func (p *parser) literal() ast.Expr {
	t := p.Tok()
	pos := int(t.Pos)
	var kind ast.ConstKind
	switch t.Kind {
	case lex.Integer:
		kind = ast.Integer
	case lex.Decimal:
		kind = ast.Decimal
	case lex.String:
		kind = ast.String
	case lex.BitString:
		kind = ast.BitString
	case lex.Param:
		p.Next()
		return p.parameter(t)
	case lex.Ident:
		switch t.Word {
		case lex.KwNull:
			kind = ast.Null
		case lex.KwTrue:
			kind = ast.True
		case lex.KwFalse:
			kind = ast.False
		default:
			return nil
		}
		p.Next()
		return p.constant(pos, kind, "")
	default:
		return nil
	}
	p.Next()
	return p.constant(pos, kind, t.Text)
}

// parameterMax is the largest parameter number: Bind counts them in 16 bits.
const parameterMax = 65535

func (p *parser) parameter(t *lex.Token) ast.Expr {
	pos := int(t.Pos)
	n, err := strconv.Atoi(t.Text)
	if err != nil || n < 1 || n > parameterMax {
		p.raiseLater(sqlerr.New(sqlerr.UndefinedParameter, "there is no parameter $%s", t.Text).At(pos))
		n = 1
	}
	p.params = append(p.params, Param{Number: n, Pos: pos})
	return &ast.Param{Node: ast.Node{Pos: pos}, N: n}
}

// defaultValue takes DEFAULT, which stands only where allowed says.
func (p *parser) defaultValue(allowed bool) ast.Expr {
	pos := p.Pos()
	p.Next()
	if !allowed {
		p.raiseLater(sqlerr.New(sqlerr.SyntaxError, "DEFAULT is not allowed in this context").At(pos))
	}
	return &ast.Default{Node: ast.Node{Pos: pos}}
}

// plainValue takes the value at the cursor if it is a literal with sign and
// casts, a parameter or, if allowed, DEFAULT, and a comma or the closing bracket
// follows. Otherwise it takes nothing and returns nil. Long lists of such values
// are not encoded.
func (p *parser) plainValue(closing lex.Kind, allowDefault bool) ast.Expr {
	p.steps++
	start, params := p.I, len(p.params)
	var e ast.Expr
	switch t := p.Tok(); {
	case t.Word == lex.KwDefault && allowDefault:
		if k := p.Ahead(1).Kind; k == lex.Comma || k == closing {
			return p.defaultValue(true)
		}
		return nil
	case t.Kind == lex.Op && (t.Text == "-" || t.Text == "+"):
		if k := p.Ahead(1).Kind; k != lex.Integer && k != lex.Decimal {
			return nil
		}
		if k := p.Ahead(2).Kind; k != lex.Comma && k != closing {
			return nil // -1::int is -(1::int)
		}
		p.Next()
		e = p.literal()
		if c := e.(*ast.Const); t.Text == "-" {
			negate(c, int(t.Pos))
		} else {
			e = &ast.Unary{Node: ast.Node{Pos: int(t.Pos)}, Op: "+", X: c}
		}
		return e
	default:
		e = p.literal()
	}
	if e == nil {
		return nil
	}
	for p.Is(lex.Typecast) {
		pos := p.Pos()
		p.Next()
		cast := &ast.Cast{Node: ast.Node{Pos: pos}, X: e, Type: p.typeName()}
		p.noteType(cast)
		e = cast
	}
	if !p.Is(lex.Comma) && !p.Is(closing) {
		p.I, p.params = start, p.params[:params]
		return nil
	}
	return e
}

// noteType notes the type of a parameter that is cast where it stands.
func (p *parser) noteType(c *ast.Cast) {
	if x, ok := c.X.(*ast.Param); ok && len(p.params) > 0 {
		if last := &p.params[len(p.params)-1]; last.Pos == x.Pos {
			last.Type = &c.Type
		}
	}
}

// negate folds the minus sign at pos into a number, as PostgreSQL does.
func negate(c *ast.Const, pos int) {
	c.Pos = pos
	if c.Raw != "" && c.Raw[0] == '-' {
		c.Raw = c.Raw[1:]
		return
	}
	c.Raw = "-" + c.Raw
}

// values reads expressions up to the closing bracket, which stays. Plain values
// go into the list; for the others the list has nil, and they are written as
// arguments, with a comma between two and, if comma is set, before the first. It
// returns the height of the highest.
func (p *parser) values(list []ast.Expr, closing lex.Kind, allowDefault, comma bool) ([]ast.Expr, int32) {
	height := int32(0)
	for {
		e := p.plainValue(closing, allowDefault)
		if e == nil {
			if comma {
				p.emit(",")
			}
			comma = true
			if allowDefault {
				p.defalt = p.I
			}
			height = max(height, p.expr(levelAny).height)
		}
		list = append(list, e)
		if !p.Accept(lex.Comma) {
			return list, height
		}
	}
}

package shape

import (
	"strconv"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// name reads a column, a call or a typed literal, all of which begin with a name.
func (p *parser) name(at int32) operand {
	t := p.Tok()
	pos := int(t.Pos)
	function := t.Kind == lex.Ident && t.Word.Class() == lex.TypeFunc
	p.Next()
	parts := []string{t.Text}
	if function && !p.Is(lex.LParen) && !p.Is(lex.String) {
		p.Fail()
	}
	for p.Is(lex.Dot) {
		p.Next()
		if p.AcceptOp("*") {
			if p.Is(lex.Dot) || p.Is(lex.LBracket) {
				p.improperStar()
			}
			return p.leafOperand(at, &ast.Star{Node: ast.Node{Pos: pos}, Qualifier: parts})
		}
		parts = append(parts, p.Label())
	}
	callable := len(parts) > 1 || t.IsTypeFunc()
	switch {
	case p.Is(lex.LParen) && callable:
		return p.call(at, ast.Name{Pos: pos, Parts: parts})
	case p.Is(lex.String) && callable:
		c := &ast.Cast{Node: ast.Node{Pos: pos}, Type: ast.TypeName{Pos: pos, Name: ast.Name{Pos: pos, Parts: parts}}}
		c.X = p.literal()
		return p.leafOperand(at, c)
	}
	if len(p.refs) == cap(p.refs) {
		p.refs = make([]ast.ColumnRef, 0, 8)
	}
	p.refs = append(p.refs, ast.ColumnRef{Node: ast.Node{Pos: pos}, Parts: parts})
	o := p.leafOperand(at, &p.refs[len(p.refs)-1])
	if p.Is(lex.LBracket) {
		return p.indirection(o)
	}
	return o
}

// improperStar fails behind the names and subscripts that follow a star.
func (p *parser) improperStar() {
	depth := 0
	for {
		switch p.Tok().Kind {
		case lex.EOF, lex.Bad:
			p.Raisef(sqlerr.SyntaxError, p.Pos(), "improper use of \"*\" at end of input")
		case lex.LBracket:
			depth++
		case lex.RBracket:
			depth--
		case lex.Dot:
			if depth == 0 {
				p.Next()
			}
		default:
			if depth == 0 {
				p.Raisef(sqlerr.SyntaxError, p.Pos(), "improper use of \"*\" at or near \"%s\"", p.Src[p.Pos():p.Tok().End])
			}
		}
		p.Next()
	}
}

// typedLiteralAhead tells whether the keyword w begins a type in front of a
// string, by the token that follows.
func (p *parser) typedLiteralAhead(w lex.Word, next *lex.Token) bool {
	switch w {
	case lex.KwInt, lex.KwInteger, lex.KwSmallint, lex.KwBigint, lex.KwReal, lex.KwBoolean:
		return next.Kind == lex.String
	case lex.KwFloat, lex.KwDecimal, lex.KwDec, lex.KwNumeric, lex.KwVarchar, lex.KwInterval:
		return next.Kind == lex.String || next.Kind == lex.LParen
	case lex.KwDouble:
		return next.Word == lex.KwPrecision
	case lex.KwBit, lex.KwCharacter, lex.KwChar, lex.KwNchar:
		return next.Kind == lex.String || next.Kind == lex.LParen || next.Word == lex.KwVarying
	case lex.KwNational:
		return next.Word == lex.KwCharacter || next.Word == lex.KwChar
	case lex.KwTimestamp, lex.KwTime:
		return next.Kind == lex.String || next.Kind == lex.LParen || next.Word == lex.KwWithout ||
			next.Word == lex.KwWith && p.WordAhead(2, lex.KwTime)
	}
	return false
}

// typedLiteral reads type 'string' with a type that has a keyword.
func (p *parser) typedLiteral(at int32, n ast.Node) operand {
	interval := p.IsWord(lex.KwInterval)
	c := &ast.Cast{Node: n, Type: p.simpleType(true)}
	if !p.Is(lex.String) {
		p.Fail()
	}
	c.X = p.literal()
	if interval && c.Type.Mods == nil {
		c.Type.Fields, c.Type.Mods = p.intervalFields()
	}
	return p.leafOperand(at, c)
}

// call reads the arguments of a function and the clauses behind it.
func (p *parser) call(at int32, name ast.Name) operand {
	node := &ast.FuncCall{Node: ast.Node{Pos: name.Pos}, Name: name}
	firstNode := p.add(node)
	before := p.outs[p.cur] // its lengths
	o := &p.outs[p.cur]
	o.text = append(appendNode(o.text, 'f', firstNode), '(')
	args := p.arguments(node)
	if p.Is(lex.String) && len(node.Args) > 0 {
		if t, ok := p.typeOfCall(node, firstNode, args); ok {
			p.nodes = p.nodes[:firstNode]
			o := &p.outs[p.cur]
			o.text, o.anchors, o.marks = o.text[:len(before.text)], o.anchors[:len(before.anchors)], o.marks[:len(before.marks)]
			return p.leafOperand(at, &ast.Cast{Node: node.Node, Type: t, X: p.literal()})
		}
	}
	height := max(args.height, p.callClauses(node))
	p.emit(")")
	return operand{at: at, height: p.grow(height, 0), node: -1, form: primary}
}

// callClauses reads WITHIN GROUP, FILTER and OVER.
func (p *parser) callClauses(node *ast.FuncCall) int32 {
	height := int32(0)
	empty := len(node.Args)+len(node.OrderBy) == 0
	separate := func() {
		if !empty {
			p.emit(",")
		}
		empty = false
	}
	if p.IsWord(lex.KwWithin) {
		pos := p.Pos()
		p.Next()
		p.ExpectWord(lex.KwGroup)
		p.Expect(lex.LParen)
		hadOrder := node.OrderBy != nil
		separate()
		node.OrderBy, height = p.orderItems()
		node.WithinGroup = true
		p.Expect(lex.RParen)
		for _, x := range []struct {
			wrong bool
			what  string
		}{{hadOrder, "multiple ORDER BY clauses"}, {node.Distinct, "DISTINCT"}, {node.Variadic, "VARIADIC"}} {
			if x.wrong {
				p.Raisef(sqlerr.SyntaxError, pos, "cannot use %s with WITHIN GROUP", x.what)
			}
		}
	}
	if p.IsWord(lex.KwFilter) {
		p.Next()
		p.Expect(lex.LParen)
		p.ExpectWord(lex.KwWhere)
		separate()
		height = max(height, p.free().height)
		p.Expect(lex.RParen)
	}
	if p.AcceptWord(lex.KwOver) {
		if p.Is(lex.LParen) {
			w := &ast.WindowDef{}
			node.Over = w
			height = max(height, p.windowSpec(w, separate))
		} else {
			node.Over = &ast.WindowDef{Pos: p.Pos(), Bare: true}
			node.Over.Base = p.ColID()
		}
	}
	return height
}

// argumentList is what arguments says of them.
type argumentList struct {
	height         int32
	named, ordered int // offset of the first named argument and of ORDER BY, -1 none
}

// arguments reads ( … ) behind a function's name, up to and with ORDER BY.
func (p *parser) arguments(node *ast.FuncCall) argumentList {
	list := argumentList{named: -1, ordered: -1}
	p.enter()
	outer, outerSubstring := p.bExpr, p.inSubstring
	p.bExpr, p.inSubstring = false, false
	p.Expect(lex.LParen)
	switch {
	case p.AcceptOp("*"):
		node.Star = true
	case p.Is(lex.RParen):
	default:
		quantified := false
		if p.AcceptWord(lex.KwDistinct) {
			node.Distinct, quantified = true, true
		} else if p.AcceptWord(lex.KwAll) {
			quantified = true
		}
		for {
			if p.IsWord(lex.KwVariadic) && !quantified {
				p.Next()
				node.Variadic = true
			}
			pos := p.Pos()
			list.height = max(list.height, p.argument(node))
			if list.named < 0 && node.Args[len(node.Args)-1].Name != "" {
				list.named = pos
			}
			if node.Variadic || !p.Accept(lex.Comma) {
				break
			}
			p.emit(",")
		}
		if p.IsWord(lex.KwOrder) {
			list.ordered = p.Pos()
			p.emit(",")
			var h int32
			node.OrderBy, h = p.orderItems()
			list.height = max(list.height, h)
		}
	}
	p.Expect(lex.RParen)
	p.bExpr, p.inSubstring = outer, outerSubstring
	p.leave()
	return list
}

// argument reads one argument, named or not.
func (p *parser) argument(node *ast.FuncCall) int32 {
	var a ast.Arg
	if k := p.Ahead(1).Kind; (k == lex.Arrow || k == lex.ColonEquals) && p.Tok().IsTypeFunc() {
		a.Name = p.Next().Text
		p.Next()
	} else if n := len(node.Args); n > 0 && node.Args[n-1].Name != "" {
		p.raiseLater(sqlerr.New(sqlerr.SyntaxError, "positional argument cannot follow named argument").At(p.Pos()))
	}
	node.Args = append(node.Args, a)
	return p.expr(levelAny).height
}

// typeOfCall reads f(1, 2) as the type in front of a string.
func (p *parser) typeOfCall(node *ast.FuncCall, first int32, args argumentList) (t ast.TypeName, ok bool) {
	if node.Distinct || node.Variadic {
		return t, false
	}
	if args.named >= 0 {
		p.Raisef(sqlerr.SyntaxError, args.named, "type modifier cannot have parameter name")
	}
	if args.ordered >= 0 {
		p.Raisef(sqlerr.SyntaxError, args.ordered, "type modifier cannot have ORDER BY")
	}
	t = ast.TypeName{Pos: node.Pos, Name: node.Name}
	for i, arg := range p.nodes[first+1:] {
		c, isConst := arg.(*ast.Const)
		if !isConst || c.Kind != ast.Integer || i >= len(node.Args) {
			p.raiseLater(sqlerr.NotSupported("type modifier").At(node.Pos))
			continue
		}
		if n, err := strconv.Atoi(c.Raw); err == nil {
			t.Mods = append(t.Mods, n)
		}
	}
	return t, true
}

// special reads the functions that have a syntax of their own; the bracket is
// known to follow. ok is false when w is none of them.
func (p *parser) special(at int32, w lex.Word, n ast.Node) (o operand, ok bool) {
	name := w.String()
	var read func(node *ast.FuncCall) ([]int, int32)
	switch w {
	case lex.KwCoalesce, lex.KwGreatest, lex.KwLeast, lex.KwGrouping:
		read = p.listArguments
	case lex.KwNullif:
		read = p.nullifArguments
	case lex.KwExtract:
		read = p.extractArguments
	case lex.KwPosition:
		read = p.positionArguments
	case lex.KwSubstring:
		read = p.substringArguments
	case lex.KwOverlay:
		read = p.overlayArguments
	case lex.KwTrim:
		read = p.trimArguments
	case lex.KwNormalize:
		read = p.normalizeArguments
	case lex.KwTreat, lex.KwXmlconcat, lex.KwXmlelement, lex.KwXmlexists, lex.KwXmlforest,
		lex.KwXmlparse, lex.KwXmlpi, lex.KwXmlroot, lex.KwXmlserialize:
		p.Raise(sqlerr.NotSupported("%s", w.String()).At(n.Pos))
	default:
		return o, false
	}
	p.enter()
	outer, outerSubstring := p.bExpr, p.inSubstring
	p.bExpr, p.inSubstring = false, w == lex.KwSubstring
	p.Next()
	p.Next()
	node := &ast.FuncCall{Node: n, Name: ast.Name{Pos: n.Pos, Parts: []string{name}}}
	i := p.add(node)
	out := &p.outs[p.cur]
	out.text = append(appendNode(out.text, 'f', i), '(')
	order, height := read(node)
	if order != nil {
		p.nodes[i] = Reordered{node, order}
	}
	p.Expect(lex.RParen)
	p.emit(")")
	p.bExpr, p.inSubstring = outer, outerSubstring
	p.leave()
	return operand{at: at, height: p.grow(height, 0), node: -1, form: primary}, true
}

func (p *parser) listArguments(node *ast.FuncCall) ([]int, int32) {
	n, height := p.exprList()
	node.Args = make([]ast.Arg, n)
	return nil, height
}

func (p *parser) nullifArguments(node *ast.FuncCall) ([]int, int32) {
	a := p.expr(levelAny)
	p.Expect(lex.Comma)
	p.emit(",")
	b := p.expr(levelAny)
	node.Args = make([]ast.Arg, 2)
	return nil, max(a.height, b.height)
}

// extractArguments reads field FROM x; the field becomes a string.
func (p *parser) extractArguments(node *ast.FuncCall) ([]int, int32) {
	t := p.Tok()
	if t.Kind != lex.String && t.Kind != lex.QuotedIdent && (t.Kind != lex.Ident || t.Word != lex.None && unitRank(t.Word) == 0) {
		p.Fail()
	}
	p.Next()
	field := p.constant(int(t.Pos), ast.String, t.Text)
	p.ExpectWord(lex.KwFrom)
	node.Args = []ast.Arg{{Expr: field}, {}}
	return nil, p.expr(levelAny).height
}

// positionArguments reads needle IN haystack.
func (p *parser) positionArguments(node *ast.FuncCall) ([]int, int32) {
	a := p.restricted()
	p.ExpectWord(lex.KwIn)
	p.emit(",")
	b := p.restricted()
	node.Args = make([]ast.Arg, 2)
	return []int{1, 0}, max(a.height, b.height)
}

// substringArguments reads x FROM a FOR b in either order, x SIMILAR p ESCAPE e,
// or plain arguments.
func (p *parser) substringArguments(node *ast.FuncCall) ([]int, int32) {
	if p.Is(lex.RParen) {
		return nil, 0
	}
	height := p.argument(node)
	more := func() {
		p.emit(",")
		height = max(height, p.expr(levelAny).height)
		node.Args = append(node.Args, ast.Arg{})
	}
	if node.Args[0].Name != "" {
		return nil, max(height, p.plainArguments(node))
	}
	switch {
	case p.AcceptWord(lex.KwFrom):
		more()
		if p.AcceptWord(lex.KwFor) {
			more()
		}
	case p.AcceptWord(lex.KwFor):
		pos := p.Pos()
		p.emit(",")
		at := p.anchor()
		height = max(height, p.expr(levelAny).height)
		node.Args = append(node.Args, ast.Arg{})
		if p.AcceptWord(lex.KwFrom) {
			more()
			return []int{0, 2, 1}, height
		}
		// PostgreSQL counts from 1 and casts the length, so that a string is taken
		// for a number and not for a pattern.
		int4 := ast.TypeName{Pos: pos, Name: ast.Name{Pos: pos, Parts: []string{"int4"}}}
		p.enclose(at, &ast.Cast{Node: ast.Node{Pos: pos}, Type: int4})
		p.emit(")")
		node.Args[1].Expr = p.constant(pos, ast.Integer, "1")
		node.Args = append(node.Args, ast.Arg{})
		height++
	case p.AcceptWord(lex.KwSimilar):
		more()
		p.ExpectWord(lex.KwEscape)
		more()
	default:
		return nil, max(height, p.plainArguments(node))
	}
	return nil, height
}

// plainArguments reads the arguments behind the first.
func (p *parser) plainArguments(node *ast.FuncCall) (height int32) {
	for p.Accept(lex.Comma) {
		p.emit(",")
		height = max(height, p.argument(node))
	}
	return height
}

// overlayArguments reads x PLACING y FROM a [FOR b], or plain arguments.
func (p *parser) overlayArguments(node *ast.FuncCall) ([]int, int32) {
	if p.Is(lex.RParen) {
		return nil, 0
	}
	height := p.argument(node)
	if node.Args[0].Name != "" || !p.IsWord(lex.KwPlacing) {
		return nil, max(height, p.plainArguments(node))
	}
	for _, w := range []lex.Word{lex.KwPlacing, lex.KwFrom, lex.KwFor} {
		if w == lex.KwFor && !p.IsWord(w) {
			break
		}
		p.ExpectWord(w)
		p.emit(",")
		height = max(height, p.expr(levelAny).height)
		node.Args = append(node.Args, ast.Arg{})
	}
	return nil, height
}

// trimArguments reads [BOTH | LEADING | TRAILING] [characters] FROM x, or a list.
// The characters become the last argument.
func (p *parser) trimArguments(node *ast.FuncCall) ([]int, int32) {
	node.Name.Parts[0] = "btrim"
	switch {
	case p.AcceptWord(lex.KwBoth):
	case p.AcceptWord(lex.KwLeading):
		node.Name.Parts[0] = "ltrim"
	case p.AcceptWord(lex.KwTrailing):
		node.Name.Parts[0] = "rtrim"
	}
	n, height := 0, int32(0)
	if p.AcceptWord(lex.KwFrom) {
		n, height = p.exprList()
		node.Args = make([]ast.Arg, n)
		return nil, height
	}
	height = p.expr(levelAny).height
	if !p.AcceptWord(lex.KwFrom) {
		node.Args = make([]ast.Arg, 1)
		if p.Accept(lex.Comma) {
			p.emit(",")
			var h int32
			n, h = p.exprList()
			node.Args = make([]ast.Arg, n+1)
			height = max(height, h)
		}
		return nil, height
	}
	p.emit(",")
	n, h := p.exprList()
	node.Args = make([]ast.Arg, n+1)
	order := make([]int, n+1)
	order[0] = n
	for i := range n {
		order[i+1] = i
	}
	return order, max(height, h)
}

// normalizeArguments reads x [, form]; the form becomes a string.
func (p *parser) normalizeArguments(node *ast.FuncCall) ([]int, int32) {
	height := p.expr(levelAny).height
	node.Args = make([]ast.Arg, 1)
	if p.Accept(lex.Comma) {
		w := p.Tok().Word
		switch w {
		case lex.KwNfc, lex.KwNfd, lex.KwNfkc, lex.KwNfkd:
		default:
			p.Fail()
		}
		node.Args = append(node.Args, ast.Arg{Expr: p.constant(p.Pos(), ast.String, normalForm(w))})
		p.Next()
	}
	return nil, height
}

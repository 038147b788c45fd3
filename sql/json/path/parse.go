package path

import (
	"errors"
	"strconv"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// depthMax bounds how deep operators, filters and subscripts may be nested.
const depthMax = 1000

// Parse reads a path. Errors: 42601, 22P02 for the empty text, 22P05, 22003,
// 0A000 for the flag x, 54001 when nested too deep.
func Parse(text string) (*Path, error) {
	p := parser{lexer: lexer{in: text}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	path := &Path{}
	switch {
	case p.is("strict"):
		path.Strict = true
		fallthrough
	case p.is("lax"):
		if err := p.advance(); err != nil {
			return nil, err
		}
	case p.tok.kind == tEnd:
		return nil, sqlerr.New(sqlerr.InvalidTextRepresentation, `invalid input syntax for type jsonpath: "%s"`, text)
	}
	var err error
	if path.Expr, err = p.or(); err != nil {
		return nil, err
	}
	if p.tok.kind != tEnd {
		return nil, p.unexpected()
	}
	path.zoned = p.zoned
	return path, check(path.Expr, 0, false)
}

// parser is a recursive descent over jsonpath_gram.y.
type parser struct {
	lexer
	tok   token
	depth int
	zoned bool
}

func (p *parser) advance() (err error) {
	p.tok, err = p.next()
	return err
}

// is reports whether the token is this keyword.
func (p *parser) is(word string) bool { return p.tok.kind == tKeyword && p.tok.text == word }

func (p *parser) unexpected() error { return syntaxError("syntax error", p.tok.raw) }

// expect passes a sign.
func (p *parser) expect(kind tokenKind) error {
	if p.tok.kind != kind {
		return p.unexpected()
	}
	return p.advance()
}

// expectWord passes a keyword.
func (p *parser) expectWord(word string) error {
	if !p.is(word) {
		return p.unexpected()
	}
	return p.advance()
}

// or reads an expression or a predicate.
func (p *parser) or() (*Item, error) { return p.logical(tOr, Or, p.and) }

func (p *parser) and() (*Item, error) { return p.logical(tAnd, And, p.predicate) }

// logical reads operands joined by one of the operators over truth values.
func (p *parser) logical(sign tokenKind, kind Kind, operand func() (*Item, error)) (*Item, error) {
	left, err := operand()
	if err != nil {
		return nil, err
	}
	for p.tok.kind == sign && left.isPredicate() {
		if err := p.advance(); err != nil {
			return nil, err
		}
		right, err := operand()
		if err != nil {
			return nil, err
		}
		if !right.isPredicate() {
			return nil, p.unexpected()
		}
		left = &Item{Kind: kind, Left: left, Right: right}
	}
	return left, nil
}

// predicate reads a negation, a comparison, or an expression alone.
func (p *parser) predicate() (*Item, error) {
	if p.tok.kind == '!' {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok.kind != '(' && !p.is("exists") {
			return nil, p.unexpected()
		}
		x, err := p.delimited()
		if err != nil {
			return nil, err
		}
		return &Item{Kind: Not, Left: x}, nil
	}
	left, err := p.sum()
	if err != nil || left.isPredicate() {
		return left, err
	}
	kind := Kind(0)
	switch p.tok.kind {
	case tEqual:
		kind = Equal
	case tNotEqual:
		kind = NotEqual
	case '<':
		kind = Less
	case '>':
		kind = Greater
	case tLessOrEqual:
		kind = LessOrEqual
	case tGreaterOrEqual:
		kind = GreaterOrEqual
	case tKeyword:
		switch p.tok.text {
		case "starts":
			return p.startsWith(left)
		case "like_regex":
			return p.likeRegex(left)
		}
		return left, nil
	default:
		return left, nil
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	right, err := p.sum()
	if err != nil {
		return nil, err
	}
	if right.isPredicate() {
		return nil, p.unexpected()
	}
	return &Item{Kind: kind, Left: left, Right: right}, nil
}

// delimited reads a predicate in parentheses, or exists.
func (p *parser) delimited() (*Item, error) {
	if p.is("exists") {
		return p.exists()
	}
	x, err := p.parenthesis()
	if err == nil && !x.isPredicate() {
		err = p.unexpected()
	}
	return x, err
}

func (p *parser) exists() (*Item, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect('('); err != nil {
		return nil, err
	}
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	return &Item{Kind: Exists, Left: x}, p.expect(')')
}

// parenthesis reads "(" expression or predicate ")".
func (p *parser) parenthesis() (*Item, error) {
	if err := p.expect('('); err != nil {
		return nil, err
	}
	if p.depth++; p.depth > depthMax {
		return nil, json.TooDeep()
	}
	defer func() { p.depth-- }()
	x, err := p.or()
	if err != nil {
		return nil, err
	}
	return x, p.expect(')')
}

func (p *parser) startsWith(left *Item) (*Item, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expectWord("with"); err != nil {
		return nil, err
	}
	right := &Item{Kind: String, Text: p.tok.text}
	switch p.tok.kind {
	case tVariable:
		right.Kind = Variable
	case tString:
	default:
		return nil, p.unexpected()
	}
	return &Item{Kind: StartsWith, Left: left, Right: right}, p.advance()
}

func (p *parser) likeRegex(left *Item) (*Item, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind != tString {
		return nil, p.unexpected()
	}
	it := &Item{Kind: LikeRegex, Left: left, Text: p.tok.text}
	if err := p.advance(); err != nil || !p.is("flag") {
		return it, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind != tString {
		return nil, p.unexpected()
	}
	for _, r := range p.tok.text {
		switch r {
		case 'i':
			it.Flags |= IgnoreCase
		case 's':
			it.Flags |= DotAll
		case 'm':
			it.Flags |= MultiLine
		case 'x':
			it.Flags |= Whitespace
		case 'q':
			it.Flags |= Quote
		default:
			return nil, sqlerr.New(sqlerr.SyntaxError, "invalid input syntax for type jsonpath").
				WithDetail(`Unrecognized flag character "%c" in LIKE_REGEX predicate.`, r)
		}
	}
	if it.Flags&Whitespace != 0 && it.Flags&Quote == 0 {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, `XQuery "x" flag (expanded regular expressions) is not implemented`)
	}
	return it, p.advance()
}

func (p *parser) sum() (*Item, error) {
	return p.arithmetic(map[tokenKind]Kind{'+': Add, '-': Sub}, p.product)
}

func (p *parser) product() (*Item, error) {
	return p.arithmetic(map[tokenKind]Kind{'*': Mul, '/': Div, '%': Mod}, p.unary)
}

// arithmetic reads operands joined by operators of one precedence.
func (p *parser) arithmetic(kinds map[tokenKind]Kind, operand func() (*Item, error)) (*Item, error) {
	left, err := operand()
	if err != nil {
		return nil, err
	}
	for {
		kind, ok := kinds[p.tok.kind]
		if !ok || left.isPredicate() {
			return left, nil
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		right, err := operand()
		if err != nil {
			return nil, err
		}
		if right.isPredicate() {
			return nil, p.unexpected()
		}
		left = &Item{Kind: kind, Left: left, Right: right}
	}
}

// unary reads signs and what they stand before. A sign before a number is part
// of it.
func (p *parser) unary() (*Item, error) {
	kind := Plus
	switch p.tok.kind {
	case '-':
		kind = Minus
	case '+':
	default:
		return p.accessors()
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.depth++; p.depth > depthMax {
		return nil, json.TooDeep()
	}
	defer func() { p.depth-- }()
	x, err := p.unary()
	switch {
	case err != nil:
		return nil, err
	case x.isPredicate():
		return nil, p.unexpected()
	case x.Kind == Number && x.Next == nil:
		if kind == Minus {
			x = &Item{Kind: Number, Num: x.Num.Neg()}
		}
		return x, nil
	}
	return &Item{Kind: kind, Left: x}, nil
}

// accessors reads a primary and the accessors behind it.
func (p *parser) accessors() (*Item, error) {
	if p.is("exists") {
		return p.exists()
	}
	head, err := p.primary()
	if err != nil {
		return nil, err
	}
	if head.isPredicate() && p.is("is") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		return &Item{Kind: IsUnknown, Left: head}, p.expectWord("unknown")
	}
	tail := head
	for tail.Next != nil {
		tail = tail.Next // of an expression in parentheses
	}
	for {
		next, err := p.accessor()
		if err != nil || next == nil {
			return head, err
		}
		tail.Next, tail = next, next
	}
}

// primary reads a literal, a starting point or a parenthesis.
func (p *parser) primary() (*Item, error) {
	it := &Item{Text: p.tok.text}
	switch p.tok.kind {
	case tString:
		it.Kind = String
	case tVariable:
		it.Kind = Variable
	case tNumber, tInteger:
		d, err := number(p.tok.text)
		if err != nil {
			return nil, err
		}
		it = &Item{Kind: Number, Num: d}
	case '$':
		it.Kind = Root
	case '@':
		it.Kind = Current
	case '(':
		return p.parenthesis()
	case tKeyword:
		switch p.tok.text {
		case "null":
			it.Kind = Null
		case "true", "false":
			it.Kind, it.True = Bool, p.tok.text == "true"
		case "last":
			it.Kind = Last
		default:
			return nil, p.unexpected()
		}
		it.Text = ""
	default:
		return nil, p.unexpected()
	}
	return it, p.advance()
}

func number(text string) (decimal.Decimal, error) {
	d, err := decimal.Parse(text)
	if errors.Is(err, decimal.ErrSyntax) {
		return d, sqlerr.New(sqlerr.InvalidTextRepresentation, `invalid input syntax for type numeric: "%s"`, text)
	}
	if err != nil {
		return d, sqlerr.New(sqlerr.NumericValueOutOfRange, "value overflows numeric format")
	}
	return d, nil
}

// accessor reads what may stand behind a primary; nil when nothing does.
func (p *parser) accessor() (*Item, error) {
	switch p.tok.kind {
	case '[':
		return p.array()
	case '?':
		if err := p.advance(); err != nil {
			return nil, err
		}
		x, err := p.parenthesis()
		if err != nil {
			return nil, err
		}
		if !x.isPredicate() {
			return nil, syntaxError("syntax error", ")")
		}
		return &Item{Kind: Filter, Left: x}, nil
	case '.':
	default:
		return nil, nil
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch p.tok.kind {
	case '*':
		return &Item{Kind: AnyKey}, p.advance()
	case tAny:
		return p.any()
	case tIdent, tString, tKeyword:
		return p.member()
	}
	return nil, p.unexpected()
}

// member reads a key or the call of a method.
func (p *parser) member() (*Item, error) {
	name := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	key := name.text
	if name.kind == tKeyword {
		key = name.name
	}
	method, ok := methods[name.text]
	if !ok || name.kind != tKeyword || p.tok.kind != '(' {
		return &Item{Kind: Key, Text: key}, nil
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	it := &Item{Kind: method}
	if method == Datetime {
		p.zoned = true
		if p.tok.kind == tString {
			it.Left = &Item{Kind: String, Text: p.tok.text}
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
	}
	return it, p.expect(')')
}

// array reads [*] or a list of subscripts.
func (p *parser) array() (*Item, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == '*' {
		if err := p.advance(); err != nil {
			return nil, err
		}
		return &Item{Kind: AnyArray}, p.expect(']')
	}
	if p.depth++; p.depth > depthMax {
		return nil, json.TooDeep()
	}
	defer func() { p.depth-- }()
	it := &Item{Kind: IndexArray}
	for {
		var s Subscript
		var err error
		if s.From, err = p.expr(); err != nil {
			return nil, err
		}
		if p.is("to") {
			if err := p.advance(); err != nil {
				return nil, err
			}
			if s.To, err = p.expr(); err != nil {
				return nil, err
			}
		}
		it.Subs = append(it.Subs, s)
		if p.tok.kind != ',' {
			return it, p.expect(']')
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// expr reads an expression that is no predicate.
func (p *parser) expr() (*Item, error) {
	x, err := p.sum()
	if err == nil && x.isPredicate() {
		err = p.unexpected()
	}
	return x, err
}

// any reads ** and its levels.
func (p *parser) any() (*Item, error) {
	it := &Item{Kind: Any, Last: toLast}
	if err := p.advance(); err != nil || p.tok.kind != '{' {
		return it, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err error
	if it.First, err = p.level(); err != nil {
		return nil, err
	}
	it.Last = it.First
	if p.is("to") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if it.Last, err = p.level(); err != nil {
			return nil, err
		}
	}
	return it, p.expect('}')
}

func (p *parser) level() (uint32, error) {
	if p.is("last") {
		return toLast, p.advance()
	}
	if p.tok.kind != tInteger {
		return 0, p.unexpected()
	}
	n, err := strconv.ParseInt(p.tok.text, 10, 32)
	if err != nil {
		return 0, sqlerr.New(sqlerr.NumericValueOutOfRange, `value "%s" is out of range for type integer`, p.tok.text)
	}
	return uint32(n), p.advance()
}

// check refuses @ outside of filters and last outside of subscripts.
func check(it *Item, filters int, subscript bool) error {
	for ; it != nil; it = it.Next {
		switch {
		case it.Kind == Current && filters == 0:
			return sqlerr.New(sqlerr.SyntaxError, "@ is not allowed in root expressions")
		case it.Kind == Last && !subscript:
			return sqlerr.New(sqlerr.SyntaxError, "LAST is allowed only in array subscripts")
		}
		inner := filters
		if it.Kind == Filter {
			inner++
		}
		for _, x := range []*Item{it.Left, it.Right} {
			if err := check(x, inner, subscript); err != nil {
				return err
			}
		}
		for _, s := range it.Subs {
			for _, x := range []*Item{s.From, s.To} {
				if err := check(x, filters, true); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

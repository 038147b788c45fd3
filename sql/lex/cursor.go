package lex

import "github.com/dejaq/fasti/sql/sqlerr"

// Cursor is a position in the tokens of one text. The parsers read from it and
// report errors by panicking through Fail and Raise; the entry points turn that
// into an error with Catch.
type Cursor struct {
	Src  string
	Toks []Token
	I    int // index of the current token; Toks[I] exists always
	// Notices are what PostgreSQL says on the side: names that were cut.
	Notices []*sqlerr.Error

	bad *sqlerr.Error // error of the Bad token
}

// abort carries an error from Raise to Catch.
type abort struct{ err *sqlerr.Error }

// Open returns a cursor at the first token of src.
func Open(src string) *Cursor {
	c := &Cursor{}
	c.Reset(src)
	return c
}

// Reset starts over with another text and keeps the memory.
func (c *Cursor) Reset(src string) {
	c.Src, c.Toks, c.I, c.Notices, c.bad = src, c.Toks[:0], 0, nil, nil
	c.scan()
}

// Tok returns the current token.
func (c *Cursor) Tok() *Token { return &c.Toks[c.I] }

// Ahead returns the k-th token after the current one, or the last.
func (c *Cursor) Ahead(k int) *Token {
	if c.I+k < len(c.Toks) {
		return &c.Toks[c.I+k]
	}
	return &c.Toks[len(c.Toks)-1]
}

// Pos returns the offset of the current token.
func (c *Cursor) Pos() int { return int(c.Toks[c.I].Pos) }

// PrevEnd returns the offset behind the token before the current one.
func (c *Cursor) PrevEnd() int {
	if c.I == 0 {
		return 0
	}
	return int(c.Toks[c.I-1].End)
}

// Next moves behind the current token and returns it.
func (c *Cursor) Next() *Token {
	t := &c.Toks[c.I]
	if c.I < len(c.Toks)-1 {
		c.I++
	}
	return t
}

// Is tells whether the current token is of the kind.
func (c *Cursor) Is(k Kind) bool { return c.Toks[c.I].Kind == k }

// IsWord tells whether the current token is the keyword.
func (c *Cursor) IsWord(w Word) bool { return c.Toks[c.I].Word == w }

// WordAhead tells whether the k-th token after the current one is the keyword.
func (c *Cursor) WordAhead(k int, w Word) bool { return c.Ahead(k).Word == w }

// IsOp tells whether the current token is the operator.
func (c *Cursor) IsOp(op string) bool {
	t := &c.Toks[c.I]
	return t.Kind == Op && t.Text == op
}

// IsName tells whether the current token is the unquoted name, which need not
// be a keyword.
func (c *Cursor) IsName(name string) bool {
	t := &c.Toks[c.I]
	return t.Kind == Ident && t.Text == name
}

// Accept takes the current token when it is of the kind.
func (c *Cursor) Accept(k Kind) bool {
	if c.Toks[c.I].Kind != k {
		return false
	}
	c.Next()
	return true
}

// AcceptWord takes the keywords when they all follow.
func (c *Cursor) AcceptWord(ws ...Word) bool {
	for k, w := range ws {
		if c.Ahead(k).Word != w {
			return false
		}
	}
	for range ws {
		c.Next()
	}
	return true
}

// AcceptOp takes the current token when it is the operator.
func (c *Cursor) AcceptOp(op string) bool {
	if !c.IsOp(op) {
		return false
	}
	c.Next()
	return true
}

// Expect takes a token of the kind or fails.
func (c *Cursor) Expect(k Kind) *Token {
	if c.Toks[c.I].Kind != k {
		c.Fail()
	}
	return c.Next()
}

// ExpectWord takes the keywords, one after the other, or fails at the first
// that is another.
func (c *Cursor) ExpectWord(ws ...Word) {
	for _, w := range ws {
		if c.Toks[c.I].Word != w {
			c.Fail()
		}
		c.Next()
	}
}

// ExpectOp takes the operator or fails.
func (c *Cursor) ExpectOp(op string) {
	if !c.AcceptOp(op) {
		c.Fail()
	}
}

// ColID takes a name of a column, table or alias and returns it.
func (c *Cursor) ColID() string {
	if !c.Tok().IsColID() {
		c.Fail()
	}
	return c.Next().Text
}

// Label takes any word and returns it.
func (c *Cursor) Label() string {
	if !c.Tok().IsLabel() || c.looksAhead() {
		c.Fail()
	}
	return c.Next().Text
}

// looksAhead tells whether the current word makes one token with the next, as
// NOT LIKE, NULLS FIRST and WITH TIME do in PostgreSQL's scanner, which looks
// ahead for them: then it is no name.
func (c *Cursor) looksAhead() bool {
	switch next := c.Ahead(1).Word; c.Tok().Word {
	case KwNot:
		return next == KwBetween || next == KwIn || next == KwLike || next == KwIlike || next == KwSimilar
	case KwNulls:
		return next == KwFirst || next == KwLast
	case KwWith:
		return next == KwTime || next == KwOrdinality
	}
	return false
}

// Fail reports a syntax error at the current token.
func (c *Cursor) Fail() { panic(abort{c.syntaxError(c.Tok())}) }

// FailAt reports a syntax error at token i.
func (c *Cursor) FailAt(i int) { panic(abort{c.syntaxError(&c.Toks[i])}) }

func (c *Cursor) syntaxError(t *Token) *sqlerr.Error {
	switch t.Kind {
	case Bad:
		return c.bad
	case EOF:
		return sqlerr.New(sqlerr.SyntaxError, "syntax error at end of input").At(int(t.Pos))
	}
	return c.near("syntax error", int(t.Pos), int(t.End))
}

// near words an error as PostgreSQL's scanner_yyerror does.
func (c *Cursor) near(message string, pos, end int) *sqlerr.Error {
	return sqlerr.New(sqlerr.SyntaxError, "%s at or near \"%s\"", message, c.Src[pos:end]).At(pos)
}

// Raise reports err.
func (c *Cursor) Raise(err *sqlerr.Error) { panic(abort{err}) }

// Raisef reports an error at the offset.
func (c *Cursor) Raisef(code string, pos int, format string, args ...any) {
	panic(abort{sqlerr.New(code, format, args...).At(pos)})
}

// Catch, deferred, stores what Fail and Raise reported into err. Other panics go
// on.
func Catch(err *error) {
	switch x := recover().(type) {
	case nil:
	case abort:
		*err = x.err
	default:
		panic(x)
	}
}

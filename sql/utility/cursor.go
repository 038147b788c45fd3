package utility

import (
	"strconv"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// declare reads DECLARE name … CURSOR … FOR query.
func (p *parser) declare() ast.Stmt {
	s := &ast.Declare{Pos: p.Pos()}
	p.Next()
	s.Name = p.ColID()
	var insensitive, asensitive bool
	for !p.AcceptWord(lex.KwCursor) {
		switch {
		case p.AcceptWord(lex.KwNo):
			p.ExpectWord(lex.KwScroll)
			s.NoScroll = true
		case p.AcceptWord(lex.KwScroll):
			s.Scroll = true
		case p.AcceptWord(lex.KwBinary):
			s.Binary = true
		case p.AcceptWord(lex.KwInsensitive):
			insensitive = true
		case p.AcceptWord(lex.KwAsensitive):
			asensitive = true
		default:
			p.Fail()
		}
	}
	if p.AcceptWord(lex.KwWith) {
		p.ExpectWord(lex.KwHold)
		s.Hold = true
	} else if p.AcceptWord(lex.KwWithout) {
		p.ExpectWord(lex.KwHold)
	}
	p.ExpectWord(lex.KwFor)
	s.Query = p.query()
	switch {
	case s.Scroll && s.NoScroll:
		p.later(sqlerr.New(sqlerr.InvalidCursorDefinition, "cannot specify both SCROLL and NO SCROLL"))
	case insensitive && asensitive:
		p.later(sqlerr.New(sqlerr.InvalidCursorDefinition, "cannot specify both ASENSITIVE and INSENSITIVE"))
	}
	return s
}

// fetch reads FETCH and MOVE. A word of direction at the end is a cursor's name.
func (p *parser) fetch() ast.Stmt {
	s := &ast.Fetch{Pos: p.Pos(), Move: p.IsWord(lex.KwMove), Count: 1}
	p.Next()
	if w := p.Tok().Word; w == lex.KwAll || p.countAhead() || w != lex.None && !p.endsAfter(1) {
		p.direction(s)
	}
	if !p.AcceptWord(lex.KwFrom) {
		p.AcceptWord(lex.KwIn)
	}
	s.Name = p.ColID()
	return s
}

func (p *parser) direction(s *ast.Fetch) {
	switch {
	case p.AcceptWord(lex.KwNext):
	case p.AcceptWord(lex.KwPrior):
		s.Direction = ast.Backward
	case p.AcceptWord(lex.KwFirst):
		s.Direction = ast.Absolute
	case p.AcceptWord(lex.KwLast):
		s.Direction, s.Count = ast.Absolute, -1
	case p.AcceptWord(lex.KwAbsolute):
		s.Direction, s.Count = ast.Absolute, p.signed()
	case p.AcceptWord(lex.KwRelative):
		s.Direction, s.Count = ast.Relative, p.signed()
	case p.AcceptWord(lex.KwForward):
		s.Count = p.rows()
	case p.AcceptWord(lex.KwBackward):
		s.Direction, s.Count = ast.Backward, p.rows()
	default:
		s.Count = p.rows()
	}
}

// rows reads how many rows a FETCH takes: a number, ALL, or nothing for one.
func (p *parser) rows() int64 {
	switch {
	case p.AcceptWord(lex.KwAll):
		return ast.FetchAll
	case p.countAhead():
		return p.signed()
	}
	return 1
}

func (p *parser) countAhead() bool {
	t := p.Tok()
	return t.Kind == lex.Integer || t.Kind == lex.Op && (t.Text == "-" || t.Text == "+")
}

// signed reads PostgreSQL's SignedIconst.
func (p *parser) signed() int64 {
	sign := ""
	if p.AcceptOp("-") {
		sign = "-"
	} else {
		p.AcceptOp("+")
	}
	n, err := strconv.ParseInt(sign+p.Tok().Text, 10, 32)
	if !p.Is(lex.Integer) || err != nil {
		p.Fail()
	}
	p.Next()
	return n
}

// close reads CLOSE.
func (p *parser) close() ast.Stmt {
	s := &ast.Close{Pos: p.Pos()}
	p.Next()
	if !p.AcceptWord(lex.KwAll) {
		s.Name = p.ColID()
	}
	return s
}

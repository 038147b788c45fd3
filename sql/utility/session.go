package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// set reads SET.
func (p *parser) set() ast.Stmt {
	pos := p.Pos()
	p.Next()
	s := &ast.SetVar{Pos: pos}
	switch {
	case p.IsWord(lex.KwConstraints) && !p.assignmentAhead(1):
		return p.setConstraints(pos)
	case p.r.Shape.Cockroach && p.IsWord(lex.KwCluster) && p.Ahead(1).Text == "setting":
		p.some()
		return &ast.Unsupported{Pos: pos, What: "SET CLUSTER SETTING"}
	case p.IsWord(lex.KwLocal) && !p.assignmentAhead(1):
		p.Next()
		s.Local = true
	case p.IsWord(lex.KwSession) && !p.assignmentAhead(1) && !p.WordAhead(1, lex.KwCharacteristics) && !p.WordAhead(1, lex.KwAuthorization):
		p.Next()
	}
	if p.IsWord(lex.KwSession) && !p.assignmentAhead(1) {
		p.Next()
		if p.AcceptWord(lex.KwCharacteristics) {
			p.ExpectWord(lex.KwAs, lex.KwTransaction)
			return &ast.SetTransaction{Pos: pos, Session: true, Modes: p.modes(true)}
		}
		if !p.IsWord(lex.KwAuthorization) {
			p.Fail()
		}
		return p.sessionAuthorization(s)
	}
	if p.assignmentAhead(1) {
		return p.setGeneric(s)
	}
	namePos := p.Pos()
	switch {
	case p.IsWord(lex.KwTransaction):
		p.Next()
		if p.AcceptWord(lex.KwSnapshot) {
			p.str()
			return &ast.Unsupported{Pos: pos, What: "SET TRANSACTION SNAPSHOT"}
		}
		return &ast.SetTransaction{Pos: pos, Modes: p.modes(true)}
	case p.IsWord(lex.KwTime) && p.WordAhead(1, lex.KwZone):
		p.Next()
		p.Next()
		return p.timeZone(s)
	case p.IsWord(lex.KwCatalog):
		p.Next()
		catalogPos := p.Pos()
		p.str()
		p.Raisef(sqlerr.FeatureNotSupported, catalogPos, "current database cannot be changed")
	case p.IsWord(lex.KwSchema):
		p.Next()
		s.Name = "search_path"
		s.Values = []ast.Expr{&ast.Const{Node: ast.Node{Pos: p.Pos()}, Kind: ast.String, Raw: p.str()}}
		return s
	case p.IsWord(lex.KwNames):
		p.Next()
		s.Name = "client_encoding"
		switch {
		case p.Is(lex.String):
			s.Values = []ast.Expr{p.value()}
		default:
			p.AcceptWord(lex.KwDefault)
			s.Default = true
		}
		return s
	case p.IsWord(lex.KwRole):
		p.Next()
		s.Name = "role"
		s.Values = []ast.Expr{&ast.Const{Node: ast.Node{Pos: p.Pos()}, Kind: ast.String, Raw: p.nonReserved()}}
		return s
	case p.IsWord(lex.KwXml):
		p.Next()
		p.ExpectWord(lex.KwOption)
		s.Name = "xmloption"
		if !p.IsWord(lex.KwDocument) && !p.IsWord(lex.KwContent) {
			p.Fail()
		}
		s.Values = []ast.Expr{p.value()}
		return s
	}
	s.Name = p.variable()
	if p.AcceptWord(lex.KwFrom) {
		p.ExpectWord(lex.KwCurrent)
		p.later(sqlerr.NotSupported("SET … FROM CURRENT").At(namePos))
		return s
	}
	p.Fail()
	return nil
}

// assignmentAhead tells whether TO or = follows the variable that begins at the
// cursor.
func (p *parser) assignmentAhead(k int) bool {
	for p.Ahead(k).Kind == lex.Dot {
		k += 2
	}
	t := p.Ahead(k)
	return t.Word == lex.KwTo || t.Kind == lex.Op && t.Text == "="
}

// setGeneric reads name TO values.
func (p *parser) setGeneric(s *ast.SetVar) ast.Stmt {
	s.Name = p.variable()
	if !p.AcceptWord(lex.KwTo) {
		p.ExpectOp("=")
	}
	if p.AcceptWord(lex.KwDefault) {
		s.Default = true
		return s
	}
	for {
		s.Values = append(s.Values, p.value())
		if !p.Accept(lex.Comma) {
			return s
		}
	}
}

// variable reads the name of a setting.
func (p *parser) variable() string {
	name := p.ColID()
	for p.Accept(lex.Dot) {
		name += "." + p.ColID()
	}
	return name
}

func (p *parser) sessionAuthorization(s *ast.SetVar) ast.Stmt {
	p.Next()
	s.Name = "session_authorization"
	if p.AcceptWord(lex.KwDefault) {
		s.Default = true
		return s
	}
	s.Values = []ast.Expr{&ast.Const{Node: ast.Node{Pos: p.Pos()}, Kind: ast.String, Raw: p.nonReserved()}}
	return s
}

// timeZone reads the value behind SET TIME ZONE. An interval comes as a Cast.
func (p *parser) timeZone(s *ast.SetVar) ast.Stmt {
	s.Name = "timezone"
	switch {
	case p.AcceptWord(lex.KwDefault), p.AcceptWord(lex.KwLocal):
		s.Default = true
	case p.IsWord(lex.KwInterval):
		start := p.I
		if k := p.Ahead(1).Kind; k != lex.String && k != lex.LParen {
			p.FailAt(start + 1)
		}
		c, ok := p.expr().(*ast.Cast)
		if !ok {
			p.Fail()
		}
		if f := c.Type.Fields; f != "" && f != "HOUR" && f != "HOUR TO MINUTE" {
			p.Raisef(sqlerr.SyntaxError, int(p.Toks[start+2].Pos), "time zone interval must be HOUR or HOUR TO MINUTE")
		}
		s.Values = []ast.Expr{c}
	default:
		if t := p.Tok(); t.Kind == lex.Ident && t.Word != lex.None {
			p.Fail() // PostgreSQL takes no keyword here
		}
		s.Values = []ast.Expr{p.value()}
	}
	return s
}

// setConstraints reads SET CONSTRAINTS, which is refused.
func (p *parser) setConstraints(pos int) ast.Stmt {
	p.Next()
	if !p.AcceptWord(lex.KwAll) {
		for {
			p.name()
			if !p.Accept(lex.Comma) {
				break
			}
		}
	}
	if !p.AcceptWord(lex.KwDeferred) {
		p.ExpectWord(lex.KwImmediate)
	}
	return &ast.Unsupported{Pos: pos, What: "SET CONSTRAINTS"}
}

// settingName reads the name behind SHOW or RESET.
func (p *parser) settingName() string {
	switch {
	case p.AcceptWord(lex.KwTime, lex.KwZone):
		return "timezone"
	case p.AcceptWord(lex.KwTransaction, lex.KwIsolation):
		p.ExpectWord(lex.KwLevel)
		return "transaction_isolation"
	case p.AcceptWord(lex.KwSession, lex.KwAuthorization):
		return "session_authorization"
	case p.AcceptWord(lex.KwAll):
		return "all"
	}
	return p.variable()
}

// reset reads RESET; RESET ALL has no name.
func (p *parser) reset() ast.Stmt {
	s := &ast.SetVar{Pos: p.Pos(), Default: true}
	p.Next()
	if s.Name = p.settingName(); s.Name == "all" {
		s.Name = ""
	}
	return s
}

// show reads SHOW of a setting. Cockroach shows objects too, which is refused.
func (p *parser) show() ast.Stmt {
	s := &ast.Show{Pos: p.Pos()}
	p.Next()
	if p.r.Shape.Cockroach {
		if what, ok := p.phrase(cockroachShows[:]); ok {
			p.skip()
			return &ast.Unsupported{Pos: s.Pos, What: "SHOW " + what}
		}
	}
	s.Name = p.settingName()
	return s
}

// cockroachShows are what Cockroach's SHOW takes instead of a setting.
var cockroachShows = [...]string{
	"create", "columns from=COLUMNS", "constraints from=CONSTRAINTS", "databases", "index from=INDEXES", "indexes from=INDEXES", "jobs",
	"ranges", "schemas", "sequences", "sessions", "tables",
}

func (p *parser) discard() ast.Stmt {
	s := &ast.Discard{Pos: p.Pos()}
	p.Next()
	switch {
	case p.AcceptWord(lex.KwAll):
		s.What = "ALL"
	case p.AcceptWord(lex.KwPlans):
		s.What = "PLANS"
	case p.AcceptWord(lex.KwSequences):
		s.What = "SEQUENCES"
	default:
		if !p.AcceptWord(lex.KwTemp) {
			p.ExpectWord(lex.KwTemporary)
		}
		s.What = "TEMP"
	}
	return s
}

// unlisten reads UNLISTEN, which has no effect: there are no channels.
func (p *parser) unlisten() ast.Stmt {
	pos := p.Pos()
	p.Next()
	if !p.AcceptOp("*") {
		p.ColID()
	}
	return &ast.NoOp{Pos: pos, Tag: "UNLISTEN"}
}

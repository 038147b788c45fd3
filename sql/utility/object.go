package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// object reads CREATE, ALTER, DROP and COMMENT of what the catalog has beside
// tables. It returns nil, and takes nothing, for what Fasti does not have.
func (p *parser) catalogObject() ast.Stmt {
	start, pos := p.I, p.Pos()
	var s ast.Stmt
	switch p.Tok().Word {
	case lex.KwCreate:
		s = p.createObject(pos)
	case lex.KwDrop:
		s = p.dropObject(pos)
	case lex.KwComment:
		s = p.comment(pos)
	case lex.KwAlter:
		s = p.alterObject(pos)
	}
	if s == nil {
		p.I = start
	}
	return s
}

// source returns the text from pos to what was read last.
func (p *parser) source(pos int) string { return p.Src[pos:p.PrevEnd()] }

func (p *parser) createObject(pos int) ast.Stmt {
	p.Next()
	if p.AcceptWord(lex.KwSchema) {
		return p.createSchema(pos)
	}
	s := &ast.CreateView{Pos: pos}
	if p.IsWord(lex.KwOr) {
		p.Next()
		p.ExpectWord(lex.KwReplace)
		s.Replace = true
	}
	if p.IsWord(lex.KwLocal) || p.IsWord(lex.KwGlobal) {
		p.Next()
	}
	unlogged := p.AcceptWord(lex.KwUnlogged)
	s.Temp = p.AcceptWord(lex.KwTemporary) || p.AcceptWord(lex.KwTemp)
	s.Recursive = p.AcceptWord(lex.KwRecursive)
	switch {
	case s.Replace || s.Recursive:
	case !s.Temp && !unlogged && p.AcceptWord(lex.KwType):
		return p.createType(pos)
	case p.AcceptWord(lex.KwSequence):
		return p.createSequence(&ast.CreateSequence{Pos: pos, Temp: s.Temp, Unlogged: unlogged})
	}
	if !unlogged && p.AcceptWord(lex.KwView) {
		return p.createView(s)
	}
	return nil
}

// createView reads what follows CREATE VIEW.
func (p *parser) createView(s *ast.CreateView) ast.Stmt {
	s.Name = p.name()
	if p.Is(lex.LParen) {
		s.Cols = plain(p.columns())
	} else if s.Recursive {
		p.Fail()
	}
	if p.AcceptWord(lex.KwWith) {
		s.Options = p.relOptions()
	}
	p.ExpectWord(lex.KwAs)
	s.Query = p.query()
	if p.AcceptWord(lex.KwWith) {
		s.Check = "CASCADED"
		if p.AcceptWord(lex.KwLocal) {
			s.Check = "LOCAL"
		} else {
			p.AcceptWord(lex.KwCascaded)
		}
		p.ExpectWord(lex.KwCheck, lex.KwOption)
	}
	s.Source = p.source(s.Pos)
	return s
}

// ifNotExists reads IF NOT EXISTS.
func (p *parser) ifNotExists() bool {
	if !p.IsWord(lex.KwIf) || !p.WordAhead(1, lex.KwNot) {
		return false
	}
	p.Next()
	p.Next()
	p.ExpectWord(lex.KwExists)
	return true
}

// ifExists reads IF EXISTS.
func (p *parser) ifExists() bool {
	if !p.IsWord(lex.KwIf) || !p.WordAhead(1, lex.KwExists) {
		return false
	}
	p.Next()
	p.Next()
	return true
}

// createSchema reads what follows CREATE SCHEMA.
func (p *parser) createSchema(pos int) ast.Stmt {
	s := &ast.CreateSchema{Pos: pos, IfNotExists: p.ifNotExists()}
	if !p.IsWord(lex.KwAuthorization) {
		s.Name = p.ColID()
	}
	if p.AcceptWord(lex.KwAuthorization) {
		s.Owner = p.roleName()
	}
	for !p.atEnd() {
		switch p.Tok().Word {
		case lex.KwCreate, lex.KwGrant:
			s.Elements = append(s.Elements, p.statement())
		default:
			p.Fail()
		}
	}
	s.Source = p.source(pos)
	return s
}

// roleName reads PostgreSQL's RoleSpec: the words CURRENT_USER and so on come in
// lower case.
func (p *parser) roleName() string {
	switch t := p.Tok(); t.Word {
	case lex.KwCurrentUser, lex.KwSessionUser, lex.KwCurrentRole:
		p.Next()
		return t.Word.String()
	}
	return p.nonReserved()
}

// droppable are the objects that DROP takes here.
var droppable = [...]string{"schema", "view", "sequence", "type"}

func (p *parser) dropObject(pos int) ast.Stmt {
	p.Next()
	kind, ok := p.phrase(droppable[:])
	if !ok {
		return nil
	}
	s := &ast.Drop{Pos: pos, Kind: kind, IfExists: p.ifExists()}
	for {
		if kind == "SCHEMA" {
			s.Names = append(s.Names, ast.Name{Pos: p.Pos(), Parts: []string{p.ColID()}})
		} else {
			s.Names = append(s.Names, p.name())
		}
		if !p.Accept(lex.Comma) {
			break
		}
	}
	s.Cascade = p.dropBehavior()
	s.Source = p.source(pos)
	return s
}

// dropBehavior reads CASCADE, which it reports, or RESTRICT.
func (p *parser) dropBehavior() bool {
	if p.AcceptWord(lex.KwCascade) {
		return true
	}
	p.AcceptWord(lex.KwRestrict)
	return false
}

// commentable are the objects that COMMENT ON takes here.
var commentable = [...]string{
	"column", "constraint", "database", "index", "role", "schema", "sequence", "table", "type", "view",
}

func (p *parser) comment(pos int) ast.Stmt {
	p.Next()
	if !p.AcceptWord(lex.KwOn) {
		p.Fail()
	}
	kind, ok := p.phrase(commentable[:])
	if !ok {
		return nil
	}
	s := &ast.Comment{Pos: pos, Kind: kind}
	switch kind {
	case "CONSTRAINT":
		s.Constraint = p.ColID()
		p.ExpectWord(lex.KwOn)
		if p.IsWord(lex.KwDomain) {
			return nil
		}
		s.Name = p.name()
	case "SCHEMA", "DATABASE":
		s.Name = ast.Name{Pos: p.Pos(), Parts: []string{p.ColID()}}
	case "ROLE":
		s.Name = ast.Name{Pos: p.Pos(), Parts: []string{p.nonReserved()}}
	case "COLUMN":
		s.Name = ast.Name{Pos: p.Pos(), Parts: []string{p.ColID()}}
		for p.Accept(lex.Dot) {
			s.Name.Parts = append(s.Name.Parts, p.Label())
		}
	default:
		s.Name = p.name()
	}
	p.ExpectWord(lex.KwIs)
	if !p.AcceptWord(lex.KwNull) {
		text := p.str()
		s.Text = &text
	}
	s.Source = p.source(pos)
	return s
}

func (p *parser) alterObject(pos int) ast.Stmt {
	p.Next()
	switch {
	case p.AcceptWord(lex.KwTable):
		return p.alterRelation(pos, "TABLE")
	case p.AcceptWord(lex.KwView):
		return p.alterRelation(pos, "VIEW")
	case p.AcceptWord(lex.KwSequence):
		return p.alterRelation(pos, "SEQUENCE")
	case p.AcceptWord(lex.KwType):
		return p.alterType(pos)
	}
	if p.AcceptWord(lex.KwSchema) {
		s := &ast.Alter{Pos: pos, Kind: "SCHEMA", Name: ast.Name{Pos: p.Pos(), Parts: []string{p.ColID()}}}
		a := ast.AlterAction{Pos: p.Pos()}
		switch {
		case p.AcceptWord(lex.KwRename):
			p.ExpectWord(lex.KwTo)
			a.Kind, a.To = "RENAME", p.ColID()
		case p.AcceptWord(lex.KwOwner):
			p.ExpectWord(lex.KwTo)
			a.Kind, a.To = "OWNER", p.roleName()
		default:
			p.Fail()
		}
		s.Actions = []ast.AlterAction{a}
		s.Source = p.source(pos)
		return s
	}
	return nil
}

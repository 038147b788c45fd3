package utility

import (
	"strings"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// explain reads EXPLAIN in its old and its new form.
func (p *parser) explain() ast.Stmt {
	s := &ast.Explain{Pos: p.Pos(), Costs: true, Format: "TEXT"}
	p.Next()
	switch {
	case p.Is(lex.LParen) && !p.queryInside():
		p.Next()
		for {
			p.explainOption(s)
			if !p.Accept(lex.Comma) {
				break
			}
		}
		p.Expect(lex.RParen)
	default:
		if p.AcceptWord(lex.KwAnalyze) || p.AcceptWord(lex.KwAnalyse) {
			s.Analyze = true
		}
		s.Verbose = p.AcceptWord(lex.KwVerbose)
		if s.Analyze && p.r.Shape.Cockroach && p.Is(lex.LParen) && !p.queryInside() {
			p.Next() // EXPLAIN ANALYZE (DISTSQL): how it is drawn
			p.nonReserved()
			p.Expect(lex.RParen)
		}
	}
	s.Stmt = p.explainable()
	return s
}

// queryInside tells whether the bracket that opens here is that of a query.
func (p *parser) queryInside() bool {
	t := p.Ahead(1)
	switch t.Word {
	case lex.KwSelect, lex.KwWith, lex.KwTable:
		return true
	case lex.KwValues:
		return p.Ahead(2).Kind == lex.LParen
	}
	return t.Kind == lex.LParen
}

// explainable reads the statement to be explained.
func (p *parser) explainable() ast.Stmt {
	switch p.Tok().Word {
	case lex.KwExecute:
		return p.execute()
	case lex.KwDeclare:
		return p.declare()
	case lex.KwRefresh:
		return p.unsupported()
	case lex.KwCreate:
		pos := p.I
		stmt := p.createTable()
		if t, ok := stmt.(*ast.CreateTable); ok && t.As == nil {
			p.FailAt(pos + 1)
		}
		if stmt == nil {
			return p.unsupported()
		}
		return stmt
	}
	return p.preparable()
}

func (p *parser) explainOption(s *ast.Explain) {
	o := ast.Option{Pos: p.Pos()}
	switch t := p.Tok(); {
	case t.Word == lex.KwAnalyze, t.Word == lex.KwAnalyse:
		p.Next()
		o.Name = "analyze"
	case t.Kind == lex.String:
		p.Fail()
	default:
		o.Name = p.nonReserved()
	}
	if !p.Is(lex.Comma) && !p.Is(lex.RParen) {
		o.Value = p.value()
	}
	s.Options = append(s.Options, o)
	switch o.Name {
	case "analyze":
		s.Analyze = p.boolean(o)
	case "verbose":
		s.Verbose = p.boolean(o)
	case "costs":
		s.Costs = p.boolean(o)
	case "timing":
		on := p.boolean(o)
		s.Timing = &on
	case "summary":
		on := p.boolean(o)
		s.Summary = &on
	case "settings":
		s.Settings = p.boolean(o)
	case "wal":
		s.WAL = p.boolean(o)
	case "buffers":
		p.boolean(o) // there are none: rows come from the block cache of the store
	case "format":
		s.Format = strings.ToUpper(word(o.Value))
		switch s.Format {
		case "TEXT", "XML", "JSON", "YAML":
		default:
			p.later(sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized value for EXPLAIN option \"format\": \"%s\"", word(o.Value)).At(o.Pos))
		}
	default:
		p.later(sqlerr.New(sqlerr.SyntaxError, "unrecognized EXPLAIN option \"%s\"", o.Name).At(o.Pos))
	}
}

// boolean returns the value of an option that is on or off.
func (p *parser) boolean(o ast.Option) bool {
	switch strings.ToLower(word(o.Value)) {
	case "true", "on", "1":
		return true
	case "false", "off", "0":
		return false
	}
	if o.Value != nil {
		p.later(sqlerr.New(sqlerr.SyntaxError, "%s requires a Boolean value", o.Name))
	}
	return true
}

// word returns the text of an option's value.
func word(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Const:
		return e.Raw
	case *ast.ColumnRef:
		return e.Parts[0]
	}
	return ""
}

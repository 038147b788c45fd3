package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// createSequence reads what follows CREATE SEQUENCE.
func (p *parser) createSequence(s *ast.CreateSequence) ast.Stmt {
	s.IfNotExists = p.ifNotExists()
	s.Name = p.name()
	s.Options = p.sequenceOptions()
	s.Source = p.source(s.Pos)
	return s
}

// sequenceOptions reads options as long as there are some.
func (p *parser) sequenceOptions() []ast.SequenceOption {
	var out []ast.SequenceOption
	for {
		o, ok := p.sequenceOption()
		if !ok {
			return out
		}
		out = append(out, o)
	}
}

func (p *parser) sequenceOption() (o ast.SequenceOption, ok bool) {
	o.Pos = p.Pos()
	number := func(kind string) {
		o.Kind, o.Value = kind, p.wholeNumber()
	}
	switch {
	case p.AcceptWord(lex.KwAs):
		o.Kind, o.Type = "AS", p.typeName()
	case p.AcceptWord(lex.KwCache):
		number("CACHE")
	case p.AcceptWord(lex.KwCycle):
		o.Kind = "CYCLE"
	case p.AcceptWord(lex.KwIncrement):
		p.AcceptWord(lex.KwBy)
		number("INCREMENT")
	case p.AcceptWord(lex.KwMaxvalue):
		number("MAXVALUE")
	case p.AcceptWord(lex.KwMinvalue):
		number("MINVALUE")
	case p.AcceptWord(lex.KwStart):
		p.AcceptWord(lex.KwWith)
		number("START")
	case p.AcceptWord(lex.KwRestart):
		o.Kind = "RESTART"
		with := p.AcceptWord(lex.KwWith)
		if t := p.Tok(); with || t.Kind == lex.Integer || t.Kind == lex.Op && (t.Text == "-" || t.Text == "+") {
			o.Value = p.wholeNumber()
		}
	case p.AcceptWord(lex.KwNo):
		switch {
		case p.AcceptWord(lex.KwCycle):
			o.Kind = "NO CYCLE"
		case p.AcceptWord(lex.KwMaxvalue):
			o.Kind = "MAXVALUE"
		default:
			p.ExpectWord(lex.KwMinvalue)
			o.Kind = "MINVALUE"
		}
	case p.AcceptWord(lex.KwOwned):
		p.ExpectWord(lex.KwBy)
		o.Kind = "OWNED BY"
		if p.IsWord(lex.KwNone) && p.Ahead(1).Kind != lex.Dot {
			p.Next()
			break
		}
		o.Name = p.name()
	case p.IsWord(lex.KwSequence) && p.WordAhead(1, lex.KwName):
		p.Next()
		p.Next()
		o.Kind, o.Name = "SEQUENCE NAME", p.name()
	default:
		return o, false
	}
	return o, true
}

// wholeNumber reads a number with an optional sign.
func (p *parser) wholeNumber() *ast.Const {
	c, _ := p.number().(*ast.Const)
	return c
}

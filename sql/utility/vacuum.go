package utility

import (
	"slices"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// vacuumOptions are the options of VACUUM; those of ANALYZE are verbose and
// skip_locked.
var vacuumOptions = []string{
	"analyze", "disable_page_skipping", "freeze", "full", "index_cleanup", "parallel", "process_toast", "skip_locked", "truncate", "verbose",
}

// vacuum reads VACUUM and ANALYZE.
func (p *parser) vacuum() ast.Stmt {
	s := &ast.Vacuum{Pos: p.Pos(), AnalyzeOnly: !p.IsWord(lex.KwVacuum)}
	from := p.Pos()
	p.Next()
	if p.Accept(lex.LParen) {
		for {
			p.vacuumOption(s)
			if !p.Accept(lex.Comma) {
				break
			}
		}
		p.Expect(lex.RParen)
	} else {
		words := []struct {
			word lex.Word
			name string
		}{{lex.KwFull, "full"}, {lex.KwFreeze, "freeze"}, {lex.KwVerbose, "verbose"}, {lex.KwAnalyze, "analyze"}, {lex.KwAnalyse, "analyze"}}
		for _, w := range words {
			if (!s.AnalyzeOnly || w.name == "verbose") && p.AcceptWord(w.word) {
				s.Options = append(s.Options, w.name)
			}
		}
	}
	for !p.atEnd() {
		s.Tables = append(s.Tables, p.name())
		if p.Is(lex.LParen) {
			p.columns()
		}
		if !p.Accept(lex.Comma) {
			break
		}
	}
	s.Source = p.source(from)
	return s
}

func (p *parser) vacuumOption(s *ast.Vacuum) {
	o := ast.Option{Pos: p.Pos()}
	switch t := p.Tok(); {
	case t.Word == lex.KwAnalyze, t.Word == lex.KwAnalyse:
		p.Next()
		o.Name = "analyze"
	default:
		o.Name = p.nonReserved()
	}
	if !p.Is(lex.Comma) && !p.Is(lex.RParen) {
		o.Value = p.value()
	}
	command, known := "VACUUM", slices.Contains(vacuumOptions, o.Name)
	if s.AnalyzeOnly {
		command, known = "ANALYZE", o.Name == "verbose" || o.Name == "skip_locked"
	}
	switch {
	case !known:
		p.later(sqlerr.New(sqlerr.SyntaxError, "unrecognized %s option \"%s\"", command, o.Name).At(o.Pos))
	case o.Name == "index_cleanup" || o.Name == "parallel":
	case p.boolean(o):
		s.Options = append(s.Options, o.Name)
	}
}

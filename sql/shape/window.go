package shape

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// windowClause reads the definitions behind WINDOW into a fragment.
func (p *parser) windowClause() (fragment int, height int32) {
	fragment, outer := p.begin()
	p.emit("SELECT ")
	for {
		w := &ast.WindowDef{}
		name := p.ColID()
		p.ExpectWord(lex.KwAs)
		p.open(w)
		written := false
		h := p.windowSpec(w, func() {
			if written {
				p.emit(",")
			}
			written = true
		})
		w.Name = name
		p.emit(")")
		height = max(height, h)
		if !p.Accept(lex.Comma) {
			break
		}
		p.emit(",")
	}
	p.end(outer)
	return fragment, height
}

// windowSpec reads ( … ) of a window. The expressions become arguments in the
// order of the text: partition, order, frame bounds; separate writes the comma
// in front of an argument that is not the first.
func (p *parser) windowSpec(w *ast.WindowDef, separate func()) (height int32) {
	p.enter()
	outer := p.bExpr
	p.bExpr = false
	w.Pos = p.Pos()
	p.Expect(lex.LParen)
	if t := p.Tok(); t.IsColID() {
		switch t.Word {
		case lex.KwPartition, lex.KwRange, lex.KwRows, lex.KwGroups:
		default:
			w.Base = p.ColID()
		}
	}
	if p.AcceptWord(lex.KwPartition) {
		p.ExpectWord(lex.KwBy)
		separate()
		var n int
		n, height = p.exprList()
		w.PartitionBy = make([]ast.Expr, n)
	}
	if p.IsWord(lex.KwOrder) {
		separate()
		var h int32
		w.OrderBy, h = p.orderItems()
		height = max(height, h)
	}
	switch p.Tok().Word {
	case lex.KwRange:
		w.Frame = &ast.Frame{Mode: "RANGE"}
	case lex.KwRows:
		w.Frame = &ast.Frame{Mode: "ROWS"}
	case lex.KwGroups:
		w.Frame = &ast.Frame{Mode: "GROUPS"}
	}
	if w.Frame != nil {
		p.Next()
		height = max(height, p.frame(w.Frame, separate))
	}
	p.Expect(lex.RParen)
	p.bExpr = outer
	p.leave()
	return height
}

// frame reads the extent and the exclusion of a frame.
func (p *parser) frame(f *ast.Frame, separate func()) (height int32) {
	between := p.AcceptWord(lex.KwBetween)
	startPos := p.Pos()
	wrong := func(pos int, what string) { p.Raisef(sqlerr.WindowingError, pos, "%s", what) }
	f.Start, height = p.bound(separate)
	f.End = ast.Bound{Kind: "CURRENT ROW"}
	if f.Start.Kind == "UNBOUNDED FOLLOWING" {
		wrong(startPos, "frame start cannot be UNBOUNDED FOLLOWING")
	}
	if between {
		p.ExpectWord(lex.KwAnd)
		endPos := p.Pos()
		var h int32
		f.End, h = p.bound(separate)
		height = max(height, h)
		start, end := f.Start.Kind, f.End.Kind
		switch {
		case end == "UNBOUNDED PRECEDING":
			wrong(endPos, "frame end cannot be UNBOUNDED PRECEDING")
		case start == "CURRENT ROW" && end == "PRECEDING":
			wrong(endPos, "frame starting from current row cannot have preceding rows")
		case start == "FOLLOWING" && (end == "PRECEDING" || end == "CURRENT ROW"):
			wrong(endPos, "frame starting from following row cannot have preceding rows")
		}
	} else if f.Start.Kind == "FOLLOWING" {
		wrong(startPos, "frame starting from following row cannot end with current row")
	}
	if p.AcceptWord(lex.KwExclude) {
		switch {
		case p.AcceptWord(lex.KwCurrent):
			p.ExpectWord(lex.KwRow)
			f.Exclude = "CURRENT ROW"
		case p.AcceptWord(lex.KwGroup):
			f.Exclude = "GROUP"
		case p.AcceptWord(lex.KwTies):
			f.Exclude = "TIES"
		default:
			p.ExpectWord(lex.KwNo, lex.KwOthers)
		}
	}
	return height
}

// bound reads one end of a frame.
func (p *parser) bound(separate func()) (b ast.Bound, height int32) {
	switch {
	case p.IsWord(lex.KwUnbounded) && (p.WordAhead(1, lex.KwPreceding) || p.WordAhead(1, lex.KwFollowing)):
		p.Next()
		b.Kind = "UNBOUNDED "
	case p.AcceptWord(lex.KwCurrent, lex.KwRow):
		return ast.Bound{Kind: "CURRENT ROW"}, 0
	default:
		separate()
		height = p.expr(levelAny).height
	}
	if p.AcceptWord(lex.KwPreceding) {
		b.Kind += "PRECEDING"
		return b, height
	}
	p.ExpectWord(lex.KwFollowing)
	b.Kind += "FOLLOWING"
	return b, height
}

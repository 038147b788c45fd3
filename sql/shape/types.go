package shape

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// typeName reads PostgreSQL's Typename. The types that have keywords come with
// the name that pg_type gives them.
func (p *parser) typeName() ast.TypeName {
	setOf := p.AcceptWord(lex.KwSetof)
	t := p.simpleType(false)
	t.SetOf = setOf
	switch {
	case p.AcceptWord(lex.KwArray):
		t.Dims = 1
		if p.Accept(lex.LBracket) {
			p.Expect(lex.Integer)
			p.Expect(lex.RBracket)
		}
	default:
		for p.Accept(lex.LBracket) {
			if !p.Is(lex.RBracket) {
				p.Expect(lex.Integer)
			}
			p.Expect(lex.RBracket)
			t.Dims++
		}
	}
	return t
}

// simpleType reads SimpleTypename. With literal, it is the type in front of a
// string: the fields of an interval come behind that and are left alone.
func (p *parser) simpleType(literal bool) ast.TypeName {
	tok := p.Tok()
	t := ast.TypeName{Pos: int(tok.Pos)}
	named := func(name string) ast.TypeName {
		t.Name = ast.Name{Pos: t.Pos, Parts: []string{name}}
		return t
	}
	switch tok.Word {
	case lex.KwInt, lex.KwInteger:
		p.Next()
		return named("int4")
	case lex.KwSmallint:
		p.Next()
		return named("int2")
	case lex.KwBigint:
		p.Next()
		return named("int8")
	case lex.KwReal:
		p.Next()
		return named("float4")
	case lex.KwBoolean:
		p.Next()
		return named("bool")
	case lex.KwFloat:
		p.Next()
		return named(p.floatType())
	case lex.KwDouble:
		if p.WordAhead(1, lex.KwPrecision) {
			p.AcceptWord(lex.KwDouble, lex.KwPrecision)
			return named("float8")
		}
	case lex.KwDecimal, lex.KwDec, lex.KwNumeric:
		p.Next()
		t.Mods = p.typeMods(t.Pos)
		return named("numeric")
	case lex.KwBit:
		p.Next()
		name := "bit"
		if p.AcceptWord(lex.KwVarying) {
			name = "varbit"
		}
		if t.Mods = p.typeMods(t.Pos); t.Mods == nil && name == "bit" && !literal {
			t.Mods = []int{1}
		}
		return named(name)
	case lex.KwCharacter, lex.KwChar, lex.KwVarchar, lex.KwNational, lex.KwNchar:
		return named(p.characterType(&t, literal))
	case lex.KwTimestamp, lex.KwTime:
		p.Next()
		name := tok.Word.String()
		t.Mods = p.precision()
		switch {
		case p.AcceptWord(lex.KwWith, lex.KwTime):
			p.ExpectWord(lex.KwZone)
			name += "tz"
		case p.AcceptWord(lex.KwWithout):
			p.ExpectWord(lex.KwTime, lex.KwZone)
		}
		return named(name)
	case lex.KwInterval:
		p.Next()
		if t.Mods = p.precision(); t.Mods == nil && !literal {
			t.Fields, t.Mods = p.intervalFields()
		}
		return named("interval")
	}
	return p.genericType(t)
}

// genericType reads a type without a keyword.
func (p *parser) genericType(t ast.TypeName) ast.TypeName {
	tok := p.Tok()
	if !tok.IsTypeFunc() {
		p.Fail()
	}
	p.Next()
	t.Name = ast.Name{Pos: t.Pos, Parts: []string{tok.Text}}
	for p.Accept(lex.Dot) {
		t.Name.Parts = append(t.Name.Parts, p.Label())
	}
	t.Mods = p.typeMods(t.Pos)
	return t
}

// floatType reads the precision of FLOAT(p).
func (p *parser) floatType() string {
	if !p.Accept(lex.LParen) {
		return "float8"
	}
	tok := p.Expect(lex.Integer)
	bits, err := strconv.Atoi(tok.Text)
	switch {
	case err != nil || bits > 53:
		p.Raisef(sqlerr.InvalidParameterValue, int(tok.Pos), "precision for type float must be less than 54 bits")
	case bits < 1:
		p.Raisef(sqlerr.InvalidParameterValue, int(tok.Pos), "precision for type float must be at least 1 bit")
	}
	p.Expect(lex.RParen)
	if bits <= 24 {
		return "float4"
	}
	return "float8"
}

// characterType reads CHARACTER [VARYING] [(n)] and its synonyms into t.Mods and
// returns the type's name.
func (p *parser) characterType(t *ast.TypeName, literal bool) string {
	name := "bpchar"
	switch p.Next().Word {
	case lex.KwVarchar:
		name = "varchar"
	case lex.KwNational:
		if !p.AcceptWord(lex.KwCharacter) {
			p.ExpectWord(lex.KwChar)
		}
	}
	if name == "bpchar" && p.AcceptWord(lex.KwVarying) {
		name = "varchar"
	}
	if p.Accept(lex.LParen) {
		t.Mods = []int{p.small(p.Expect(lex.Integer), false)}
		p.Expect(lex.RParen)
	} else if name == "bpchar" && !literal {
		t.Mods = []int{1}
	}
	return name
}

// precision reads the optional (n) of date and time types.
func (p *parser) precision() []int {
	if !p.Accept(lex.LParen) {
		return nil
	}
	n := p.small(p.Expect(lex.Integer), false)
	p.Expect(lex.RParen)
	return []int{n}
}

// typeMods reads an optional list of modifiers in parentheses, of the type at
// typePos.
func (p *parser) typeMods(typePos int) []int {
	if !p.Accept(lex.LParen) {
		return nil
	}
	var mods []int
	for {
		pos, k := p.Pos(), 0
		if p.IsOp("-") {
			k = 1
		}
		after := p.Ahead(k + 1).Kind
		switch {
		case after != lex.Comma && after != lex.RParen:
			p.drop()
			p.raiseLater(sqlerr.New(sqlerr.SyntaxError, "type modifiers must be simple constants or identifiers").At(typePos))
		case p.Ahead(k).Kind == lex.Integer:
			for range k {
				p.Next()
			}
			mods = append(mods, p.small(p.Next(), k > 0))
		default:
			p.drop()
			p.raiseLater(sqlerr.NotSupported("type modifier %s", p.Src[pos:p.PrevEnd()]).At(pos))
		}
		if !p.Accept(lex.Comma) {
			break
		}
	}
	p.Expect(lex.RParen)
	return mods
}

// small reads an integer that PostgreSQL keeps in 32 bits.
func (p *parser) small(tok *lex.Token, negative bool) int {
	n, err := strconv.ParseInt(tok.Text, 10, 32)
	if err != nil {
		p.Raise(sqlerr.New(sqlerr.SyntaxError, "syntax error at or near \"%s\"", p.Src[tok.Pos:tok.End]).At(int(tok.Pos)))
	}
	if negative {
		n = -n
	}
	return int(n)
}

// intervalFields reads the optional fields of an interval: "DAY TO SECOND", and
// the precision of SECOND.
func (p *parser) intervalFields() (fields string, mods []int) {
	from := p.Tok().Word
	last := lex.KwSecond // the finest field that may follow TO
	switch from {
	case lex.KwYear:
		last = lex.KwMonth
	case lex.KwDay, lex.KwHour, lex.KwMinute:
	case lex.KwMonth:
		p.Next()
		return "MONTH", nil
	case lex.KwSecond:
		p.Next()
		return "SECOND", p.precision()
	default:
		return "", nil
	}
	p.Next()
	fields = strings.ToUpper(from.String())
	if !p.AcceptWord(lex.KwTo) {
		return fields, nil
	}
	to := p.Tok().Word
	if unitRank(to) <= unitRank(from) || unitRank(to) > unitRank(last) {
		p.Fail()
	}
	p.Next()
	fields += " TO " + strings.ToUpper(to.String())
	if to == lex.KwSecond {
		mods = p.precision()
	}
	return fields, mods
}

// unitRank orders the fields of an interval from coarse to fine; 0 is none.
func unitRank(w lex.Word) int {
	switch w {
	case lex.KwYear:
		return 1
	case lex.KwMonth:
		return 2
	case lex.KwDay:
		return 3
	case lex.KwHour:
		return 4
	case lex.KwMinute:
		return 5
	case lex.KwSecond:
		return 6
	}
	return 0
}

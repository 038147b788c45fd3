package utility

import (
	"strings"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// objects are the kinds of objects behind CREATE, ALTER and DROP, the longer
// names first where one begins another. A tag behind "=" is what the command tag
// calls it.
var objects = [...]string{
	"access method", "aggregate", "cast", "collation", "conversion", "database", "default privileges",
	"domain", "event trigger", "extension", "foreign data wrapper", "foreign table", "function", "group=ROLE",
	"index", "language", "large object", "materialized view", "operator class", "operator family", "operator",
	"owned", "policy", "procedural language=LANGUAGE", "procedure", "publication", "role", "routine", "rule",
	"schema", "sequence", "server", "statistics", "subscription", "system", "table", "tablespace",
	"text search configuration", "text search dictionary", "text search parser", "text search template",
	"transform", "trigger", "type", "user mapping", "user=ROLE", "view",
}

// adjectives may stand in front of an object in CREATE.
var adjectives = [...]lex.Word{
	lex.KwUnique, lex.KwTemporary, lex.KwTemp, lex.KwRecursive, lex.KwConstraint, lex.KwTrusted, lex.KwUnlogged,
}

// commands are the other statements, by their first words; the tag is given where
// it is not the same.
var commands = [...]string{
	"alter", "call", "checkpoint", "cluster", "comment", "create",
	"do", "drop", "grant", "import foreign schema", "listen", "load", "lock=LOCK TABLE", "merge",
	"notify", "reassign owned", "refresh materialized view", "reindex", "revoke", "security label",
}

// cockroachCommands are statements of Cockroach's that PostgreSQL does not know.
var cockroachCommands = [...]string{"use"}

// unsupported reads a statement that PostgreSQL knows and Fasti does not. It is
// checked as far as that is cheap: the words it begins with, embedded queries,
// brackets, and that something follows where something must.
func (p *parser) unsupported() ast.Stmt {
	pos := p.Pos()
	command, ok := p.phrase(commands[:])
	if !ok && p.r.Shape.Cockroach {
		command, ok = p.phrase(cockroachCommands[:])
	}
	if !ok {
		p.failPhrase(commands[:])
	}
	switch command {
	case "CREATE", "ALTER", "DROP":
		return p.object(pos, command)
	case "CHECKPOINT":
		return &ast.Unsupported{Pos: pos, What: command}
	case "CLUSTER":
		p.skip()
	case "LISTEN":
		p.ColID()
	case "NOTIFY":
		p.ColID()
		if p.Accept(lex.Comma) {
			p.str()
		}
	case "CALL":
		p.expr()
	case "DO":
		p.do()
	default:
		p.some()
	}
	return &ast.Unsupported{Pos: pos, What: command}
}

// phrase takes the first of the phrases whose words follow and returns its tag.
func (p *parser) phrase(phrases []string) (tag string, ok bool) {
	for _, s := range phrases {
		words, tag, _ := strings.Cut(s, "=")
		n, all := p.matches(words)
		if !all {
			continue
		}
		for range n {
			p.Next()
		}
		if tag == "" {
			tag = strings.ToUpper(words)
		}
		return tag, true
	}
	return "", false
}

// failPhrase fails behind the longest beginning of a phrase.
func (p *parser) failPhrase(phrases []string) {
	longest := 0
	for _, s := range phrases {
		words, _, _ := strings.Cut(s, "=")
		n, _ := p.matches(words)
		longest = max(longest, n)
	}
	p.FailAt(min(p.I+longest, len(p.Toks)-1))
}

// matches returns how many words of the phrase follow, and whether it is all.
func (p *parser) matches(phrase string) (n int, all bool) {
	for rest := phrase; rest != ""; n++ {
		var word string
		word, rest, _ = strings.Cut(rest, " ")
		if t := p.Ahead(n); t.Kind != lex.Ident || t.Text != word {
			return n, false
		}
	}
	return n, true
}

// object reads the rest of CREATE, ALTER or DROP.
func (p *parser) object(pos int, command string) ast.Stmt {
	if command == "CREATE" {
		if p.IsWord(lex.KwOr) {
			p.Next()
			p.ExpectWord(lex.KwReplace)
		}
		p.adjectives()
	}
	kind, ok := p.phrase(objects[:])
	if !ok {
		p.failPhrase(objects[:])
	}
	s := &ast.Unsupported{Pos: pos, What: command + " " + kind}
	switch {
	case command == "CREATE" && (kind == "VIEW" || kind == "MATERIALIZED VIEW"):
		p.view(kind)
	case command == "CREATE" && (kind == "FUNCTION" || kind == "PROCEDURE"):
		p.routine()
	default:
		p.some()
	}
	return s
}

func (p *parser) adjectives() {
	for {
		found := false
		for _, w := range adjectives {
			found = found || p.AcceptWord(w)
		}
		if !found {
			return
		}
	}
}

// view reads the definition of a view.
func (p *parser) view(kind string) {
	if p.IsWord(lex.KwIf) && p.WordAhead(1, lex.KwNot) && kind == "MATERIALIZED VIEW" {
		p.Next()
		p.Next()
		p.ExpectWord(lex.KwExists)
	}
	p.name()
	if p.Is(lex.LParen) {
		p.columns()
	}
	if p.AcceptWord(lex.KwUsing) {
		p.ColID()
	}
	if p.AcceptWord(lex.KwWith) {
		p.relOptions()
	}
	if p.AcceptWord(lex.KwTablespace) {
		p.ColID()
	}
	p.ExpectWord(lex.KwAs)
	p.query()
	if !p.AcceptWord(lex.KwWith) {
		return
	}
	if kind == "VIEW" {
		if !p.AcceptWord(lex.KwCascaded) {
			p.AcceptWord(lex.KwLocal)
		}
		p.ExpectWord(lex.KwCheck, lex.KwOption)
		return
	}
	p.AcceptWord(lex.KwNo)
	p.ExpectWord(lex.KwData)
}

// routine skips the rest of CREATE FUNCTION; a body BEGIN ATOMIC … END has
// semicolons of its own.
func (p *parser) routine() {
	p.name()
	for !p.atEnd() {
		if !p.IsWord(lex.KwBegin) || p.Ahead(1).Word != lex.KwAtomic {
			p.item()
			continue
		}
		for depth := 0; ; {
			switch p.Tok().Word {
			case lex.KwBegin, lex.KwCase:
				depth++
			case lex.KwEnd:
				depth--
			}
			if p.Is(lex.EOF) || p.Is(lex.Bad) {
				p.Fail()
			}
			p.Next()
			if depth == 0 {
				break
			}
		}
	}
}

// do reads the items of DO.
func (p *parser) do() {
	for first := true; first || !p.atEnd(); first = false {
		if p.AcceptWord(lex.KwLanguage) {
			p.nonReserved()
		} else {
			p.str()
		}
	}
}

// some skips the rest of the statement, which must not be empty.
func (p *parser) some() {
	if p.atEnd() {
		p.Fail()
	}
	p.skip()
}

// skip takes everything up to the end of the statement.
func (p *parser) skip() {
	for !p.atEnd() {
		p.item()
	}
}

// item takes one token or one pair of brackets with all inside.
func (p *parser) item() {
	switch p.Tok().Kind {
	case lex.LParen:
		p.brackets()
	case lex.RParen, lex.Bad, lex.Other, lex.LBrace, lex.RBrace:
		p.Fail()
	default:
		p.Next()
	}
}

// brackets takes a pair of brackets with all inside.
func (p *parser) brackets() {
	p.Expect(lex.LParen)
	for depth := 1; depth > 0; {
		switch p.Tok().Kind {
		case lex.LParen:
			depth++
		case lex.RParen:
			depth--
		case lex.EOF, lex.Bad, lex.Other:
			p.Fail()
		}
		p.Next()
	}
}

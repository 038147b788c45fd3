package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
)

// transaction reads BEGIN, START TRANSACTION, COMMIT, END, ROLLBACK, ABORT,
// SAVEPOINT and RELEASE. PREPARE TRANSACTION is with PREPARE.
func (p *parser) transaction() ast.Stmt {
	pos := p.Pos()
	switch p.Next().Word {
	case lex.KwBegin:
		p.workOrTransaction()
		return &ast.Begin{Pos: pos, Modes: p.modes(false)}
	case lex.KwStart:
		p.ExpectWord(lex.KwTransaction)
		return &ast.Begin{Pos: pos, Modes: p.modes(false)}
	case lex.KwCommit:
		if p.AcceptWord(lex.KwPrepared) {
			p.str()
			return &ast.Unsupported{Pos: pos, What: "COMMIT PREPARED"}
		}
		p.workOrTransaction()
		return &ast.Commit{Pos: pos, Chain: p.chain()}
	case lex.KwEnd:
		p.workOrTransaction()
		return &ast.Commit{Pos: pos, Chain: p.chain()}
	case lex.KwAbort:
		p.workOrTransaction()
		return &ast.Rollback{Pos: pos, Chain: p.chain()}
	case lex.KwRollback:
		if p.AcceptWord(lex.KwPrepared) {
			p.str()
			return &ast.Unsupported{Pos: pos, What: "ROLLBACK PREPARED"}
		}
		p.workOrTransaction()
		if p.AcceptWord(lex.KwTo) {
			p.acceptSavepoint()
			return &ast.Rollback{Pos: pos, Savepoint: p.ColID()}
		}
		return &ast.Rollback{Pos: pos, Chain: p.chain()}
	case lex.KwSavepoint:
		return &ast.Savepoint{Pos: pos, Name: p.ColID()}
	}
	p.acceptSavepoint()
	return &ast.Release{Pos: pos, Name: p.ColID()}
}

// acceptSavepoint takes SAVEPOINT unless it is the name itself.
func (p *parser) acceptSavepoint() {
	if p.IsWord(lex.KwSavepoint) && p.Ahead(1).IsColID() {
		p.Next()
	}
}

func (p *parser) workOrTransaction() {
	if !p.AcceptWord(lex.KwWork) {
		p.AcceptWord(lex.KwTransaction)
	}
}

// chain reads AND [NO] CHAIN.
func (p *parser) chain() bool {
	if !p.AcceptWord(lex.KwAnd) {
		return false
	}
	no := p.AcceptWord(lex.KwNo)
	p.ExpectWord(lex.KwChain)
	return !no
}

// modes reads transaction modes, with or without commas between. At least one is
// there when required.
func (p *parser) modes(required bool) (m ast.TxModes) {
	for first := true; ; first = false {
		comma := !first && p.Accept(lex.Comma)
		yes, no := true, false
		switch {
		case p.AcceptWord(lex.KwIsolation):
			p.ExpectWord(lex.KwLevel)
			m.Isolation = p.isolation()
		case p.AcceptWord(lex.KwRead):
			m.ReadOnly = &no
			if p.AcceptWord(lex.KwOnly) {
				m.ReadOnly = &yes
			} else {
				p.ExpectWord(lex.KwWrite)
			}
		case p.AcceptWord(lex.KwDeferrable):
			m.Deferrable = &yes
		case p.r.Shape.Cockroach && p.IsName("priority"):
			p.Next() // a hint that changes no result
			if !p.IsName("low") && !p.IsName("normal") && !p.IsName("high") {
				p.Fail()
			}
			p.Next()
		case p.AcceptWord(lex.KwNot):
			p.ExpectWord(lex.KwDeferrable)
			m.Deferrable = &no
		default:
			if comma || first && required {
				p.Fail()
			}
			return m
		}
	}
}

func (p *parser) isolation() string {
	switch {
	case p.AcceptWord(lex.KwSerializable):
		return "SERIALIZABLE"
	case p.AcceptWord(lex.KwRepeatable):
		p.ExpectWord(lex.KwRead)
		return "REPEATABLE READ"
	}
	p.ExpectWord(lex.KwRead)
	if p.AcceptWord(lex.KwUncommitted) {
		return "READ UNCOMMITTED"
	}
	p.ExpectWord(lex.KwCommitted)
	return "READ COMMITTED"
}

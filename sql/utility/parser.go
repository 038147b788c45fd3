package utility

import (
	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/translate"
)

// parser reads one statement.
type parser struct {
	*lex.Cursor
	r   *translate.Reader
	res translate.Result
}

// Statement reads the utility statement at the cursor.
func Statement(c *lex.Cursor, r *translate.Reader) (stmt ast.Stmt, res translate.Result, err error) {
	defer lex.Catch(&err)
	p := &parser{Cursor: c, r: r}
	stmt = p.statement()
	return stmt, p.res, nil
}

func (p *parser) statement() ast.Stmt {
	p.Fail()
	return nil
}

package shape

import (
	"strconv"
	"sync"

	"github.com/dejaq/fasti/sql/ast"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Options tunes the grammar. The zero value is PostgreSQL's alone.
type Options struct {
	// Cockroach adds UPSERT, t@index, AS OF SYSTEM TIME, UPDATE and DELETE with
	// ORDER BY and LIMIT, and RETURNING NOTHING.
	Cockroach bool
	// MaxDepth bounds how deep expressions and queries nest, both by brackets and
	// as left-deep chains of operators. Default 1000.
	MaxDepth int
}

// Encoding is the result of the shape pass over one statement or expression.
type Encoding struct {
	// Skeleton is the text for the TiDB parser: the fragments, each a statement,
	// joined by ";".
	Skeleton []byte
	// Fragments is how many there are. Fragment numbers count from 1.
	Fragments int
	// Main is the number of the fragment that the statement begins with.
	Main int
	// Nodes is the side table.
	Nodes []any
	// Params are the parameters met, in the order of the text.
	Params []Param
	// Later is an error that PostgreSQL raises after the whole text has been
	// parsed; nil when there is none.
	Later *sqlerr.Error
	// Steps counts the work done: it is linear in the tokens read.
	Steps int

	parser *parser
}

// Param is one use of a parameter.
type Param struct {
	Number, Pos int
	Type        *ast.TypeName // when written $1::type
}

// Release gives the memory of Skeleton and Nodes back. The tree nodes in the
// side table stay valid.
func (e *Encoding) Release() {
	p := e.parser
	if p == nil {
		return
	}
	*e = Encoding{}
	clear(p.nodes)
	p.reset(nil, Options{})
	parsers.Put(p)
}

// parsers keeps the buffers of finished passes.
var parsers = sync.Pool{New: func() any { return new(parser) }}

type parser struct {
	*lex.Cursor
	o Options

	outs   []output // the fragments, finished or not
	n      int      // how many of outs are in use
	cur    int      // index of the one being written
	nodes  []any
	merged []byte
	params []Param
	later  *sqlerr.Error
	depth  int
	steps  int
	bExpr  bool // inside PostgreSQL's b_expr: no AND, OR, NOT, IN, LIKE, …
	// inSubstring: SIMILAR without TO ends the expression.
	inSubstring bool

	consts []ast.Const
	refs   []ast.ColumnRef
	defalt int // token at which DEFAULT is allowed, -1 none
	// defaltRow is the bracket whose items may be DEFAULT: (a, b) = (1, DEFAULT).
	defaltRow int
	runFrom   int // memo of parensEnd: tokens [runFrom, runTo) are all "("
	runTo     int
}

func (p *parser) reset(c *lex.Cursor, o Options) {
	if o.MaxDepth <= 0 {
		o.MaxDepth = 1000
	}
	*p = parser{
		Cursor: c, o: o,
		outs: p.outs, nodes: p.nodes[:0], merged: p.merged[:0], params: nil, defalt: -1, defaltRow: -1,
	}
}

// Statement reads a query or a data-changing statement at the cursor.
func Statement(c *lex.Cursor, o Options) (*Encoding, error) {
	return run(c, o, func(p *parser) int { return p.statement() })
}

// Query reads a query without a data-changing statement around it.
func Query(c *lex.Cursor, o Options) (*Encoding, error) {
	return run(c, o, func(p *parser) int {
		f, outer := p.begin()
		p.query()
		p.end(outer)
		return f
	})
}

// Expr reads one expression: field 0 of the main fragment.
func Expr(c *lex.Cursor, o Options) (*Encoding, error) {
	return run(c, o, func(p *parser) int {
		f, outer := p.begin()
		p.emit("SELECT ")
		p.expr(levelAny)
		p.end(outer)
		return f
	})
}

// BExpr reads one expression of the restricted kind that a column's DEFAULT is.
func BExpr(c *lex.Cursor, o Options) (*Encoding, error) {
	return run(c, o, func(p *parser) int {
		f, outer := p.begin()
		p.emit("SELECT ")
		p.restricted()
		p.end(outer)
		return f
	})
}

// Exprs reads expressions with commas between: the fields of the main fragment.
func Exprs(c *lex.Cursor, o Options) (*Encoding, error) {
	return run(c, o, func(p *parser) int {
		f, outer := p.begin()
		p.emit("SELECT ")
		p.exprList()
		p.end(outer)
		return f
	})
}

// Type reads a type name. later is as in Encoding.
func Type(c *lex.Cursor, o Options) (t ast.TypeName, later *sqlerr.Error, err error) {
	p := parsers.Get().(*parser)
	defer func() { p.reset(nil, Options{}); parsers.Put(p) }()
	defer lex.Catch(&err)
	p.reset(c, o)
	t = p.typeName()
	return t, p.later, nil
}

func run(c *lex.Cursor, o Options, read func(p *parser) int) (e *Encoding, err error) {
	p := parsers.Get().(*parser)
	p.reset(c, o)
	defer lex.Catch(&err) // after an error the parser is garbage
	main := read(p)
	for i := range p.n {
		if i > 0 {
			p.merged = append(p.merged, ';')
		}
		p.merged = p.outs[i].appendTo(p.merged)
	}
	return &Encoding{
		Skeleton: p.merged, Fragments: p.n, Main: main, Nodes: p.nodes,
		Params: p.params, Later: p.later, Steps: p.steps, parser: p,
	}, nil
}

// begin starts a new fragment and returns its number and what end needs.
func (p *parser) begin() (fragment, outer int) {
	outer = p.cur
	if p.n == len(p.outs) {
		p.outs = append(p.outs, output{})
	}
	p.outs[p.n].reset()
	p.cur = p.n
	p.n++
	return p.n, outer
}

// end goes back to the enclosing fragment.
func (p *parser) end(outer int) { p.cur = outer }

func (p *parser) emit(text string) {
	o := &p.outs[p.cur]
	o.text = append(o.text, text...)
}

func (p *parser) anchor() int32 { return p.outs[p.cur].anchor() }

// add puts a node into the side table.
func (p *parser) add(node any) int32 {
	p.nodes = append(p.nodes, node)
	return int32(len(p.nodes) - 1)
}

// leaf writes the node as tN and returns N.
func (p *parser) leaf(node any) int32 {
	n := p.add(node)
	o := &p.outs[p.cur]
	o.text = appendNode(o.text, 't', n)
	return n
}

// open writes fN(; the arguments and ")" follow.
func (p *parser) open(node any) {
	n := p.add(node)
	o := &p.outs[p.cur]
	o.text = append(appendNode(o.text, 'f', n), '(')
}

// enclose puts fN( in front of what was written at the anchor.
func (p *parser) enclose(at int32, node any) {
	p.outs[p.cur].mark(at, callMark, p.add(node))
}

// integer writes a number that is no expression.
func (p *parser) integer(n int32) {
	o := &p.outs[p.cur]
	o.text = strconv.AppendInt(o.text, int64(n), 10)
}

// enter counts one level of nesting; leave ends it.
func (p *parser) enter() {
	p.depth++
	p.steps++
	if p.depth > p.o.MaxDepth {
		p.tooDeep()
	}
}

func (p *parser) leave() { p.depth-- }

// grow returns the height of a tree over subtrees of heights a and b, which
// counts as nesting too: a long chain of operators makes a deep tree.
func (p *parser) grow(a, b int32) int32 {
	h := max(a, b) + 1
	if int(h) > p.o.MaxDepth {
		p.tooDeep()
	}
	return h
}

func (p *parser) tooDeep() {
	p.Raise(sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
		WithHint("The statement nests more than %d levels deep.", p.o.MaxDepth))
}

// raiseLater notes an error that must wait until the whole text is known to be
// well formed. The first one counts.
func (p *parser) raiseLater(err *sqlerr.Error) {
	if p.later == nil {
		p.later = err
	}
}

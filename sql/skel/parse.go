package skel

import (
	"fmt"
	"sync"

	"github.com/pingcap/tidb/pkg/parser"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// Alphabet is every byte that a skeleton may have.
const Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789tf (),.;="

var inAlphabet = func() (t [256]bool) {
	for i := range Alphabet {
		t[Alphabet[i]] = true
	}
	return t
}()

// parsers keeps TiDB parsers, which are for one goroutine each.
var parsers = sync.Pool{New: func() any {
	setHooks()
	return parser.New()
}}

// parse returns the tree of a skeleton.
func parse(skeleton string) (tree *Tree, err error) {
	for i := range len(skeleton) {
		if !inAlphabet[skeleton[i]] {
			return nil, internal(skeleton, "unexpected byte %q", skeleton[i])
		}
	}
	defer func() {
		if x := recover(); x != nil { // the parser that panicked is not used again
			tree, err = nil, internal(skeleton, "%v", x)
		}
	}()
	p := parsers.Get().(*parser.Parser)
	stmts, _, err := p.ParseSQL(skeleton)
	if err != nil {
		return nil, internal(skeleton, "%v", err)
	}
	c := converter{}
	tree = &Tree{Stmts: make([]Stmt, len(stmts))}
	for i, s := range stmts {
		tree.Stmts[i] = c.stmt(s)
	}
	tree.bytes = c.bytes + len(stmts)*stmtBytes
	parsers.Put(p)
	return tree, nil
}

// internal is the error for a skeleton that does not parse. The skeleton holds
// no text of the user and may be logged.
func internal(skeleton, format string, args ...any) error {
	const shown = 400
	if len(skeleton) > shown {
		skeleton = skeleton[:shown] + "…"
	}
	return sqlerr.New(sqlerr.InternalError, "cannot parse the statement's skeleton: "+format, args...).
		WithDetail("%s", skeleton)
}

// unexpected reports a form of TiDB's tree that no skeleton should give.
func unexpected(n any) { panic(fmt.Sprintf("unexpected %T", n)) }

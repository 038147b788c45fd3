package asttest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dejaq/fasti/sql/ast"
)

// TestDump shows the form that the golden files of other packages have.
func TestDump(t *testing.T) {
	tree := &ast.Binary{
		Node: ast.Node{Pos: 2}, Op: "+",
		L: &ast.ColumnRef{Parts: []string{"a"}},
		R: &ast.Const{Node: ast.Node{Pos: 4}, Kind: ast.Integer, Raw: "1"},
	}
	require.Equal(t, `(Binary Op:"+" L:(ColumnRef Parts:["a"]) R:(Const Kind:3 Raw:"1"))`, Dump(tree, Options{}))
	require.Equal(t, `(Binary@2 Op:"+" L:(ColumnRef@0 Parts:["a"]) R:(Const@4 Kind:3 Raw:"1"))`, Dump(tree, Options{Pos: true}))
}

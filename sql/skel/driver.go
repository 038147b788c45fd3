package skel

import (
	"fmt"
	"io"
	"sync"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/format"
)

// number is the value of a literal; a skeleton has only integers.
type number struct {
	ast.TexprNode
	value any
	proj  int
}

var _ ast.ValueExpr = (*number)(nil)

func (v *number) SetValue(x any)            { v.value = x }
func (v *number) GetValue() any             { return v.value }
func (v *number) GetDatumString() string    { return "" }
func (v *number) GetString() string         { return "" }
func (v *number) GetProjectionOffset() int  { return v.proj }
func (v *number) SetProjectionOffset(o int) { v.proj = o }
func (v *number) Format(w io.Writer)        { fmt.Fprint(w, v.value) }

func (v *number) Restore(c *format.RestoreCtx) error {
	c.WritePlain(fmt.Sprint(v.value))
	return nil
}

func (v *number) Accept(visitor ast.Visitor) (ast.Node, bool) {
	n, _ := visitor.Enter(v)
	return visitor.Leave(n)
}

// marker is a ? in a skeleton: there is none, but the parser wants to know how to
// make one.
type marker struct{ number }

func (*marker) SetOrder(int) {}

// setHooks gives TiDB's parser the constructors of literals.
var setHooks = sync.OnceFunc(func() {
	ast.NewValueExpr = func(v any, _, _ string) ast.ValueExpr { return &number{value: v} }
	ast.NewParamMarkerExpr = func(int) ast.ParamMarkerExpr { return &marker{} }
	ast.NewDecimal = func(s string) (any, error) { return s, nil }
	ast.NewHexLiteral = func(string) (any, error) { return nil, fmt.Errorf("skel: literal in a skeleton") }
	ast.NewBitLiteral = func(string) (any, error) { return nil, fmt.Errorf("skel: literal in a skeleton") }
})

package physical

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

type (
	// Window computes calls over the rows around each row of its input, which is
	// ordered by Partition (in any order of its columns) and then by Order. Both
	// are columns of the input. Output: the input's columns, then the calls'.
	Window struct {
		Input     Node
		Partition []expr.Expr
		Order     []SortKey
		Calls     []WindowCall
		Out       []Field // of the calls
	}
	// WindowCall is a window function or an aggregate over a frame. Args are
	// columns of the input, or expressions without columns. Filter, of
	// aggregates, is a column or nil.
	WindowCall struct {
		Func   function.ID
		Args   []expr.Expr
		Filter expr.Expr
		Frame  Frame
		T      types.Type
	}
	// Frame says which rows of a row's partition a call sees.
	Frame struct {
		Mode       FrameMode
		Start, End FrameBound
		Exclude    FrameExclude
	}
	// FrameBound is one end of a frame. Offset, of Preceding and Following, is an
	// expression without columns: int8, or for RANGE what in_range takes.
	FrameBound struct {
		Kind   BoundKind
		Offset expr.Expr
	}
)

// FrameMode is the unit of offsets: rows, values of the ORDER BY column, or
// groups of peers.
type FrameMode uint8

const (
	RangeFrame FrameMode = iota
	RowsFrame
	GroupsFrame
)

// BoundKind is the place of a frame's end.
type BoundKind uint8

const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// FrameExclude says which rows of the frame do not count.
type FrameExclude uint8

const (
	ExcludeNone FrameExclude = iota
	ExcludeRow
	ExcludeGroup
	ExcludeTies
)

// DefaultFrame is that of a window without a frame clause: from the partition's
// start to the row's last peer.
var DefaultFrame = Frame{End: FrameBound{Kind: CurrentRow}}

// Fields returns the input's columns and the calls'.
func (n *Window) Fields() []Field {
	in := n.Input.Fields()
	return append(append(make([]Field, 0, len(in)+len(n.Out)), in...), n.Out...)
}

// Inputs returns the input.
func (n *Window) Inputs() []Node { return []Node{n.Input} }

func (c *coder) sortKeys(v *[]SortKey) {
	list(c, v, func(k *SortKey) {
		c.expr(&k.Expr)
		c.bool(&k.Desc)
		c.bool(&k.NullsFirst)
	})
}

func (c *coder) window(n *Window) {
	c.node(&n.Input)
	c.exprs(&n.Partition)
	c.sortKeys(&n.Order)
	list(c, &n.Calls, func(w *WindowCall) {
		c.id(&w.Func)
		c.exprs(&w.Args)
		c.optional(&w.Filter)
		enum(c, &w.Frame.Mode, GroupsFrame+1)
		for _, b := range []*FrameBound{&w.Frame.Start, &w.Frame.End} {
			enum(c, &b.Kind, UnboundedFollowing+1)
			c.optional(&b.Offset)
		}
		enum(c, &w.Frame.Exclude, ExcludeTies+1)
		c.typ(&w.T)
	})
	c.fields(&n.Out)
}

// Ordering returns keys, all columns of n, by which the rows of n are known to be
// ordered; nil when nothing is known.
func Ordering(n Node) []SortKey {
	switch n := n.(type) {
	case *Sort:
		return columnsOnly(n.Keys)
	case *Filter:
		return Ordering(n.Input)
	case *Limit:
		return Ordering(n.Input)
	case *Window:
		return Ordering(n.Input)
	case *GapFill:
		return Ordering(n.Input) // which it keeps
	case *Project:
		at := map[int]int{}
		for i, e := range n.Exprs {
			if c, ok := e.(expr.Column); ok {
				if _, have := at[c.Index]; !have {
					at[c.Index] = i
				}
			}
		}
		var keys []SortKey
		for _, k := range Ordering(n.Input) {
			i, ok := at[k.Expr.(expr.Column).Index]
			if !ok {
				break
			}
			k.Expr = expr.Column{Index: i, T: k.Expr.Type()}
			keys = append(keys, k)
		}
		return keys
	}
	return nil
}

// columnsOnly returns the leading keys that are columns.
func columnsOnly(keys []SortKey) []SortKey {
	for i, k := range keys {
		if _, ok := k.Expr.(expr.Column); !ok {
			return keys[:i:i]
		}
	}
	return keys
}

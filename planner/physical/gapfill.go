package physical

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
)

type (
	// GapFill adds rows for the buckets of time that are missing between Start and
	// Finish, for each combination of Keys. Its input is ordered by Keys, then by
	// the column Time, which holds bucket starts; without Keys it may be empty.
	// Output: the input's columns, NULL in a row that was added but for Time and
	// Keys, then the columns of Fills.
	GapFill struct {
		Input Node
		Time  int
		Keys  []expr.Expr // columns
		// Bucket gives the start of the bucket of a time, its only column, 0. Step
		// is the width of a bucket, an interval or an integer.
		Bucket, Step expr.Expr
		// Start and Finish have no columns and the type of Time. Buckets begin with
		// the one of Start and before Finish.
		Start, Finish expr.Expr
		Fills         []Fill
		Out           []Field // of Fills
	}
	// Fill is locf or interpolate of the column Value.
	Fill struct {
		Interpolate bool
		Value       expr.Expr
		// Prev, of locf, is a column that stands for the value before the first of
		// a group, or nil.
		Prev expr.Expr
		// SkipNull, of locf: a NULL counts as missing.
		SkipNull bool
		T        types.Type
	}
)

// Fields returns the input's columns and those of the fills.
func (n *GapFill) Fields() []Field {
	in := n.Input.Fields()
	return append(append(make([]Field, 0, len(in)+len(n.Out)), in...), n.Out...)
}

// Inputs returns the input.
func (n *GapFill) Inputs() []Node { return []Node{n.Input} }

func (c *coder) gapFill(n *GapFill) {
	c.node(&n.Input)
	small(c, &n.Time)
	c.exprs(&n.Keys)
	c.expr(&n.Bucket)
	c.expr(&n.Step)
	c.expr(&n.Start)
	c.expr(&n.Finish)
	list(c, &n.Fills, func(f *Fill) {
		c.bool(&f.Interpolate)
		c.expr(&f.Value)
		c.optional(&f.Prev)
		c.bool(&f.SkipNull)
		c.typ(&f.T)
	})
	c.fields(&n.Out)
}

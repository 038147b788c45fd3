// Package project computes columns from the columns of its input.
package project

import (
	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
)

// Project is the operator. A column of the input that it passes on is shared,
// not copied.
type Project struct {
	input op.Operator
	exprs *compute.Program
	q     *op.Context
	out   vector.Batch
}

// New returns a Project over input, whose columns have the types in.
func New(input op.Operator, in []types.Type, exprs []expr.Expr) (*Project, error) {
	p, err := compute.Compile(exprs, in)
	if err != nil {
		return nil, err
	}
	return &Project{input: input, exprs: p}, nil
}

// Open opens the input.
func (p *Project) Open(q *op.Context) error {
	p.q = q
	return p.input.Open(q)
}

// Next computes the columns of the input's next batch, on the rows that count.
func (p *Project) Next() (*vector.Batch, error) {
	b, err := p.input.Next()
	if b == nil || err != nil {
		return nil, err
	}
	cols, err := p.exprs.Run(p.q, b)
	if err != nil {
		return nil, err
	}
	p.out = vector.Batch{Len: b.Len, Sel: b.Sel, Cols: cols, Seq: b.Seq}
	return &p.out, nil
}

// Close closes the input.
func (p *Project) Close() error { return p.input.Close() }

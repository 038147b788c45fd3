package compute

import (
	"slices"

	"github.com/dejaq/fasti/kv/vector"
)

// finish gives every value a register and returns the program.
func (c *compiler) finish() *Program {
	p := &Program{columns: len(c.in), outs: make([]int, len(c.outs)), outv: make([]*vector.Vector, len(c.outs))}
	c.allocate()
	p.regs = make([]register, c.regs)
	p.sets = make([]rowSet, c.sets)
	for _, v := range c.consts {
		p.regs[v.reg].cur = vector.ConstOf(v.kind, *v.konst, 1)
		p.consts = append(p.consts, v.reg)
	}
	p.steps = make([]step, len(c.steps))
	for i, st := range c.steps {
		s := st.step
		s.args = make([]int, len(st.args))
		for k, a := range st.args {
			s.args[k] = a.reg
		}
		s.argv = make([]*vector.Vector, len(st.args))
		if st.out != nil {
			s.out = st.out.reg
		}
		p.steps[i] = s
	}
	for i, v := range c.outs {
		p.outs[i] = v.reg
	}
	return p
}

// allocate is a linear scan: a register is free after the step that reads it
// last. A step never writes to a register that it reads, and what shares memory
// of its arguments keeps them as long as it is read itself.
func (c *compiler) allocate() {
	end := len(c.steps)
	for _, v := range c.outs {
		v.last = end
	}
	for i, st := range slices.Backward(c.steps) {
		last := i
		if st.shares && st.out != nil {
			last = max(i, st.out.last)
		}
		for _, a := range st.args {
			a.last = max(a.last, last)
		}
	}
	free := make(map[vector.Kind][]int)
	ends := make([][]*val, end+1) // values by their last step
	for i, st := range c.steps {
		v := st.out
		if v != nil {
			if n := len(free[v.kind]); n > 0 {
				v.reg = free[v.kind][n-1]
				free[v.kind] = free[v.kind][:n-1]
			} else {
				v.reg = c.regs
				c.regs++
			}
			if v.last < end {
				ends[max(v.last, i)] = append(ends[max(v.last, i)], v)
			}
		}
		for _, dead := range ends[i] {
			free[dead.kind] = append(free[dead.kind], dead.reg)
		}
	}
}

package compute

import (
	"fmt"
	"strings"
)

// truthNames are how narrow steps are shown.
var truthNames = [...]string{isTrue: "true", notTrue: "not true", notFalse: "not false", isNull: "null", notNull: "not null"}

// String lists the steps, one a line, then the registers of the expressions:
//
//	r3 = +(int8,int8) r0 r1         for all rows
//	s1 = narrow true r4             a set of rows
//	r5 = /(int8,int8) r0 r1 in s1   for the rows of s1
//	r6 = merge s1:r5 s2:r3          r5 on s1, r3 on s2
//	return r6
//
// Columns have the first registers, constants the next. It is for tests and
// for debugging.
func (p *Program) String() string {
	var b strings.Builder
	for i := range p.steps {
		s := &p.steps[i]
		to := "r"
		if s.kind == stepNarrow {
			to = "s"
		}
		fmt.Fprintf(&b, "%s%d = %s", to, s.out, s.name)
		if s.kind == stepParam {
			fmt.Fprintf(&b, " $%d", s.param+1)
		}
		for k, a := range s.args {
			if s.kind == stepMerge {
				fmt.Fprintf(&b, " s%d:r%d", s.sets[k], a)
			} else {
				fmt.Fprintf(&b, " r%d", a)
			}
		}
		if s.set != 0 {
			fmt.Fprintf(&b, " in s%d", s.set)
		}
		b.WriteByte('\n')
	}
	b.WriteString("return")
	for _, r := range p.outs {
		fmt.Fprintf(&b, " r%d", r)
	}
	b.WriteByte('\n')
	return b.String()
}

package compute

import (
	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// bindEnumEdge is enum_first, or enum_last: of the argument's type, whatever the
// value.
func bindEnumEdge(last bool) func(Site) Kernel {
	return func(s Site) Kernel {
		return func(_ *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
			labels := s.Type.Def.Labels
			if len(labels) == 0 {
				return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "enum %s contains no values", s.Type)
			}
			l := labels[0]
			if last {
				l = labels[len(labels)-1]
			}
			for _, i := range rows.Selection() {
				out.I32[i] = l.Number
			}
			return nil
		}
	}
}

// bindEnumRange is enum_range: all labels, or those between two, of which a NULL
// is no bound. It takes NULL.
func bindEnumRange(s Site) Kernel {
	var to nested.Builder
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			to.Reset(vector.Int32)
			for _, l := range s.Type.Def.Labels {
				n := int64(l.Number)
				if len(args) < 2 || (args[0].IsNull(i) || n >= args[0].Int(i)) && (args[1].IsNull(i) || n <= args[1].Int(i)) {
					to.Append(vector.IntDatum(n))
				}
			}
			putArray(out, i, &to)
		}
		return nil
	}
}

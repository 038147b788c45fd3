package compute

import (
	"math"

	"github.com/dejaq/fasti/executor/sketch"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// sketchEntries read what percentile_agg gives. NaN, for no values, is NULL.
func sketchEntries() map[function.ID]Entry {
	one := func(f func(s *sketch.Sketch) float64) Entry {
		return row(overSketch(0, func(s *sketch.Sketch, _ float64) (float64, error) { return f(s), nil }))
	}
	return map[function.ID]Entry{
		"approx_percentile(float8,bytea)": row(overSketch(1, func(s *sketch.Sketch, p float64) (float64, error) {
			if !(p >= 0 && p <= 1) {
				return 0, sqlerr.New(sqlerr.InvalidParameterValue, "percentile must be between 0 and 1")
			}
			return s.Percentile(p), nil
		})),
		"approx_percentile_rank(float8,bytea)": row(overSketch(1, func(s *sketch.Sketch, v float64) (float64, error) { return s.Rank(v), nil })),
		"mean(bytea)":                          one((*sketch.Sketch).Mean),
		"error(bytea)":                         one((*sketch.Sketch).Error),
		"num_vals(bytea)":                      one(func(s *sketch.Sketch) float64 { return float64(s.Count()) }),
	}
}

// overSketch returns the kernel of f over the sketch that is argument at, behind a
// number unless it is the first.
func overSketch(at int, f func(s *sketch.Sketch, x float64) (float64, error)) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		in := spansOf(args[at])
		for _, i := range rows.Selection() {
			s, err := sketch.Decode(in.get(int(i)))
			if err != nil {
				return sqlerr.New(sqlerr.InvalidBinaryRepresentation, "invalid percentile sketch")
			}
			x := 0.0
			if at == 1 {
				x = args[0].F64[int(i)&mask(args[0])]
			}
			y, err := f(s, x)
			if err != nil {
				return err
			}
			if math.IsNaN(y) {
				setNull(out, int(i), rows.N)
				y = 0
			}
			out.F64[i] = y
		}
		return nil
	}
}

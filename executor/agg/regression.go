package agg

import (
	"math"

	"github.com/dejaq/fasti/kv/vector"
)

// regression is corr, covar_* and regr_*: of arguments Y, X. It is by Youngs and
// Cramer, step for step as PostgreSQL's float8_regr_accum and
// float8_regr_combine.
type regression struct {
	name string
	acc  []regressionAcc
}

type regressionAcc struct {
	n, sx, sxx, sy, syy, sxy float64
}

func (s *regression) resize(groups int) { s.acc = grow(s.acc, groups) }

func (s *regression) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	ys, xs := args[0].F64, args[1].F64
	for _, r := range sel {
		if err := s.acc[group(gids, r)].add(ys[r], xs[r]); err != nil {
			return err
		}
	}
	return nil
}

func (a *regressionAcc) add(y, x float64) error {
	before := *a
	a.n++
	a.sx += x
	a.sy += y
	if before.n == 0 {
		if math.IsInf(x, 0) || x != x {
			a.sxx, a.sxy = math.NaN(), math.NaN()
		}
		if math.IsInf(y, 0) || y != y {
			a.syy, a.sxy = math.NaN(), math.NaN()
		}
		return nil
	}
	tx, ty := float64(x*a.n)-a.sx, float64(y*a.n)-a.sy
	scale := 1 / (a.n * before.n)
	a.sxx += float64(float64(tx*tx) * scale)
	a.syy += float64(float64(ty*ty) * scale)
	a.sxy += float64(float64(tx*ty) * scale)
	inf := func(f float64) bool { return math.IsInf(f, 0) }
	if inf(a.sx) || inf(a.sxx) || inf(a.sy) || inf(a.syy) || inf(a.sxy) {
		if (inf(a.sx) || inf(a.sxx)) && !inf(before.sx) && !inf(x) ||
			(inf(a.sy) || inf(a.syy)) && !inf(before.sy) && !inf(y) ||
			inf(a.sxy) && !inf(before.sx) && !inf(x) && !inf(before.sy) && !inf(y) {
			return overflow()
		}
		if inf(a.sxx) {
			a.sxx = math.NaN()
		}
		if inf(a.syy) {
			a.syy = math.NaN()
		}
		if inf(a.sxy) {
			a.sxy = math.NaN()
		}
	}
	return nil
}

func (a *regressionAcc) merge(b regressionAcc) error {
	switch {
	case b.n == 0:
		return nil
	case a.n == 0:
		*a = b
		return nil
	}
	n := a.n + b.n
	tx, ty := a.sx/a.n-b.sx/b.n, a.sy/a.n-b.sy/b.n
	by := a.n * b.n / n
	c := regressionAcc{
		n: n, sx: a.sx + b.sx, sy: a.sy + b.sy,
		sxx: a.sxx + b.sxx + tx*tx*by, syy: a.syy + b.syy + ty*ty*by, sxy: a.sxy + b.sxy + tx*ty*by,
	}
	for _, p := range [][3]float64{{c.sx, a.sx, b.sx}, {c.sy, a.sy, b.sy}, {c.sxx, a.sxx, b.sxx}, {c.syy, a.syy, b.syy}, {c.sxy, a.sxy, b.sxy}} {
		if math.IsInf(p[0], 0) && !math.IsInf(p[1], 0) && !math.IsInf(p[2], 0) {
			return overflow()
		}
	}
	*a = c
	return nil
}

func (s *regression) partials() []vector.Kind {
	f := vector.Float64
	return []vector.Kind{f, f, f, f, f, f}
}

func (s *regression) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		i, a := g-from, &s.acc[g]
		for k, f := range []float64{a.n, a.sx, a.sxx, a.sy, a.syy, a.sxy} {
			out[k].v.F64[i] = f
		}
	}
}

func (s *regression) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		b := regressionAcc{in[0].F64[r], in[1].F64[r], in[2].F64[r], in[3].F64[r], in[4].F64[r], in[5].F64[r]}
		if err := s.acc[group(gids, r)].merge(b); err != nil {
			return err
		}
	}
	return nil
}

func (s *regression) final(from, to int, out *column) error {
	for g := from; g < to; g++ {
		a := &s.acc[g]
		if s.name == "regr_count" {
			out.v.I64[g-from] = int64(a.n)
			continue
		}
		x, ok := a.result(s.name)
		if !ok {
			out.setNull(g - from)
			continue
		}
		out.v.F64[g-from] = x
	}
	return nil
}

// result is the float8_… function of that name; ok false is NULL.
func (a *regressionAcc) result(name string) (x float64, ok bool) {
	if a.n < 1 {
		return 0, false
	}
	switch name {
	case "regr_sxx":
		return a.sxx, true
	case "regr_syy":
		return a.syy, true
	case "regr_sxy":
		return a.sxy, true
	case "regr_avgx":
		return a.sx / a.n, true
	case "regr_avgy":
		return a.sy / a.n, true
	case "covar_pop":
		return a.sxy / a.n, true
	case "covar_samp":
		return a.sxy / (a.n - 1), a.n >= 2
	case "corr":
		return a.sxy / math.Sqrt(a.sxx*a.syy), a.sxx != 0 && a.syy != 0
	case "regr_r2":
		if a.sxx == 0 {
			return 0, false
		}
		if a.syy == 0 {
			return 1, true
		}
		return float64(a.sxy*a.sxy) / (a.sxx * a.syy), true
	case "regr_slope":
		return a.sxy / a.sxx, a.sxx != 0
	}
	return (a.sy - a.sx*a.sxy/a.sxx) / a.n, a.sxx != 0 // regr_intercept
}

func (s *regression) bytes() int64 { return size(s.acc, 48) }

package agg

import (
	"github.com/dejaq/fasti/kv/vector"
)

// counter is rate, increase, delta, irate and idelta of value and time. The rows
// of a group come in the order of time. A counter that falls has begun again at
// zero; delta and idelta are for gauges, which may fall.
type counter struct {
	name string
	acc  []counterAcc
}

// sample is a value at a time, µs.
type sample struct {
	v float64
	t int64
}

type counterAcc struct {
	n                  int64
	first, before, end sample // the first, the last but one, the last
	sum                float64
}

func (c *counter) resize(groups int) { c.acc = grow(c.acc, groups) }

func (c *counter) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	vals, times := args[0].F64, args[1].I64
	for _, r := range sel {
		c.acc[group(gids, r)].add(sample{vals[r], times[r]})
	}
	return nil
}

func (a *counterAcc) add(s sample) {
	if a.n++; a.n == 1 {
		a.first, a.end = s, s
		return
	}
	a.sum += rise(a.end.v, s.v)
	a.before, a.end = a.end, s
}

// rise returns by how much a counter has grown.
func rise(from, to float64) float64 {
	if to < from {
		return to
	}
	return to - from
}

func (c *counter) partials() []vector.Kind {
	f, i := vector.Float64, vector.Int64
	return []vector.Kind{i, f, i, f, i, f, i, f}
}

func (c *counter) partial(from, to int, out []column) {
	for g := from; g < to; g++ {
		i, a := g-from, &c.acc[g]
		out[0].v.I64[i], out[7].v.F64[i] = a.n, a.sum
		for k, s := range []sample{a.first, a.before, a.end} {
			out[1+2*k].v.F64[i], out[2+2*k].v.I64[i] = s.v, s.t
		}
	}
}

// merge appends what follows the state in time.
func (c *counter) merge(gids []uint32, in []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		a := &c.acc[group(gids, r)]
		at := func(k int) sample { return sample{in[1+2*k].F64[r], in[2+2*k].I64[r]} }
		b := counterAcc{n: in[0].I64[r], first: at(0), before: at(1), end: at(2), sum: in[7].F64[r]}
		switch {
		case b.n == 0:
		case a.n == 0:
			*a = b
		default:
			a.sum += rise(a.end.v, b.first.v) + b.sum
			if a.before = b.before; b.n == 1 {
				a.before = a.end
			}
			a.n, a.end = a.n+b.n, b.end
		}
	}
	return nil
}

func (c *counter) final(from, to int, out *column) error {
	for g := from; g < to; g++ {
		x, ok := c.acc[g].result(c.name)
		if !ok {
			out.setNull(g - from)
			continue
		}
		out.v.F64[g-from] = x
	}
	return nil
}

// result returns the value of an aggregate; ok false is NULL.
func (a *counterAcc) result(name string) (x float64, ok bool) {
	seconds := func(from, to sample) float64 { return (float64(to.t) - float64(from.t)) / 1e6 }
	switch name {
	case "increase":
		return a.sum, a.n > 0
	case "delta":
		return a.end.v - a.first.v, a.n > 0
	case "rate":
		d := seconds(a.first, a.end)
		return a.sum / d, a.n > 1 && d > 0
	case "idelta":
		return a.end.v - a.before.v, a.n > 1
	}
	d := seconds(a.before, a.end)
	return rise(a.before.v, a.end.v) / d, a.n > 1 && d > 0
}

func (c *counter) bytes() int64 { return size(c.acc, 64) }

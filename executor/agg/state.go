package agg

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// state holds the states of one aggregate call for all groups.
type state interface {
	// resize makes room for so many groups.
	resize(groups int)
	// update adds the rows in sel; the group of row r is gids[r], or 0 when gids
	// is nil. It keeps nothing of args.
	update(gids []uint32, args []*vector.Vector, sel []uint16) error
	// partials returns the kinds of the columns of a partial state.
	partials() []vector.Kind
	// partial writes the states of groups [from, to).
	partial(from, to int, out []column)
	// merge adds partial states, as update adds rows.
	merge(gids []uint32, in []*vector.Vector, sel []uint16) error
	// final writes the results of groups [from, to).
	final(from, to int, out *column) error
	// bytes returns the memory held.
	bytes() int64
}

// newState returns the states of an aggregate whose arguments have these types.
// strict says that rows with a NULL argument are skipped.
func newState(id function.ID, args []types.Type, result types.Type) (s state, strict bool, err error) {
	sig := function.ByID(id)
	if sig == nil || sig.Kind != function.Aggregate {
		return nil, false, sqlerr.NotSupported("aggregate %s", id)
	}
	var arg types.Type
	if len(args) > 0 {
		arg = args[0]
	}
	s = stateOf(sig.Name, arg, args, result)
	if s == nil {
		return nil, false, sqlerr.NotSupported("aggregate %s", id)
	}
	return s, sig.Strict, nil
}

func stateOf(name string, arg types.Type, args []types.Type, result types.Type) state {
	switch name {
	case "count":
		return &count{}
	case "sum", "avg":
		avg := name == "avg"
		switch arg.ID {
		case types.Int2, types.Int4, types.Int8:
			return &intSum{avg: avg, numeric: result.ID == types.Numeric, narrow: vector.KindOf(arg) == vector.Int32, room: roomMax}
		case types.Float4, types.Float8:
			return &floatSum{avg: avg, single: result.ID == types.Float4}
		case types.Numeric:
			return &numericSum{avg: avg}
		case types.Interval:
			return &intervalSum{avg: avg}
		}
	case "min", "max":
		return newExtreme(arg, name == "max")
	case "first", "last":
		return &edge{last: name == "last", value: newCells(vector.KindOf(arg)), time: newCells(vector.KindOf(args[1])), cmp: comparerOf(args[1])}
	case "bool_and", "every":
		return &boolean{and: true}
	case "bool_or":
		return &boolean{}
	case "bit_and", "bit_or", "bit_xor":
		return &bitwise{op: name[len("bit_"):], kind: vector.KindOf(arg)}
	case "array_agg":
		return newArrayAgg(arg)
	case "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg":
		return jsonState(len(args) == 2 && name != "json_agg", result)
	case "string_agg":
		return &concat{}
	case "rate", "increase", "delta", "irate", "idelta":
		return &counter{name: name}
	case "percentile_agg", "rollup":
		return &sketches{encoded: name == "rollup"}
	case "corr", "covar_pop", "covar_samp", "regr_avgx", "regr_avgy", "regr_count", "regr_intercept", "regr_r2", "regr_slope",
		"regr_sxx", "regr_sxy", "regr_syy":
		return &regression{name: name}
	case "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop":
		v := spread{root: name[0] == 's', sample: name != "stddev_pop" && name != "var_pop"}
		switch arg.ID {
		case types.Int2, types.Int4, types.Int8:
			return &intSpread{spread: v}
		case types.Float4, types.Float8:
			return &floatSpread{spread: v}
		case types.Numeric:
			return &numericSpread{spread: v}
		}
	}
	return nil
}

// column is one column of results, in memory of its own that is used again.
type column struct {
	v   vector.Vector
	own vector.Vector // keeps the bitmaps while v has none
}

// reset makes the column n zeros of a kind, none NULL.
func (c *column) reset(k vector.Kind, n int) {
	c.v = vector.Vector{Kind: k, Len: n}
	switch k {
	case vector.Bool:
		c.own.Bits = zeros(c.own.Bits, (n+63)/64)
		c.v.Bits = c.own.Bits
	case vector.Int32:
		c.own.I32 = zeros(c.own.I32, n)
		c.v.I32 = c.own.I32
	case vector.Int64:
		c.own.I64 = zeros(c.own.I64, n)
		c.v.I64 = c.own.I64
	case vector.Float64:
		c.own.F64 = zeros(c.own.F64, n)
		c.v.F64 = c.own.F64
	case vector.Word128:
		c.own.W128 = zeros(c.own.W128, n)
		c.v.W128 = c.own.W128
	case vector.Bytes:
		c.own.Spans = zeros(c.own.Spans, n)
		c.own.Arena = c.own.Arena[:0]
		c.v.Spans, c.v.Arena = c.own.Spans, c.own.Arena
	}
}

func (c *column) setNull(i int) {
	if c.v.Nulls == nil {
		c.own.Nulls = zeros(c.own.Nulls, (c.v.Len+63)/64)
		c.v.Nulls = c.own.Nulls
	}
	c.v.Nulls[i>>6] |= 1 << (uint(i) & 63)
}

func (c *column) setBool(i int, b bool) {
	if b {
		c.v.Bits[i>>6] |= 1 << (uint(i) & 63)
	}
}

// arena returns where the text of row i is appended; setText ends it.
func (c *column) arena() []byte { return c.v.Arena }

// setText makes row i what was appended to the arena since the last call.
func (c *column) setText(i int, arena []byte) {
	from := len(c.v.Arena)
	c.v.Spans[i] = vector.Span{Off: uint32(from), Len: uint32(len(arena) - from)}
	c.v.Arena, c.own.Arena = arena, arena
}

// copy makes row i the value of row r of v, Flat or Dict.
func (c *column) copy(i int, v *vector.Vector, r int) {
	if v.IsNull(r) {
		c.setNull(i)
		return
	}
	switch v.Kind {
	case vector.Bool:
		c.setBool(i, v.Bool(r))
	case vector.Int32:
		c.v.I32[i] = v.I32[r]
	case vector.Int64:
		c.v.I64[i] = v.I64[r]
	case vector.Float64:
		c.v.F64[i] = v.F64[r]
	case vector.Word128:
		c.v.W128[i] = v.W128[r]
	case vector.Bytes:
		c.setText(i, append(c.arena(), v.Bytes(r)...))
	}
}

func zeros[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// grow extends s to n elements, the new ones zero, by doubling.
func grow[T any](s []T, n int) []T {
	old := len(s)
	if n <= old {
		return s
	}
	if n > cap(s) {
		s = append(make([]T, 0, max(n, 2*cap(s), 16)), s...)
	}
	s = s[:n]
	clear(s[old:])
	return s
}

func size[T any](s []T, each int) int64 { return int64(cap(s) * each) }

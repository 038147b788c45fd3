package window

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// shifted is lag and lead: the row so many before or behind, in the partition.
func (c *call) shifted(k *chunk) (*result, error) {
	rows := make([]uint32, k.n)
	sign := int64(1)
	if c.name == "lag" {
		sign = -1
	}
	missing := func(int) uint32 { return vector.NoRow }
	src := c.args[0].vector(k)
	if len(c.args) == 3 && !(c.args[2].column < 0 && c.args[2].value.Null) {
		// The defaults stand behind the values.
		b := vector.NewBuilder(c.args[0].kind)
		for i := range rows {
			rows[i] = uint32(i)
		}
		for _, a := range []*argument{&c.args[0], &c.args[2]} {
			if err := b.AppendRows([]*vector.Vector{a.vector(k)}, rows); err != nil {
				return nil, err
			}
		}
		src = b.Columns()[0]
		missing = func(i int) uint32 { return uint32(k.n + i) }
	}
	offset := argument{column: -1, value: vector.IntDatum(1)}
	if len(c.args) > 1 {
		offset = c.args[1]
	}
	k.partitions(func(from, to int) {
		if offset.column < 0 && !offset.value.Null {
			shift(rows, from, to, sign*offset.value.I, missing)
			return
		}
		for i := from; i < to; i++ {
			by, null := offset.at(k, i)
			at := int64(i) + sign*by
			switch {
			case null:
				rows[i] = vector.NoRow
			case at < int64(from) || at >= int64(to):
				rows[i] = missing(i)
			default:
				rows[i] = uint32(at)
			}
		}
	})
	return &result{v: src, rows: rows}, nil
}

// shift sets the rows [from, to) to the rows by behind them.
func shift(rows []uint32, from, to int, by int64, missing func(int) uint32) {
	first, last := from, to // those whose row is in the partition
	if by < 0 {
		first = int(min(int64(to), int64(from)-by))
	} else {
		last = int(max(int64(from), int64(to)-by))
	}
	for i := from; i < first; i++ {
		rows[i] = missing(i)
	}
	at := uint32(int64(first) + by)
	for i := range rows[first:max(first, last)] {
		rows[first+i] = at + uint32(i)
	}
	for i := max(first, last); i < to; i++ {
		rows[i] = missing(i)
	}
}

// framed is first_value, last_value and nth_value.
func (c *call) framed(k *chunk) (*result, error) {
	f, err := k.frame(c)
	if err != nil {
		return nil, err
	}
	rows := make([]uint32, k.n)
	switch c.name {
	case "first_value":
		for i := range rows {
			rows[i] = f.nth(i, 0)
		}
	case "last_value":
		for i := range rows {
			rows[i] = f.last(i)
		}
	default:
		for i := range rows {
			n, null := c.args[1].at(k, i)
			switch {
			case null:
				rows[i] = vector.NoRow
			case n <= 0:
				return nil, sqlerr.New(sqlerr.InvalidArgumentForNthValue, "argument of nth_value must be greater than zero")
			default:
				rows[i] = f.nth(i, n-1)
			}
		}
	}
	return &result{v: c.args[0].vector(k), rows: rows}, nil
}

package join

import (
	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/sort"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// times are the times of the right rows of an ASOF join, by which the rows of each
// key are listed.
type times struct {
	t      types.Type
	expr   *compute.Program
	values *sort.Values
	cols   []*vector.Vector // the time and the keys of a batch
	buf    []uint16
}

// newTimes returns the times of n; nil when it is no ASOF join.
func newTimes(n *physical.Join, right []types.Type) (*times, error) {
	if n.Asof == physical.NotAsof {
		return nil, nil
	}
	t := &times{t: n.RightTime.Type()}
	t.reset()
	var err error
	t.expr, err = compute.Compile([]expr.Expr{n.RightTime}, right)
	return t, err
}

func (t *times) reset() { t.values = sort.NewValues(t.t) }

// append appends the times of the rows of in that have one and no NULL key, and
// returns these rows, the only ones that can be matched.
func (t *times) append(q *op.Context, in *vector.Batch, keys []*vector.Vector) (vector.Rows, error) {
	v, err := t.expr.Run(q, in)
	if err != nil {
		return vector.Rows{}, err
	}
	t.cols = append(append(t.cols[:0], v...), keys...)
	rows := vector.Rows{N: in.Len, Sel: notNull(t.cols, in.Rows(), &t.buf)}
	if len(rows.Sel) == 0 {
		return rows, nil
	}
	return rows, t.values.Append(v[0], in.Len, rows.Sel)
}

// bytes returns the memory of the times; with sorting, also what index will take.
func (t *times) bytes(sorting bool) int64 {
	switch {
	case t == nil:
		return 0
	case sorting:
		return t.values.Bytes() + t.values.SortBytes()
	}
	return t.values.Bytes()
}

// indexTimes lists the rows by key, those of a key by time. Without keys all are
// of key 0.
func (b *Build) indexTimes(q *op.Context) error {
	rows, err := b.times.values.Sort(q)
	if err != nil {
		return err
	}
	if b.keys == nil {
		b.starts, b.list = []uint32{0, uint32(len(rows))}, rows
	} else {
		b.startKeys()
		for _, row := range rows {
			b.place(row)
		}
		b.endKeys()
	}
	b.times.values.Place(b.list)
	return nil
}

// nearest puts, for each row of a left batch, the place in the Build's list of the
// nearest right row in the place of the row's key, hash.None when there is none.
// Of right rows at the same time any is taken.
func (j *Join) nearest(b *vector.Batch) error {
	v, err := j.time.Run(j.q, b)
	if err != nil {
		return err
	}
	rows := b.Rows()
	var some []uint16
	if j.residual != nil {
		if j.kept, err = j.residual.Filter(j.q, b, j.kept[:0]); err != nil {
			return err
		}
		rows.Sel = j.kept
	}
	if j.residual == nil || len(j.kept) > 0 {
		some = notNull(v, rows, &j.timed)
	}
	search, n := j.rows[:0], 0
	for _, r := range j.sel {
		switch {
		case n == len(some) || some[n] != r:
			j.ids[r] = hash.None
			continue
		case j.keys == nil:
			j.ids[r] = 0
		}
		if n++; j.ids[r] != hash.None {
			search = append(search, r)
		}
	}
	j.rows = search
	if len(search) == 0 {
		return nil
	}
	if err := j.finder.Take(v[0], b.Len, search); err != nil {
		return err
	}
	starts := j.build.starts
	before := j.asof == physical.AtOrBefore || j.asof == physical.Before
	orEqual := j.asof == physical.Before || j.asof == physical.AtOrAfter
	for i, r := range search {
		k := j.ids[r]
		from, to := starts[k], starts[k+1]
		at := j.finder.Find(i, from, to, orEqual)
		switch {
		case before && at > from:
			j.ids[r] = at - 1
		case !before && at < to:
			j.ids[r] = at
		default:
			j.ids[r] = hash.None
		}
	}
	return nil
}

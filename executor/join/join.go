package join

import (
	"errors"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/filter"
	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/executor/sort"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// Join is the operator: it reads the left side against a Build.
type Join struct {
	kind     physical.JoinKind
	left     op.Operator
	build    *Build
	owned    bool             // the Build is this operator's alone
	keys     *compute.Program // of the left side; nil without keys
	residual *compute.Program // over the columns of both sides, of the left one with asof; nil for none
	asof     physical.Asof
	time     *compute.Program // of the left side; nil without asof

	q      *op.Context
	ready  bool
	table  *hash.Table // the Build's, to look up in
	wild   *wild
	finder *sort.Finder // of the Build's times; nil without asof

	// The left batch in work.
	batch *vector.Batch
	some  []uint16 // buffer of rows without NULL keys
	timed []uint16 // buffer of rows without NULL times
	ids   []uint32 // keys of its rows; with asof places of their partners
	sel   []uint16 // rows that count
	row   int      // of sel: the next to pair
	match int      // of its matches: the next to pair
	seen  []uint64 // rows that have found a partner

	// Pairs, and what comes of them.
	lefts, rights []uint32
	pairs         pairWindow
	kept          []uint16
	narrow        vector.Batch
	dense         vector.Window
	rows          []uint16

	seenRight []uint64 // right rows that have found a partner
	tail      int      // next right row to look at when the left side is done
	ended     bool

	parted *parted // nil when the right side is in memory
}

// New returns the join of left, and the right side that build reads; owned says
// that nobody else uses build.
func New(left op.Operator, build *Build, owned bool, n *physical.Join) (*Join, error) {
	j := &Join{kind: n.Kind, left: left, build: build, owned: owned, asof: n.Asof}
	l, r := fieldTypes(n.Left), fieldTypes(n.Right)
	j.pairs = newPairWindow(l, r)
	var err error
	if len(n.LeftKeys) > 0 {
		if j.keys, err = compute.Compile(n.LeftKeys, l); err != nil {
			return nil, err
		}
	}
	in := l
	if n.Asof != physical.NotAsof {
		if j.time, err = compute.Compile([]expr.Expr{n.LeftTime}, l); err != nil {
			return nil, err
		}
	} else {
		in = append(append(make([]types.Type, 0, len(l)+len(r)), l...), r...)
	}
	if len(n.Residual) > 0 {
		j.residual, err = compute.CompileFilter(n.Residual, in)
	}
	return j, err
}

func fieldTypes(n physical.Node) []types.Type {
	var ts []types.Type
	for _, f := range n.Fields() {
		ts = append(ts, f.Type)
	}
	return ts
}

// Open opens both sides.
func (j *Join) Open(q *op.Context) error {
	j.q = q
	if err := j.build.Open(q); err != nil {
		return err
	}
	return j.left.Open(q)
}

// Next returns the next rows.
func (j *Join) Next() (*vector.Batch, error) {
	if !j.ready {
		if err := j.start(); err != nil {
			return nil, err
		}
	}
	for !j.ended {
		if err := j.q.Check(); err != nil {
			return nil, err
		}
		if j.batch == nil {
			b, err := j.left.Next()
			if err != nil {
				return nil, err
			}
			if b == nil {
				j.ended = true
				break
			}
			if err := j.take(b); err != nil {
				return nil, err
			}
		}
		out, err := j.step()
		if out != nil || err != nil {
			return out, err
		}
	}
	if j.parted != nil {
		b, err := j.parted.step(j.q)
		return b, j.q.Explain(err)
	}
	return j.rest()
}

// start reads the right side.
func (j *Join) start() error {
	j.ready = true
	if err := j.build.Read(j.q); err != nil {
		return err
	}
	b := j.build
	if b.parts != nil {
		return j.q.Explain(j.divide())
	}
	j.lefts = op.Get[uint32](j.q.Pool, j.q.BatchRows)[:0]
	j.rights = op.Get[uint32](j.q.Pool, vector.MaxRows)[:0]
	if b.table != nil {
		j.table = b.table.Finder()
	}
	if b.times != nil {
		j.finder = b.times.values.Finder()
	}
	if j.table != nil || j.finder != nil {
		j.ids = op.Get[uint32](j.q.Pool, vector.MaxRows)
	}
	if b.wild != nil {
		j.wild = b.wild.fork()
	}
	if j.kind == physical.Right || j.kind == physical.Full {
		j.seenRight = make([]uint64, (b.rows.Len()+63)/64)
	}
	// Nothing can come of an empty right side here, nor of NOT IN with a NULL.
	switch j.kind {
	case physical.Inner, physical.Right, physical.Semi:
		j.ended = b.count == 0
	case physical.AntiNull:
		j.ended = b.null && j.wild == nil
	}
	return nil
}

// take begins a left batch: finds the keys of its rows.
func (j *Join) take(b *vector.Batch) error {
	j.batch, j.row, j.match = b, 0, 0
	j.sel = b.Rows().Selection()
	w := (b.Len + 63) / 64
	if cap(j.seen) < w {
		j.seen = make([]uint64, w)
	}
	j.seen = j.seen[:w]
	clear(j.seen)
	if j.keys != nil {
		if err := j.find(b); err != nil {
			return err
		}
	}
	if j.finder != nil {
		return j.nearest(b)
	}
	return nil
}

// find finds the keys of a left batch.
func (j *Join) find(b *vector.Batch) error {
	keys, err := j.keys.Run(j.q, b)
	if err != nil {
		return err
	}
	if j.wild != nil {
		j.wild.find(keys, b.Rows())
		return nil
	}
	some := notNull(keys, b.Rows(), &j.some)
	if len(some) < len(j.sel) {
		for _, r := range j.sel {
			j.ids[r] = hash.None
		}
		if j.kind == physical.AntiNull && j.build.count > 0 {
			// NULL NOT IN (something) is NULL: as good as found.
			for _, r := range j.sel {
				j.seen[r>>6] |= 1 << (r & 63)
			}
			for _, r := range some {
				j.seen[r>>6] &^= 1 << (r & 63)
			}
		}
	}
	j.table.Find(j.ids, keys, vector.Rows{N: b.Len, Sel: some})
	return nil
}

// step does the next piece of work on the left batch, and returns what comes of
// it; nil is no end.
func (j *Join) step() (*vector.Batch, error) {
	switch {
	case j.kind >= physical.Semi && j.residual == nil && j.keys != nil && j.wild == nil:
		for _, r := range j.sel {
			if j.ids[r] != hash.None {
				j.seen[r>>6] |= 1 << (r & 63)
			}
		}
		return j.finish(), nil
	case j.finder != nil, j.kind <= physical.Left && j.residual == nil && j.build.unique():
		return j.beside(), nil
	}
	n, err := j.pair()
	switch {
	case err != nil:
		return nil, err
	case n == 0:
		return j.finish(), nil
	}
	return j.emit()
}

// beside puts the right columns beside the left batch: each row has at most one
// match.
func (j *Join) beside() *vector.Batch {
	b := j.batch
	j.batch = nil
	kept := j.kept[:0]
	for _, r := range j.sel {
		if j.ids[r] != hash.None {
			kept = append(kept, r)
		}
	}
	j.kept = kept
	sel := kept
	if j.kind == physical.Left {
		sel = j.sel
	}
	if len(sel) == 0 {
		return nil
	}
	if len(sel)*filter.DenseBelow <= b.Len {
		// Few are left: pairs, dense.
		j.lefts, j.rights = j.lefts[:0], j.rights[:0]
		for _, r := range sel {
			j.lefts = append(j.lefts, uint32(r))
			j.rights = append(j.rights, j.partner(r))
		}
		return j.pairs.gather(b.Cols, j.lefts, j.build.rows.Columns(), j.rights)
	}
	rights := j.rights[:b.Len]
	if len(sel) < b.Len {
		for i := range rights {
			rights[i] = vector.NoRow
		}
	}
	for _, r := range sel {
		rights[r] = j.partner(r)
	}
	out := j.pairs.beside(b.Cols, j.build.rows.Columns(), rights)
	out.Len = b.Len
	if len(sel) < b.Len {
		out.Sel = sel
	}
	return out
}

// partner returns the only match of a left row, NoRow when there is none.
func (j *Join) partner(r uint16) uint32 {
	if j.ids[r] == hash.None {
		return vector.NoRow
	}
	return j.build.list[j.ids[r]]
}

// pair collects the next pairs of the left batch, at most as many as a batch
// holds, and returns their number. Rows of which one partner is enough are not
// paired again once they have it.
func (j *Join) pair() (int, error) {
	j.lefts, j.rights = j.lefts[:0], j.rights[:0]
	room, looked := j.q.BatchRows, 0
	for ; j.row < len(j.sel) && room > 0; j.row, j.match = j.row+1, 0 {
		r := j.sel[j.row]
		if j.kind >= physical.Semi && j.seen[r>>6]>>(r&63)&1 != 0 {
			continue
		}
		if j.table == nil || j.wild != nil {
			if j.every(r, &room) {
				break
			}
			if looked += j.build.rows.Len(); looked >= op.CheckRows {
				looked = 0
				if err := j.q.Check(); err != nil {
					return 0, err
				}
			}
			continue
		}
		all := j.build.matches(j.ids[r])
		n := min(len(all)-j.match, room)
		for _, m := range all[j.match : j.match+n] {
			j.lefts = append(j.lefts, uint32(r))
			j.rights = append(j.rights, m)
		}
		room -= n
		if j.match += n; j.match < len(all) {
			break
		}
	}
	return len(j.lefts), nil
}

// every pairs a left row with every right row, or every one that wild lets
// through; it returns true when the room is used up before the end.
func (j *Join) every(r uint16, room *int) (more bool) {
	n := j.build.rows.Len()
	for ; j.match < n; j.match++ {
		if *room == 0 {
			return true
		}
		if j.wild != nil && !j.wild.maybe(r, uint32(j.match)) {
			continue
		}
		j.lefts = append(j.lefts, uint32(r))
		j.rights = append(j.rights, uint32(j.match))
		*room--
	}
	return false
}

// emit evaluates the residual on the pairs, notes which rows have found a
// partner, and returns the pairs that hold, if the join gives pairs.
func (j *Join) emit() (*vector.Batch, error) {
	b := j.pairs.gather(j.batch.Cols, j.lefts, j.build.rows.Columns(), j.rights)
	sel := b.Rows().Selection()
	if j.residual != nil {
		var err error
		if j.kept, err = j.residual.Filter(j.q, b, j.kept[:0]); err != nil {
			return nil, err
		}
		sel = j.kept
	}
	if j.kind != physical.Inner {
		for _, p := range sel {
			l := j.lefts[p]
			j.seen[l>>6] |= 1 << (l & 63)
		}
	}
	if j.seenRight != nil {
		for _, p := range sel {
			r := j.rights[p]
			j.seenRight[r>>6] |= 1 << (r & 63)
		}
	}
	if j.kind >= physical.Semi {
		return nil, nil
	}
	return filter.Narrow(b, sel, &j.narrow, &j.dense), nil
}

// finish ends the left batch, and returns what is due of its rows now that all
// partners are known: Semi, Anti and the rows without one of Left and Full.
func (j *Join) finish() *vector.Batch {
	b := j.batch
	j.batch = nil
	var want uint64
	switch j.kind {
	case physical.Inner, physical.Right:
		return nil
	case physical.Semi:
		want = 1
	}
	j.rows = j.rows[:0]
	for _, r := range j.sel {
		if j.seen[r>>6]>>(r&63)&1 == want {
			j.rows = append(j.rows, r)
		}
	}
	out := filter.Narrow(b, j.rows, &j.narrow, &j.dense)
	if out == nil || j.kind >= physical.Semi {
		return out
	}
	return j.pairs.leftOnly(out)
}

// rest returns the right rows without a partner of Right and Full, when the left
// side is done.
func (j *Join) rest() (*vector.Batch, error) {
	if j.seenRight == nil || j.build.rows == nil {
		return nil, nil
	}
	if err := j.q.Check(); err != nil {
		return nil, err
	}
	j.rights = j.rights[:0]
	for n := j.build.rows.Len(); j.tail < n && len(j.rights) < j.q.BatchRows; j.tail++ {
		if j.seenRight[j.tail>>6]>>(uint(j.tail)&63)&1 == 0 {
			j.rights = append(j.rights, uint32(j.tail))
		}
	}
	if len(j.rights) == 0 {
		return nil, nil
	}
	return j.pairs.rightOnly(j.build.rows.Columns(), j.rights), nil
}

// Figures returns the memory and the disk that the right side took, and the disk
// of the left one.
func (j *Join) Figures() []op.Figure {
	f := j.build.figures()
	if j.parted != nil {
		f = append(f, op.Figure{Name: "Disk Usage", Value: j.parted.left.Written(), Bytes: true})
	}
	return f
}

// Close closes the left side, and the Build when it is owned.
func (j *Join) Close() error {
	if j.ready {
		op.Put(j.q.Pool, j.lefts)
		op.Put(j.q.Pool, j.rights)
		op.Put(j.q.Pool, j.ids)
		j.lefts, j.rights, j.ids, j.ready = nil, nil, nil, false
	}
	err := errors.Join(j.parted.close(), j.left.Close())
	if j.owned {
		err = errors.Join(err, j.build.Close())
	}
	return err
}

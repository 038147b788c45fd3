package join

import (
	"errors"

	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/planner/physical"
	"github.com/dejaq/fasti/sql/expr"
)

// levelMax is how often rows are spread over files: a join whose right side still
// does not fit then has one key with very many rows, and fails.
const levelMax = 4

// spills reports whether the right side may go to files by the hash of its keys.
func (b *Build) spills() bool { return b.keys != nil && b.wild == nil && b.level < levelMax }

// onFiles returns the join of the rows in files: b.node, but for a right side of
// which only the keys are needed, which are its columns then.
func (b *Build) onFiles() *physical.Join {
	if b.keep {
		return b.node
	}
	n := *b.node
	right := &physical.Input{}
	n.RightKeys = nil
	for i, t := range b.types {
		right.Out = append(right.Out, physical.Field{Type: t})
		n.RightKeys = append(n.RightKeys, expr.Column{Index: i, T: t})
	}
	n.Right = right
	return &n
}

// spill moves what has been read so far to files, where the rest goes too.
func (b *Build) spill(q *op.Context) error {
	cols := b.rows.Columns()
	if !b.keep {
		cols = b.table.Keys()
	}
	b.parts = newParts(q, b.onFiles().Right, b)
	var w vector.Window
	for at := 0; at < cols[0].Len; at += vector.MaxRows {
		if err := q.Check(); err != nil {
			return err
		}
		batch := w.Slice(cols, at, min(at+vector.MaxRows, cols[0].Len))
		keys := batch.Cols
		if b.keep {
			var err error
			if keys, err = b.keys.Run(q, batch); err != nil {
				return err
			}
		}
		if err := b.parts.Append(batch, keys, batch.Rows()); err != nil {
			return err
		}
	}
	kinds := make([]vector.Kind, len(b.rows.Columns()))
	for i, v := range b.rows.Columns() {
		kinds[i] = v.Kind
	}
	b.rows, b.table, b.numbers = vector.NewBuilder(kinds...), hash.New(b.types), nil
	if b.times != nil {
		b.times.reset()
	}
	return b.account.Set(b.parts.Memory())
}

func newParts(q *op.Context, n physical.Node, b *Build) *hash.Partitions {
	ts := fieldTypes(n)
	kinds := make([]vector.Kind, len(ts))
	for i, t := range ts {
		kinds[i] = vector.KindOf(t)
	}
	return hash.NewPartitions(q.Spool, kinds, b.types, uint64(b.level+1))
}

// append is read's step once the right side goes to files.
func (b *Build) append(in *vector.Batch, keys []*vector.Vector, buf *[]uint16) error {
	rows := in.Rows()
	if b.kind != physical.Right && b.kind != physical.Full {
		some := notNull(keys, rows, buf)
		b.null = b.null || len(some) < rows.Count()
		if len(some) == 0 {
			return nil
		}
		rows.Sel = some
	}
	if !b.keep {
		in = &vector.Batch{Len: in.Len, Cols: keys}
	}
	if err := b.parts.Append(in, keys, rows); err != nil {
		return err
	}
	return b.account.Set(b.parts.Memory())
}

// parted is a join whose right side is in files: the left side follows it, and
// each pair of files is a join of its own.
type parted struct {
	build *Build
	node  *physical.Join
	left  *hash.Partitions
	next  int
	join  *Join // of the files next-1; nil when none is in work
}

// divide writes the left side to files.
func (j *Join) divide() error {
	p := &parted{build: j.build, node: j.build.onFiles(), left: newParts(j.q, j.build.node.Left, j.build)}
	j.parted = p
	j.ended = true
	if j.kind == physical.AntiNull && j.build.null {
		return nil
	}
	account := j.q.Memory.Child("hash join")
	defer account.Close()
	for {
		if err := j.q.Check(); err != nil {
			return err
		}
		b, err := j.left.Next()
		if err != nil {
			return err
		}
		if b == nil {
			return p.left.Finish()
		}
		keys, err := j.keys.Run(j.q, b)
		if err != nil {
			return err
		}
		rows := b.Rows()
		switch j.kind {
		case physical.Left, physical.Full, physical.Anti:
		default: // a NULL key finds no partner; nor is it certain to have none
			if some := notNull(keys, rows, &j.some); len(some) == 0 {
				continue
			} else {
				rows.Sel = some
			}
		}
		if err := p.left.Append(b, keys, rows); err != nil {
			return err
		}
		if err := account.Set(p.left.Memory()); err != nil {
			return err
		}
	}
}

// step returns the next rows of the files, nil at the end.
func (p *parted) step(q *op.Context) (*vector.Batch, error) {
	for {
		if p.join == nil {
			if p.next == hash.Parts {
				return nil, nil
			}
			if err := p.open(q); err != nil {
				return nil, err
			}
		}
		b, err := p.join.Next()
		if b != nil || err != nil {
			return b, err
		}
		err = p.join.Close()
		p.join = nil
		if err != nil {
			return nil, err
		}
	}
}

// open begins the join of the next pair of files.
func (p *parted) open(q *op.Context) error {
	right := op.NewFile(p.build.parts.File(p.next), false)
	left := op.NewFile(p.left.Take(p.next), true)
	p.next++
	build, err := NewBuild(right, p.node)
	if err != nil {
		return errors.Join(err, left.Close())
	}
	build.level = p.build.level + 1
	if p.join, err = New(left, build, true, p.node); err != nil {
		return errors.Join(err, left.Close())
	}
	return p.join.Open(q)
}

func (p *parted) close() error {
	if p == nil {
		return nil
	}
	err := p.left.Close()
	if p.join != nil {
		err = errors.Join(err, p.join.Close())
		p.join = nil
	}
	return err
}

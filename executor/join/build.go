package join

import (
	"errors"
	"sync"

	"github.com/dejaq/fasti/executor/compute"
	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/planner/physical"
)

// Build is the right side of a join, read into memory.
type Build struct {
	input op.Operator
	kind  physical.JoinKind
	keys  *compute.Program // nil without keys
	types []types.Type     // of the keys
	keep  bool             // rows are needed, not their keys alone
	node  *physical.Join
	times *times // of an ASOF join, else nil
	level int    // how many joins have passed the rows on in files

	mu      sync.Mutex // held while building
	opened  bool
	done    bool
	told    bool // figures
	err     error
	account *op.Account

	// What follows is constant once done.
	table   *hash.Table
	rows    *vector.Builder
	numbers []uint32 // key of each row, hash.None for a NULL
	starts  []uint32 // rows of key k are list[starts[k]:starts[k+1]]; nil: list[k] alone
	list    []uint32
	count   int  // rows of the input
	null    bool // some row has a NULL key
	wild    *wild
	parts   *hash.Partitions // the rows, when they do not fit in memory
}

// NewBuild returns the right side of a join of n, which reads input.
func NewBuild(input op.Operator, n *physical.Join) (*Build, error) {
	b := &Build{input: input, kind: n.Kind, keep: true, node: n}
	in := make([]types.Type, 0)
	kinds := make([]vector.Kind, 0)
	for _, f := range n.Right.Fields() {
		in = append(in, f.Type)
		kinds = append(kinds, vector.KindOf(f.Type))
	}
	b.rows = vector.NewBuilder(kinds...)
	var err error
	if b.times, err = newTimes(n, in); err != nil || len(n.RightKeys) == 0 {
		return b, err
	}
	for _, k := range n.RightKeys {
		b.types = append(b.types, k.Type())
	}
	if b.keys, err = compute.Compile(n.RightKeys, in); err != nil {
		return nil, err
	}
	b.table = hash.New(b.types)
	b.keep = n.Kind < physical.Semi || len(n.Residual) > 0
	if n.Kind == physical.AntiNull && (len(n.RightKeys) > 1 || len(n.Residual) > 0) {
		b.wild, b.keep = newWild(b.types), true
	}
	return b, nil
}

// Open opens the input, the first time.
func (b *Build) Open(q *op.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.opened {
		return b.err
	}
	b.opened = true
	b.account = q.Memory.Child("hash join")
	b.err = b.input.Open(q)
	return b.err
}

// Read reads the input, the first time.
func (b *Build) Read(q *op.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done || b.err != nil {
		return b.err
	}
	b.done = true
	b.err = q.Explain(b.read(q))
	return b.err
}

func (b *Build) read(q *op.Context) error {
	ids := make([]uint32, vector.MaxRows)
	var buf []uint16
	for {
		if err := q.Check(); err != nil {
			return err
		}
		in, err := b.input.Next()
		if err != nil {
			return err
		}
		if in == nil {
			break
		}
		b.count += in.Count()
		rows := in.Rows()
		var keys []*vector.Vector
		if b.keys != nil {
			if keys, err = b.keys.Run(q, in); err != nil {
				return err
			}
			if b.parts != nil {
				if err := b.append(in, keys, &buf); err != nil {
					return err
				}
				continue
			}
		}
		if b.times != nil {
			if rows, err = b.times.append(q, in, keys); err != nil {
				return err
			}
			if len(rows.Sel) == 0 {
				continue
			}
		}
		if b.keys != nil {
			if rows, err = b.number(ids, keys, rows, &buf); err != nil {
				return err
			}
		}
		if b.keep {
			if err := b.rows.Append(&vector.Batch{Len: in.Len, Sel: rows.Sel, Cols: in.Cols}); err != nil {
				return err
			}
		}
		// The list takes as much again as the numbers.
		n := b.bytes() + int64(len(b.numbers))*4 + b.times.bytes(true)
		if !b.spills() {
			if err := b.account.Set(n); err != nil {
				return err
			}
			continue
		}
		spill, err := q.Keep(b.account, n)
		if err == nil && spill {
			err = b.spill(q)
		}
		if err != nil {
			return err
		}
	}
	if b.parts != nil {
		return b.parts.Finish()
	}
	switch {
	case b.times != nil:
		if err := b.indexTimes(q); err != nil {
			return err
		}
	case b.keys == nil || !b.keep || b.wild != nil:
		return nil
	default:
		b.index()
	}
	return b.account.Set(b.bytes() + b.times.bytes(false))
}

// number numbers the keys of the rows that count, and returns the rows to keep:
// those without a NULL key, but all for an outer join of the right side.
func (b *Build) number(ids []uint32, keys []*vector.Vector, rows vector.Rows, buf *[]uint16) (vector.Rows, error) {
	if b.wild != nil {
		return rows, b.wild.add(keys, rows)
	}
	some := notNull(keys, rows, buf)
	if len(some) < rows.Count() {
		b.null = true
	}
	outer := b.kind == physical.Right || b.kind == physical.Full
	if outer {
		for _, r := range rows.Selection() {
			ids[r] = hash.None
		}
	}
	if err := b.table.Map(ids, keys, vector.Rows{N: rows.N, Sel: some}); err != nil {
		return rows, err
	}
	if !outer {
		rows = vector.Rows{N: rows.N, Sel: some}
	}
	if b.keep {
		for _, r := range rows.Selection() {
			b.numbers = append(b.numbers, ids[r])
		}
	}
	return rows, nil
}

// index lists the rows by key: counted, then filled in.
func (b *Build) index() {
	if b.table.Len() == len(b.numbers) { // each key once, and no NULL
		b.list = make([]uint32, len(b.numbers))
		for row, k := range b.numbers {
			b.list[k] = uint32(row)
		}
		return
	}
	b.startKeys()
	for row, k := range b.numbers {
		if k != hash.None {
			b.place(uint32(row))
		}
	}
	b.endKeys()
}

// startKeys counts the rows of each key: starts[k] is where place puts the next one
// of key k, until endKeys.
func (b *Build) startKeys() {
	b.list = make([]uint32, len(b.numbers))
	b.starts = make([]uint32, b.table.Len()+1)
	for _, k := range b.numbers {
		if k != hash.None {
			b.starts[k]++
		}
	}
	sum := uint32(0)
	for k, c := range b.starts {
		b.starts[k] = sum
		sum += c
	}
}

// place lists a row, which has a key, behind the others of its key.
func (b *Build) place(row uint32) {
	k := b.numbers[row]
	b.list[b.starts[k]] = row
	b.starts[k]++
}

func (b *Build) endKeys() {
	copy(b.starts[1:], b.starts)
	b.starts[0] = 0
}

// matches returns the rows of a key.
func (b *Build) matches(key uint32) []uint32 {
	switch {
	case key == hash.None:
		return nil
	case b.starts == nil:
		return b.list[key : key+1]
	}
	return b.list[b.starts[key]:b.starts[key+1]]
}

// unique reports whether no key occurs twice.
func (b *Build) unique() bool { return b.keys != nil && b.starts == nil }

func (b *Build) bytes() int64 {
	n := b.rows.Bytes() + int64(cap(b.numbers)+cap(b.starts)+cap(b.list))*4
	if b.table != nil {
		n += b.table.Bytes()
	}
	if b.wild != nil {
		n += b.wild.bytes()
	}
	return n
}

// figures are told to one of the Joins.
func (b *Build) figures() []op.Figure {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.told || !b.done {
		return nil
	}
	b.told = true
	disk := int64(0)
	if b.parts != nil {
		disk = b.parts.Written()
	}
	return op.MemoryFigures(b.account, disk)
}

// Close closes the input and forgets the rows.
func (b *Build) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.account.Close()
	b.table, b.rows, b.numbers, b.starts, b.list, b.wild, b.times = nil, nil, nil, nil, nil, nil, nil
	return errors.Join(b.parts.Close(), b.input.Close())
}

// notNull returns the rows that count in which no key is NULL; in buf, if not
// all.
func notNull(keys []*vector.Vector, rows vector.Rows, buf *[]uint16) []uint16 {
	sel := rows.Selection()
	own := false
	for _, k := range keys {
		if k.Nulls == nil {
			continue
		}
		if !own {
			*buf = append((*buf)[:0], sel...)
			sel, own = *buf, true
		}
		n := 0
		for _, r := range sel {
			sel[n] = r
			if !k.IsNull(int(r)) {
				n++
			}
		}
		sel = sel[:n]
	}
	return sel
}

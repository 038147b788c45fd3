package hash

import (
	"encoding/binary"
	"errors"

	"github.com/dejaq/fasti/executor/spool"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// Parts is into how many files Partitions spreads rows.
const Parts = 16

// Partitions keeps rows in files by the hash of their keys: equal keys, NULL
// being one of them, are in one file. It belongs to one goroutine.
type Partitions struct {
	columns []column
	seed    uint64
	kinds   []vector.Kind
	space   *spool.Space
	files   [Parts]*spool.File

	written int64
	hashes  []uint64
	sel     [Parts][]uint16
}

// NewPartitions returns Partitions of rows with columns of these kinds. Equal
// seeds spread equal keys alike; rows that came from one file go apart under
// another seed.
func NewPartitions(space *spool.Space, kinds []vector.Kind, keys []types.Type, seed uint64) *Partitions {
	p := &Partitions{columns: make([]column, len(keys)), seed: mix(seed, 0), kinds: kinds, space: space}
	for i, k := range keys {
		p.columns[i] = newColumn(k, true)
	}
	return p
}

// Append writes the named rows of b, which have these keys.
func (p *Partitions) Append(b *vector.Batch, keys []*vector.Vector, rows vector.Rows) error {
	if rows.Count() == 0 {
		return nil
	}
	p.hash(keys, rows)
	for i := range p.sel {
		p.sel[i] = p.sel[i][:0]
	}
	for _, r := range rows.Selection() {
		i := p.hashes[r] % Parts
		p.sel[i] = append(p.sel[i], r)
	}
	for i, sel := range p.sel {
		if len(sel) == 0 {
			continue
		}
		if p.files[i] == nil {
			p.files[i] = p.space.File(p.kinds...)
		}
		if err := p.files[i].Append(&vector.Batch{Len: b.Len, Sel: sel, Cols: b.Cols}); err != nil {
			return err
		}
	}
	return nil
}

// hash sets the hashes of the keys of the rows that count.
func (p *Partitions) hash(keys []*vector.Vector, rows vector.Rows) {
	p.hashes = resize(p.hashes, rows.N)
	sel := rows.Selection()
	for _, r := range sel {
		p.hashes[r] = p.seed
	}
	for i := range p.columns {
		c := &p.columns[i]
		if c.class == words {
			c.words(keys[i], rows)
			each(c.nulls, rows.N, func(r int) { c.value[r] = ^uint64(0) })
			for _, r := range sel {
				p.hashes[r] = mix(c.value[r], p.hashes[r])
			}
			continue
		}
		v := c.flat.Flatten(keys[i], rows)
		if c.class == pairs {
			vals := c.pairsOf(v)
			for _, r := range sel {
				if !v.IsNull(int(r)) {
					p.hashes[r] = mix(vals[r][1], mix(vals[r][0], p.hashes[r]))
				}
			}
			continue
		}
		arena, spans := c.textOf(v, sel)
		for _, r := range sel {
			if !v.IsNull(int(r)) {
				p.hashes[r] = hashText(arena[spans[r].Off:spans[r].Off+spans[r].Len], p.hashes[r])
			}
		}
	}
}

func hashText(b []byte, seed uint64) uint64 {
	h := mix(uint64(len(b)), seed)
	for ; len(b) >= 8; b = b[8:] {
		h = mix(binary.LittleEndian.Uint64(b), h)
	}
	for _, c := range b {
		h = mix(uint64(c), h)
	}
	return h
}

// Finish ends the writing.
func (p *Partitions) Finish() error {
	for _, f := range p.files {
		if f == nil {
			continue
		}
		if err := f.Finish(); err != nil {
			return err
		}
		p.written += f.OnDisk()
	}
	return nil
}

// File returns file i < Parts, nil when it has no rows.
func (p *Partitions) File(i int) *spool.File { return p.files[i] }

// Take is File for who closes the file itself.
func (p *Partitions) Take(i int) *spool.File {
	f := p.files[i]
	p.files[i] = nil
	return f
}

// Written returns the bytes that went to files, those taken since included.
func (p *Partitions) Written() int64 { return p.written }

// Memory returns the bytes that the files hold in memory.
func (p *Partitions) Memory() int64 {
	var n int64
	for _, f := range p.files {
		if f != nil {
			n += f.Memory()
		}
	}
	return n
}

// Close removes the files that were not taken. It may be called on nil.
func (p *Partitions) Close() error {
	if p == nil {
		return nil
	}
	var errs []error
	for i := range p.files {
		errs = append(errs, p.Take(i).Close())
	}
	return errors.Join(errs...)
}

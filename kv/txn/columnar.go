package txn

import (
	"errors"
	"slices"

	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/segment"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// columnar reads shards from segments where they have not changed since those were
// written. It belongs to a Reader.
type columnar struct {
	scan   *Scan
	reader *segment.Reader
	slots  []slot // by column of the scan
	all    vector.Vector
	near   []uint16
	last   []schema.Timestamp
}

// slot holds the chunk of a column that was read last.
type slot struct {
	header *segment.Header
	group  int
	chunk  segment.Chunk
	picked vector.Scratch
}

// source is where a stretch of a unit is read: rows of a segment, or a range of row
// versions.
type source struct {
	id       segment.ID
	header   *segment.Header // nil for versions
	at, end  int             // rows of the segment
	from, to []byte          // keys
}

// readsColumns reports whether the scan may read segments: those that need the keys of
// rows may not, and a few rows by their key or an index are not worth it.
func (s *Scan) readsColumns() bool {
	return s.index == nil && len(s.spec.Key) == 0 && !slices.Contains(s.spec.Columns, Locator)
}

func newColumnar(s *Scan) (*columnar, error) {
	r, err := segment.NewReader(s.snap)
	return &columnar{scan: s, reader: r, slots: make([]slot, len(s.spec.Columns))}, err
}

// sources says where the rows of u are, in their order.
func (c *columnar) sources(u *unit, dst []source) ([]source, error) {
	whole := append(dst, source{from: u.from, to: u.to})
	id := segment.ID{Group: u.group, Table: c.scan.spec.Table.ID, Block: u.block}
	h, err := segment.Find(c.scan.snap, id)
	if err != nil && !errors.Is(err, segment.ErrCorrupt) {
		return nil, err
	}
	if h == nil || !c.has(h) { // a damaged one is as good as none: rows have it all
		return whole, nil
	}
	g, err := c.scan.db.group(u.group)
	if err != nil {
		return nil, err
	}
	c.last = slices.Grow(c.last[:0], len(u.shards))[:len(u.shards)]
	g.LastTS(u.shards, c.last)
	row, at := 0, 0 // of the segment: first row of its shard number at
	for i, sh := range u.shards {
		for at < len(h.Shards) && h.Shards[at].ID.Compare(sh) < 0 {
			row += int(h.Shards[at].Rows)
			at++
		}
		fresh := at < len(h.Shards) && h.Shards[at].ID == sh && h.Shards[at].LastTS == c.last[i] && c.last[i] <= c.scan.at
		prev := len(dst) - 1
		switch {
		case !fresh:
			from, to := keys.ShardBounds(u.group, sh)
			if prev >= 0 && dst[prev].header == nil {
				dst[prev].to = to
			} else {
				dst = append(dst, source{from: from, to: to})
			}
		case prev >= 0 && dst[prev].header != nil && dst[prev].end == row:
			dst[prev].end += int(h.Shards[at].Rows)
		case h.Shards[at].Rows > 0:
			dst = append(dst, source{id: id, header: h, at: row, end: row + int(h.Shards[at].Rows)})
		}
		if fresh {
			c.scan.columnar.Add(1)
		}
	}
	return dst, nil
}

// has reports whether a segment has every column of the scan. One that was added with
// a default is read from versions: a segment does not say which default it was
// written with, and a change of the catalog may have failed since.
func (c *columnar) has(h *segment.Header) bool {
	for _, o := range c.scan.spec.Columns {
		col := &c.scan.spec.Table.Columns[o]
		if col.Missing != nil || !slices.Contains(h.Columns, segment.Column{ID: col.ID, Type: col.Type.ID}) {
			return false
		}
	}
	return true
}

// window is a morsel of a segment: rows [from, from+rows) of a row group.
type window struct {
	columnar *columnar // nil when the morsel is of row versions
	source   source
	group    int
	from     int
	rows     int
}

// next takes the next rows of src, which it advances, as far as they lie in one row
// group; ok is false at its end.
func (c *columnar) next(src *source, w *window) (ok bool) {
	if src.at == src.end {
		return false
	}
	g, start := 0, 0
	for start+int(src.header.Groups[g]) <= src.at {
		start += int(src.header.Groups[g])
		g++
	}
	n := min(src.end-src.at, start+int(src.header.Groups[g])-src.at, vector.MaxRows)
	*w = window{columnar: c, source: *src, group: g, from: src.at - start, rows: n}
	src.at += n
	return true
}

// chunk returns the chunk of a column of the scan.
func (w *window) chunk(col int) (*segment.Chunk, error) {
	c := w.columnar
	s := &c.slots[col]
	if s.header == w.source.header && s.group == w.group {
		return &s.chunk, nil
	}
	s.header = nil
	id := c.scan.spec.Table.Columns[c.scan.spec.Columns[col]].ID
	if err := c.reader.Read(w.source.id, w.source.header, id, w.group, &s.chunk); err != nil {
		return nil, err
	}
	s.header, s.group = w.source.header, w.group
	return &s.chunk, nil
}

func (w *window) decode(col, from, to int, out *vector.Vector) error {
	ch, err := w.chunk(col)
	if err != nil {
		return err
	}
	ch.Decode(w.from+from, w.from+to, out)
	return nil
}

// decodeSel decodes the stretch that holds the rows, and picks them.
func (w *window) decodeSel(col int, rows []uint16, out *vector.Vector) error {
	ch, err := w.chunk(col)
	if err != nil {
		return err
	}
	c := w.columnar
	first, last := int(rows[0]), int(rows[len(rows)-1])
	ch.Decode(w.from+first, w.from+last+1, &c.all)
	c.near = c.near[:0]
	for _, r := range rows {
		c.near = append(c.near, r-uint16(first))
	}
	*out = *c.slots[col].picked.Select(&c.all, c.near)
	return nil
}

package segment

import (
	"errors"
	"math"

	"github.com/dejaq/fasti/kv/encoding"
	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// groupRows is how many rows make a row group; the last may have a quarter more, so
// that no tiny one is left.
const groupRows = 16 << 10

// ErrTooLarge is returned for more rows than row groups can be numbered.
var ErrTooLarge = errors.New("segment: too many rows")

// Writer writes one segment. It belongs to one goroutine.
type Writer struct {
	store  *store.Store
	id     ID
	header Header
	rows   *vector.Builder
	window vector.Window
	chunk  []byte
	key    []byte
}

// NewWriter returns the writer of a new generation of a segment, with these columns
// of table t.
func NewWriter(s *store.Store, id ID, t *schema.Table) (*Writer, error) {
	w := &Writer{store: s, id: id}
	old, err := Find(s.Reader(), id)
	if err != nil && !errors.Is(err, ErrCorrupt) {
		return nil, err
	}
	if old != nil {
		w.header.Generation = old.Generation + 1
	}
	var kinds []vector.Kind
	for _, c := range t.Columns {
		w.header.Columns = append(w.header.Columns, Column{c.ID, c.Type.ID})
		kinds = append(kinds, vector.KindOf(c.Type))
	}
	w.rows = vector.NewBuilder(kinds...)
	// What a writer before left of this generation without a header.
	batch := s.NewBatch()
	defer func() { _ = batch.Close() }()
	from, to := keys.ColumnBounds(id.Group, id.Table, id.Block, w.header.Generation, math.MaxUint32)
	if err := batch.DeleteRange(from, to, nil); err != nil {
		return nil, err
	}
	return w, s.Apply(batch, false)
}

// Shard ends the rows of a shard: the rows appended since the last call.
func (w *Writer) Shard(s Shard) { w.header.Shards = append(w.header.Shards, s) }

// Append adds rows, all columns of the table, in Flat vectors.
func (w *Writer) Append(b *vector.Batch) error {
	if err := w.rows.Append(b); err != nil {
		return err
	}
	for w.rows.Len() >= groupRows+groupRows/4 {
		if err := w.flush(groupRows); err != nil {
			return err
		}
	}
	return nil
}

// flush writes the first n rows as a row group.
func (w *Writer) flush(n int) error {
	if len(w.header.Groups) == math.MaxUint16 {
		return ErrTooLarge
	}
	batch := w.store.NewBatch()
	defer func() { _ = batch.Close() }()
	cols := w.window.Slice(w.rows.Columns(), 0, n).Cols
	for i, v := range cols {
		w.chunk = encoding.Append(w.chunk[:0], v)
		w.key = keys.AppendColumn(w.key[:0], w.id.Group, w.id.Table, w.id.Block, w.header.Generation, w.header.Columns[i].ID, uint16(len(w.header.Groups)))
		if err := batch.Set(w.key, w.chunk, nil); err != nil {
			return err
		}
	}
	if err := w.store.Apply(batch, false); err != nil {
		return err
	}
	w.header.Groups = append(w.header.Groups, uint32(n))
	rest := make([]uint32, 0, w.rows.Len()-n)
	for i := n; i < w.rows.Len(); i++ {
		rest = append(rest, uint32(i))
	}
	return w.rows.Keep(rest)
}

// Finish makes the segment what readers find.
func (w *Writer) Finish() (*Header, error) {
	if w.rows.Len() > 0 {
		if err := w.flush(w.rows.Len()); err != nil {
			return nil, err
		}
	}
	batch := w.store.NewBatch()
	defer func() { _ = batch.Close() }()
	from, to := keys.ColumnBounds(w.id.Group, w.id.Table, w.id.Block, 0, w.header.Generation)
	if err := batch.DeleteRange(from, to, nil); err != nil {
		return nil, err
	}
	if err := batch.Set(keys.Segment(w.id.Group, w.id.Table, w.id.Block), w.header.encode(), nil); err != nil {
		return nil, err
	}
	return &w.header, w.store.Apply(batch, false)
}

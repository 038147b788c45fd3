package segment

import (
	"bytes"
	"errors"

	"github.com/dejaq/fasti/kv/encoding"
	"github.com/dejaq/fasti/kv/keys"
	"github.com/dejaq/fasti/kv/store"
	"github.com/dejaq/fasti/meta/schema"
)

// Find returns the header of a segment, nil when there is none.
func Find(r store.Reader, id ID) (*Header, error) {
	v, closer, err := r.Get(keys.Segment(id.Group, id.Table, id.Block))
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil
		}
		return nil, err
	}
	h, err := decodeHeader(v)
	return h, errors.Join(err, closer.Close())
}

// Reader reads chunks. It belongs to one goroutine.
type Reader struct {
	it  *store.Iterator
	key []byte
}

// NewReader returns a Reader over r, which the caller closes before r.
func NewReader(r store.Reader) (*Reader, error) {
	it, err := r.NewIter(nil)
	return &Reader{it: it}, err
}

// Close releases the Reader.
func (r *Reader) Close() error { return r.it.Close() }

// Chunk is one column of one row group, with memory that is used again.
type Chunk struct {
	encoding.Chunk
	bytes []byte
}

// Read makes c the chunk of a column in row group g of the segment. It returns
// ErrCorrupt when that is not there, or is no chunk of the group's rows.
func (r *Reader) Read(id ID, h *Header, col schema.ColumnID, g int, c *Chunk) error {
	r.key = keys.AppendColumn(r.key[:0], id.Group, id.Table, id.Block, h.Generation, col, uint16(g))
	if !r.it.SeekGE(r.key) || !bytes.Equal(r.it.Key(), r.key) {
		return errors.Join(ErrCorrupt, r.it.Error())
	}
	v, err := r.it.ValueAndErr()
	if err != nil {
		return err
	}
	c.bytes = append(c.bytes[:0], v...)
	if err := c.Open(c.bytes, false); err != nil { // the block of the store has a checksum
		return errors.Join(ErrCorrupt, err)
	}
	if c.Rows() != int(h.Groups[g]) {
		return ErrCorrupt
	}
	return nil
}

package rowenc

import (
	"encoding/binary"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// rowMax is the longest DataRow: its length is a signed 32-bit number, and
// PostgreSQL holds a row in one allocation of less than 1 GiB.
const rowMax = 1<<30 - 1

// Encoder appends rows as DataRow messages.
type Encoder struct{ fields *Fields }

// New returns an encoder for columns of these types. formats has a code per
// column, one for all, or none for text. The settings are copied. Errors: 08P01,
// 22023, 0A000.
func New(ts []types.Type, formats []int16, s *value.Settings) (*Encoder, error) {
	f, err := NewFields(ts, formats, s)
	if err != nil {
		return nil, err
	}
	return &Encoder{fields: f}, nil
}

// AppendRows appends the selected rows of b, numbered [from, to) among the
// selected. A row of 1 GiB or more is refused with 54000; dst then ends with the
// row before it.
func (e *Encoder) AppendRows(dst []byte, b *vector.Batch, from, to int) ([]byte, error) {
	f := e.fields
	f.Set(b)
	n := len(f.cols)
	for k := from; k < to; k++ {
		row := k
		if b.Sel != nil {
			row = int(b.Sel[k])
		}
		start := len(dst)
		dst = append(dst, 'D', 0, 0, 0, 0, byte(n>>8), byte(n))
		for j := range f.cols {
			c := &f.cols[j]
			i, null := c.index(row)
			if null {
				dst = append(dst, 0xff, 0xff, 0xff, 0xff)
				continue
			}
			at := len(dst)
			dst = append(dst, 0, 0, 0, 0)
			if c.code == rawBytes { // the most frequent, without a call
				s := c.spans[i]
				dst = append(dst, c.arena[s.Off:s.Off+s.Len]...)
			} else {
				dst = f.append(dst, c, i)
			}
			binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		}
		size := len(dst) - start - 1
		if size > rowMax {
			return dst[:start], sqlerr.New(sqlerr.ProgramLimitExceeded, "row is too large: size %d, maximum size %d", size, rowMax)
		}
		binary.BigEndian.PutUint32(dst[start+1:], uint32(size))
	}
	return dst, nil
}

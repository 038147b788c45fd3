package value

import (
	"encoding/binary"

	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// fieldType returns the type of field i of a record of type t whose value says
// id: the definition knows more than the value, when there is one.
func fieldType(t types.Type, i int, id types.ID) types.Type {
	if t.Def != nil && i < len(t.Def.Fields) && t.Def.Fields[i].Type.ID == id {
		return t.Def.Fields[i].Type
	}
	return types.Of(id)
}

// appendRecord is record_out.
func appendRecord(dst []byte, t types.Type, enc string, s *Settings) []byte {
	r, err := nested.OpenRecord(bytesOf(enc))
	dst = append(dst, '(')
	for i := 0; err == nil && i < r.Len(); i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		var id types.ID
		var d vector.Datum
		if id, d, err = r.Next(); err == nil && !d.Null {
			start := len(dst)
			dst = quoteField(Append(dst, fieldType(t, i, id), d, s), start)
		}
	}
	return append(dst, ')')
}

// quoteField puts dst[start:] in quotes where record_in would read it otherwise.
func quoteField(dst []byte, start int) []byte {
	quote, doubled := len(dst) == start, 0
	for _, c := range dst[start:] {
		switch {
		case c == '"' || c == '\\':
			quote = true
			doubled++
		case c == '(' || c == ')' || c == ',' || isArraySpace(c):
			quote = true
		}
	}
	if !quote {
		return dst
	}
	return spread(dst, start, doubled, func(c byte) bool { return c == '"' || c == '\\' }, 0)
}

// appendRecordBinary is record_send: the number of fields, then the OID of each,
// its length, -1 for NULL, and its binary form.
func appendRecordBinary(dst []byte, t types.Type, enc string) []byte {
	r, err := nested.OpenRecord(bytesOf(enc))
	dst = binary.BigEndian.AppendUint32(dst, uint32(r.Len()))
	for i := 0; err == nil && i < r.Len(); i++ {
		var id types.ID
		var d vector.Datum
		if id, d, err = r.Next(); err == nil {
			ft := fieldType(t, i, id)
			dst = binary.BigEndian.AppendUint32(dst, ft.OID())
			dst = appendFieldBinary(dst, ft, d)
		}
	}
	return dst
}

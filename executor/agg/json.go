package agg

import (
	"encoding/binary"
	"math"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// jsonTexts is json_agg and json_object_agg: pieces of text, whose arguments the
// binder has made json (and behind the value of json_agg what stands before it).
type jsonTexts struct {
	concat
	object bool
	buf    []byte
}

func (j *jsonTexts) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		between := []byte(", ")
		j.buf = j.buf[:0]
		if j.object {
			if args[0].IsNull(int(r)) {
				return sqlerr.New(sqlerr.InvalidParameterValue, "field name must not be null")
			}
			j.buf = append(appendMemberName(j.buf, args[0].Bytes(int(r))), " : "...)
			j.buf = appendJSONText(j.buf, args[1], int(r))
		} else {
			between = args[1].Bytes(int(r))
			j.buf = appendJSONText(j.buf, args[0], int(r))
		}
		if err := j.add(group(gids, r), between, j.buf, uint32(len(between))); err != nil {
			return err
		}
	}
	return nil
}

// appendMemberName writes a scalar as the name of a member: in quotation marks.
func appendMemberName(dst, scalar []byte) []byte {
	if scalar[0] == '"' {
		return append(dst, scalar...)
	}
	return append(append(append(dst, '"'), scalar...), '"')
}

func appendJSONText(dst []byte, v *vector.Vector, i int) []byte {
	if v.IsNull(i) {
		return append(dst, "null"...)
	}
	return append(dst, v.Bytes(i)...)
}

func (j *jsonTexts) final(from, to int, out *column) error {
	open, end := "[", "]"
	if j.object {
		open, end = "{ ", " }"
	}
	for g := from; g < to; g++ {
		l := j.groups[g]
		if l.head == 0 {
			out.setNull(g - from)
			continue
		}
		j.buf = j.append(j.buf[:0], g)
		dst := append(append(append(out.arena(), open...), j.buf[l.first:]...), end...)
		if len(dst) > math.MaxUint32 {
			return vector.ErrTooLarge
		}
		out.setText(g-from, dst)
	}
	return nil
}

// jsonValues is jsonb_agg and jsonb_object_agg: pieces are values of jsonb, each
// behind its length as uvarint; of an object keys and values in turn.
type jsonValues struct {
	concat
	object  bool
	buf     []byte
	key     []byte
	builder json.Builder
}

func (j *jsonValues) update(gids []uint32, args []*vector.Vector, sel []uint16) error {
	for _, r := range sel {
		j.buf = j.buf[:0]
		if j.object && args[0].IsNull(int(r)) {
			return sqlerr.New(sqlerr.InvalidParameterValue, "field name must not be null")
		}
		for _, a := range args {
			var v []byte // null
			if !a.IsNull(int(r)) {
				v = a.Bytes(int(r))
			}
			j.buf = append(binary.AppendUvarint(j.buf, uint64(len(v))), v...)
		}
		if err := j.add(group(gids, r), nil, j.buf, 0); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonValues) final(from, to int, out *column) error {
	for g := from; g < to; g++ {
		if j.groups[g].head == 0 {
			out.setNull(g - from)
			continue
		}
		j.buf = j.append(j.buf[:0], g)
		rest := j.buf
		next := func() json.Value {
			n, size := binary.Uvarint(rest)
			v := rest[size : size+int(n)]
			rest = rest[size+int(n):]
			return v
		}
		b := &j.builder
		b.Reset()
		if j.object {
			b.BeginObject()
		} else {
			b.BeginArray()
		}
		for len(rest) > 0 {
			if j.object {
				j.key = next().AppendPlain(j.key[:0])
				b.Key(j.key)
			}
			b.Value(next())
		}
		b.End()
		dst, err := b.Append(out.arena())
		if err != nil {
			return err
		}
		if len(dst) > math.MaxUint32 {
			return vector.ErrTooLarge
		}
		out.setText(g-from, dst)
	}
	return nil
}

// jsonState returns the states of an aggregate that makes json or jsonb.
func jsonState(object bool, result types.Type) state {
	if result.ID == types.JSONB {
		return &jsonValues{object: object}
	}
	return &jsonTexts{object: object}
}

package json

import (
	"encoding/binary"

	"github.com/dejaq/fasti/kv/decimal"
)

// Tags of the order-preserving form. A scalar at the top counts as an array of
// one element there, below an array of one: the order of PostgreSQL, in which
// the empty array is the least value of all.
const (
	keyNull byte = iota + 1
	keyString
	keyNumber
	keyBool
	keyArray
	keyObject
)

// AppendKey writes the order-preserving form of v: keys compare by bytes as the
// values do (compareJsonbContainers), and equal values have equal keys. A key
// ends itself: others may follow.
func (v Value) AppendKey(dst []byte) []byte {
	switch v.Kind() {
	case Object:
		return v.appendKey(dst)
	case Array:
		dst = binary.BigEndian.AppendUint32(append(dst, keyArray), uint32(v.Len()))
		return v.appendElems(append(dst, 1))
	}
	return v.appendKey(append(dst, keyArray, 0, 0, 0, 1, 0))
}

func (v Value) appendKey(dst []byte) []byte {
	switch v.Kind() {
	case Null:
		return append(dst, keyNull)
	case String:
		return append(append(append(dst, keyString), v.Bytes()...), 0)
	case Number:
		return decimal.AppendKey(append(dst, keyNumber), v.Bytes())
	case Bool:
		return append(dst, keyBool, v[0]-tagFalse)
	case Array:
		return v.appendElems(binary.BigEndian.AppendUint32(append(dst, keyArray), uint32(v.Len())))
	}
	dst = binary.BigEndian.AppendUint32(append(dst, keyObject), uint32(v.Len()))
	for i := range v.Len() {
		dst = append(append(append(dst, keyString), v.KeyAt(i)...), 0)
		dst = v.Elem(i).appendKey(dst)
	}
	return dst
}

func (v Value) appendElems(dst []byte) []byte {
	for i := range v.Len() {
		dst = v.Elem(i).appendKey(dst)
	}
	return dst
}

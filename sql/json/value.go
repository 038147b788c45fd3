package json

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"sort"

	"github.com/dejaq/fasti/kv/decimal"
)

// Kind is the kind of a value, in the order in which kinds sort.
type Kind uint8

const (
	Null Kind = iota
	String
	Number
	Bool
	Array
	Object
)

// String returns what jsonb_typeof does.
func (k Kind) String() string {
	return [...]string{"null", "string", "number", "boolean", "array", "object"}[k]
}

const (
	tagNull byte = iota
	tagString
	tagNumber
	tagFalse
	tagTrue
	tagArray
	tagObject
)

// Value is a jsonb value in its binary form. The empty Value, which stands under
// a NULL, is null.
type Value []byte

// Kind returns the kind of v.
func (v Value) Kind() Kind {
	if len(v) == 0 {
		return Null
	}
	switch v[0] & 0x0f {
	case tagString:
		return String
	case tagNumber:
		return Number
	case tagFalse, tagTrue:
		return Bool
	case tagArray:
		return Array
	case tagObject:
		return Object
	}
	return Null
}

// IsScalar reports whether v is neither an array nor an object.
func (v Value) IsScalar() bool { return v.Kind() < Array }

// Truth returns the value of a Bool.
func (v Value) Truth() bool { return len(v) > 0 && v[0] == tagTrue }

// Bytes returns the characters of a String, or the encoding (kv/decimal) of a
// Number; they alias v.
func (v Value) Bytes() []byte { return v[1:] }

// Decimal returns the value of a Number.
func (v Value) Decimal() decimal.Decimal {
	d, err := decimal.Decode(v.Bytes())
	if err != nil {
		return decimal.NaN() // no Builder wrote these bytes
	}
	return d
}

// Len returns the number of elements of an Array or of members of an Object, 0
// for a scalar.
func (v Value) Len() int {
	if v.IsScalar() {
		return 0
	}
	return int(v.word(0))
}

// word returns word i of a container's table.
func (v Value) word(i int) uint32 {
	switch v[0] >> 4 {
	case 0:
		return uint32(v[1+i])
	case 1:
		return uint32(binary.LittleEndian.Uint16(v[1+2*i:]))
	}
	return binary.LittleEndian.Uint32(v[1+4*i:])
}

// part returns entry i of the list whose ends begin at word first and whose
// bytes begin at base.
func (v Value) part(first, i int, base uint32) []byte {
	from := base
	if i > 0 {
		from += v.word(first + i - 1)
	}
	to := base + v.word(first+i)
	return v[from:to:to]
}

// data returns where the bytes behind a table of words words begin.
func (v Value) data(words int) uint32 { return uint32(1 + words<<(v[0]>>4)) }

// Elem returns element i of an Array, or the value of member i of an Object, in
// [0, Len); it aliases v.
func (v Value) Elem(i int) Value {
	n := v.Len()
	if v[0]&0x0f == tagArray {
		return v.part(1, i, v.data(1+n))
	}
	return v.part(1+n, i, v.data(1+2*n)+v.word(n))
}

// KeyAt returns the key of member i of an Object; it aliases v.
func (v Value) KeyAt(i int) []byte { return v.part(1, i, v.data(1+2*v.Len())) }

// find returns where key is among the members of an Object, or belongs.
func (v Value) find(key []byte) (int, bool) {
	return sort.Find(v.Len(), func(i int) int { return compareKeys(key, v.KeyAt(i)) })
}

// compareKeys orders keys within an object.
func compareKeys(a, b []byte) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return bytes.Compare(a, b)
}

// Get returns the value of a member of an Object; ok is false when it has none
// of this key, or v is no object. It takes O(log n) and aliases v.
func (v Value) Get(key []byte) (member Value, ok bool) {
	if v.Kind() != Object {
		return nil, false
	}
	i, ok := v.find(key)
	if !ok {
		return nil, false
	}
	return v.Elem(i), true
}

// At returns element i of an Array, from the end when i is negative; ok is false
// when there is none, or v is no array.
func (v Value) At(i int) (elem Value, ok bool) {
	if v.Kind() != Array {
		return nil, false
	}
	n := v.Len()
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return nil, false
	}
	return v.Elem(i), true
}

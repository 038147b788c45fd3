package json

import (
	"encoding/binary"
	"unsafe"
)

// PostgresOffset returns how far from the container root its part v would begin
// in PostgreSQL's binary form, in bytes: the id that the jsonpath method
// keyvalue() shows. It is 0 when v is no part of root; v aliases it then.
func PostgresOffset(root, v Value) int64 {
	if len(root) == 0 || len(v) == 0 {
		return 0
	}
	at := uintptr(unsafe.Pointer(&v[0])) - uintptr(unsafe.Pointer(&root[0]))
	if at == 0 || at >= uintptr(len(root)) {
		return 0
	}
	off, _ := postgresSize(root, int64(at))
	return off
}

// postgresSize returns the size of a container in PostgreSQL's form, and where in
// it the container begins that stands at byte at of v; -1 for none.
func postgresSize(v Value, at int64) (found, size int64) {
	found = -1
	n := v.Len()
	size = 4 + 4*int64(n)
	if v.Kind() == Object {
		size += 4 * int64(n)
		for i := range n {
			size += int64(len(v.KeyAt(i)))
		}
	}
	align := func() { size = (size + 3) &^ 3 }
	for i := range n {
		e := v.Elem(i)
		switch e.Kind() {
		case String:
			size += int64(len(e.Bytes()))
		case Number:
			align()
			size += postgresNumber(e)
		case Array, Object:
			align()
			here := int64(uintptr(unsafe.Pointer(&e[0])) - uintptr(unsafe.Pointer(&v[0])))
			if here == at {
				found = size
			}
			inner, more := postgresSize(e, at-here)
			if inner >= 0 && found < 0 && at > here && at < here+int64(len(e)) {
				found = size + inner
			}
			size += more
		}
	}
	return found, size
}

// postgresNumber is the size of a numeric, whose header is short for a small
// weight and scale.
func postgresNumber(v Value) int64 {
	w := v.Decimal().AppendWire(nil)
	digits, weight, scale := binary.BigEndian.Uint16(w), int16(binary.BigEndian.Uint16(w[2:])), binary.BigEndian.Uint16(w[6:])
	header := int64(8)
	if scale <= 63 && weight >= -64 && weight <= 63 {
		header = 6
	}
	return header + 2*int64(digits)
}

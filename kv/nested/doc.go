// Package nested is the value encoding of arrays and records: how a Bytes vector
// holds them and how rows store them. It knows layout only; sql/value has the
// text and binary forms, kv/keys the order-preserving form.
//
// # An array
//
//	bytes   field
//	1       number of dimensions 0..6, and the Kind of the elements << 4
//	        (nothing follows without dimensions: the empty array)
//	var     per dimension: uvarint length ≥ 1, varint lower bound
//	1       1 when some element is NULL, else 0
//	(n+7)/8 only then: bit i%8 of byte i/8 is set when element i is NULL
//	var     n elements in row-major order, n the product of the lengths:
//	        fixed width, little-endian: bool 1, Int32 4, Int64 and Float64 8,
//	        Word128 16 bytes, zero under NULL; or for Bytes n uint32 offsets of
//	        the ends of the elements, from the end of the last offset on, and then
//	        the elements
//
// # A record
//
//	bytes   field
//	var     uvarint number of fields
//	var     per field: uvarint types.ID, uvarint 0 for NULL or length+1, the value
//	        as an element of an array
//
// # Invariants
//
//   - N1: equal arrays whose elements have equal bytes have equal bytes.
//   - N2: element i of an array is found without looking at others.
//   - N3: OpenArray and OpenRecord check what they are given; what they return is
//     safe to read.
//
// # Concurrency
//
// An Array and a Record alias the bytes they were opened on and never change. A
// builder belongs to one goroutine.
package nested

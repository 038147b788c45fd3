// Package encoding packs a column of up to RowsMax values into a chunk of bytes
// and unpacks any stretch of it.
//
// # Chunk
//
// Little endian; every chunk is followed by Padding zero bytes that unpackers may
// read.
//
//	offset  bytes  field
//	0       2      magic "TC"
//	2       1      version 1
//	3       1      vector.Kind
//	4       1      encoding, below
//	5       1      flags: bit 0 NULLs
//	6       1      exponent: a float8 is integer / 10^exponent
//	7       1      0
//	8       4      rows
//	12      4      rows that are not NULL
//	16      4      bytes of the payload
//	20      4      0
//	24      8      least integer, i64
//	32      8      step: an integer is least + step · packed
//	40      4      crc32c of all but this field, NULLs and payload included
//	44      4      0
//	48      …      null bitmap, ⌈rows/64⌉ × u64 (with flag 0 only), then the payload
//
//	encoding    kinds                payload
//	0 raw       Float64, Word128     the values, 8 or 16 bytes each
//	1 constant  Int32, Int64         none: every value is the least integer
//	2 packed    Int32, Int64         packed integers
//	3 decimal   Float64              packed integers
//	4 bitmap    Bool                 ⌈rows/64⌉ × u64
//	5 text      Bytes                lengths as packed integers, then the bytes
//	6 dict      Bytes                u32 values in the dictionary, u32 bytes of its lengths, lengths as
//	                                 packed integers, the bytes, sorted; then codes as packed integers
//
// Packed integers are frame of reference over blocks of 64 values (the last one
// filled up with its own values), each block with a base and a width of its own:
//
//	bytes        field
//	nb           width of each block in bits, 0 … 64
//	1            bytes of a base: 0, 1, 2, 4 or 8
//	nb · that    bases: the least packed value of a block
//	8 · widths   blocks, one behind the other: 64 values, least significant bit first
//
// A slot under NULL repeats the value before it, so that it costs no width.
//
// # Invariants
//
//   - E1: decode(encode(v)) = v, bit by bit.
//   - E2: Open accepts a chunk only if every length in it fits; decoding never
//     reads outside it, nor panics.
package encoding

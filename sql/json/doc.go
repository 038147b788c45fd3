// Package json is SQL's json and jsonb: the strict parser of PostgreSQL with its
// errors, the binary form of jsonb, and what operators and functions do with
// values of both. A json value is its text as it was given; a jsonb value is a
// Value.
//
//	text ──Reader──▶ events ──Builder──▶ Value ──AppendText──▶ text
//
// # Binary form
//
// A value starts with a tag; its length is known from outside.
//
//	tag  value
//	00   null
//	01   string: the bytes behind the tag, UTF-8 without a zero byte
//	02   number: kv/decimal's encoding, finite
//	03   false
//	04   true
//	w5   array:  n, end of each element, elements
//	w6   object: n, end of each key, end of each value, keys, values
//
// The high half w of a container's tag is 0, 1 or 2: n and the ends take 1<<w
// bytes each, little-endian. Ends are exclusive and count from the first byte of
// the first element, key or value. So a member is found without reading those
// before it, a key by binary search, and a member is itself a Value: getting one
// out copies nothing.
//
// # Invariants
//
//   - J1: keys of an object are distinct and sorted by length, then by bytes; of
//     equal keys in a text the last one wins.
//   - J2: w is the least that holds the ends, so that values which print alike
//     have equal bytes.
//   - J3: keys and strings have at most MaxSize bytes, and so have the keys and
//     values of an object and the elements of an array together.
//   - J4: containers are nested at most MaxDepth deep.
//
// # Order
//
// AppendKey maps values to bytes that compare like the values do in PostgreSQL:
// by kind first (null < string < number < bool < array < object), arrays and
// objects by their number of members, then member by member; 1.0 equals 1. Key
// and string compare by bytes (collation "C").
//
// # Concurrency
//
// A Value never changes and may be shared. A Reader and a Builder belong to one
// goroutine; a Builder keeps its memory from value to value.
package json

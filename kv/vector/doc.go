// Package vector is the memory form of rows: a Batch of columns, each a Vector
// of one physical Kind in one Form.
//
// # Invariants
//
//   - V1: bits of Nulls at and past Len are zero; a slot under NULL holds zero.
//   - V2: Sel is ascending and distinct, every entry below Len.
//   - V3: a span lies inside its arena, a code inside its dictionary.
//
// They hold for the rows that count. What a vector has for other rows is
// anything: loops may compute on it when they cannot fail, but must not follow
// its spans or codes.
//
// # Ownership
//
// A batch and all it points to belongs to its producer and is valid until the
// producer's next call. Who keeps rows copies them with a Builder. A Scratch and
// a Window give selected, gathered, cut or flattened rows without copying text.
package vector

// Package skel parses skeletons, the texts that sql/shape makes of Postgres
// statements. It is the only door to the TiDB parser: everything else sees Tree.
//
// # Trees
//
// TiDB's tree of a skeleton is reduced at once to a Tree: clauses, calls and the
// numbers N of its tN and fN. A Tree depends on the skeleton alone, which has no
// text of the user in it, so it is immutable and shared by all statements of the
// same shape. Cache keeps the trees of recent skeletons.
//
// # Invariants
//
//   - I1: a skeleton uses only the letters of Alphabet. Parse checks it: nothing
//     else ever reaches TiDB.
//   - I2: every form of TiDB's tree that the conversion does not expect is an
//     internal error (XX000) and never dropped: a clause must not get lost.
//
// # Concurrency
//
// A Cache may be used by many goroutines; a nil *Cache parses without keeping.
// TiDB's parser takes the constructors of literal values from global variables
// of its ast package; they are set once, before the first parse.
package skel

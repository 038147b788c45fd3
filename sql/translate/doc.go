// Package translate makes syntax trees: sql/shape encodes what stands at a
// cursor, sql/skel parses the skeleton, and the operands found there are put into
// the nodes of the side table. sql/parse and sql/utility read expressions, queries
// and data-changing statements through it.
//
// # Invariants
//
//   - I1: every entry of the side table is used exactly once. What a skeleton's
//     tree does not mention, or mentions twice, is an internal error (XX000) and
//     not a statement with a part missing.
//   - I2: the trees of sql/skel are shared and only read; all nodes of the result
//     come from the side table, which is fresh.
//
// # Concurrency
//
// A Reader may be shared; cursors may not.
package translate

// Package logical is the relational tree between the binder and the physical
// plan: what a statement means, before anything is said about how to do it.
// planner/build makes it, planner/rules rewrite it, planner/lower turns it into
// planner/physical.
//
// # Columns
//
// A column is named by an id that is unique in the statement, whatever node it
// passes through: in expressions of this tree, expr.Column.Index is such an id,
// not a position. So a predicate may move through the tree unchanged, and the
// output of a node is a set: lower chooses the order. Ids begin at 1.
//
// # Invariants
//
//   - L1: a node's expressions use columns of its inputs only, and on the right
//     side of a lateral join those of the left side, until Parametrize has put
//     parameters there (see Free).
//   - L2: an id is defined by one node. An outer join passes the columns of its
//     nullable side under the same ids, an Aggregate may give a key, and an
//     Append of grouping sets a column, the id of what it is made of.
//   - L3: expressions hold no value of unknown type.
//
// Trees are immutable for everyone but the package that is building or
// rewriting them; rules return new nodes.
package logical

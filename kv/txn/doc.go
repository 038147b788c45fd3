// Package txn runs transactions on this node: it buffers what they write, routes
// rows to shards and shards to groups, commits in one phase or two, and scans what
// a statement may see.
package txn

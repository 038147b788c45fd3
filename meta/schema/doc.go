// Package schema holds the descriptors of what exists: tables, columns, shards,
// and the ids by which everything else names them. Values are immutable once
// published. The encoding of descriptors is in encode.go; readers accept every
// older version.
package schema

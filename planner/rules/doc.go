// Package rules rewrites logical trees into cheaper ones that mean the same. One
// rule is one file and one function from tree to tree; Apply runs them in a
// fixed order. A rule never makes an error appear that PostgreSQL would not
// raise: conditions move towards the scans, where they see fewer columns but no
// more rows than PostgreSQL's own planner lets them see.
package rules

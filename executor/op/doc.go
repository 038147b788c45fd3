// Package op is the contract of operators, and what a running statement shares:
// cancellation, memory account, buffer pool.
package op

// Package executor runs physical plans: Build makes the operators of a plan, one
// switch over its nodes, and Run drives them.
//
// # Concurrency
//
// The operators of a plan belong to one goroutine, but for the part below a
// Gather, of which each worker has a copy of its own.
package executor

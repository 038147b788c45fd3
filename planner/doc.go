// Package planner turns a syntax tree into a physical plan:
//
//	ast ─ build ─▶ logical ─ rules ─▶ logical ─ lower ─▶ physical
//
// It does no I/O and reads no clock: what a statement may name comes from one
// immutable catalog view, what literals mean from the session's settings, how
// many rows a table has from a callback. Equal inputs give equal plans. Plan may
// be called by any number of goroutines.
package planner

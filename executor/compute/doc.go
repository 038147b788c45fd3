// Package compute evaluates typed expressions over batches. Compile turns a list
// of them into a Program, a straight line of steps over registers that each hold
// one vector; Run executes it on a batch. One kernel computes one signature of
// sql/function for a whole batch; table.go pairs them.
//
// # Programs
//
// Registers 0..n-1 are the input's columns, then come constants, then results. A
// step is the call of a kernel, or one of the few that only a program can do:
//
//	call    kernel over registers → register
//	param   parameter of the statement → register
//	narrow  set of rows, condition register → smaller set of rows
//	merge   (set of rows, register)… → register
//
// Equal sub-expressions share a register (value numbering in the compiler), a
// register is used again after its last reader, calls of immutable functions
// over constants are folded. A call over registers that are all Const runs on
// one row and gives a Const.
//
// # Which rows
//
// Every step names the set of rows it runs for. Set 0 is what counts of the
// batch. CASE, COALESCE, AND and OR make smaller sets by narrow steps, so that
// an operand runs for exactly the rows for which PostgreSQL would evaluate it
// and an error is raised for these only; merge puts branches together. A step
// whose set is empty is skipped. Calls that are free (total and computed in
// bulk) do not depend on sets and are shared by all.
//
// # Kernels
//
// Two kinds, by Entry.Rows:
//
//   - Bulk kernels compute all N rows in loops without branches, on whatever
//     stands in slots that are NULL or do not count. If one may fail it looks,
//     after the loop has seen a suspect, for a guilty row that does count.
//   - Row kernels visit the selected rows; of a strict function the program has
//     taken the NULL rows out of the selection.
//
// For a strict function the program ORs the null bitmaps before the call and
// zeroes slots under NULL after it; other functions do both themselves.
//
// # Invariants
//
//   - P1: what Run returns is valid until the next Run or Filter of the Program,
//     and no longer than the batch that it was given.
//   - P2: rows that do not count are computed or left dirty, but cannot fail, and
//     spans in them lie inside their arena.
//   - P3: after warm-up a program allocates nothing per batch, unless a kernel
//     needs big numbers or an error is made.
//
// # Differences from PostgreSQL
//
//   - Text compares by bytes (collation "C"); lower, upper, initcap and ILIKE map
//     Unicode characters one to one.
//   - Regular expressions are translated to Go's: regex.go says what is refused.
//   - exp, ln, power and the trigonometric functions of float8 may differ in the
//     last digit, as they do between C libraries.
//   - An operand of AND or OR that cannot fail may be evaluated before one that
//     can, which PostgreSQL leaves open too.
//   - Constants are folded only where no error comes of it: 1/0 in a branch that
//     no row takes is no error here, while PostgreSQL may raise it when planning.
//   - age over infinite timestamps is out of range; PostgreSQL 15 reckons with
//     the numbers that stand for the infinities.
//
// # Concurrency
//
// A Program belongs to one goroutine: its registers and the state bound to its
// kernels (compiled patterns, the last time bucket) are its own. Every worker
// compiles its own.
package compute

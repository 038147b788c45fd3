// Package pgwire speaks the Postgres wire protocol 3.0 to one client per
// connection. It knows messages and no SQL; what a message means is the
// Handler's business. It is the door of github.com/jackc/pgproto3/v2.
//
//	client ─bytes→ frames ─checked frame→ pgproto3 decoder ─message→ conn.serve ─call→ Handler
//	client ←bytes─ out ←appended replies────────────────────────────────── Writer
//
// # Why frames stand before the decoders
//
// The decoders of pgproto3/v2 panic on hostile bytes (five message types, all
// reachable before authentication) and its reader allocates whatever length is
// announced. So every frame is read whole, within the bound of its type and
// growing only as bytes arrive, and passes guard before it is decoded.
//
// # Invariants
//
//   - P1: a frame reaches a pgproto3 decoder only whole, within its bound, and
//     past guard.
//   - P2: every byte to the client passes through out; one goroutine writes.
//   - P3: ReadyForQuery follows the end of the statement's transaction.
//   - P4: nothing decoded from a frame is kept after the next frame is read,
//     except strings, which are copies.
//
// # Concurrency
//
// A connection belongs to its goroutine. Others may only cancel its running
// statement (registry) or terminate it (Server.Close).
package pgwire

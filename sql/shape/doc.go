// Package shape encodes Postgres queries and data-changing statements for the
// TiDB parser: a recursive descent with PostgreSQL's own precedence turns the
// tokens of sql/lex into a skeleton, which has no text of the user in it, and a
// side table of tree nodes.
//
// # Encoding
//
// The skeleton has two words: tN is a leaf and fN(…) a construct with operands,
// and entry N of the side table is what they stand for: the node of sql/ast
// itself, complete but for its operands. So every operator, call, literal and name
// is a tN or fN: TiDB sees no MySQL operator, its precedence never decides
// anything, and positions come from one place. What TiDB parses is the frame:
//
//	query := [WITH [RECURSIVE] tN AS (query), …] block {UNION|EXCEPT|INTERSECT [ALL] block}
//	         [ORDER BY fN(e), …] [LIMIT n]
//	block := SELECT head {, e [AS tN]} [FROM item, …] [WHERE e] [GROUP BY e, …] [HAVING e]
//	item  := tN | (query) AS tN | item JOIN item ON e | (item)
//	e     := tN | fN(e, …), where an argument may be (query)
//	stmt  := query | INSERT INTO tN query | INSERT INTO tN VALUES () |
//	         UPDATE tN SET tN = e, … [WHERE e] [ORDER BY …] [LIMIT n] | DELETE FROM tN …
//
// The first field of a block, its head, says what the block is: SELECT (with the
// expressions of DISTINCT ON), VALUES (with the values that are not plain), or a
// query in brackets, SELECT fN((query)). A set operation has blocks only as
// operands, so its list is flat and TiDB's rules for brackets do not matter;
// INTERSECT, which binds tighter, gets a block of its own. LIMIT n is the entry that
// has all of LIMIT, OFFSET, FETCH and the locks. Every join is JOIN … ON and its
// entry knows the kind. AND and OR are flat.
//
// What has no place in the frame is a fragment, a statement of its own that an entry
// refers to by number: RETURNING, ON CONFLICT, the FROM of UPDATE, the USING of
// DELETE, WITH in front of them, a data-changing CTE, WINDOW, TABLESAMPLE, and a
// LIMIT that is an expression. The skeleton is the fragments with ";" between.
//
//	UPDATE t SET a = greatest($1, a) + 1 WHERE b LIKE 'x%' RETURNING c AS d
//	→ UPDATE t0 SET t1 = f5(f2(t3,t4),t6) WHERE f8(t7,t9);SELECT t10 AS t11
//
// Plain values (literals with sign and casts, parameters, DEFAULT) of VALUES, IN
// and ARRAY go into the nodes at once and are not encoded, so a bulk INSERT has the
// skeleton of a small one.
//
// # Grammar
//
// The reader never goes back: where PostgreSQL's grammar needs to know whether "("
// begins a query, an expression or a join, the first word behind all the brackets
// that open there tells whether a query is inside, and what follows its bracket
// whether it was an operand. So errors are where PostgreSQL finds them. Text is only
// appended; what an infix operator puts in front of its left operand is a mark that
// is merged at the end.
//
// # Invariants
//
//   - I1: the work and the skeleton are linear in the number of tokens. (TestLinear)
//   - I2: nesting is bounded by Options.MaxDepth, brackets and left-deep chains of
//     operators, joins and set operations alike; AND and OR do not count. So neither
//     this pass, nor TiDB, nor whoever walks the tree can exhaust the stack.
//     (TestDepth)
//   - I3: the skeleton uses only letters of skel.Alphabet, and each entry of the side
//     table is in it once. (skel.FuzzSkeleton)
//
// # Concurrency
//
// The functions may be called at once with different cursors. The buffers of a
// finished pass are used again once Release gives them back.
package shape

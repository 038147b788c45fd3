// Package parse is the entry to the language: the text of Postgres statements in,
// syntax trees out. SQL text ends here.
//
// A text is cut into tokens once (sql/lex). Queries and data-changing statements
// go through sql/translate, all others through sql/utility. Errors are
// *sqlerr.Error with PostgreSQL's message, SQLSTATE and position, which counts
// bytes from 1; the session turns it into characters. As in PostgreSQL, a syntax
// error anywhere in the text means that no statement of it runs.
//
// # Concurrency
//
// The functions may be called by many goroutines at once, with the same Options.
package parse

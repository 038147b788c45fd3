// Package format prints syntax trees as Postgres text. Parsing the text gives the
// same tree, but for positions and the source texts that trees keep.
//
// Operators are put into parentheses always, so precedence never decides, and
// names are quoted as PostgreSQL's quote_identifier does, plus the few words that
// the grammar takes for something else in the places where names stand.
//
// # Concurrency
//
// The functions are pure.
package format

// Package path is the SQL/JSON path language (manual 9.16.2): the type
// jsonpath. Parse reads a path as the input function does, String prints it as
// the output function does, and Run walks it over jsonb values.
//
// A jsonpath value is the text that Source gives: it reads back as the same
// path, where what the output function prints may not, since PostgreSQL leaves
// parentheses out that an accessor behind an operator needs.
//
// # Running
//
// Run follows jsonpath_exec.c of PostgreSQL. In lax mode, which is the default,
// arrays are unwrapped where one element is wanted, single values are wrapped
// where an array is, and a missing member is an empty sequence; in strict mode
// these are errors. Inside a filter an error is the unknown truth value.
//
// # Concurrency
//
// A Path never changes and may be shared.
package path

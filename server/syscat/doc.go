// Package syscat computes the system tables and the functions over them. They have
// no rows in storage: a query gets what the catalog view holds, what PostgreSQL 15
// says of its built-in objects, and live figures.
//
//	fasti.tables   tables, their time column and options, rows and bytes
//	fasti.shards   time range, sequence, group, state, rows, bytes, leader, replicas
//	fasti.groups   leader, term, log positions, replicas and how far each has followed
//	fasti.nodes    addresses, roles and state of the nodes
//	fasti.queries  statements that run, with their duration and memory
//	pg_catalog, information_schema  every relation of PostgreSQL 15
//
// # Relations
//
// The archive postgres.zip, which gen.go makes from a PostgreSQL 15, lists the
// relations with their columns, and has the rows of the catalogs for built-in
// objects: types, functions, operators, casts, the catalogs themselves. A source
// (catalogSources and its like) adds the rows for what users have made. A relation
// without a source has only the rows of the archive, or none.
//
// Rows that follow from the catalog view are made once per view, column by column,
// and shared by all statements that have this view; so a join of catalogs reads
// vectors that are there. Sources marked live are asked at each scan.
//
// # OIDs
//
// Built-in objects have PostgreSQL's. What has a record in meta/catalog has the id
// of its record, from 16384 on. What has none, as the index of a primary key or the
// type of a table's rows, has a derived one with bit 31 set; see derived.
//
// # Functions
//
// A function looks rows of the catalogs up by their indexes (rowset.index), as
// PostgreSQL's look into its system caches, and so treats built-in and users'
// objects alike. A pg_node_tree is the SQL text of the expression.
//
// # Concurrency
//
// Tables is shared by all sessions, a Reader by the goroutines of one statement.
// Rowsets never change.
package syscat

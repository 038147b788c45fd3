// Package syscat computes the system tables. They have no rows in storage: a
// query gets what the metadata views hold, and live figures from the groups'
// leaders.
//
//	fasti.tables  tables, their time column and options, rows and bytes
//	fasti.shards  time range, sequence, group, state, rows, bytes, leader, replicas
//	fasti.groups  leader, term, log positions, replicas and how far each has followed
//	fasti.nodes   addresses, roles and state of the nodes
package syscat

// Package catalog knows which tables exist. It turns DDL into compare-and-set
// transactions on the metadata store, and keeps an immutable view in memory that
// the store's watch replaces.
//
// # Keys
//
//	/t/<id>                  record of schema.AppendTable; id in decimal
//	/tn/<namespace>/<name>   id in decimal, of a table or an index; both names path-escaped
//	/id/table                the last id handed out, in decimal
//
// # Invariants
//
//   - I1: a descriptor and its name are written, renamed and removed in one
//     transaction, so a view never shows one without the other.
//   - I2: a table id is handed out once and never again. It begins at FirstTableID,
//     where PostgreSQL begins the OIDs of users' objects, and is used as one.
//   - I3: Version grows by one with each change of a descriptor; of two changes
//     that started from the same version one fails with ErrChanged.
//   - I4: what a method has done, the view shows when it returns.
//   - I5: the layout of a table (schema.Table.SameLayout) does not change while
//     there is a shard of it, nor does a shard appear for an outdated layout.
//   - I6: every write is fenced by the manager's claim.
//
// Namespaces are fixed: public holds tables; fasti is virtual, its relations are
// made by the server, and so are PostgreSQL's own catalogs.
//
// # Concurrency
//
// A Catalog may be used by any number of goroutines. A View and all it returns
// never change.
package catalog

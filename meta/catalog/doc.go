// Package catalog knows which tables exist. It turns DDL into compare-and-set
// transactions on the metadata store, and keeps an immutable view in memory that
// the store's watch replaces.
//
// # Keys
//
//	/t/<id>                  record of schema.AppendTable; id in decimal
//	/tn/<namespace>/<name>   id in decimal, of a table, index, view or sequence; both names path-escaped
//	/o/<id>                  record of schema.AppendObject
//	/on/<kind>/<namespace>/<name>  id of an object that is not a relation
//	/id/table                the last id handed out, in decimal
//	/ddl                     rewritten with every change: the revision of the catalog
//	/seq/<id>                where a sequence stands: "epoch last used"
//
// # Invariants
//
//   - I1: a descriptor and its name are written, renamed and removed in one
//     transaction, so a view never shows one without the other.
//   - I2: an id is handed out once and never again, to a table or another object. It
//     begins at FirstTableID, where PostgreSQL begins the OIDs of users' objects, and is
//     used as one.
//   - I3: Version grows by one with each change of a descriptor; of two changes
//     that started from the same version one fails with ErrChanged.
//   - I4: what a method has done, the view shows when it returns.
//   - I5: the layout of a table (schema.Table.SameLayout) does not change while
//     there is a shard of it, nor does a shard appear for an outdated layout.
//   - I6: every write is fenced by the manager's claim.
//   - I7: a change is made on the catalog it was decided on: one at a time changes
//     /ddl, and Apply makes all of a schema.Change or nothing. So what it refers to is
//     there, whatever others do. Sequences move without it.
//
// A few objects exist without a record (fixed): the namespace public, the bootstrap
// role, the database. A record with their id stands for them once they are changed,
// and hides them once they are dropped. The namespaces fasti, pg_catalog and
// information_schema are virtual: the server makes their relations.
//
// # Concurrency
//
// A Catalog may be used by any number of goroutines. A View and all it returns
// never change.
package catalog

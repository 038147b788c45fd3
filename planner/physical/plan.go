package physical

import (
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
)

// Field is one output column of a node.
type Field struct {
	Name string
	Type types.Type
}

// Node is an operator of a plan. Expressions of a node speak of the columns of
// its input; a Join's residual of the left columns, then the right ones.
type Node interface {
	// Fields returns the output columns. The caller must not change them.
	Fields() []Field
	// Inputs returns the children, left first.
	Inputs() []Node
}

// LocatorColumn, in Scan.Columns, asks for the row's locator: a bytea that
// kv/txn understands, by which UPDATE and DELETE name the row.
const LocatorColumn = -1

// TableOIDColumn, in VirtualScan.Columns, asks for the system column tableoid: the
// OID of the table itself.
const TableOIDColumn = -2

type (
	// Scan reads a table. Output: Columns in order.
	Scan struct {
		Table   *schema.Table
		Alias   string // what the statement calls the table, for EXPLAIN
		Columns []int  // ordinals of Table.Columns, or LocatorColumn
		// Filter holds conjuncts over the output columns, cheap and total ones
		// first, else in the order written.
		Filter []expr.Expr
		// Bounds restrict the time column by expressions without columns
		// (constants, parameters, now()): shards outside are not read. They
		// follow from what Filter says and are evaluated when the scan opens. NULL
		// means that no row matches; an error, which the filter would not raise
		// for any row, means that there is no such bound.
		Bounds []Bound
		// Key fixes a leading part of the primary key by expressions without
		// columns, of the columns' types: a point lookup when it is whole. It
		// repeats what Filter says.
		Key []expr.Expr
		// Index, if not 0, is the index through which rows are looked for: those whose
		// leading keys equal IndexKey, expressions like those of Key.
		Index    schema.TableID
		IndexKey []expr.Expr
		Out      []Field
	}
	// Bound is time Op Value; Value has the time column's type.
	Bound struct {
		Op    BoundOp
		Value expr.Expr
	}
	// VirtualScan reads a system table, which the server computes.
	VirtualScan struct {
		Namespace, Name string
		Alias           string
		Columns         []int
		Out             []Field
	}
	// Input stands for rows that the session feeds in: COPY FROM.
	Input struct{ Out []Field }
	// Values gives rows of expressions without columns.
	Values struct {
		Rows [][]expr.Expr
		Out  []Field
	}
	// Filter keeps the rows on which every conjunct is TRUE.
	Filter struct {
		Input Node
		Conds []expr.Expr
	}
	// Project computes one column per expression.
	Project struct {
		Input Node
		Exprs []expr.Expr
		Out   []Field
	}
	// Aggregate groups by Keys and computes Aggs; without Keys it gives one row.
	// Output: keys, then aggregates. A Partial gives keys, then the states as
	// columns that only the executor knows: its Out holds the keys. The Final
	// stands over Gather{Partial}, its Keys are the Partial's first output
	// columns and its Aggs equal the Partial's (Args and Filter speak of the
	// Partial's input). DISTINCT is an Aggregate without Aggs.
	Aggregate struct {
		Input Node
		Keys  []expr.Expr
		Aggs  []Agg
		Mode  AggMode
		Out   []Field
	}
	// Agg is one aggregate call. Filter may be nil.
	Agg struct {
		Func     function.ID
		Args     []expr.Expr
		Distinct bool
		Filter   expr.Expr
		T        types.Type
		// Order says in which order the aggregate gets its rows, where that matters;
		// never with Partial. Of an ordered-set aggregate it orders the Args.
		Order []SortKey
		// Direct are the direct arguments of an ordered-set aggregate: the same for
		// all rows of a group.
		Direct []expr.Expr
	}
	// Join combines rows whose keys are equal (hash join; none: every pair) and
	// on which Residual is TRUE. Semi and Anti give left columns only. The right
	// side is built.
	//
	// With Asof it is Inner or Left and gives each left row with at most one of
	// these right rows: that whose RightTime is nearest to LeftTime and on the side
	// that Asof says. Residual is of left columns then.
	Join struct {
		Kind                JoinKind
		Left, Right         Node
		LeftKeys, RightKeys []expr.Expr // pairwise of equal types
		Residual            []expr.Expr
		Asof                Asof
		LeftTime, RightTime expr.Expr // of equal types; nil without Asof
		Out                 []Field
	}
	// Apply evaluates Right for each row of Left, whose columns Params[i] it sees as
	// parameter First+i, and combines the two on Residual. It is Inner, Left, Semi
	// or Anti; the latter give left columns only. Memo says that equal parameters
	// give equal rows, so that these may be kept.
	Apply struct {
		Kind        JoinKind
		Left, Right Node
		Params      []int
		First       int
		Residual    []expr.Expr
		Memo        bool
		Out         []Field
	}
	// Sort orders by Keys; with Limit ≥ 0 it keeps the first Limit rows (top-n).
	// When the number is not a constant (LIMIT $1), Limit is -1 and Count and
	// Offset, which may be nil, are those of the Limit above: no more than their
	// sum will be asked for.
	Sort struct {
		Input         Node
		Keys          []SortKey
		Limit         int64 // -1: all
		Count, Offset expr.Expr
	}
	// SortKey is one ORDER BY item.
	SortKey struct {
		Expr             expr.Expr
		Desc, NullsFirst bool
	}
	// Limit skips Offset rows and gives at most Count; nil expressions mean 0
	// and no limit, NULL values too. With Ties, the columns by which Input is sorted,
	// it gives the rows equal to the last one in them too.
	Limit struct {
		Input         Node
		Count, Offset expr.Expr
		Ties          []expr.Expr
	}
	// Append gives the rows of every input (UNION ALL).
	Append struct {
		All []Node
		Out []Field
	}
	// Recursive gives the rows of Seed, then those of Step over and over, in which
	// WorkTable ID stands for the rows that the Step before, or Seed, gave, until
	// there are none. Without All (UNION) rows that have been there are dropped.
	Recursive struct {
		ID         int
		Seed, Step Node
		All        bool
		Out        []Field
	}
	// WorkTable is the working table of the Recursive with its ID.
	WorkTable struct {
		ID  int
		Out []Field
	}
	// With gives the rows of Input, in which CTEScan ID stands for the rows of
	// Query, the WITH query called Name: it runs once, as far as the scans read it,
	// and whole, before Input, if it is one that writes.
	With struct {
		ID           int
		Name         string
		Query, Input Node
	}
	// CTEScan reads the rows of the With with its ID.
	CTEScan struct {
		ID          int
		Name, Alias string
		Out         []Field
	}
	// DistinctOn keeps the first row of each combination of Keys, in order of
	// arrival.
	DistinctOn struct {
		Input Node
		Keys  []expr.Expr
	}
	// SingleRow gives exactly one row: that of Input, or all NULL when Input has
	// none; a second one is 21000 "more than one row returned by a subquery used
	// as an expression".
	SingleRow struct{ Input Node }
	// ProjectSet gives for each row of Input as many rows as the longest of its
	// Calls gives; those of shorter ones are NULL in the rest. With Outer an input
	// row for which no call gives any stays, with NULLs. Output: Input's columns,
	// those of each call, and with Ordinality the number of the row among those of
	// its input row, from 1 (int8).
	ProjectSet struct {
		Input             Node
		Calls             []SetCall
		Outer, Ordinality bool
		Out               []Field
	}
	// SetCall is the call of a set-returning function; with Func "" it is the one
	// row of the value Args[0]. Out are the types of its columns.
	SetCall struct {
		Func function.ID
		Args []expr.Expr
		Out  []types.Type
	}
	// Gather runs Input on several workers, each with its own chain over the
	// shared scan, and gives their batches in any order.
	Gather struct{ Input Node }
	// Insert stores the input's columns, which are all columns of the table, in
	// order, defaults and casts done. Output: Returning over the stored row.
	Insert struct {
		Input     Node
		Table     *schema.Table
		Checks    []Check
		Returning []expr.Expr
		Out       []Field
	}
	// Conflict is the first half of INSERT … ON CONFLICT. The input's columns begin
	// with all columns of the table. A row collides with the row that is equal in one
	// of Arbiters: indexes of the table, 0 for the primary key. Without Update such
	// rows are dropped. With Update the output is the input's columns, the locator of
	// the row in the way (NULL for none) and its columns Old, by ordinals; a row that
	// collides with an earlier one of the input is 21000.
	Conflict struct {
		Input    Node
		Table    *schema.Table
		Arbiters []schema.TableID
		Update   bool
		Old      []int
		Out      []Field
	}
	// Upsert is the second half of ON CONFLICT DO UPDATE: it inserts the rows whose
	// locator is NULL and stores new versions of the others. Columns and Returning as
	// in Update.
	Upsert struct {
		Input     Node
		Table     *schema.Table
		Checks    []Check
		Returning []expr.Expr
		Out       []Field
	}
	// Update stores new versions. The input's columns are: the locator, all
	// columns of the table with their new values, then what Returning needs
	// beyond. Returning speaks of the input's columns.
	Update struct {
		Input     Node
		Table     *schema.Table
		Checks    []Check
		Returning []expr.Expr
		Out       []Field
	}
	// Delete removes rows. The input's columns are the locator, then what
	// Returning needs.
	Delete struct {
		Input     Node
		Table     *schema.Table
		Returning []expr.Expr
		Out       []Field
	}
	// Check is a CHECK constraint that rows to be stored must not break. The columns
	// of Cond are those of the table, by ordinal.
	Check struct {
		Name string
		Cond expr.Expr
	}
	// CreateTable creates a table.
	CreateTable struct {
		Table       *schema.Table // without ID and Origin
		IfNotExists bool
	}
	// Truncate removes all rows of tables.
	Truncate struct{ Tables []*schema.Table }
	// Change changes the catalog in one step, and then removes the rows of tables
	// that are gone.
	Change struct {
		Change *schema.Change
		Rows   []schema.TableID
		Checks []RowCheck // before anything is changed, in order
		// Missing are what stored rows have in columns that the change adds.
		Missing []MissingValue
	}
	// MissingValue is the value, without columns and evaluated once, of column Column
	// (an ordinal) of table number Table of a change in rows that are there already.
	MissingValue struct {
		Table, Column int
		Value         expr.Expr
	}
	// RowCheck fails with an error when Input gives a row.
	RowCheck struct {
		Input                             Node
		Code, Message                     string
		Schema, Table, Column, Constraint string
	}
	// CreateIndex makes the last of Table's indexes, which the catalog does not have
	// yet. Table.Version is the version that the catalog has.
	CreateIndex struct{ Table *schema.Table }
	// CreateHypertable is create_hypertable() on an existing, empty table: it
	// gets Table's options. Output: one row, as TimescaleDB's.
	CreateHypertable struct {
		Table       *schema.Table // with the new options
		IfNotExists bool
		Out         []Field
	}
)

// BoundOp is the comparison of a Bound.
type BoundOp uint8

// Equal is both AtLeast and AtMost.
const (
	Less BoundOp = iota
	AtMost
	Equal
	AtLeast
	Greater
)

// AggMode says which half of an aggregation a node does.
type AggMode uint8

const (
	Single AggMode = iota
	Partial
	Final
)

// JoinKind is the kind of a join.
type JoinKind uint8

const (
	Inner JoinKind = iota
	Left
	Right
	Full
	Semi
	Anti // NOT EXISTS: rows without a match
	// AntiNull is NOT IN: no row when the right side holds a NULL, and rows with
	// a NULL key only when the right side is empty.
	AntiNull
)

// Asof says which right rows may be the nearest to a left row.
type Asof uint8

const (
	NotAsof    Asof = iota
	AtOrBefore      // left time >= right time
	Before          // left time > right time
	AtOrAfter       // left time <= right time
	After           // left time < right time
)

// String returns the operator between left and right time.
func (a Asof) String() string { return [...]string{"", ">=", ">", "<=", "<"}[a] }

package ast

// Begin is BEGIN or START TRANSACTION.
type Begin struct {
	Pos   int
	Modes TxModes
}

// TxModes are transaction modes; "" and nil mean not said.
type TxModes struct {
	Isolation  string // "READ COMMITTED", …
	ReadOnly   *bool
	Deferrable *bool
}

// Commit is COMMIT or END.
type Commit struct {
	Pos   int
	Chain bool
}

// Rollback is ROLLBACK or ABORT; with Savepoint, ROLLBACK TO.
type Rollback struct {
	Pos       int
	Chain     bool
	Savepoint string
}

// Savepoint is SAVEPOINT name.
type Savepoint struct {
	Pos  int
	Name string
}

// Release is RELEASE SAVEPOINT name.
type Release struct {
	Pos  int
	Name string
}

// SetVar is SET [LOCAL] name = values; Default for TO DEFAULT and RESET name;
// name "" with Default is RESET ALL. SET TIME ZONE is the variable "timezone",
// SET NAMES "client_encoding", SET TRANSACTION is SetTransaction.
type SetVar struct {
	Pos     int
	Local   bool
	Name    string
	Values  []Expr // *Const, *ColumnRef for a bare word, or *Cast for an interval
	Default bool
}

// SetTransaction is SET TRANSACTION, or with Session SET SESSION
// CHARACTERISTICS AS TRANSACTION.
type SetTransaction struct {
	Pos     int
	Session bool
	Modes   TxModes
}

// Show is SHOW name; "all" for SHOW ALL.
type Show struct {
	Pos  int
	Name string
}

// Discard is DISCARD ALL, PLANS, SEQUENCES or TEMP.
type Discard struct {
	Pos  int
	What string
}

// Prepare is PREPARE name (types) AS stmt.
type Prepare struct {
	Pos   int
	Name  string
	Types []TypeName
	Stmt  Stmt
	// Text is the source of Stmt.
	Text string
}

// Execute is EXECUTE name (args).
type Execute struct {
	Pos  int
	Name string
	Args []Expr
}

// Deallocate is DEALLOCATE name; "" for ALL.
type Deallocate struct {
	Pos  int
	Name string
}

// Explain is EXPLAIN of a statement.
type Explain struct {
	Pos              int
	Analyze, Verbose bool
	Costs            bool   // default true
	Format           string // "TEXT", "JSON", …
	// Timing and Summary are nil when not said.
	Timing, Summary *bool
	Settings, WAL   bool
	Options         []Option
	Stmt            Stmt
}

// Option is one of a list of name [value] options; Value is nil when absent, a
// *ColumnRef for a bare word, a *Row of such for a list in brackets and a *Star
// for *. The old spellings of COPY come with the names of the new ones.
type Option struct {
	Pos   int
	Name  string // lower case, with a namespace as "tsdb.hypertable"
	Value Expr
}

// Copy is COPY … FROM or TO.
type Copy struct {
	Pos     int
	Table   *Name // nil with Query
	Cols    []Name
	Query   Stmt
	From    bool
	Program bool
	File    string // "" for STDIN and STDOUT
	Options []Option
	Where   Expr
}

// CreateTable is CREATE TABLE.
type CreateTable struct {
	Pos         int
	Name        Name
	IfNotExists bool
	Temp        bool
	Unlogged    bool
	Columns     []ColumnDef
	Constraints []Constraint
	Likes       []Name
	Options     []Option // WITH (…)
	// As is the query of CREATE TABLE … AS.
	As       Query
	AsCols   []string
	WithData bool
}

// ColumnDef is one column of CREATE TABLE.
type ColumnDef struct {
	Pos         int
	Name        string
	Type        TypeName
	Collation   *Name
	NotNull     bool
	Null        bool // NULL was written
	Default     Expr
	DefaultText string // source text of Default
	Constraints []Constraint
}

// Constraint is a table or column constraint.
type Constraint struct {
	Pos  int
	Name string
	// Kind is "PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN KEY", "EXCLUDE",
	// "GENERATED", "IDENTITY", "INDEX", "FAMILY".
	Kind string
	Cols []string // empty on a column: that column
	Expr Expr     // of CHECK and GENERATED
	// Always and Sequence are of IDENTITY.
	Always   bool
	Sequence []SequenceOption
	Text     string // source text of the constraint
	// NullsNotDistinct is NULLS NOT DISTINCT of UNIQUE.
	NullsNotDistinct bool
}

// DropTable is DROP TABLE.
type DropTable struct {
	Pos      int
	Names    []Name
	IfExists bool
	Cascade  bool
}

// Truncate is TRUNCATE.
type Truncate struct {
	Pos   int
	Names []Name
	// Restart is RESTART IDENTITY. CASCADE is not kept: nothing refers to a table's rows.
	Restart bool
}

// NoOp is a statement that is accepted and has no effect, as UNLISTEN *; Tag is
// its command tag.
type NoOp struct {
	Pos int
	Tag string
}

// Unsupported is a statement that parses and that Fasti refuses with 0A000;
// What names it in the words of its command tag, as "CREATE FUNCTION".
type Unsupported struct {
	Pos  int
	What string
}

func (*Begin) stmt()          {}
func (*Commit) stmt()         {}
func (*Rollback) stmt()       {}
func (*Savepoint) stmt()      {}
func (*Release) stmt()        {}
func (*SetVar) stmt()         {}
func (*SetTransaction) stmt() {}
func (*Show) stmt()           {}
func (*Discard) stmt()        {}
func (*Prepare) stmt()        {}
func (*Execute) stmt()        {}
func (*Deallocate) stmt()     {}
func (*Explain) stmt()        {}
func (*Copy) stmt()           {}
func (*CreateTable) stmt()    {}
func (*DropTable) stmt()      {}
func (*Truncate) stmt()       {}
func (*NoOp) stmt()           {}
func (*Unsupported) stmt()    {}

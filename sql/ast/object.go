package ast

// CreateSchema is CREATE SCHEMA. Name is "" when AUTHORIZATION gives it.
type CreateSchema struct {
	Pos         int
	Name        string
	Owner       string // of AUTHORIZATION, "" when not said
	IfNotExists bool
	// Elements are the statements inside.
	Elements []Stmt
	Source   string
}

// Drop is DROP of anything but a table.
type Drop struct {
	Pos      int
	Kind     string // "SCHEMA", "VIEW", "SEQUENCE", "TYPE", "ROLE", "MATERIALIZED VIEW", …
	Names    []Name
	IfExists bool
	Cascade  bool
	Source   string
}

// Comment is COMMENT ON.
type Comment struct {
	Pos  int
	Kind string // "TABLE", "COLUMN", "CONSTRAINT", "SCHEMA", …
	// Name is the object; of a COLUMN its last part is the column.
	Name       Name
	Constraint string // of CONSTRAINT: Name is its table
	Text       *string
	Source     string
}

// CreateView is CREATE VIEW.
type CreateView struct {
	Pos       int
	Name      Name
	Replace   bool
	Temp      bool
	Recursive bool
	Cols      []string
	Options   []Option
	Query     Query
	Check     string // "", "LOCAL", "CASCADED"
	Source    string
}

// CreateSequence is CREATE SEQUENCE.
type CreateSequence struct {
	Pos         int
	Name        Name
	IfNotExists bool
	Temp        bool
	Unlogged    bool
	Options     []SequenceOption
	Source      string
}

// SequenceOption is one option of a sequence. Kind is "AS" (Type), "START",
// "RESTART", "INCREMENT", "MINVALUE", "MAXVALUE", "CACHE" (Value; nil for NO … and for
// RESTART alone), "CYCLE", "NO CYCLE", "OWNED BY" (Name; nil parts for NONE), "SEQUENCE
// NAME" (Name).
type SequenceOption struct {
	Pos   int
	Kind  string
	Value *Const
	Type  TypeName
	Name  Name
}

// CreateType is CREATE TYPE … AS ENUM.
type CreateType struct {
	Pos    int
	Name   Name
	Labels []string
	Source string
}

// Alter is ALTER of a relation, a schema, a type or a database.
type Alter struct {
	Pos      int
	Kind     string // "TABLE", "VIEW", "SEQUENCE", "INDEX", "SCHEMA", …
	Name     Name
	Only     bool
	IfExists bool
	Actions  []AlterAction
	Source   string
}

// AlterAction is one action of ALTER. Kind is
//
//	"ADD COLUMN"       Column, IfExists for IF NOT EXISTS
//	"DROP COLUMN"      Name, IfExists, Cascade
//	"ALTER TYPE"       Name, Type, Using, Collation
//	"SET DEFAULT"      Name, Expr, Text
//	"DROP DEFAULT", "SET NOT NULL", "DROP NOT NULL", "DROP EXPRESSION", "DROP IDENTITY"  Name, IfExists
//	"ADD IDENTITY"     Name, Column.Constraints[0]
//	"SET IDENTITY"     Name, Sequence, To ("ALWAYS", "BY DEFAULT" or "")
//	"ADD CONSTRAINT"   Constraint
//	"DROP CONSTRAINT"  Name, IfExists, Cascade
//	"VALIDATE CONSTRAINT" Name
//	"RENAME"           To
//	"RENAME COLUMN", "RENAME CONSTRAINT"  Name, To
//	"OWNER", "SET SCHEMA"  To
//	"SET", "RESET"     Options
//	"SEQUENCE"         Sequence
//	"ADD VALUE"        Name, IfExists for IF NOT EXISTS; Text "BEFORE" or "AFTER" and To, or neither
//	"RENAME VALUE"     Name, To
//	"UNSUPPORTED"      To names it
type AlterAction struct {
	Pos        int
	Kind       string
	Name       string
	To         string
	IfExists   bool
	Cascade    bool
	Column     *ColumnDef
	Constraint *Constraint
	Type       TypeName
	Collation  *Name
	Expr       Expr
	Text       string // source text of Expr
	Options    []Option
	Sequence   []SequenceOption
}

// CreateRole is CREATE ROLE, USER or GROUP; with Alter, ALTER ROLE.
type CreateRole struct {
	Pos     int
	Alter   bool
	Name    string
	Options []RoleOption
	Source  string
}

// RoleOption is one option of a role: Kind is "SUPERUSER", "NOSUPERUSER",
// "PASSWORD", "IN ROLE", … ; "RENAME" has the new name in Roles.
type RoleOption struct {
	Pos   int
	Kind  string
	Text  *string // of PASSWORD and VALID UNTIL; nil: NULL
	Limit int
	Roles []string
}

// Grant is GRANT or, with Revoke, REVOKE.
type Grant struct {
	Pos    int
	Revoke bool
	// Privileges are those granted, none for ALL; without Kind they are roles.
	Privileges []PrivilegeItem
	// Kind is "TABLE", "SEQUENCE", "SCHEMA", "DATABASE", "TYPE", …, "TABLES" and
	// "SEQUENCES" for ALL … IN SCHEMA, or "" for the membership in roles.
	Kind  string
	Names []Name
	// Grantees are roles: "public" in lower case and unquoted is everybody.
	Grantees []string
	Option   bool // WITH GRANT OPTION, WITH ADMIN OPTION; of REVOKE: … OPTION FOR
	Cascade  bool
	Source   string
}

// PrivilegeItem is one privilege with the columns it is for.
type PrivilegeItem struct {
	Pos  int
	Name string // lower case
	Cols []string
}

func (*CreateSchema) stmt()   {}
func (*Drop) stmt()           {}
func (*Comment) stmt()        {}
func (*CreateView) stmt()     {}
func (*CreateSequence) stmt() {}
func (*CreateType) stmt()     {}
func (*Alter) stmt()          {}
func (*CreateRole) stmt()     {}
func (*Grant) stmt()          {}

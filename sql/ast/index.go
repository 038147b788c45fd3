package ast

// CreateIndex is CREATE INDEX.
type CreateIndex struct {
	Pos          int
	Name         string // "" when not said
	IfNotExists  bool
	Unique       bool
	Concurrently bool
	Table        Name
	Method       string // of USING, "" when not said
	Keys         []IndexKey
	Include      []Name
	// NullsNotDistinct is NULLS NOT DISTINCT.
	NullsNotDistinct bool
	Where            Expr
	WhereText        string // source text of Where
	Source           string
}

// IndexKey is one key of CREATE INDEX.
type IndexKey struct {
	Pos        int
	Expr       Expr   // a *ColumnRef of one part for a column
	Text       string // source text of Expr
	Desc       bool
	NullsFirst bool // resolved: the default follows Desc
}

// DropIndex is DROP INDEX.
type DropIndex struct {
	Pos      int
	Names    []Name
	IfExists bool
	Source   string
}

// RenameIndex is ALTER INDEX … RENAME TO.
type RenameIndex struct {
	Pos      int
	Name     Name
	IfExists bool
	To       string
	Source   string
}

// Reindex is REINDEX. Kind is "INDEX", "TABLE", "SCHEMA", "DATABASE" or "SYSTEM".
type Reindex struct {
	Pos    int
	Kind   string
	Name   Name
	Source string
}

func (*CreateIndex) stmt() {}
func (*DropIndex) stmt()   {}
func (*RenameIndex) stmt() {}
func (*Reindex) stmt()     {}

package schema

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/dejaq/fasti/meta/types"
)

// Index is the descriptor of a secondary index or of a UNIQUE constraint. The primary
// key is none: it is Table.Key.
type Index struct {
	// ID begins the key of every entry. It comes from the counter of table ids, is
	// never used again, and is the index's OID.
	ID   TableID
	Name string
	// Unique: no two rows agree in all keys. Rows with a NULL key are outside of that,
	// unless NullsNotDistinct.
	Unique, NullsNotDistinct bool
	// Constraint says that the index stands behind a UNIQUE constraint of its name.
	Constraint bool
	Keys       []IndexKey
	// Include lists the ordinals of the columns named by INCLUDE. Entries do not hold
	// them.
	Include []int
	// Predicate is the SQL text of the condition of a partial index, "" for none.
	Predicate string
	State     IndexState
	// Since is the commit timestamp from which on the entries are complete: who reads at
	// an older one must not use the index. 0 while it is built.
	Since Timestamp
}

// IndexKey is one key of an index: a column, or an expression.
type IndexKey struct {
	// Column is an ordinal of the table, -1 for an expression, whose SQL text is Expr.
	Column int
	Expr   string
	// Type is the type of the expression; of a column it is not used.
	Type             types.Type
	Desc, NullsFirst bool
}

// IndexState is where an index stands in its life.
type IndexState uint8

// An index that is being built is kept up to date by every write; when the rows that
// were there before have their entries too, it is ready to be read.
const (
	IndexBuilding IndexState = iota
	IndexReady
)

func (s IndexState) String() string { return [...]string{"building", "ready"}[s] }

// MaxIndexKeys is PostgreSQL's INDEX_MAX_KEYS.
const MaxIndexKeys = 32

// KeyType returns the type of key i of an index of t.
func (t *Table) KeyType(x *Index, i int) types.Type {
	if k := &x.Keys[i]; k.Column < 0 {
		return k.Type
	}
	return t.Columns[x.Keys[i].Column].Type
}

// Index returns the index with the id, nil if there is none.
func (t *Table) Index(id TableID) *Index {
	for i := range t.Indexes {
		if t.Indexes[i].ID == id {
			return &t.Indexes[i]
		}
	}
	return nil
}

// IndexNamed returns the named index, nil if there is none.
func (t *Table) IndexNamed(name string) *Index {
	for i := range t.Indexes {
		if t.Indexes[i].Name == name {
			return &t.Indexes[i]
		}
	}
	return nil
}

// Columns returns the ordinals of the keys, -1 for expressions.
func (x *Index) Columns() []int {
	cols := make([]int, len(x.Keys))
	for i, k := range x.Keys {
		cols[i] = k.Column
	}
	return cols
}

// UniqueName returns the name of an index of t, of its primary key for 0.
func (t *Table) UniqueName(id TableID) string {
	if id == 0 {
		return t.KeyName
	}
	if x := t.Index(id); x != nil {
		return x.Name
	}
	return ""
}

// Derived is what indexes need of a row beside its columns: SQL texts of expressions
// and, of type boolean, of predicates.
type Derived struct {
	Text string
	Type types.Type
}

// Derived lists what the indexes of t need beside columns, in the order in which
// batches of rows to be stored have it behind the table's columns: index by index its
// expressions, then its predicate.
func (t *Table) Derived() []Derived {
	var ds []Derived
	for i := range t.Indexes {
		x := &t.Indexes[i]
		for _, k := range x.Keys {
			if k.Column < 0 {
				ds = append(ds, Derived{k.Expr, k.Type})
			}
		}
		if x.Predicate != "" {
			ds = append(ds, Derived{x.Predicate, types.Of(types.Bool)})
		}
	}
	return ds
}

// clone returns a copy that shares nothing with x.
func (x *Index) clone() Index {
	c := *x
	c.Keys, c.Include = slices.Clone(x.Keys), slices.Clone(x.Include)
	return c
}

func (t *Table) validateIndexes() error {
	ids, names := make(map[TableID]bool), make(map[string]bool)
	for i := range t.Indexes {
		x := &t.Indexes[i]
		bad := func(format string, args ...any) error {
			return fmt.Errorf("index %q: %s", x.Name, fmt.Sprintf(format, args...))
		}
		switch {
		case x.Name == "" || names[x.Name]:
			return bad("the name is empty or repeated")
		case ids[x.ID]:
			return bad("id %d is repeated", x.ID)
		case len(x.Keys) == 0 || len(x.Keys) > MaxIndexKeys:
			return bad("%d keys", len(x.Keys))
		case x.State > IndexReady:
			return bad("state %d", x.State)
		case x.Constraint && !x.Unique:
			return bad("a constraint that is not unique")
		}
		ids[x.ID], names[x.Name] = true, true
		for _, k := range x.Keys {
			if k.Column < -1 || k.Column >= len(t.Columns) || (k.Column < 0) == (k.Expr == "") {
				return bad("key of column %d, expression %q", k.Column, k.Expr)
			}
		}
		for _, o := range x.Include {
			if o < 0 || o >= len(t.Columns) {
				return bad("included column %d", o)
			}
		}
	}
	return nil
}

// An index is a message inside its table's record; see encode.go.
const (
	indexID               = 1  // varint
	indexName             = 2  // string
	indexUnique           = 3  // varint, 1
	indexNullsNotDistinct = 4  // varint, 1
	indexConstraint       = 5  // varint, 1
	indexKey              = 6  // message, repeated, in order
	indexInclude          = 7  // packed varints: ordinals
	indexPredicate        = 8  // string
	indexState            = 9  // varint
	indexSince            = 10 // varint

	keyColumn     = 1 // varint: IndexKey.Column + 1
	keyExpr       = 2 // string
	keyType       = 3 // varint: types.ID
	keyMod        = 4 // zigzag: types.Type.Mod
	keyDesc       = 5 // varint, 1
	keyNullsFirst = 6 // varint, 1
)

func appendIndex(b []byte, x *Index) []byte {
	b = appendUint(b, indexID, uint64(x.ID))
	b = appendString(b, indexName, x.Name)
	b = appendFlag(b, indexUnique, x.Unique)
	b = appendFlag(b, indexNullsNotDistinct, x.NullsNotDistinct)
	b = appendFlag(b, indexConstraint, x.Constraint)
	for i := range x.Keys {
		k := &x.Keys[i]
		b = protowire.AppendTag(b, indexKey, protowire.BytesType)
		var m []byte
		m = appendUint(m, keyColumn, uint64(k.Column+1))
		m = appendString(m, keyExpr, k.Expr)
		m = appendUint(m, keyType, uint64(k.Type.ID))
		m = appendInt(m, keyMod, int64(k.Type.Mod))
		m = appendFlag(m, keyDesc, k.Desc)
		m = appendFlag(m, keyNullsFirst, k.NullsFirst)
		b = protowire.AppendBytes(b, m)
	}
	b = appendOrdinals(b, indexInclude, x.Include)
	b = appendString(b, indexPredicate, x.Predicate)
	b = appendUint(b, indexState, uint64(x.State))
	return appendUint(b, indexSince, uint64(x.Since))
}

func decodeIndex(f field) (Index, error) {
	x := Index{}
	if f.typ != protowire.BytesType {
		return x, f.mismatch()
	}
	err := eachField(f.bytes, func(num protowire.Number, f field) error {
		switch num {
		case indexID:
			return setUint(&x.ID, f)
		case indexName:
			return setString(&x.Name, f)
		case indexUnique:
			x.Unique = f.num != 0
		case indexNullsNotDistinct:
			x.NullsNotDistinct = f.num != 0
		case indexConstraint:
			x.Constraint = f.num != 0
		case indexKey:
			k, err := decodeIndexKey(f)
			x.Keys = append(x.Keys, k)
			return err
		case indexInclude:
			return setOrdinals(&x.Include, f)
		case indexPredicate:
			return setString(&x.Predicate, f)
		case indexState:
			return setUint(&x.State, f)
		case indexSince:
			x.Since = Timestamp(f.num)
		}
		return nil
	})
	return x, err
}

func decodeIndexKey(f field) (IndexKey, error) {
	k := IndexKey{Column: -1}
	if f.typ != protowire.BytesType {
		return k, f.mismatch()
	}
	err := eachField(f.bytes, func(num protowire.Number, f field) error {
		switch num {
		case keyColumn:
			err := setOrdinal(&k.Column, f)
			k.Column--
			return err
		case keyExpr:
			return setString(&k.Expr, f)
		case keyType:
			return setUint(&k.Type.ID, f)
		case keyMod:
			return setInt(&k.Type.Mod, f)
		case keyDesc:
			k.Desc = f.num != 0
		case keyNullsFirst:
			k.NullsFirst = f.num != 0
		}
		return nil
	})
	return k, err
}

func appendFlag(b []byte, num protowire.Number, v bool) []byte {
	if !v {
		return b
	}
	return appendUint(b, num, 1)
}

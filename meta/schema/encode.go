package schema

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/dejaq/fasti/meta/types"
)

// The body of a table's record, version 1, is a message in protobuf's wire
// format: a field that a reader does not know is skipped, a missing one is zero.
// Numbers are append only and never reused.
const (
	tableVersion = 1

	tableID          = 1  // varint
	tableNamespace   = 2  // string
	tableName        = 3  // string
	tableRevision    = 4  // varint: Table.Version
	tableColumn      = 5  // message, repeated, in table order
	tableKey         = 6  // packed varints: ordinals
	tableKeyName     = 7  // string
	tableTime        = 8  // varint: Table.Time + 1
	tableTimeUnit    = 9  // zigzag
	tableOrigin      = 10 // zigzag
	tableWidth       = 11 // zigzag
	tableMaxRows     = 12 // zigzag
	tablePartitions  = 13 // varint
	tablePartitionBy = 14 // packed varints: ordinals
	tableOrderBy     = 15 // packed varints: ordinals
	tableReplicas    = 16 // varint
	tableRetention   = 17 // zigzag
	tableIndex       = 18 // message, repeated, in order; index.go says of what
	tableOwner       = 40 // varint
	tableGrant       = 41 // message, repeated
	tableComment     = 42 // string
	tableKeyComment  = 43 // string
	tableCheck       = 44 // message, repeated
	tableDropped     = 45 // message, repeated: a column
	tableDepends     = 46 // message, repeated
	tableTemporary   = 47 // varint
	tableLastColumn  = 48 // varint

	columnID      = 1 // varint
	columnName    = 2 // string
	columnType    = 3 // varint: types.ID
	columnMod     = 4 // zigzag: types.Type.Mod
	columnNotNull = 5 // varint, 1
	columnDefault = 6 // string
	columnTypeOID = 7 // varint: Def.OID of a user's type

	columnGenerated = 20 // varint, 1
	columnIdentity  = 21 // varint
	columnSequence  = 22 // varint
	columnDepends   = 23 // message, repeated
	columnMissing   = 24 // bytes; absent for NULL
	columnComment   = 25 // string
	columnGrant     = 26 // message, repeated

	checkName     = 1 // string
	checkText     = 2 // string
	checkColumns  = 3 // packed varints
	checkNotValid = 4 // varint, 1
	checkComment  = 5 // string
)

// AppendTable appends the record of t, which must be valid.
func AppendTable(dst []byte, t *Table) []byte {
	return AppendRecord(dst, tableVersion, func(b []byte) []byte {
		b = appendUint(b, tableID, uint64(t.ID))
		b = appendString(b, tableNamespace, t.Namespace)
		b = appendString(b, tableName, t.Name)
		b = appendUint(b, tableRevision, uint64(t.Version))
		for i := range t.Columns {
			b = protowire.AppendTag(b, tableColumn, protowire.BytesType)
			b = protowire.AppendBytes(b, appendColumn(nil, &t.Columns[i]))
		}
		b = appendOrdinals(b, tableKey, t.Key)
		b = appendString(b, tableKeyName, t.KeyName)
		b = appendUint(b, tableTime, uint64(t.Time+1))
		b = appendInt(b, tableTimeUnit, t.TimeUnit)
		b = appendInt(b, tableOrigin, t.Origin)
		b = appendInt(b, tableWidth, t.Width)
		b = appendInt(b, tableMaxRows, t.MaxRows)
		b = appendUint(b, tablePartitions, uint64(t.Partitions))
		b = appendOrdinals(b, tablePartitionBy, t.PartitionBy)
		b = appendOrdinals(b, tableOrderBy, t.OrderBy)
		b = appendUint(b, tableReplicas, uint64(t.Replicas))
		b = appendInt(b, tableRetention, t.Retention)
		for i := range t.Indexes {
			b = protowire.AppendTag(b, tableIndex, protowire.BytesType)
			b = protowire.AppendBytes(b, appendIndex(nil, &t.Indexes[i]))
		}
		b = appendUint(b, tableOwner, uint64(t.Owner))
		b = appendGrants(b, tableGrant, t.ACL)
		b = appendString(b, tableComment, t.Comment)
		b = appendString(b, tableKeyComment, t.KeyComment)
		for i := range t.Checks {
			b = appendMessage(b, tableCheck, appendCheck(nil, &t.Checks[i]))
		}
		for i := range t.Dropped {
			b = appendMessage(b, tableDropped, appendColumn(nil, &t.Dropped[i]))
		}
		b = appendDepends(b, tableDepends, t.Depends)
		b = appendUint(b, tableTemporary, t.Temporary)
		return appendUint(b, tableLastColumn, uint64(t.LastColumn))
	})
}

func appendColumn(b []byte, c *Column) []byte {
	b = appendUint(b, columnID, uint64(c.ID))
	b = appendString(b, columnName, c.Name)
	b = appendUint(b, columnType, uint64(c.Type.ID))
	b = appendInt(b, columnMod, int64(c.Type.Mod))
	if c.NotNull {
		b = appendUint(b, columnNotNull, 1)
	}
	b = appendString(b, columnDefault, c.Default)
	if c.Type.Def != nil {
		b = appendUint(b, columnTypeOID, uint64(c.Type.Def.OID))
	}
	b = appendBool(b, columnGenerated, c.Generated)
	b = appendUint(b, columnIdentity, uint64(c.Identity))
	b = appendUint(b, columnSequence, uint64(c.Sequence))
	b = appendDepends(b, columnDepends, c.Depends)
	if c.Missing != nil {
		b = appendMessage(b, columnMissing, c.Missing)
	}
	b = appendString(b, columnComment, c.Comment)
	return appendGrants(b, columnGrant, c.ACL)
}

func appendCheck(b []byte, c *Check) []byte {
	b = appendString(b, checkName, c.Name)
	b = appendString(b, checkText, c.Text)
	ids := make([]int, len(c.Columns))
	for i, id := range c.Columns {
		ids[i] = int(id)
	}
	b = appendOrdinals(b, checkColumns, ids)
	b = appendBool(b, checkNotValid, c.NotValid)
	return appendString(b, checkComment, c.Comment)
}

// DecodeTable returns the table of a record. It returns ErrNewer, or ErrCorrupt
// for what AppendTable cannot have written: what it returns is valid. Of a user's
// type the record has the OID only: the Def of such a column has nothing else
// until the catalog puts the definition in its place.
func DecodeTable(src []byte) (*Table, error) {
	_, body, err := OpenRecord(src, tableVersion)
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	t := &Table{Time: -1}
	err = eachField(body, func(num protowire.Number, f field) error {
		switch num {
		case tableID:
			return setUint(&t.ID, f)
		case tableNamespace:
			return setString(&t.Namespace, f)
		case tableName:
			return setString(&t.Name, f)
		case tableRevision:
			return setUint(&t.Version, f)
		case tableColumn:
			c, err := decodeColumn(f)
			t.Columns = append(t.Columns, c)
			return err
		case tableKey:
			return setOrdinals(&t.Key, f)
		case tableKeyName:
			return setString(&t.KeyName, f)
		case tableTime:
			err := setOrdinal(&t.Time, f)
			t.Time--
			return err
		case tableTimeUnit:
			return setInt(&t.TimeUnit, f)
		case tableOrigin:
			return setInt(&t.Origin, f)
		case tableWidth:
			return setInt(&t.Width, f)
		case tableMaxRows:
			return setInt(&t.MaxRows, f)
		case tablePartitions:
			return setOrdinal(&t.Partitions, f)
		case tablePartitionBy:
			return setOrdinals(&t.PartitionBy, f)
		case tableOrderBy:
			return setOrdinals(&t.OrderBy, f)
		case tableReplicas:
			return setOrdinal(&t.Replicas, f)
		case tableRetention:
			return setInt(&t.Retention, f)
		case tableIndex:
			x, err := decodeIndex(f)
			t.Indexes = append(t.Indexes, x)
			return err
		case tableOwner:
			return setUint(&t.Owner, f)
		case tableGrant:
			return addGrant(&t.ACL, f)
		case tableComment:
			return setString(&t.Comment, f)
		case tableKeyComment:
			return setString(&t.KeyComment, f)
		case tableCheck:
			c, err := decodeCheck(f)
			t.Checks = append(t.Checks, c)
			return err
		case tableDropped:
			c, err := decodeColumn(f)
			t.Dropped = append(t.Dropped, c)
			return err
		case tableDepends:
			return addDependency(&t.Depends, f)
		case tableTemporary:
			t.Temporary = f.num
		case tableLastColumn:
			return setUint(&t.LastColumn, f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	if err := t.Validate(); err != nil {
		return nil, fmt.Errorf("table: %w: %w", ErrCorrupt, err)
	}
	return t, nil
}

func decodeColumn(f field) (Column, error) {
	c := Column{}
	if f.typ != protowire.BytesType {
		return c, f.mismatch()
	}
	err := eachField(f.bytes, func(num protowire.Number, f field) error {
		switch num {
		case columnID:
			return setUint(&c.ID, f)
		case columnName:
			return setString(&c.Name, f)
		case columnType:
			var id uint16
			err := setUint(&id, f)
			c.Type.ID = types.ID(id)
			return err
		case columnMod:
			return setInt(&c.Type.Mod, f)
		case columnNotNull:
			c.NotNull = f.num != 0
		case columnDefault:
			return setString(&c.Default, f)
		case columnTypeOID:
			c.Type.Def = &types.Def{}
			return setUint(&c.Type.Def.OID, f)
		case columnGenerated:
			c.Generated = f.num != 0
		case columnIdentity:
			return setUint(&c.Identity, f)
		case columnSequence:
			return setUint(&c.Sequence, f)
		case columnDepends:
			return addDependency(&c.Depends, f)
		case columnMissing:
			c.Missing = append([]byte{}, f.bytes...)
		case columnComment:
			return setString(&c.Comment, f)
		case columnGrant:
			return addGrant(&c.ACL, f)
		}
		return nil
	})
	return c, err
}

func decodeCheck(f field) (Check, error) {
	c := Check{}
	err := f.message(func(num protowire.Number, f field) error {
		switch num {
		case checkName:
			return setString(&c.Name, f)
		case checkText:
			return setString(&c.Text, f)
		case checkColumns:
			var ids []int
			err := setOrdinals(&ids, f)
			for _, id := range ids {
				c.Columns = append(c.Columns, ColumnID(id))
			}
			return err
		case checkNotValid:
			c.NotValid = f.num != 0
		case checkComment:
			return setString(&c.Comment, f)
		}
		return nil
	})
	return c, err
}

// field is one field of a message: num of a varint, bytes of everything else.
type field struct {
	typ   protowire.Type
	num   uint64
	bytes []byte
}

func (f field) mismatch() error { return fmt.Errorf("%w: field of wire type %d", ErrCorrupt, f.typ) }

// eachField calls f for every varint and length-delimited field of a message;
// fields of other types belong to a future version and are skipped.
func eachField(b []byte, f func(protowire.Number, field) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return fmt.Errorf("%w: %w", ErrCorrupt, protowire.ParseError(n))
		}
		b = b[n:]
		v := field{typ: typ}
		switch typ {
		case protowire.VarintType:
			v.num, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			v.bytes, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(num, typ, b)
		}
		if n < 0 {
			return fmt.Errorf("%w: %w", ErrCorrupt, protowire.ParseError(n))
		}
		b = b[n:]
		if typ != protowire.VarintType && typ != protowire.BytesType {
			continue
		}
		if err := f(num, v); err != nil {
			return fmt.Errorf("field %d: %w", num, err)
		}
	}
	return nil
}

func appendUint(b []byte, num protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), v)
}

func appendInt(b []byte, num protowire.Number, v int64) []byte {
	return appendUint(b, num, protowire.EncodeZigZag(v))
}

func appendString(b []byte, num protowire.Number, v string) []byte {
	if v == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), v)
}

func appendOrdinals(b []byte, num protowire.Number, v []int) []byte {
	if len(v) == 0 {
		return b
	}
	var packed []byte
	for _, o := range v {
		packed = protowire.AppendVarint(packed, uint64(o))
	}
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), packed)
}

func setUint[T ~uint8 | ~uint16 | ~uint32](dst *T, f field) error {
	*dst = T(f.num)
	if f.typ != protowire.VarintType || uint64(*dst) != f.num {
		return f.mismatch()
	}
	return nil
}

func setInt[T ~int32 | ~int64](dst *T, f field) error {
	v := protowire.DecodeZigZag(f.num)
	*dst = T(v)
	if f.typ != protowire.VarintType || int64(*dst) != v {
		return f.mismatch()
	}
	return nil
}

func setString(dst *string, f field) error {
	if f.typ != protowire.BytesType {
		return f.mismatch()
	}
	*dst = string(f.bytes)
	return nil
}

// maxOrdinal bounds counts and ordinals, so that they fit an int anywhere.
const maxOrdinal = 1 << 20

func setOrdinal(dst *int, f field) error {
	if f.typ != protowire.VarintType || f.num > maxOrdinal {
		return f.mismatch()
	}
	*dst = int(f.num)
	return nil
}

func setOrdinals(dst *[]int, f field) error {
	if f.typ != protowire.BytesType {
		return f.mismatch()
	}
	for b := f.bytes; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 || v > maxOrdinal {
			return f.mismatch()
		}
		*dst, b = append(*dst, int(v)), b[n:]
	}
	return nil
}

// Clone returns a copy of t that shares nothing with it, to be changed and then
// handed to the catalog.
func (t *Table) Clone() *Table {
	c := *t
	c.Columns = slices.Clone(t.Columns)
	for i := range c.Columns {
		col := &c.Columns[i]
		col.Depends, col.ACL = slices.Clone(col.Depends), slices.Clone(col.ACL)
	}
	c.ACL, c.Checks, c.Dropped = slices.Clone(t.ACL), slices.Clone(t.Checks), slices.Clone(t.Dropped)
	c.Depends = slices.Clone(t.Depends)
	c.Key = slices.Clone(t.Key)
	c.PartitionBy = slices.Clone(t.PartitionBy)
	c.OrderBy = slices.Clone(t.OrderBy)
	c.Indexes = slices.Clone(t.Indexes)
	for i := range c.Indexes {
		c.Indexes[i] = t.Indexes[i].clone()
	}
	return &c
}

package expr

import (
	"encoding/binary"
	"math"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

// Tags of nodes in keys.
const (
	keyColumn byte = iota + 1
	keyConst
	keyParam
	keyCall
	keyAnd
	keyOr
	keyNot
	keyIsNull
	keyIsTruth
	keyDistinct
	keyIn
	keyCase
	keyCoalesce
	keyExtreme
)

// Key returns bytes that two expressions share exactly when they are the same
// tree, positions aside: the same value wherever both are evaluated, unless a
// function in them is volatile. Keys are for maps in memory, not for storage.
func Key(e Expr) string { return string(AppendKey(nil, e)) }

// Equal reports whether a and b are the same tree, positions aside.
func Equal(a, b Expr) bool {
	// Leaves are what is compared most.
	switch a := a.(type) {
	case Column:
		b, ok := b.(Column)
		return ok && a == b
	case Param:
		b, ok := b.(Param)
		return ok && a == b
	}
	return string(AppendKey(nil, a)) == string(AppendKey(nil, b))
}

// AppendKey appends Key(e) to dst.
func AppendKey(dst []byte, e Expr) []byte {
	switch e := e.(type) {
	case Column:
		return appendInt(appendType(append(dst, keyColumn), e.T), e.Index)
	case Const:
		return appendDatum(appendType(append(dst, keyConst), e.T), e.Value)
	case Param:
		return appendInt(appendType(append(dst, keyParam), e.T), e.N)
	case Call:
		dst = appendString(appendType(append(dst, keyCall), e.T), string(e.Func))
	case And:
		dst = append(dst, keyAnd)
	case Or:
		dst = append(dst, keyOr)
	case Not:
		dst = append(dst, keyNot)
	case IsNull:
		dst = append(dst, keyIsNull, bit(e.Not))
	case IsTruth:
		dst = append(dst, keyIsTruth, bit(e.Want)|bit(e.Not)<<1)
	case Distinct:
		dst = appendFunc(append(dst, keyDistinct, bit(e.Not)), e.Eq)
	case In:
		dst = appendFunc(append(dst, keyIn, bit(e.Not)), e.Eq)
	case Case:
		dst = appendType(append(dst, keyCase), e.T)
	case Coalesce:
		dst = appendType(append(dst, keyCoalesce), e.T)
	case Extreme:
		dst = appendFunc(appendType(append(dst, keyExtreme, bit(e.Max)), e.T), e.Less)
	}
	c := Children(e)
	dst = appendInt(dst, len(c))
	for _, x := range c {
		dst = AppendKey(dst, x)
	}
	return dst
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func appendInt(dst []byte, n int) []byte { return binary.AppendVarint(dst, int64(n)) }

func appendString(dst []byte, s string) []byte { return append(appendInt(dst, len(s)), s...) }

func appendFunc(dst []byte, id function.ID) []byte { return appendString(dst, string(id)) }

func appendType(dst []byte, t types.Type) []byte {
	dst = binary.AppendVarint(binary.BigEndian.AppendUint16(dst, uint16(t.ID)), int64(t.Mod))
	if t.Def == nil {
		return dst
	}
	dst = appendInt(appendString(dst, t.Def.Name), int(t.Def.OID))
	for _, f := range t.Def.Fields {
		dst = appendType(appendString(dst, f.Name), f.Type)
	}
	return dst
}

// appendDatum tells apart what Datum's == does not: -0, and NaN from NaN.
func appendDatum(dst []byte, d vector.Datum) []byte {
	dst = binary.AppendVarint(append(dst, bit(d.Null)), d.I)
	dst = binary.BigEndian.AppendUint64(dst, math.Float64bits(d.F))
	dst = binary.BigEndian.AppendUint64(dst, d.W[0])
	dst = binary.BigEndian.AppendUint64(dst, d.W[1])
	return appendString(dst, d.S)
}

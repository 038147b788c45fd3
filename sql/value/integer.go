package value

import (
	"math"
	"strings"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// blanks are the characters that C's isspace accepts, which PostgreSQL's input
// functions skip.
const blanks = " \t\n\v\f\r"

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isDigit(c byte) bool { return c-'0' <= 9 }

// ParseInt reads an integer of type t (int2, int4, int8): digits with an
// optional sign, blanks around. Errors: 22P02, 22003.
func ParseInt(t types.Type, text string) (int64, error) {
	v, ok := ParseInt64Fast([]byte(text))
	if !ok {
		var err error
		if v, err = parseInt64(t, text); err != nil {
			return 0, err
		}
	}
	switch t.ID {
	case types.Int2:
		if v != int64(int16(v)) {
			return 0, integerRange(t, text)
		}
	case types.Int4:
		if v != int64(int32(v)) {
			return 0, integerRange(t, text)
		}
	}
	return v, nil
}

// ParseInt64Fast reads 1 to 18 digits with an optional minus sign and nothing
// else: what COPY and parameters nearly always hold. It allocates nothing; ok is
// false for all other text, which ParseInt then judges.
func ParseInt64Fast(b []byte) (v int64, ok bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b)-1 > 17 || len(b) == 0 {
		return 0, false
	}
	for _, c := range b {
		d := c - '0'
		if d > 9 {
			return 0, false
		}
		v = v*10 + int64(d)
	}
	if neg {
		v = -v
	}
	return v, true
}

// parseInt64 is the whole of PostgreSQL's pg_strtoint64: a digit too many is a
// range error even before a stray character.
func parseInt64(t types.Type, text string) (int64, error) {
	s := strings.TrimLeft(text, blanks)
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg, s = s[0] == '-', s[1:]
	}
	if s == "" || !isDigit(s[0]) {
		return 0, syntaxError(t, text)
	}
	// The value is kept negative: that range is the larger one.
	var v int64
	for s != "" && isDigit(s[0]) {
		d := int64(s[0] - '0')
		if v < (math.MinInt64+d)/10 || t.ID == types.Int2 && v*10-d < math.MinInt16 || t.ID == types.Int4 && v*10-d < math.MinInt32 {
			return 0, integerRange(t, text)
		}
		v = v*10 - d
		s = s[1:]
	}
	if strings.TrimLeft(s, blanks) != "" {
		return 0, syntaxError(t, text)
	}
	if neg {
		return v, nil
	}
	if v == math.MinInt64 {
		return 0, integerRange(t, text)
	}
	return -v, nil
}

// ParseOID reads an oid as C's strtoul does: a negative number wraps once.
// Errors: 22P02, 22003.
func ParseOID(text string) (uint32, error) {
	t := types.Of(types.OID)
	s := strings.TrimLeft(text, blanks)
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg, s = s[0] == '-', s[1:]
	}
	if s == "" || !isDigit(s[0]) {
		return 0, syntaxError(t, text)
	}
	var v int64
	over := false
	for s != "" && isDigit(s[0]) {
		if v = v*10 + int64(s[0]-'0'); v > math.MaxUint32 {
			v, over = math.MaxUint32, true
		}
		s = s[1:]
	}
	if strings.TrimLeft(s, blanks) != "" {
		return 0, syntaxError(t, text)
	}
	if over || neg && v > -math.MinInt32 {
		return 0, sqlerr.New(sqlerr.NumericValueOutOfRange, `value "%s" is out of range for type oid`, text)
	}
	if neg {
		v = -v
	}
	return uint32(v), nil
}

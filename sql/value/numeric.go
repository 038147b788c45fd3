package value

import (
	"errors"
	"strconv"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/meta/types"
)

// ParseNumeric reads a numeric and rounds it to t's precision and scale. Errors:
// 22P02, 22003.
func ParseNumeric(t types.Type, text string) (decimal.Decimal, error) {
	d, err := decimal.Parse(text)
	if errors.Is(err, decimal.ErrSyntax) {
		return d, syntaxError(t, text)
	}
	if err != nil {
		return d, NumericError(err)
	}
	return numericTypmod(t, d)
}

// numericTypmod rounds d to the modifier of t, if it has one.
func numericTypmod(t types.Type, d decimal.Decimal) (decimal.Decimal, error) {
	if p, s, ok := t.PrecisionScale(); ok {
		d, err := d.Typmod(p, s)
		return d, NumericError(err)
	}
	return d, nil
}

// AppendNumeric writes the text of a numeric column's value (kv/decimal's
// encoding). Bytes that no encoder wrote print as NaN; storage checks what it
// reads.
func AppendNumeric[T []byte | string](dst []byte, enc T) []byte {
	if coef, scale, ok := decimal.DecodeInt64(enc); ok {
		if scale == 0 {
			return strconv.AppendInt(dst, coef, 10)
		}
		return decimal.New(coef, scale).AppendText(dst)
	}
	d, err := decimal.Decode(enc)
	if err != nil {
		d = decimal.NaN()
	}
	return d.AppendText(dst)
}

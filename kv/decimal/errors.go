package decimal

import (
	"errors"
	"fmt"
)

var (
	// ErrSyntax is returned by Parse for text that is no number.
	ErrSyntax = errors.New("decimal: invalid syntax")
	// ErrOverflow is returned for a result beyond the digits of D2.
	ErrOverflow = errors.New("decimal: value overflows numeric format")
	// ErrDivisionByZero is returned by Div, QuoInteger and Mod.
	ErrDivisionByZero = errors.New("decimal: division by zero")
	// ErrSqrtNegative is returned by Sqrt of a number below 0.
	ErrSqrtNegative = errors.New("decimal: cannot take square root of a negative number")
	// ErrLogZero and ErrLogNegative are returned by Ln, Log10 and Log.
	ErrLogZero     = errors.New("decimal: cannot take logarithm of zero")
	ErrLogNegative = errors.New("decimal: cannot take logarithm of a negative number")
	// ErrPowerZero is returned by Power for zero raised to a negative number.
	ErrPowerZero = errors.New("decimal: zero raised to a negative power is undefined")
	// ErrPowerNegative is returned by Power for a negative base with an exponent
	// that is no integer.
	ErrPowerNegative = errors.New("decimal: a negative number raised to a non-integer power yields a complex result")
	// ErrCorrupt is returned by Decode, DecodeKey and FromWire for bytes that no
	// encoder writes.
	ErrCorrupt = errors.New("decimal: corrupt encoding")
)

// FieldError is returned by Typmod for a value that does not fit
// numeric(Precision, Scale).
type FieldError struct {
	Precision, Scale int
	Infinite         bool // the value is an infinity
}

// Error says it in the words of PostgreSQL's DETAIL.
func (e *FieldError) Error() string { return "decimal: numeric field overflow: " + e.Detail() }

// Detail is the DETAIL that PostgreSQL sends with "numeric field overflow".
func (e *FieldError) Detail() string {
	switch digits := e.Precision - e.Scale; {
	case e.Infinite:
		return fmt.Sprintf("A field with precision %d, scale %d cannot hold an infinite value.", e.Precision, e.Scale)
	case digits == 0:
		return fmt.Sprintf("A field with precision %d, scale %d must round to an absolute value less than 1.", e.Precision, e.Scale)
	default:
		return fmt.Sprintf("A field with precision %d, scale %d must round to an absolute value less than 10^%d.", e.Precision, e.Scale, digits)
	}
}

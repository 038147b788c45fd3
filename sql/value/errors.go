package value

import (
	"errors"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// syntaxError is what an input function says of text it cannot read.
func syntaxError(t types.Type, text string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, `invalid input syntax for type %s: "%s"`, types.Of(t.ID), text)
}

// datetimeSyntax is syntaxError of the date and time types, whose class differs.
func datetimeSyntax(typ, text string) error {
	return sqlerr.New(sqlerr.InvalidDatetimeFormat, `invalid input syntax for type %s: "%s"`, typ, text)
}

// integerRange is the 22003 of an integer input function.
func integerRange(t types.Type, text string) error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, `value "%s" is out of range for type %s`, text, types.Of(t.ID))
}

// floatRange is the 22003 of a float input function.
func floatRange(t types.Type, text string) error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, `"%s" is out of range for type %s`, text, types.Of(t.ID))
}

// dateRange is a 22008 of a date or timestamp beyond PostgreSQL's range; what is
// "date" or "timestamp".
func dateRange(what, text string) error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, `%s out of range: "%s"`, what, text)
}

// fieldOverflow is the 22008 of a field that no calendar has.
func fieldOverflow(text string) error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, `date/time field value out of range: "%s"`, text)
}

// binaryFormat is the 22P03 for bytes that are no value of the type.
func binaryFormat(format string, args ...any) error {
	return sqlerr.New(sqlerr.InvalidBinaryRepresentation, format, args...)
}

// NumericError gives an error of kv/decimal its SQLSTATE and PostgreSQL's words;
// other errors pass.
func NumericError(err error) error {
	var field *decimal.FieldError
	var wire *decimal.WireError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &field):
		return sqlerr.New(sqlerr.NumericValueOutOfRange, "numeric field overflow").WithDetail("%s", field.Detail())
	case errors.As(err, &wire):
		return binaryFormat(`invalid %s in external "numeric" value`, wire.Part)
	}
	for _, known := range [...]struct {
		err        error
		code, text string
	}{
		{decimal.ErrOverflow, sqlerr.NumericValueOutOfRange, "value overflows numeric format"},
		{decimal.ErrDivisionByZero, sqlerr.DivisionByZero, "division by zero"},
		{decimal.ErrSqrtNegative, sqlerr.InvalidArgumentForPower, "cannot take square root of a negative number"},
		{decimal.ErrLogZero, sqlerr.InvalidArgumentForLogarithm, "cannot take logarithm of zero"},
		{decimal.ErrLogNegative, sqlerr.InvalidArgumentForLogarithm, "cannot take logarithm of a negative number"},
		{decimal.ErrPowerZero, sqlerr.InvalidArgumentForPower, "zero raised to a negative power is undefined"},
		{decimal.ErrPowerNegative, sqlerr.InvalidArgumentForPower, "a negative number raised to a non-integer power yields a complex result"},
		{decimal.ErrCorrupt, sqlerr.DataCorrupted, "corrupt numeric value"},
	} {
		if errors.Is(err, known.err) {
			return sqlerr.New(known.code, "%s", known.text)
		}
	}
	return err
}

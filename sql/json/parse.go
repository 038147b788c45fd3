package json

import (
	"errors"
	"unsafe"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// Parse appends the Value of a text to dst. The text is valid UTF-8 without a
// zero byte. Errors: those of Reader.Next, 22003 for a number that numeric does
// not hold, those of Builder.Append.
func Parse(dst, text []byte) ([]byte, error) {
	var p Parser
	return p.Parse(dst, text)
}

// Parser parses many texts without new memory for each. It belongs to one
// goroutine.
type Parser struct {
	r Reader
	b Builder
}

// Parse is the function Parse.
func (p *Parser) Parse(dst, text []byte) ([]byte, error) {
	p.b.Reset()
	if err := p.Into(&p.b, text); err != nil {
		return dst, err
	}
	return p.b.Append(dst)
}

// Into adds the value of a text to b.
func (p *Parser) Into(b *Builder, text []byte) error {
	p.r.Reset(text, true)
	for {
		e, err := p.r.Next()
		if err != nil || e == End {
			return err
		}
		if err := p.r.add(b, e); err != nil {
			return err
		}
	}
}

// add adds the event just read.
func (r *Reader) add(b *Builder, e Event) error {
	switch e {
	case BeginObject:
		b.BeginObject()
	case BeginArray:
		b.BeginArray()
	case EndObject, EndArray:
		b.End()
	case Key:
		b.Key(r.Text())
	case StringValue:
		b.String(r.Text())
	case NumberValue:
		d, err := ParseNumber(r.Text())
		if err != nil {
			return err
		}
		b.Number(d)
	case True, False:
		b.Bool(e == True)
	case NullValue:
		b.Null()
	}
	return nil
}

// ParseNumber reads a number of JSON. Errors: 22003, 22P02.
func ParseNumber(text []byte) (decimal.Decimal, error) {
	d, err := decimal.Parse(unsafe.String(unsafe.SliceData(text), len(text)))
	switch {
	case errors.Is(err, decimal.ErrSyntax):
		return d, sqlerr.New(sqlerr.InvalidTextRepresentation, `invalid input syntax for type numeric: "%s"`, text)
	case err != nil:
		return d, sqlerr.New(sqlerr.NumericValueOutOfRange, "value overflows numeric format")
	}
	return d, nil
}

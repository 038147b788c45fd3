package syscat

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// call is one call of a function over the catalogs.
type call struct {
	*Reader
	sig  *function.Signature
	args []vector.Datum
}

// Function is op.System's: the code of a signature of function.Catalog.
func (r *Reader) Function(id function.ID) func(*op.Context, []vector.Datum) (vector.Datum, error) {
	sig := function.ByID(id)
	if sig == nil {
		return nil
	}
	f := functionNamed(sig.Name)
	if f == nil {
		return nil
	}
	return func(q *op.Context, args []vector.Datum) (vector.Datum, error) {
		return f(&call{r.with(q), sig, args})
	}
}

func (c *call) oid(i int) uint32   { return uint32(c.args[i].I) }
func (c *call) text(i int) string  { return c.args[i].S }
func (c *call) number(i int) int64 { return c.args[i].I }

// flag returns a boolean argument, false when the call has fewer.
func (c *call) flag(i int) bool { return i < len(c.args) && c.args[i].I != 0 }

// textual reports whether argument i is a name rather than an OID.
func (c *call) textual(i int) bool { return types.Of(c.sig.Args[i]).IsString() }

// result reads text as a value of the function's type.
func (c *call) result(text string) (vector.Datum, error) {
	return value.Parse(types.Of(c.sig.Result), text, value.Default())
}

// code computes one function, in all its overloads.
type code = func(*call) (vector.Datum, error)

func textOrNull(s string) (vector.Datum, error) {
	if s == "" {
		return vector.NullDatum, nil
	}
	return vector.StringDatum(s), nil
}

// The functions whose answer never changes.
func always(d vector.Datum) code {
	return func(*call) (vector.Datum, error) { return d, nil }
}

// setConfig is set_config.
func (c *call) setConfig() (vector.Datum, error) {
	if c.args[0].Null {
		return vector.NullDatum, sqlerr.New(sqlerr.NullValueNotAllowed, "SET requires parameter name")
	}
	var text *string
	if !c.args[1].Null {
		text = &c.args[1].S
	}
	now, err := c.session.Configure(c.text(0), text, !c.args[2].Null && c.flag(2))
	if err != nil {
		return vector.NullDatum, err
	}
	return vector.StringDatum(now), nil
}

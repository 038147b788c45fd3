package syscat

import (
	"strings"

	"github.com/dejaq/fasti/kv/decimal"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// sizeUnit is a unit of pg_size_pretty: the largest number that is printed in it,
// how far it is shifted, and whether that number is halved and rounded.
type sizeUnit struct {
	name  string
	limit int64
	round bool
	bits  uint
}

func sizeUnits() []sizeUnit {
	return []sizeUnit{
		{"bytes", 10 * 1024, false, 0},
		{"kB", 20*1024 - 1, true, 10},
		{"MB", 20*1024 - 1, true, 20},
		{"GB", 20*1024 - 1, true, 30},
		{"TB", 20*1024 - 1, true, 40},
		{"PB", 20*1024 - 1, true, 50},
	}
}

// sizePretty is pg_size_pretty, over numeric as PostgreSQL computes it.
func sizePretty(c *call) (vector.Datum, error) {
	d := decimal.FromInt64(c.number(0))
	if c.sig.Args[0] == types.Numeric {
		var err error
		if d, err = decimal.Decode([]byte(c.text(0))); err != nil {
			return vector.NullDatum, err
		}
	}
	units := sizeUnits()
	for i, u := range units {
		if i == len(units)-1 || d.Abs().Cmp(decimal.FromInt64(u.limit)) < 0 {
			if u.round {
				one := decimal.FromInt64(1)
				if d.Sign() < 0 {
					one = one.Neg()
				}
				sum, err := d.Add(one)
				if err != nil {
					return vector.NullDatum, err
				}
				if d, err = sum.QuoInteger(decimal.FromInt64(2)); err != nil {
					return vector.NullDatum, err
				}
			}
			return vector.StringDatum(d.String() + " " + u.name), nil
		}
		bits := units[i+1].bits - u.bits
		if units[i+1].round {
			bits--
		}
		if u.round {
			bits++
		}
		var err error
		if d, err = d.QuoInteger(decimal.FromInt64(1 << bits)); err != nil {
			return vector.NullDatum, err
		}
	}
	return vector.NullDatum, nil
}

// sizeBytes is pg_size_bytes.
func sizeBytes(c *call) (vector.Datum, error) {
	s := strings.TrimSpace(c.text(0))
	end := 0
	for end < len(s) && strings.IndexByte("0123456789+-.eE", s[end]) >= 0 {
		if (s[end] == 'e' || s[end] == 'E') && (end+1 == len(s) || strings.IndexByte("0123456789+-", s[end+1]) < 0) {
			break
		}
		end++
	}
	d, err := decimal.Parse(s[:end])
	if err != nil || end == 0 {
		return vector.NullDatum, sqlerr.New(sqlerr.InvalidParameterValue, "invalid size: \"%s\"", c.text(0))
	}
	if unit := strings.TrimSpace(s[end:]); unit != "" {
		bits := -1
		for _, u := range sizeUnits() {
			if strings.EqualFold(u.name, unit) {
				bits = int(u.bits)
			}
		}
		if bits < 0 {
			return vector.NullDatum, sqlerr.New(sqlerr.InvalidParameterValue, "invalid size: \"%s\"", c.text(0)).
				WithDetail("Invalid size unit: \"%s\".", unit).
				WithHint("Valid units are \"bytes\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".")
		}
		if d, err = d.Mul(decimal.FromInt64(1 << bits)); err != nil {
			return vector.NullDatum, err
		}
	}
	n, ok := d.Int64()
	if !ok {
		return vector.NullDatum, sqlerr.New(sqlerr.NumericValueOutOfRange, "bigint out of range")
	}
	return vector.IntDatum(n), nil
}

// tableBytes is what the leaders that run here say of a table, or of all for 0.
func (r *Reader) tableBytes(id schema.TableID) (rows, bytes int64) {
	for _, s := range r.stats(id) {
		rows += s.Rows
		bytes += s.Bytes
	}
	return rows, bytes
}

// relationSize is pg_relation_size and its relatives: what the table's rows take,
// compressed; indexes lie in the same store and are not counted apart.
func (c *call) relationSize() (vector.Datum, error) {
	w := c.byOID("pg_class", c.oid(0))
	switch {
	case !w.ok():
		return vector.NullDatum, nil
	case w.char("relkind") != 'r' || w.oid("oid") < firstUserOID || c.sig.Name == "pg_indexes_size":
		return vector.IntDatum(0), nil
	case len(c.args) > 1 && c.text(1) != "main":
		switch c.text(1) {
		case "fsm", "vm", "init":
			return vector.IntDatum(0), nil
		}
		return vector.NullDatum, sqlerr.New(sqlerr.InvalidParameterValue, "invalid fork name").
			WithHint("Valid fork names are \"main\", \"fsm\", \"vm\", and \"init\".")
	}
	_, bytes := c.tableBytes(schema.TableID(c.oid(0)))
	return vector.IntDatum(bytes), nil
}

func (c *call) databaseSize() (vector.Datum, error) {
	if c.textual(0) {
		if len(c.findText("pg_database", "datname", c.text(0))) == 0 {
			return vector.NullDatum, sqlerr.New(sqlerr.InvalidCatalogName, "database \"%s\" does not exist", c.text(0))
		}
	} else if !c.byOID("pg_database", c.oid(0)).ok() {
		return vector.NullDatum, nil
	}
	_, bytes := c.tableBytes(0)
	return vector.IntDatum(bytes), nil
}

func (c *call) tablespaceSize() (vector.Datum, error) {
	space := row{}
	if c.textual(0) {
		if rows := c.findText("pg_tablespace", "spcname", c.text(0)); len(rows) > 0 {
			space = rows[0]
		} else {
			return vector.NullDatum, sqlerr.New(sqlerr.UndefinedObject, "tablespace \"%s\" does not exist", c.text(0))
		}
	} else {
		space = c.byOID("pg_tablespace", c.oid(0))
	}
	if !space.ok() {
		return vector.NullDatum, nil
	}
	if space.text("spcname") != "pg_default" {
		return vector.IntDatum(0), nil
	}
	_, bytes := c.tableBytes(0)
	return vector.IntDatum(bytes), nil
}

// tablespaceLocation is "" for the two tablespaces there are.
func (c *call) tablespaceLocation() (vector.Datum, error) {
	if c.oid(0) == 0 || c.byOID("pg_tablespace", c.oid(0)).ok() {
		return vector.StringDatum(""), nil
	}
	return vector.NullDatum, sqlerr.New(sqlerr.UndefinedObject, "tablespace with OID %d does not exist", c.oid(0))
}

package syscat

import (
	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/function"
)

// Set is op.System's: the code of a signature of function.CatalogSets.
func (r *Reader) Set(id function.ID) func(*op.Context, []vector.Datum, func([]vector.Datum) error) error {
	sig := function.ByID(id)
	if sig == nil {
		return nil
	}
	switch sig.Name {
	case "pg_timezone_names", "pg_timezone_abbrevs":
		return r.viewSet(sig.Name)
	case "pg_get_keywords":
		return keywords
	case "pg_available_extensions", "pg_listening_channels", "pg_partition_ancestors":
		// Fasti has no extensions, no channels and no partitioned tables.
		return func(*op.Context, []vector.Datum, func([]vector.Datum) error) error { return nil }
	}
	return nil
}

// viewSet gives the rows of the view that shows a function's result.
func (r *Reader) viewSet(view string) func(*op.Context, []vector.Datum, func([]vector.Datum) error) error {
	return func(q *op.Context, _ []vector.Datum, add func([]vector.Datum) error) error {
		s, err := r.with(q).of(r.relations[name{pgCatalog, view}])
		if err != nil {
			return err
		}
		row := make([]vector.Datum, len(s.columns))
		for i := range s.rows {
			for c, v := range s.columns {
				row[c] = vector.At(v, i)
			}
			if err := add(row); err != nil {
				return err
			}
		}
		return nil
	}
}

func keywords(_ *op.Context, _ []vector.Datum, add func([]vector.Datum) error) error {
	for _, f := range member("pg_get_keywords") {
		row := []vector.Datum{
			vector.StringDatum(*f[0]), vector.StringDatum(*f[1]), vector.BoolDatum(*f[2] == "t"), vector.StringDatum(*f[3]), vector.StringDatum(*f[4]),
		}
		if err := add(row); err != nil {
			return err
		}
	}
	return nil
}

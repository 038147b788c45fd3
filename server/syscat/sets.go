package syscat

import (
	"strings"

	"github.com/dejaq/fasti/executor/op"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/value"
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
	case "pg_options_to_table":
		return options
	case "_pg_expandarray":
		array := types.Of(sig.Args[0])
		return func(_ *op.Context, args []vector.Datum, add func([]vector.Datum) error) error {
			return expandArray(array, args[0], add)
		}
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

// options is pg_options_to_table: "name=value" elements cut in two.
func options(_ *op.Context, args []vector.Datum, add func([]vector.Datum) error) error {
	list := value.Append(nil, types.Of(types.Text).Array(), args[0], value.Default())
	for _, option := range elements(string(list)) {
		name, text, ok := strings.Cut(option, "=")
		row := []vector.Datum{vector.StringDatum(name), vector.NullDatum}
		if ok {
			row[1] = vector.StringDatum(text)
		}
		if err := add(row); err != nil {
			return err
		}
	}
	return nil
}

// expandArray is information_schema._pg_expandarray: elements with their numbers
// from 1, whatever the array's lower bound.
func expandArray(t types.Type, array vector.Datum, add func([]vector.Datum) error) error {
	for i, text := range elements(string(value.Append(nil, t, array, value.Default()))) {
		x, err := value.Parse(t.Elem(), text, value.Default())
		if err != nil {
			return err
		}
		if err := add([]vector.Datum{x, vector.IntDatum(int64(i) + 1)}); err != nil {
			return err
		}
	}
	return nil
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

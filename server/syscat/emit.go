package syscat

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/value"
)

// rowset is the rows of a relation, column by column. It does not change once it
// is built.
type rowset struct {
	columns []*vector.Vector
	rows    int

	index sync.Map // column ordinal → map[int64][]int32, rows by value
}

// emitter builds a rowset.
type emitter struct {
	rel      *relation
	ordinals []int // of the values of a row, the others are missing
	row      []vector.Datum
	missing  []vector.Datum
	builder  *vector.Builder
	text     []byte
	err      error // the first
}

// newEmitter begins a rowset of a relation. columns names those that add gives,
// in order, divided by blanks; "" stands for all.
func newEmitter(rel *relation, columns string) *emitter {
	e := &emitter{rel: rel}
	kinds := make([]vector.Kind, len(rel.def.Columns))
	for i, c := range rel.def.Columns {
		kinds[i] = vector.KindOf(c.Type)
		d := vector.NullDatum
		if c.NotNull {
			d = vector.Datum{} // 0, false, ""
			if c.Type.ID.IsArray() {
				d = e.parse(c.Type, "{}")
			}
		}
		e.missing = append(e.missing, d)
		if columns == "" {
			e.ordinals = append(e.ordinals, i)
		}
	}
	for c := range strings.FieldsSeq(columns) {
		o := rel.def.Column(c)
		if o < 0 {
			panic(fmt.Sprintf("syscat: %s has no column %s", rel.def.Name, c))
		}
		e.ordinals = append(e.ordinals, o)
	}
	e.row = make([]vector.Datum, len(kinds))
	e.builder = vector.NewBuilder(kinds...)
	return e
}

// add appends a row. A value is nil for NULL, a bool, a number, a string (text in
// the form of its type's input), a slice of numbers or strings for an array, or a
// vector.Datum of the column's kind.
func (e *emitter) add(values ...any) {
	if len(values) != len(e.ordinals) {
		panic(fmt.Sprintf("syscat: %s: %d values for %d columns", e.rel.def.Name, len(values), len(e.ordinals)))
	}
	copy(e.row, e.missing)
	for i, v := range values {
		o := e.ordinals[i]
		if slices.Contains(e.rel.vectors, o) {
			v = vectorText(v)
		}
		e.row[o] = e.datum(e.rel.def.Columns[o].Type, v)
	}
	if e.err == nil {
		e.err = e.builder.AppendDatums(e.row)
	}
}

// addFields appends a row of the archive.
func (e *emitter) addFields(fields []*string) {
	values := make([]any, len(fields))
	for i, f := range fields {
		if f != nil {
			values[i] = *f
		}
	}
	e.add(values...)
}

// addAll appends all rows of another rowset of the relation.
func (e *emitter) addAll(s *rowset) {
	numbers := make([]uint32, s.rows)
	for i := range numbers {
		numbers[i] = uint32(i)
	}
	if e.err == nil {
		e.err = e.builder.AppendRows(s.columns, numbers)
	}
}

// done returns the rows, or the first error.
func (e *emitter) done() (*rowset, error) {
	if e.err != nil {
		return nil, fmt.Errorf("syscat: %s: %w", e.rel.def.Name, e.err)
	}
	return &rowset{columns: e.builder.Columns(), rows: e.builder.Len()}, nil
}

// datum turns a value into one of the column's type.
func (e *emitter) datum(t types.Type, v any) vector.Datum {
	switch v := v.(type) {
	case nil:
		return vector.NullDatum
	case vector.Datum:
		return v
	case bool:
		if t.ID != types.Bool {
			return vector.StringDatum(yesNo(v))
		}
		return vector.BoolDatum(v)
	case string:
		return e.parse(t, v)
	case []string:
		parts := make([]string, len(v))
		for i, s := range v {
			parts[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
		return e.parse(t, "{"+strings.Join(parts, ",")+"}")
	case []int:
		return e.numbers(t, v)
	case int:
		return e.integer(t, int64(v))
	case int16:
		return e.integer(t, int64(v))
	case int32:
		return e.integer(t, int64(v))
	case int64:
		return e.integer(t, v)
	case uint32:
		return e.integer(t, int64(v))
	case uint64:
		return e.integer(t, int64(v))
	}
	panic(fmt.Sprintf("syscat: %s: a %T", e.rel.def.Name, v))
}

func (e *emitter) integer(t types.Type, n int64) vector.Datum {
	switch vector.KindOf(t) {
	case vector.Int32:
		return vector.IntDatum(int64(int32(n)))
	case vector.Int64:
		return vector.IntDatum(n)
	case vector.Float64:
		return vector.FloatDatum(float64(n))
	}
	return e.parse(t, strconv.FormatInt(n, 10))
}

func (e *emitter) numbers(t types.Type, list []int) vector.Datum {
	b := append(e.text[:0], '{')
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	e.text = append(b, '}')
	return e.parse(t, string(e.text))
}

// vectorText turns a vector, numbers or their text divided by blanks, into the
// text of an array whose subscripts begin with 0.
func vectorText(v any) any {
	var parts []string
	switch v := v.(type) {
	case string:
		parts = strings.Fields(v)
	case []int:
		for _, n := range v {
			parts = append(parts, strconv.Itoa(n))
		}
	default:
		return v
	}
	if len(parts) == 0 {
		return "{}"
	}
	return "[0:" + strconv.Itoa(len(parts)-1) + "]={" + strings.Join(parts, ",") + "}"
}

// parse reads text that Fasti has written itself, or its archive.
func (e *emitter) parse(t types.Type, text string) vector.Datum {
	d, err := value.Parse(t, text, value.Default())
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("%q is no %v: %w", text, t, err)
	}
	return d
}

// yesNo is information_schema's yes_or_no.
func yesNo(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

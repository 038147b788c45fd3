package syscat

import (
	"github.com/dejaq/fasti/kv/vector"
)

// columnIndex finds rows by the value of one column; one of the maps is used.
type columnIndex struct {
	numbers map[int64][]int32
	texts   map[string][]int32
}

// indexOf returns the index of a column, made at the first look-up.
func (s *rowset) indexOf(ordinal int) *columnIndex {
	if x, ok := s.index.Load(ordinal); ok {
		return x.(*columnIndex)
	}
	v := s.columns[ordinal]
	x := &columnIndex{}
	if v.Kind == vector.Bytes {
		x.texts = make(map[string][]int32, s.rows)
	} else {
		x.numbers = make(map[int64][]int32, s.rows)
	}
	for i := range s.rows {
		switch {
		case v.IsNull(i):
		case x.texts != nil:
			x.texts[string(v.Bytes(i))] = append(x.texts[string(v.Bytes(i))], int32(i))
		default:
			x.numbers[v.Int(i)] = append(x.numbers[v.Int(i)], int32(i))
		}
	}
	actual, _ := s.index.LoadOrStore(ordinal, x)
	return actual.(*columnIndex)
}

// row is one row of a catalog; the zero row is none.
type row struct {
	rel *relation
	set *rowset
	at  int
}

func (w row) ok() bool { return w.set != nil }

func (w row) column(name string) *vector.Vector { return w.set.columns[w.rel.def.Column(name)] }

// text returns a column of text, "" for NULL.
func (w row) text(name string) string {
	v := w.column(name)
	if v.IsNull(w.at) {
		return ""
	}
	return string(v.Bytes(w.at))
}

func (w row) null(name string) bool  { return w.column(name).IsNull(w.at) }
func (w row) oid(name string) uint32 { return uint32(w.integer(name)) }
func (w row) bool(name string) bool  { return w.column(name).Bool(w.at) && !w.null(name) }

// integer returns a column of numbers, 0 for NULL.
func (w row) integer(name string) int {
	v := w.column(name)
	if v.IsNull(w.at) {
		return 0
	}
	return int(v.Int(w.at))
}

// char returns the character of a "char" column, 0 for none.
func (w row) char(name string) byte {
	if s := w.text(name); s != "" {
		return s[0]
	}
	return 0
}

// catalog returns a relation of pg_catalog and its rows. Only a bug makes that
// fail.
func (r *Reader) catalog(table string) (*relation, *rowset) {
	rel := r.relations[name{pgCatalog, table}]
	s, err := r.of(rel)
	if err != nil {
		panic(err)
	}
	return rel, s
}

// find returns the rows of a catalog in which a column has a value.
func (r *Reader) find(table, column string, value uint32) []row {
	rel, s := r.catalog(table)
	return rowsOf(rel, s, s.indexOf(rel.def.Column(column)).numbers[int64(int32(value))])
}

// findText is find for a column of text.
func (r *Reader) findText(table, column, value string) []row {
	rel, s := r.catalog(table)
	return rowsOf(rel, s, s.indexOf(rel.def.Column(column)).texts[value])
}

func rowsOf(rel *relation, s *rowset, at []int32) []row {
	rows := make([]row, len(at))
	for i, n := range at {
		rows[i] = row{rel, s, int(n)}
	}
	return rows
}

// byOID returns the row of a catalog with an OID.
func (r *Reader) byOID(table string, oid uint32) row {
	if oid != 0 {
		if rows := r.find(table, "oid", oid); len(rows) > 0 {
			return rows[0]
		}
	}
	return row{}
}

// each calls f for every row of a catalog.
func (r *Reader) each(table string, f func(w row)) {
	rel, s := r.catalog(table)
	for i := range s.rows {
		f(row{rel, s, i})
	}
}

// value returns a column as the emitter takes it.
func (w row) value(name string) vector.Datum { return vector.At(w.column(name), w.at) }

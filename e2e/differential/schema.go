package differential

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/dejaq/fasti/meta/types"
)

// column is a column that a query can name: its SQL text and its type.
type column struct {
	sql string
	t   types.ID
}

// table is a base table. Its first column, id, is unique and not NULL.
type table struct {
	name string
	cols []column
}

// columnTypes are the types of columns.
var columnTypes = []types.ID{
	types.Bool, types.Int2, types.Int4, types.Int8, types.Numeric, types.Float8, types.Text, types.Date, types.Timestamp,
	types.Timestamptz, types.Interval, types.UUID, types.Time, types.Inet, types.Bytea, types.JSONB,
}

// sqlName returns the name of a type in SQL.
func sqlName(t types.ID) string { return types.Of(t).String() }

// newSchema makes two to four small tables and the statements that create and
// fill them, the same for both servers. Some have a primary key, some a NOT NULL
// timestamptz, by which Fasti cuts them into slices.
func newSchema(r *rand.Rand) (tables []table, statements []string) {
	for i := range 2 + r.IntN(3) {
		t := table{name: fmt.Sprintf("t%d", i), cols: []column{{"id", types.Int4}}}
		defs := []string{"id int NOT NULL"}
		if r.IntN(2) == 0 {
			defs[0] = "id int PRIMARY KEY"
		}
		if r.IntN(2) == 0 {
			t.cols = append(t.cols, column{"ts", types.Timestamptz})
			defs = append(defs, "ts timestamptz NOT NULL")
			if defs[0] == "id int PRIMARY KEY" {
				defs[0] = "id int NOT NULL"
				defs = append(defs, "PRIMARY KEY (ts, id)")
			}
		}
		for c := range 2 + r.IntN(5) {
			col := column{fmt.Sprintf("c%d", c), columnTypes[r.IntN(len(columnTypes))]}
			t.cols = append(t.cols, col)
			defs = append(defs, col.sql+" "+sqlName(col.t))
		}
		statements = append(statements, fmt.Sprintf("CREATE TABLE %s (%s)", t.name, strings.Join(defs, ", ")))
		if rows := []int{0, 1, 7, 40}[r.IntN(4)]; rows > 0 {
			statements = append(statements, insert(r, t, rows))
		}
		tables = append(tables, t)
	}
	return tables, statements
}

func insert(r *rand.Rand, t table, rows int) string {
	var b strings.Builder
	names := make([]string, len(t.cols))
	for i, c := range t.cols {
		names[i] = c.sql
	}
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", t.name, strings.Join(names, ", "))
	for row := range rows {
		if row > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(")
		for i, c := range t.cols {
			switch {
			case i == 0:
				fmt.Fprint(&b, row)
			case c.sql != "ts" && r.IntN(6) == 0:
				b.WriteString(", NULL")
			default:
				b.WriteString(", " + literal(r, c.t))
			}
		}
		b.WriteString(")")
	}
	return b.String()
}

// literal returns a value of a type, from a small set so that joins and groups
// meet, with the extremes that are known to hurt.
func literal(r *rand.Rand, t types.ID) string {
	pick := func(values ...string) string { return values[r.IntN(len(values))] }
	quoted := func(values ...string) string { return "'" + pick(values...) + "'::" + sqlName(t) }
	switch t {
	case types.Bool:
		return pick("true", "false")
	case types.Int2:
		return pick("0", "1", "2", "(-1)", "7", "32767", "(-32768)") + "::smallint"
	case types.Int4:
		return pick("0", "1", "2", "3", "(-1)", "10", "100", "2147483647", "(-2147483648)")
	case types.Int8:
		return pick("0", "1", "2", "(-3)", "1000", "9223372036854775807", "(-9223372036854775808)") + "::bigint"
	case types.Numeric:
		return pick("0", "1", "1.0", "1.10", "(-2.5)", "123.456", "0.001", "99999999999999999999.5", "'NaN'") + "::numeric"
	case types.Float8:
		return pick("0", "1", "'-0'", "1.5", "(-2.25)", "1e10", "0.1", "'NaN'", "'Infinity'", "1e-300") + "::double precision"
	case types.Text:
		return quoted("", "a", "b", "abc", "Abc", "a b", "%", "_x", "1", "zebra", "ümlaut", "aaaaaaaaaaaaaaaaaaaaaaaa")
	case types.Date:
		return quoted("2001-01-01", "2001-01-02", "2001-02-28", "1999-12-31", "2400-02-29", "infinity")
	case types.Timestamp:
		return quoted("2001-01-01 00:00:00", "2001-01-01 00:15:00", "2001-01-01 23:59:59.999999", "2001-02-28 12:30:00", "1969-12-31 23:59:59", "infinity")
	case types.Timestamptz:
		return quoted("2001-01-01 00:00:00+00", "2001-01-01 00:15:00+00", "2001-01-01 00:14:59.999999+00", "2001-06-01 12:30:00+02", "2000-12-31 20:00:00-05", "1990-01-01 00:00:00+00")
	case types.Interval:
		return quoted("0", "1 day", "24 hours", "1 month", "30 days", "-1 year 2 mons", "01:02:03.5", "90 minutes")
	case types.Time:
		return quoted("00:00:00", "12:30:00", "23:59:59.999999", "24:00:00", "12:30:00.5")
	case types.Inet:
		return quoted("10.0.0.1", "10.0.0.0/8", "192.168.1.5/24", "::1", "2001:db8::/32")
	case types.Bytea:
		return quoted("", `\x00`, `\x00ff`, `\x616263`)
	case types.JSONB:
		return quoted("null", "1", "1.0", `"a"`, "[]", `[1, "a", null]`, "{}", `{"a": 1, "b": [true]}`, `{"a": {"b": "c"}}`)
	case types.UUID:
		return quoted("00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12")
	}
	panic("no literal of " + sqlName(t))
}

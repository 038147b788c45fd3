// Package logictest runs files of SQL with expected results against the real
// server. The results are recorded from PostgreSQL 15 (make slt-record), so that
// a file says what PostgreSQL does, not what somebody believes.
//
// # Format
//
// A file is a list of records, separated by blank lines; # starts a comment line.
// Each file runs in one session on a fresh server, once for each configuration.
//
//	statement ok
//	CREATE TABLE t (a int)
//
//	statement error 22012 division by zero
//	SELECT 1/0
//
//	query int4 text rowsort
//	SELECT a, b FROM t
//	----
//	1	one
//	2	NULL
//
// The words behind query are the types of the columns, and optionally rowsort,
// which sorts the rows before they are compared. Values are in text form, divided
// by tabs; NULL is NULL, the empty string is (empty), a row without columns is
// (no columns), and backslash, tab, newline and carriage return in a value are
// escaped. An error has its SQLSTATE and its
// whole message. A record behind the line "onlyif fasti" is not run on PostgreSQL
// and keeps the result it has; "query error" does not exist: an error is a
// statement error.
package logictest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// record is one test.
type record struct {
	line      int      // of its first line
	head      []string // comment and onlyif lines before it
	fastiOnly bool
	sql       string
	sorted    bool
	expect    outcome
}

// outcome is what a statement gave.
type outcome struct {
	code, message string   // of an error; code "" is none
	types         []string // of a query; nil for a statement
	rows          []string
}

// String prints the outcome as the file has it, without the SQL.
func (o outcome) String() string {
	switch {
	case o.code != "":
		return "error " + o.code + " " + o.message
	case o.types == nil:
		return "ok"
	}
	return strings.Join(o.types, " ") + "\n----\n" + strings.Join(o.rows, "\n")
}

// floatTolerance is the relative difference that results of float4 and float8 may
// have: the last digits depend on the order in which values are added.
const floatTolerance = 1e-13

// same reports whether got is what was recorded.
func (o outcome) same(got outcome) bool {
	if o.String() == got.String() {
		return true
	}
	if o.code != "" || got.code != "" || !slices.Equal(o.types, got.types) || len(o.rows) != len(got.rows) {
		return false
	}
	for i := range o.rows {
		want, have := strings.Split(o.rows[i], "\t"), strings.Split(got.rows[i], "\t")
		if len(want) != len(have) || len(want) != len(o.types) {
			return false
		}
		for c, typ := range o.types {
			if want[c] != have[c] && !(strings.HasPrefix(typ, "float") && near(want[c], have[c])) {
				return false
			}
		}
	}
	return true
}

func near(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && math.Abs(x-y) <= floatTolerance*math.Abs(x)
}

// parse reads a file.
func parse(text string) ([]record, error) {
	var records []record
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); {
		var r record
		for i < len(lines) && (lines[i] == "" || lines[i][0] == '#' || strings.HasPrefix(lines[i], "onlyif ")) {
			if lines[i] == "onlyif fasti" {
				r.fastiOnly = true
			} else if strings.HasPrefix(lines[i], "onlyif ") {
				return nil, fmt.Errorf("line %d: %s", i+1, lines[i])
			}
			r.head = append(r.head, lines[i])
			i++
		}
		if i == len(lines) {
			records = append(records, r) // what stands behind the last record
			break
		}
		r.line = i + 1
		words := strings.SplitN(lines[i], " ", 4)
		query := false
		switch {
		case lines[i] == "statement ok":
		case words[0] == "statement" && len(words) >= 3 && words[1] == "error":
			r.expect.code = words[2]
			r.expect.message = strings.TrimPrefix(lines[i], "statement error "+words[2])
			r.expect.message = strings.TrimPrefix(r.expect.message, " ")
		case words[0] == "statement" && len(words) == 2 && words[1] == "error": // to be recorded
		case words[0] == "query":
			query = true
			r.expect.types = strings.Fields(lines[i])[1:]
			if n := len(r.expect.types); n > 0 && r.expect.types[n-1] == "rowsort" {
				r.sorted, r.expect.types = true, r.expect.types[:n-1]
			}
		default:
			return nil, fmt.Errorf("line %d: unknown record %q", i+1, lines[i])
		}
		i++
		start := i
		for i < len(lines) && lines[i] != "" && lines[i] != "----" {
			i++
		}
		r.sql = strings.Join(lines[start:i], "\n")
		if query && i < len(lines) && lines[i] == "----" {
			for i++; i < len(lines) && lines[i] != ""; i++ {
				r.expect.rows = append(r.expect.rows, lines[i])
			}
		}
		records = append(records, r)
	}
	return records, nil
}

// format prints records as a file.
func format(records []record) string {
	var b strings.Builder
	for _, r := range records {
		for _, line := range r.head {
			b.WriteString(line + "\n")
		}
		if r.line == 0 {
			continue
		}
		switch {
		case r.expect.code != "":
			fmt.Fprintf(&b, "statement error %s %s\n%s\n", r.expect.code, r.expect.message, r.sql)
		case r.expect.types == nil:
			b.WriteString("statement ok\n" + r.sql + "\n")
		default:
			b.WriteString(strings.Join(append([]string{"query"}, r.expect.types...), " "))
			if r.sorted {
				b.WriteString(" rowsort")
			}
			b.WriteString("\n" + r.sql + "\n----\n")
			for _, row := range r.expect.rows {
				b.WriteString(row + "\n")
			}
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// run executes a record in the simple protocol and returns what came.
func run(ctx context.Context, c *pgconn.PgConn, r *record) (outcome, error) {
	var o outcome
	reader := c.Exec(ctx, r.sql)
	for reader.NextResult() {
		rr := reader.ResultReader()
		fields := rr.FieldDescriptions()
		o.types, o.rows = nil, nil
		if fields != nil && r.expect.types != nil {
			o.types = []string{}
			for _, f := range fields {
				o.types = append(o.types, typeName(f.DataTypeOID))
			}
		}
		for rr.NextRow() {
			var row []string
			for _, v := range rr.Values() {
				row = append(row, cell(v))
			}
			if len(row) == 0 {
				row = []string{"(no columns)"}
			}
			if r.expect.types != nil {
				o.rows = append(o.rows, strings.Join(row, "\t"))
			}
		}
	}
	err := reader.Close()
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return outcome{code: pg.Code, message: strings.ReplaceAll(pg.Message, "\n", " ")}, nil
	}
	if r.sorted {
		slices.Sort(o.rows)
	}
	return o, err
}

func cell(v []byte) string {
	switch {
	case v == nil:
		return "NULL"
	case len(v) == 0:
		return "(empty)"
	}
	return strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(string(v))
}

// firstUserOID is the smallest OID of what users make: each server has its own.
const firstUserOID = 16384

// typeName names the types that results have by their OIDs; those of users are
// all "user".
func typeName(oid uint32) string {
	names := map[uint32]string{
		16: "bool", 17: "bytea", 19: "name", 20: "int8", 21: "int2", 23: "int4", 25: "text", 26: "oid", 700: "float4", 701: "float8",
		705: "unknown", 1042: "bpchar", 1043: "varchar", 1082: "date", 1114: "timestamp", 1184: "timestamptz", 1186: "interval",
		1700: "numeric", 2206: "regtype", 2278: "void", 2950: "uuid",
	}
	if n, ok := names[oid]; ok {
		return n
	}
	if oid >= firstUserOID {
		return "user"
	}
	return fmt.Sprint("oid:", oid)
}

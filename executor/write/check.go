package write

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/txn"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/sql/lex"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// checkNotNull returns the 23502 of the first row that counts, and its first
// column, that is NULL and may not be.
func checkNotNull(t *schema.Table, cols []*vector.Vector, rows vector.Rows, s *value.Settings) error {
	row, column := rows.N, 0
	for c := range t.Columns {
		if cols[c].Nulls == nil || !notNull(t, c) {
			continue
		}
		for _, r := range rows.Selection() {
			if int(r) >= row {
				break
			}
			if cols[c].IsNull(int(r)) {
				row, column = int(r), c
				break
			}
		}
	}
	if row == rows.N {
		return nil
	}
	name := t.Columns[column].Name
	e := sqlerr.New(sqlerr.NotNullViolation, "null value in column \"%s\" of relation \"%s\" violates not-null constraint", name, t.Name).
		WithDetail("Failing row contains (%s).", rowText(t, cols, row, s))
	e.Schema, e.Table, e.Column = t.Namespace, t.Name, name
	return e
}

func notNull(t *schema.Table, c int) bool {
	if t.Columns[c].NotNull {
		return true
	}
	for _, k := range t.Key {
		if k == c {
			return true
		}
	}
	return false
}

// fieldMax is how many bytes of a value PostgreSQL shows of a failing row
// (ExecConstraints: maxfieldlen).
const fieldMax = 64

// rowText prints a row as PostgreSQL's ExecBuildSlotValueDescription does.
func rowText(t *schema.Table, cols []*vector.Vector, row int, s *value.Settings) string {
	var b []byte
	for c := range t.Columns {
		if c > 0 {
			b = append(b, ", "...)
		}
		d := vector.At(cols[c], row)
		if d.Null {
			b = append(b, "null"...)
			continue
		}
		at := len(b)
		b = value.Append(b, t.Columns[c].Type, d, s)
		if len(b)-at > fieldMax {
			end := at + fieldMax
			for end > at && !utf8.RuneStart(b[end]) {
				end--
			}
			b = append(b[:end], "..."...)
		}
	}
	return string(b)
}

// Error maps what a write or a commit returns to what the client sees: a
// *txn.DuplicateKeyError to 23505. Other errors it returns as they are.
func Error(err error, s *value.Settings) error {
	var dup *txn.DuplicateKeyError
	if !errors.As(err, &dup) {
		return err
	}
	t := dup.Table
	constraint := t.KeyName
	if dup.Index != nil {
		constraint = dup.Index.Name
	}
	e := sqlerr.New(sqlerr.UniqueViolation, "duplicate key value violates unique constraint \"%s\"", constraint)
	if len(dup.Key) > 0 {
		e = e.WithDetail("Key %s already exists.", KeyText(dup, s))
	}
	e.Schema, e.Table, e.Constraint, e.Cause = t.Namespace, t.Name, constraint, err
	return e
}

// KeyText prints the key of an error as PostgreSQL's BuildIndexValueDescription does:
// (a, b)=(1, x).
func KeyText(dup *txn.DuplicateKeyError, s *value.Settings) string {
	t := dup.Table
	keys := make([]schema.IndexKey, len(t.Key))
	for i, c := range t.Key {
		keys[i].Column = c
	}
	if dup.Index != nil {
		keys = dup.Index.Keys
	}
	var names, values []string
	for i, k := range keys {
		typ, name := k.Type, k.Expr
		if k.Column >= 0 {
			typ, name = t.Columns[k.Column].Type, quoteName(t.Columns[k.Column].Name)
		}
		names = append(names, name)
		text := "null"
		if i < len(dup.Key) && !dup.Key[i].Null {
			text = string(value.Append(nil, typ, dup.Key[i], s))
		}
		values = append(values, text)
	}
	return "(" + strings.Join(names, ", ") + ")=(" + strings.Join(values, ", ") + ")"
}

// quoteName writes an identifier as PostgreSQL's quote_identifier does.
func quoteName(name string) string {
	plain := name != ""
	for i, c := range []byte(name) {
		plain = plain && (c >= 'a' && c <= 'z' || c == '_' || i > 0 && c >= '0' && c <= '9')
	}
	if plain && lex.Open(name).Tok().Word.Class() == lex.Unreserved {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

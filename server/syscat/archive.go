package syscat

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/meta/catalog"
	"github.com/dejaq/fasti/meta/schema"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/value"
)

// postgres is what PostgreSQL 15 says of itself; gen.go makes it. Its members are
// lines of COPY's text format:
//
//	relations   namespace, name, OID, kind, columns; a column is name:type:modifier
//	            with ! behind it for NOT NULL, the type an OID that is no domain's
//	pg_…        the rows of the catalog for built-in objects
//	others      the rows of the function or view of that name
//
// Trees of expressions are given as SQL, functions as their OIDs.
//
//go:embed postgres.zip
var postgres []byte

// member returns the lines of a member of the archive, cut into fields; a field
// that is NULL is nil. The archive is part of the program: a broken one panics.
func member(name string) [][]*string {
	z, err := zip.NewReader(bytes.NewReader(postgres), int64(len(postgres)))
	if err != nil {
		panic(fmt.Sprintf("syscat: postgres.zip: %v", err))
	}
	f, err := z.Open(name)
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(f)
	if err != nil {
		panic(fmt.Sprintf("syscat: postgres.zip: %s: %v", name, err))
	}
	var rows [][]*string
	for line := range strings.Lines(string(text)) {
		var row []*string
		for field := range strings.SplitSeq(strings.TrimSuffix(line, "\n"), "\t") {
			row = append(row, unescape(field))
		}
		rows = append(rows, row)
	}
	return rows
}

// unescape reads a field of COPY's text format.
func unescape(field string) *string {
	if field == `\N` {
		return nil
	}
	if strings.IndexByte(field, '\\') < 0 {
		return &field
	}
	var b strings.Builder
	for i := 0; i < len(field); i++ {
		c := field[i]
		if c == '\\' && i+1 < len(field) {
			i++
			switch c = field[i]; c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			case 'r':
				c = '\r'
			case 'b':
				c = '\b'
			case 'f':
				c = '\f'
			case 'v':
				c = '\v'
			}
		}
		b.WriteByte(c)
	}
	s := b.String()
	return &s
}

// name is a qualified name of a relation.
type name struct{ namespace, name string }

// relations returns every relation of pg_catalog and information_schema.
func relations() map[name]*relation {
	all := make(map[name]*relation, 256)
	for _, row := range member("relations") {
		r := &relation{kind: (*row[3])[0]}
		r.def = &schema.Table{
			ID: schema.TableID(number32(*row[2])), Namespace: *row[0], Name: *row[1], Time: -1, Partitions: 1,
		}
		for i, c := range strings.Fields(*row[4]) {
			c, notNull := strings.CutSuffix(c, "!")
			part := strings.Split(c, ":")
			oid := number32(part[1])
			t := columnType(oid)
			if oid == oidInt2vector || oid == oidOidvector {
				r.vectors = append(r.vectors, i)
			}
			mod, err := strconv.Atoi(part[2])
			if err != nil {
				panic(fmt.Sprintf("syscat: %s.%s: modifier %s", r.def.Name, part[0], part[2]))
			}
			t.Mod = int32(mod)
			r.def.Columns = append(r.def.Columns, schema.Column{ID: schema.ColumnID(i + 1), Name: part[0], Type: t, NotNull: notNull})
		}
		all[name{r.def.Namespace, r.def.Name}] = r
	}
	return all
}

// The types of vectors of numbers, which Fasti shows as arrays whose subscripts
// begin with 0.
const (
	oidInt2vector = 22
	oidOidvector  = 30
)

// columnType returns the type of a column whose type has an OID in PostgreSQL. For
// the types that Fasti does not have stands one that holds the same values.
func columnType(oid uint32) types.Type {
	if t, ok := types.ByOID(oid); ok && readable(t) {
		return t
	}
	t := types.Of(types.Text) // pg_node_tree, pg_lsn, aclitem, statistics, anyarray
	switch oid {
	case 28: // xid
		return types.Of(types.OID)
	case oidInt2vector:
		t = types.Of(types.Int2).Array()
	case oidOidvector:
		t = types.Of(types.OID).Array()
	case 1034, 1002: // aclitem[], "char"[]
		t = t.Array()
	}
	if !readable(t) {
		return types.Of(types.Text)
	}
	return t
}

// readable reports whether values of a type can be read from text.
func readable(t types.Type) bool {
	if t.ID.IsPseudo() {
		return false
	}
	if t.ID.IsArray() {
		_, err := value.Parse(t, "{}", value.Default())
		return err == nil
	}
	return true
}

func number32(text string) uint32 {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		panic(fmt.Sprintf("syscat: %q is no OID", text))
	}
	return uint32(n)
}

// The namespaces of the system and their OIDs.
const (
	pgCatalog         = "pg_catalog"
	informationSchema = "information_schema"

	oidPgCatalog = 11
	oidPublic    = 2200
)

// system reports whether a namespace holds system tables.
func system(namespace string) bool {
	return namespace == pgCatalog || namespace == informationSchema || namespace == catalog.Fasti
}

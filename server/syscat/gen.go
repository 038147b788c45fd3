//go:build ignore

// Command gen writes postgres.zip: what PostgreSQL 15 says of its own catalogs. It
// reads a fresh database of a PostgreSQL 15:
//
//	go run server/syscat/gen.go -dsn postgres://postgres@127.0.0.1/postgres -o server/syscat/postgres.zip
//
// See the package comment for what the members of the archive hold.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
)

// last is the first OID that is not a built-in object's.
const last = "16384"

// relations lists every relation of the system's namespaces with its columns:
// name, type without domains, modifier, and ! for NOT NULL.
const relations = `
SELECT n.nspname, c.relname, c.oid, c.relkind, string_agg(
    a.attname || ':' || CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END || ':'
    || CASE t.typtype WHEN 'd' THEN t.typtypmod ELSE a.atttypmod END || CASE WHEN a.attnotnull THEN '!' ELSE '' END,
    ' ' ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'v') AND n.nspname IN ('pg_catalog', 'information_schema') AND c.oid < ` + last + `
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2`

// Objects that Fasti has not: relations for oversized values, the procedural
// language, collations of the operating system.
const (
	toast   = "(SELECT oid FROM pg_class WHERE relnamespace = 99)"
	foreign = "(SELECT oid FROM pg_collation WHERE oid >= 12000 AND collname <> 'ucs_basic' UNION ALL " +
		"SELECT objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass)"
)

// catalogs are the tables whose rows are taken over: which rows, and which
// columns have another value.
var catalogs = []struct {
	name, where string
	change      map[string]string
}{
	{"pg_aggregate", "true", nil},
	{"pg_am", "true", nil},
	{"pg_amop", "true", nil},
	{"pg_amproc", "true", nil},
	{"pg_attribute", "attrelid NOT IN " + toast + " AND attrelid < " + last, nil},
	{"pg_auth_members", "roleid < " + last + " AND member < " + last, nil},
	{"pg_authid", "oid < " + last + " AND oid <> 10", nil},
	{"pg_cast", "true", nil},
	{"pg_class", "relnamespace <> 99 AND oid < " + last, map[string]string{
		"reltoastrelid": "0", "relpages": "0", "reltuples": "-1", "relallvisible": "0",
	}},
	{"pg_collation", "oid NOT IN " + foreign, nil},
	{"pg_constraint", "conrelid NOT IN " + toast, map[string]string{"conbin": "pg_get_expr(conbin, conrelid)"}},
	{"pg_conversion", "true", nil},
	{"pg_description", "objoid NOT IN " + foreign + " AND classoid <> 'pg_extension'::regclass AND objoid <> 2200", nil},
	{"pg_index", "indrelid NOT IN " + toast + " AND indrelid < " + last, map[string]string{
		"indexprs": "pg_get_expr(indexprs, indrelid)", "indpred": "pg_get_expr(indpred, indrelid)",
	}},
	{"pg_language", "oid NOT IN " + foreign, nil},
	{"pg_namespace", "oid < " + last + " AND nspname <> 'public'", nil},
	{"pg_opclass", "true", nil},
	{"pg_operator", "true", nil},
	{"pg_opfamily", "true", nil},
	{"pg_proc", "oid NOT IN " + foreign, map[string]string{"proargdefaults": "pg_get_expr(proargdefaults, 0)", "prosqlbody": "NULL"}},
	{"pg_range", "true", nil},
	{"pg_tablespace", "oid < " + last, nil},
	{"pg_ts_config", "true", nil},
	{"pg_ts_config_map", "true", nil},
	{"pg_ts_dict", "true", nil},
	{"pg_ts_parser", "true", nil},
	{"pg_ts_template", "true", nil},
	{"pg_type", "oid < " + last, map[string]string{"typdefaultbin": "pg_get_expr(typdefaultbin, 0)"}},
}

// functions has the rows of those functions that give facts which no catalog has.
var functions = []struct{ name, query string }{
	{"pg_get_keywords", "SELECT * FROM pg_get_keywords() ORDER BY word COLLATE \"C\""},
	{"settings", "SELECT name, unit, category, short_desc, extra_desc, context, vartype, min_val, max_val, enumvals, boot_val " +
		"FROM pg_settings ORDER BY name COLLATE \"C\""},
	{"sql_features", "SELECT * FROM information_schema.sql_features ORDER BY feature_id COLLATE \"C\", sub_feature_id COLLATE \"C\""},
	{"sql_sizing", "SELECT * FROM information_schema.sql_sizing ORDER BY sizing_id"},
	{"sql_parts", "SELECT * FROM information_schema.sql_parts ORDER BY feature_id"},
	{"sql_implementation_info", "SELECT * FROM information_schema.sql_implementation_info ORDER BY implementation_info_id"},
}

func main() {
	dsn := flag.String("dsn", "", "connection string of a fresh database")
	out := flag.String("o", "postgres.zip", "file to write")
	flag.Parse()
	if err := run(*dsn, *out); err != nil {
		log.Fatal(err)
	}
}

func run(dsn, path string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	member := func(name, query string) error {
		w, err := z.Create(name)
		if err != nil {
			return err
		}
		if _, err := conn.PgConn().CopyTo(ctx, w, "COPY ("+query+") TO STDOUT"); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	if err := member("relations", relations); err != nil {
		return err
	}
	for _, c := range catalogs {
		rows, err := conn.Query(ctx, `SELECT attname || CASE atttypid WHEN 'regproc'::regtype THEN '::oid' ELSE '' END FROM pg_attribute
			WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum`, "pg_catalog."+c.name)
		if err != nil {
			return err
		}
		columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		order := columns[0]
		if order != "oid" {
			order = "pg_catalog." + c.name
		}
		for i, n := range columns {
			if e, ok := c.change[n]; ok {
				columns[i] = e
			}
		}
		query := "SELECT " + strings.Join(columns, ", ") + " FROM pg_catalog." + c.name + " WHERE " + c.where
		if order == "oid" {
			query += " ORDER BY oid"
		} else {
			query += " ORDER BY 1, 2, 3"
		}
		if err := member(c.name, query); err != nil {
			return err
		}
	}
	for _, f := range functions {
		if err := member(f.name, f.query); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, file.Bytes(), 0o644)
}

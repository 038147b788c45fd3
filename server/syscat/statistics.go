package syscat

import (
	"strconv"
	"strings"
	"time"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/schema"
)

// statisticSources are the relations of figures that change all the time, and of
// the node's surroundings.
func statisticSources() map[string]source {
	sources := map[string]source{
		"pg_stat_activity": {
			columns: "datid datname pid usesysid usename application_name backend_start xact_start query_start state_change state query backend_type",
			rows:    (*Reader).activityRows, live: true,
		},
		"pg_stat_database":    {columns: "datid datname numbackends", rows: (*Reader).databaseStatisticRows, live: true},
		"pg_stat_ssl":         {columns: "pid ssl", rows: (*Reader).sslRows, live: true},
		"pg_stat_gssapi":      {columns: "pid gss_authenticated encrypted", rows: (*Reader).gssRows, live: true},
		"pg_timezone_names":   {rows: (*Reader).zoneRows, live: true},
		"pg_timezone_abbrevs": {rows: (*Reader).zoneAbbreviationRows, live: true},
	}
	for _, which := range []string{"all", "user", "sys"} {
		sources["pg_stat_"+which+"_tables"] = source{columns: "relid schemaname relname n_live_tup", rows: (*Reader).tableStatisticRows, live: true}
		sources["pg_stat_"+which+"_indexes"] = source{columns: "relid indexrelid schemaname relname indexrelname", rows: (*Reader).indexStatisticRows, live: true}
	}
	return sources
}

// shows reports whether a view over all, the user's or the system's tables has a
// namespace in it.
func shows(view, namespace string) bool {
	switch {
	case strings.Contains(view, "_user_"):
		return !system(namespace)
	case strings.Contains(view, "_sys_"):
		return system(namespace)
	}
	return true
}

func (r *Reader) tableStatisticRows(e *emitter) error {
	live := map[schema.TableID]int64{}
	for id, s := range r.stats(0) {
		live[id.Table] += s.Rows
	}
	r.each("pg_class", func(w row) {
		if ns := r.namespaceName(w.oid("relnamespace")); w.char("relkind") == 'r' && shows(e.rel.def.Name, ns) {
			e.add(w.oid("oid"), ns, w.text("relname"), live[schema.TableID(w.oid("oid"))])
		}
	})
	return nil
}

func (r *Reader) indexStatisticRows(e *emitter) error {
	r.each("pg_index", func(w row) {
		table := r.byOID("pg_class", w.oid("indrelid"))
		if ns := r.namespaceName(table.oid("relnamespace")); shows(e.rel.def.Name, ns) {
			e.add(table.oid("oid"), w.oid("indexrelid"), ns, table.text("relname"), r.byOID("pg_class", w.oid("indexrelid")).text("relname"))
		}
	})
	return nil
}

func (r *Reader) databaseStatisticRows(e *emitter) error {
	r.each("pg_database", func(w row) {
		n := 0
		for _, b := range r.activity.list() {
			if b.Database == w.text("datname") {
				n++
			}
		}
		e.add(w.oid("oid"), w.text("datname"), n)
	})
	return nil
}

func (r *Reader) sslRows(e *emitter) error {
	for _, b := range r.activity.list() {
		e.add(b.PID, false)
	}
	return nil
}

func (r *Reader) gssRows(e *emitter) error {
	for _, b := range r.activity.list() {
		e.add(b.PID, false, false)
	}
	return nil
}

func (r *Reader) zoneRows(e *emitter) error {
	for _, n := range r.zones.Names() {
		loc, ok := r.zones.Load(n)
		if !ok {
			continue
		}
		now := r.q.Now.In(loc)
		abbreviation, offset := now.Zone()
		e.add(n, abbreviation, micros(int64(offset)*int64(time.Second/time.Microsecond)), now.IsDST())
	}
	return nil
}

func (r *Reader) databaseOID(name string) uint32 {
	if rows := r.findText("pg_database", "datname", name); len(rows) > 0 {
		return rows[0].oid("oid")
	}
	return 0
}

// statistic is a function pg_stat_get_…: the rows of a table, else 0, or NULL for
// times.
func statistic(name string) code {
	switch {
	case name == "pg_stat_get_live_tuples":
		return func(c *call) (vector.Datum, error) {
			rows, _ := c.tableBytes(schema.TableID(c.oid(0)))
			return vector.IntDatum(rows), nil
		}
	case name == "pg_stat_get_backend_pid":
		return func(c *call) (vector.Datum, error) {
			if list := c.activity.list(); c.number(0) >= 1 && c.number(0) <= int64(len(list)) {
				return vector.IntDatum(int64(list[c.number(0)-1].PID)), nil
			}
			return vector.NullDatum, nil
		}
	case name == "pg_stat_get_db_numbackends":
		return func(c *call) (vector.Datum, error) {
			n := 0
			for _, b := range c.activity.list() {
				if c.databaseOID(b.Database) == c.oid(0) {
					n++
				}
			}
			return vector.IntDatum(int64(n)), nil
		}
	case strings.HasSuffix(name, "_time"):
		return always(vector.NullDatum)
	}
	return always(vector.IntDatum(0))
}

// transactionID is txid_current: the snapshot's timestamp stands for it, which
// grows as numbers of transactions do.
func (c *call) transactionID() (vector.Datum, error) {
	return c.result(strconv.FormatInt(c.q.Now.UnixMicro(), 10))
}

func (c *call) startTime() (vector.Datum, error) { return timestamp(c.started), nil }

func (r *Reader) zoneAbbreviationRows(e *emitter) error {
	for _, a := range r.zones.Abbreviations(r.q.Now.Unix()) {
		e.add(a.Name, micros(int64(a.Offset)*int64(time.Second/time.Microsecond)), a.DST)
	}
	return nil
}

package syscat

import (
	"time"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// Session is what the system tables show of the session that reads them.
type Session interface {
	// Settings returns all run-time parameters in order of their names.
	Settings() []Setting
	// Configure sets a parameter for the session or, local, for the transaction,
	// to its default when value is nil; it returns what the parameter is then.
	Configure(name string, value *string, local bool) (string, error)
	// Statements and Cursors return the prepared statements and the open cursors.
	Statements() []Statement
	Cursors() []Cursor
}

// Setting is one run-time parameter.
type Setting struct {
	Name, Value string
	// Boot is the value without configuration, Reset the one that RESET goes to.
	Boot, Reset string
	// Changed says that the session has set it.
	Changed     bool
	Description string
}

// Statement is a prepared statement.
type Statement struct {
	Name, Text string
	At         time.Time
	Parameters []types.Type
	// SQL says that PREPARE made it, not the protocol.
	SQL bool
}

// Cursor is an open cursor.
type Cursor struct {
	Name, Text         string
	At                 time.Time
	Hold, Binary, Both bool // Both: it can go backwards
}

// sessionSources are the relations that show the reading session.
func sessionSources() map[string]source {
	return map[string]source{
		"pg_settings": {
			columns: "name setting unit category short_desc extra_desc context vartype source min_val max_val enumvals boot_val reset_val pending_restart",
			rows:    (*Reader).settingRows, live: true,
		},
		"pg_prepared_statements": {
			columns: "name statement prepare_time parameter_types from_sql generic_plans custom_plans",
			rows:    (*Reader).statementRows, live: true,
		},
		"pg_cursors": {
			columns: "name statement is_holdable is_binary is_scrollable creation_time",
			rows:    (*Reader).cursorRows, live: true,
		},
	}
}

// settingRows takes what does not depend on the session from PostgreSQL's own
// parameter of the name.
func (r *Reader) settingRows(e *emitter) error {
	known := map[string][]*string{}
	for _, f := range member("settings") {
		known[*f[0]] = f
	}
	field := func(f *string) any {
		if f == nil {
			return nil
		}
		return *f
	}
	for _, s := range r.session.Settings() {
		from := "default"
		if s.Changed {
			from = "session"
		}
		f := known[s.Name]
		if f == nil {
			e.add(s.Name, s.Value, nil, "Customized Options", s.Description, nil, "user", "string", from, nil, nil, nil, s.Boot, s.Reset, false)
			continue
		}
		e.add(s.Name, s.Value, field(f[1]), *f[2], *f[3], field(f[4]), *f[5], *f[6], from, field(f[7]), field(f[8]), field(f[9]), s.Boot, s.Reset, false)
	}
	return nil
}

func (r *Reader) statementRows(e *emitter) error {
	for _, s := range r.session.Statements() {
		var parameters []int
		for _, t := range s.Parameters {
			parameters = append(parameters, int(int32(t.OID())))
		}
		e.add(s.Name, s.Text, timestamp(s.At), parameters, s.SQL, 0, 0)
	}
	return nil
}

func (r *Reader) cursorRows(e *emitter) error {
	for _, c := range r.session.Cursors() {
		e.add(c.Name, c.Text, c.Hold, c.Binary, c.Both, timestamp(c.At))
	}
	return nil
}

// timestamp returns a timestamptz, NULL for the zero time.
func timestamp(t time.Time) vector.Datum {
	if t.IsZero() {
		return vector.NullDatum
	}
	return vector.IntDatum(t.UnixMicro() - postgresEpoch)
}

// postgresEpoch is 2000-01-01 UTC in µs since the Unix epoch.
const postgresEpoch = 946684800 * 1_000_000

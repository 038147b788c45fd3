package session

import (
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// setting describes one run-time parameter.
type setting struct {
	name string // as SHOW prints it
	// initial is the default.
	initial string
	// report: a change is told to the client by ParameterStatus.
	report bool
	// fixed: SET is refused with 55P02.
	fixed bool
	// check turns what the user wrote into the value to store, or refuses it.
	// nil takes any text.
	check func(text string) (string, error)
	// describe is pg_settings' short description.
	describe string
}

// settingList holds every parameter, by name. What Fasti cannot do differently
// accepts the one value that is true.
func settingList(version string, zones *value.Zones) []setting {
	return []setting{
		{"application_name", "", true, false, ascii, "Sets the application name to be reported in statistics and logs."},
		{"bytea_output", "hex", false, false, enum("bytea_output", "escape", "hex"), "Sets the output format for bytea."},
		{"client_encoding", "UTF8", true, false, encoding, "Sets the client's character set encoding."},
		{"client_min_messages", "notice", false, false, enum("client_min_messages", "debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"), "Sets the message levels that are sent to the client."},
		{"DateStyle", "ISO, MDY", true, false, dateStyle, "Sets the display format for date and time values."},
		{"default_transaction_isolation", "read committed", false, false, isolation, "Sets the transaction isolation level of each new transaction."},
		{"default_transaction_read_only", "off", true, false, boolean("default_transaction_read_only"), "Sets the default read-only status of new transactions."},
		{"fasti.batch_rows", "4096", false, false, integer("fasti.batch_rows", 1, vector.MaxRows), "Sets the most rows that operators pass on at once; for tests."},
		{"fasti.spill", "off", false, false, boolean("fasti.spill"), "Makes every operation that can use temporary files use them; for tests."},
		{"extra_float_digits", "1", false, false, integer("extra_float_digits", -15, 3), "Sets the number of digits displayed for floating-point values."},
		{"idle_in_transaction_session_timeout", "0", false, false, only("idle_in_transaction_session_timeout", "0"), "Sets the maximum allowed idle time between queries, when in a transaction."},
		{"in_hot_standby", "off", true, true, nil, "Shows whether hot standby is currently active."},
		{"integer_datetimes", "on", true, true, nil, "Shows whether datetimes are integer based."},
		{"IntervalStyle", "postgres", true, false, enum("intervalstyle", "postgres", "postgres_verbose", "sql_standard", "iso_8601"), "Sets the display format for interval values."},
		{"is_superuser", "on", true, true, nil, "Shows whether the current user is a superuser."},
		{"lc_collate", "C", false, true, nil, "Shows the collation order locale."},
		{"lc_ctype", "C.UTF-8", false, true, nil, "Shows the character classification and case conversion locale."},
		{"lock_timeout", "0", false, false, only("lock_timeout", "0"), "Sets the maximum allowed duration of any wait for a lock."},
		{"max_identifier_length", "63", false, true, nil, "Shows the maximum identifier length."},
		{"max_query_memory", "1GB", false, false, size("max_query_memory"), "Sets the memory one statement may use for sorting, joining and grouping."},
		{"search_path", `"$user", public`, false, false, identifiers, "Sets the schema search order for names that are not schema-qualified."},
		{"server_encoding", "UTF8", true, true, nil, "Shows the server (database) character set encoding."},
		{"server_version", "15.0 (Fasti " + version + ")", true, true, nil, "Shows the server version."},
		{"server_version_num", "150000", false, true, nil, "Shows the server version as an integer."},
		{"session_authorization", "", true, true, nil, "Sets the session user name."},
		{"standard_conforming_strings", "on", true, false, only("standard_conforming_strings", "on"), "Causes '...' strings to treat backslashes literally."},
		{"statement_timeout", "0", false, false, milliseconds("statement_timeout"), "Sets the maximum allowed duration of any statement."},
		{"synchronous_commit", "on", false, false, only("synchronous_commit", "on"), "Sets the current transaction's synchronization level."},
		{"temp_file_limit", "-1", false, false, unlimited("temp_file_limit"), "Limits the total size of all temporary files used by each statement; -1 means no limit."},
		{"TimeZone", "UTC", true, false, timeZone(zones), "Sets the time zone for displaying and interpreting time stamps."},
		{"transaction_isolation", "read committed", false, true, nil, "Shows the current transaction's isolation level."},
		{"transaction_read_only", "off", false, true, nil, "Shows the current transaction's read-only status."},
		{"work_mem", "256MB", false, false, size("work_mem"), "Sets the memory that each operation of a statement may use before it goes to temporary files."},
	}
}

// Settings is the table of run-time parameters, shared by all sessions.
type Settings struct {
	byName map[string]*setting // lower case
	names  []string            // sorted
	zones  *value.Zones
}

// NewSettings returns the parameters of a server of this version.
func NewSettings(version string) *Settings {
	t := &Settings{byName: map[string]*setting{}, zones: value.NewZones()}
	for _, s := range append(settingList(version, t.zones), clientSettings()...) {
		t.byName[strings.ToLower(s.name)] = &s
		t.names = append(t.names, strings.ToLower(s.name))
	}
	sort.Strings(t.names)
	return t
}

// variables are one session's parameters: changed values by lower-case name.
// SET LOCAL values lie in a layer of their own, which ends with the transaction;
// a rollback restores both layers.
type variables struct {
	table   *Settings
	start   map[string]string // what the client asked for at start-up: RESET goes there
	session map[string]string
	local   map[string]string
}

func newVariables(t *Settings) variables {
	return variables{table: t, start: map[string]string{}, session: map[string]string{}, local: map[string]string{}}
}

// layers is a copy of what a rollback restores.
type layers struct{ session, local map[string]string }

func (l layers) clone() layers { return layers{maps.Clone(l.session), maps.Clone(l.local)} }

func (v *variables) save() layers { return layers{v.session, v.local}.clone() }

func (v *variables) restore(l layers) { v.session, v.local = l.session, l.local }

// get returns the value of a parameter; ok is false when there is none.
func (v *variables) get(name string) (value string, ok bool) {
	name = strings.ToLower(name)
	for _, layer := range []map[string]string{v.local, v.session, v.start} {
		if value, ok := layer[name]; ok {
			return value, true
		}
	}
	if s, ok := v.table.byName[name]; ok {
		return s.initial, true
	}
	return "", false
}

// must returns the value of a parameter that exists.
func (v *variables) must(name string) string {
	value, _ := v.get(name)
	return value
}

// set changes a parameter in the given layer after checking the value.
func (v *variables) set(layer map[string]string, name, text string) error {
	key := strings.ToLower(name)
	s, ok := v.table.byName[key]
	switch {
	case !ok && strings.Contains(name, "."): // a placeholder for an extension
		layer[key] = text
		return nil
	case !ok:
		return unknownSetting(name)
	case s.fixed:
		return sqlerr.New(sqlerr.CantChangeRuntimeParam, "parameter %q cannot be changed", s.name)
	}
	if s.check != nil {
		var err error
		if text, err = s.check(text); err != nil {
			return err
		}
		if key == "datestyle" && text == "ISO" {
			text = v.must(key)
		}
	}
	layer[key] = text
	return nil
}

// reset returns a parameter to its value at the start of the session.
func (v *variables) reset(layer map[string]string, name string) error {
	key := strings.ToLower(name)
	s, ok := v.table.byName[key]
	switch {
	case !ok && strings.Contains(name, "."):
	case !ok:
		return unknownSetting(name)
	case s.fixed:
		return sqlerr.New(sqlerr.CantChangeRuntimeParam, "parameter %q cannot be changed", s.name)
	}
	value, started := v.start[key]
	switch {
	case started:
	case ok:
		value = s.initial
	default: // a placeholder that nobody has set stays unknown
		if _, ok := v.get(key); !ok {
			return nil
		}
	}
	delete(v.local, key)
	layer[key] = value
	return nil
}

// resetAll returns all parameters to their values at the start of the session; a
// placeholder that was ever set stays known, as the empty string.
func (v *variables) resetAll() {
	for _, layer := range []map[string]string{v.local, v.session} {
		for key := range layer {
			if strings.Contains(key, ".") {
				v.session[key] = ""
			} else {
				delete(layer, key)
			}
		}
	}
	clear(v.local)
}

// reported returns the parameters that clients are told of, as SHOW names them.
func (v *variables) reported() map[string]string {
	r := map[string]string{}
	for key, s := range v.table.byName {
		if s.report {
			r[s.name] = v.must(key)
		}
	}
	return r
}

// searchPath returns the schemas of search_path in order, without "$user".
func (v *variables) searchPath() []string {
	names, _ := splitIdentifiers(v.must("search_path"))
	var path []string
	for _, name := range names {
		if name != "" && name != "$user" && !slices.Contains(path, name) {
			path = append(path, name)
		}
	}
	return path
}

// values returns the settings that change the text of values.
func (v *variables) values() (*value.Settings, error) {
	zone, ok := v.table.zones.Load(v.must("timezone"))
	if !ok {
		return nil, invalidSetting("TimeZone", v.must("timezone"))
	}
	order := "MDY"
	if _, o, ok := strings.Cut(v.must("datestyle"), ", "); ok {
		order = o
	}
	digits, err := strconv.Atoi(v.must("extra_float_digits"))
	if err != nil {
		return nil, err
	}
	return &value.Settings{
		Zone: zone, DateOrder: order, IntervalStyle: v.must("intervalstyle"),
		ExtraFloatDigits: digits, ByteaEscape: v.must("bytea_output") == "escape",
		Zones: v.table.zones,
	}, nil
}

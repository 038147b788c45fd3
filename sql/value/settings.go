package value

import "time"

// Settings are the session's choices that change the text of values. The zero
// value is not valid; use Default.
type Settings struct {
	// Zone is TimeZone: how timestamptz is printed, and read without an offset.
	Zone *time.Location
	// DateStyle is "ISO" with the input order "MDY", "DMY" or "YMD"; the other
	// output styles are refused when set.
	DateOrder string
	// IntervalStyle is "postgres", "postgres_verbose", "sql_standard" or
	// "iso_8601".
	IntervalStyle string
	// ExtraFloatDigits is -15..3; above 0 floats print shortest-exact.
	ExtraFloatDigits int
	// ByteaEscape prints bytea in the escape format instead of hex.
	ByteaEscape bool
	// Zones finds the time zones named in values; nil loads them uncached.
	Zones *Zones
	// Now is what the words now, today, tomorrow and yesterday in dates and
	// timestamps mean: the start of the transaction. The zero time refuses them.
	Now time.Time
	// Names finds the objects that the reg types name; nil knows the built-in
	// types only.
	Names Names
}

// Default returns PostgreSQL's defaults with the time zone UTC.
func Default() *Settings {
	return &Settings{Zone: time.UTC, DateOrder: "MDY", IntervalStyle: "postgres", ExtraFloatDigits: 1}
}

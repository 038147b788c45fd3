// Package value is the outside of SQL values: the text that PostgreSQL 15's
// input functions read and its output functions print, and its binary wire
// format, for every type of meta/types. Casts from and to text, Bind parameters,
// DataRow fields and COPY all come here, so that a value looks the same wherever
// it crosses the border.
//
//	text  ──Parse────▶ vector.Datum ──Append────────▶ text
//	bytes ──ParseBinary▶             ──AppendBinary──▶ bytes
//
// Parse and Append take any type and serve one value; what runs per row has a
// function of its own (ParseTimestampFast, AppendFloat8, TimestampWriter …).
// Errors are *sqlerr.Error with PostgreSQL's class and message; the texts were
// taken from a running PostgreSQL 15.
//
// The package has no state: the session's choices come in as Settings, the time
// zones through Zones, the current time in Settings.Now.
//
// # Concurrency
//
// Settings are read only and may be shared, and so may Zones. A TimestampWriter
// and a ZoneMemo remember the last value and belong to one goroutine.
package value

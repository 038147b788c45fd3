package value

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// ParseDate reads a date in any of PostgreSQL's forms; a time and a zone behind it
// are read and dropped. Errors: 22007, 22008, 22009, 22023.
func ParseDate(text string, s *Settings) (int32, error) {
	if d, ok := ParseDateFast([]byte(text)); ok {
		return d, nil
	}
	d := decoder{s: s}
	if err := d.read(text, "date"); err != nil {
		return 0, err
	}
	switch d.reserved {
	case earlyDate:
		return vector.DateNegInfinity, nil
	case lateDate:
		return vector.DateInfinity, nil
	case epochDate:
		return -epochDays, nil
	}
	day := Days(d.year, d.month, d.day)
	if day < MinDate || day >= EndDate {
		return 0, dateRange("date", text)
	}
	return int32(day), nil
}

// ParseTimestamp reads a timestamp in any of PostgreSQL's forms and rounds it to
// t's fractional digits; a zone is read and dropped. Errors as ParseDate.
func ParseTimestamp(t types.Type, text string, s *Settings) (int64, error) {
	d := decoder{s: s}
	if err := d.read(text, "timestamp"); err != nil {
		return 0, err
	}
	us, ok := d.timestamp(false)
	if !ok {
		return 0, dateRange("timestamp", text)
	}
	return TimestampTypmod(t, us)
}

// ParseTimestamptz is ParseTimestamp with the zone: the one written, else that of
// the session.
func ParseTimestamptz(t types.Type, text string, s *Settings) (int64, error) {
	d := decoder{s: s}
	if err := d.read(text, "timestamp with time zone"); err != nil {
		return 0, err
	}
	us, ok := d.timestamp(true)
	if !ok {
		return 0, dateRange("timestamp", text)
	}
	return TimestampTypmod(t, us)
}

// read decodes text; typ names the type in errors.
func (d *decoder) read(text, typ string) error {
	var buf [maxFields]field
	fs, ok := splitFields(buf[:0], text, maxDateChars)
	p := badFormat
	if ok {
		p = d.decode(fs)
	}
	switch {
	case p == fine && d.noClock:
		return sqlerr.NotSupported(`date/time value "%s" in a constant`, text)
	case p == fine:
		return nil
	case p == unknownZone:
		return sqlerr.New(sqlerr.InvalidParameterValue, `time zone "%s" not recognized`, d.badZone)
	}
	return p.err(typ, text)
}

// err gives a problem PostgreSQL's words.
func (p problem) err(typ, text string) error {
	switch p {
	case fieldRange:
		return fieldOverflow(text)
	case monthDayRange:
		return sqlerr.New(sqlerr.DatetimeFieldOverflow, `date/time field value out of range: "%s"`, text).
			WithHint(`Perhaps you need a different "datestyle" setting.`)
	case zoneRange:
		return sqlerr.New(sqlerr.InvalidTimeZoneDisplacement, `time zone displacement out of range: "%s"`, text)
	}
	return datetimeSyntax(typ, text)
}

// timestamp returns the decoded value, at UTC when zoned; ok is false when it is
// out of range.
func (d *decoder) timestamp(zoned bool) (us int64, ok bool) {
	switch d.reserved {
	case earlyDate:
		return vector.TimeNegInfinity, true
	case lateDate:
		return vector.TimeInfinity, true
	case epochDate:
		return -epochSeconds * Second, true
	}
	day := Days(d.year, d.month, d.day)
	if day < MinDate-2 || day > EndTimestamp/Day+1 {
		return 0, false
	}
	seconds := d.hour*3600 + d.minute*60 + d.second // units may give too many
	if seconds != int64(int32(seconds)) {
		return 0, false
	}
	seconds += day * secondsPerDay
	if zoned {
		seconds += d.west
	}
	if seconds < MinTimestamp/Second-2*secondsPerDay || seconds > EndTimestamp/Second+2*secondsPerDay {
		return 0, false
	}
	us = seconds*Second + d.micro
	return us, us >= MinTimestamp && us < EndTimestamp
}

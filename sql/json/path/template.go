package path

import (
	"strconv"
	"strings"
	"time"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// fields are the template patterns of the standard, longest first, and how many
// digits each takes when a digit follows.
var fields = []struct {
	name   string
	digits int
}{
	{"SSSSS", 5},
	{"YYYY", 4},
	{"RRRR", 4},
	{"HH24", 2},
	{"HH12", 2},
	{"A.M.", 0},
	{"P.M.", 0},
	{"YYY", 3},
	{"DDD", 3},
	{"TZH", 2},
	{"TZM", 2},
	{"FF1", 1},
	{"FF2", 2},
	{"FF3", 3},
	{"FF4", 4},
	{"FF5", 5},
	{"FF6", 6},
	{"YY", 2},
	{"RR", 2},
	{"MM", 2},
	{"DD", 2},
	{"HH", 2},
	{"MI", 2},
	{"SS", 2},
	{"MS", 3},
	{"US", 6},
	{"AM", 0},
	{"PM", 0},
	{"Y", 1},
}

// piece is a field of a template, or a character that must stand in the text.
type piece struct {
	field  string // "" for a character
	digits int
	char   string
	sep    bool
}

// parseTemplate reads a template in the strict mode of formatting.c (DCH with
// STD_FLAG). Errors: 22007.
func parseTemplate(template string) ([]piece, error) {
	var all []piece
next:
	for s := template; s != ""; {
		for _, f := range fields {
			if len(s) >= len(f.name) && strings.EqualFold(s[:len(f.name)], f.name) {
				all = append(all, piece{field: f.name, digits: f.digits})
				s = s[len(f.name):]
				continue next
			}
		}
		switch c := s[0]; {
		case c == '"':
			s = s[1:]
			for s != "" && s[0] != '"' {
				if s[0] == '\\' && len(s) > 1 {
					s = s[1:]
				}
				all = append(all, piece{char: s[:1]})
				s = s[1:]
			}
			s = strings.TrimPrefix(s, `"`)
			continue
		case strings.IndexByte("-./,':; ", c) < 0:
			return nil, sqlerr.New(sqlerr.InvalidDatetimeFormat, `invalid datetime format separator: "%s"`, s[:1])
		}
		all = append(all, piece{char: s[:1], sep: true})
		s = s[1:]
	}
	return all, nil
}

// reading is a text while it is read by a template.
type reading struct {
	rest                                               string
	year, month, day, yearDay, hour, minute, sec, usec int
	twelve                                             bool // hour is of the 12-hour clock
	pm                                                 bool
	zoneSign, zoneHour, zoneMinute                     int
	dated, timed, zoned                                bool
}

// parseMoment reads text by a template. Errors: 22007, 22008.
func parseMoment(text, template string) (*moment, error) {
	pieces, err := parseTemplate(template)
	if err != nil {
		return nil, err
	}
	d := reading{rest: text, month: 1, day: 1, zoneSign: 1}
	for i, p := range pieces {
		if p.field != "" || i == 0 {
			d.blanks()
		}
		switch {
		case d.rest == "":
			return nil, sqlerr.New(sqlerr.InvalidDatetimeFormat, "input string is too short for datetime format")
		case p.field != "":
			err = d.field(p, pieces[i+1:])
		case !strings.HasPrefix(d.rest, p.char) && p.sep:
			err = sqlerr.New(sqlerr.InvalidDatetimeFormat, `unmatched format separator "%s"`, p.char)
		case !strings.HasPrefix(d.rest, p.char):
			err = sqlerr.New(sqlerr.InvalidDatetimeFormat, `unmatched format character "%s"`, p.char)
		default:
			d.rest = d.rest[1:]
		}
		if err != nil {
			return nil, err
		}
	}
	if d.blanks(); d.rest != "" {
		return nil, sqlerr.New(sqlerr.InvalidDatetimeFormat, "trailing characters remain in input string after datetime format")
	}
	return d.moment(text)
}

func (d *reading) blanks() { d.rest = strings.TrimLeft(d.rest, " \t\n\r\v\f") }

// field reads one field; after are the pieces behind it.
func (d *reading) field(p piece, after []piece) error {
	switch p.field {
	case "AM", "PM", "A.M.", "P.M.":
		n := len(p.field)
		if len(d.rest) < n || !strings.EqualFold(d.rest[:n], "A"+p.field[1:]) && !strings.EqualFold(d.rest[:n], "P"+p.field[1:]) {
			return sqlerr.New(sqlerr.InvalidDatetimeFormat, `invalid value "%s" for "%s"`, d.rest[:min(n, len(d.rest))], p.field).
				WithDetail("The given value did not match any of the allowed values for this field.")
		}
		d.pm = d.rest[0]|0x20 == 'p'
		d.twelve, d.timed = true, true
		d.rest = d.rest[n:]
		return nil
	case "TZH":
		if c := d.rest[0]; c == '+' || c == '-' || c == ' ' {
			if c == '-' {
				d.zoneSign = -1
			}
			d.rest = d.rest[1:]
		}
	}
	n, width, err := d.integer(p, after)
	if err != nil {
		return err
	}
	switch p.field {
	case "YYYY", "RRRR":
		d.year, d.dated = n, true
	case "YYY", "YY", "Y", "RR":
		// The year nearest to 2020 with these digits.
		d.year, d.dated = n, true
		switch {
		case width <= 2 && n < 70:
			d.year += 2000
		case width <= 2 && n < 100:
			d.year += 1900
		case width == 3 && n < 520:
			d.year += 2000
		case width == 3:
			d.year += 1000
		}
	case "MM":
		d.month, d.dated = n, true
	case "DD":
		d.day, d.dated = n, true
	case "DDD":
		d.yearDay, d.dated = n, true
	case "HH24":
		d.hour, d.timed = n, true
	case "HH12", "HH":
		d.hour, d.twelve, d.timed = n, true, true
	case "MI":
		d.minute, d.timed = n, true
	case "SS":
		d.sec, d.timed = n, true
	case "SSSSS":
		d.hour, d.minute, d.sec, d.timed = n/3600, n/60%60, n%60, true
	case "TZH":
		d.zoneHour, d.zoned = n, true
	case "TZM":
		d.zoneMinute, d.zoned = n, true
	default: // MS, US, FF1…FF6: digits behind the point
		for ; width < 6; width++ {
			n *= 10
		}
		d.usec, d.timed = n, true
	}
	return nil
}

// integer reads the number of a field and returns how many digits it has: all
// that are there before a separator, else as many as the field takes.
func (d *reading) integer(p piece, after []piece) (n, width int, err error) {
	d.blanks()
	limit := len(d.rest)
	fraction := p.field == "MS" || p.field == "US" || strings.HasPrefix(p.field, "FF")
	if len(after) > 0 && after[0].field != "" && after[0].digits > 0 && after[0].field != "TZH" || fraction {
		limit = p.digits
	}
	i := 0
	for i < len(d.rest) && i < limit && d.rest[i] >= '0' && d.rest[i] <= '9' {
		i++
	}
	if i == 0 {
		return 0, 0, sqlerr.New(sqlerr.InvalidDatetimeFormat, `invalid value "%s" for "%s"`, d.rest[:min(max(p.digits, 1), len(d.rest))], p.field).
			WithDetail("Value must be an integer.")
	}
	n, err = strconv.Atoi(d.rest[:i])
	if err != nil || n > 1<<31-1 {
		return 0, 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, `value for "%s" in source string is out of range`, p.field).
			WithDetail("Value must be in the range %d to %d.", -1<<31, 1<<31-1)
	}
	d.rest = d.rest[i:]
	return n, i, nil
}

// moment checks the fields and puts them together.
func (d *reading) moment(text string) (*moment, error) {
	if d.twelve {
		if d.hour < 1 || d.hour > 12 {
			return nil, sqlerr.New(sqlerr.InvalidDatetimeFormat, `hour "%d" is invalid for the 12-hour clock`, d.hour).
				WithHint("Use the 24-hour clock, or give an hour between 1 and 12.")
		}
		d.hour %= 12
		if d.pm {
			d.hour += 12
		}
	}
	if !d.dated && !d.timed {
		return nil, sqlerr.New(sqlerr.InvalidDatetimeFormat, "datetime format is not dated and not timed")
	}
	if d.zoned && !d.timed {
		return nil, sqlerr.New(sqlerr.InvalidDatetimeFormat, "datetime format is zoned but not timed")
	}
	t := time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)
	bad := t.Month() != time.Month(d.month) || t.Day() != d.day || d.year < 1 || d.year > 294276 ||
		d.hour > 23 || d.minute > 59 || d.sec > 59 || d.zoneHour > 15 || d.zoneMinute > 59
	if d.dated && d.yearDay > 0 {
		t = time.Date(d.year, 1, d.yearDay, 0, 0, 0, 0, time.UTC)
		bad = bad || t.Year() != d.year
	}
	if bad && (d.dated || d.hour > 23 || d.minute > 59 || d.sec > 59 || d.zoneHour > 15 || d.zoneMinute > 59) {
		return nil, sqlerr.New(sqlerr.DatetimeFieldOverflow, `date/time field value out of range: "%s"`, text)
	}
	m := &moment{east: int64(d.zoneSign) * (int64(d.zoneHour)*3600 + int64(d.zoneMinute)*60)}
	if d.dated {
		m.local = (t.Unix() - epoch.Unix()) * 1e6
	}
	m.local += (int64(d.hour)*3600+int64(d.minute)*60+int64(d.sec))*1e6 + int64(d.usec)
	switch {
	case !d.timed:
		m.kind = date
	case !d.dated:
		m.kind = clock
	default:
		m.kind = stamp
	}
	if d.zoned {
		m.kind++
	}
	return m, nil
}

package session

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// The checks of settingList: each returns the value as SHOW prints it.

func unknownSetting(name string) error {
	return sqlerr.New(sqlerr.UndefinedObject, "unrecognized configuration parameter %q", name)
}

func invalidSetting(name, text string) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter %q: %q", name, text)
}

// only accepts the one value that Fasti can honour, however it is spelt.
func only(name, want string) func(string) (string, error) {
	return func(text string) (string, error) {
		got := strings.ToLower(text)
		if b, ok := parseBool(text); ok && (want == "on" || want == "off") {
			got = onOff(b)
		}
		if ms, err := parseMilliseconds(text); want == "0" && err == nil && ms == 0 {
			got = want
		}
		if got != want {
			return "", sqlerr.NotSupported("setting parameter %q to %q", name, text)
		}
		return want, nil
	}
}

func enum(name string, values ...string) func(string) (string, error) {
	return func(text string) (string, error) {
		for _, v := range values {
			if strings.EqualFold(text, v) {
				return v, nil
			}
		}
		return "", invalidSetting(name, text).WithHint("Available values: %s.", strings.Join(values, ", "))
	}
}

func boolean(name string) func(string) (string, error) {
	return func(text string) (string, error) {
		b, ok := parseBool(text)
		if !ok {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "parameter %q requires a Boolean value", name)
		}
		return onOff(b), nil
	}
}

// parseBool accepts PostgreSQL's spellings and their unique prefixes.
func parseBool(text string) (value, ok bool) {
	t := strings.ToLower(text)
	prefix := func(word string, least int) bool { return len(t) >= least && strings.HasPrefix(word, t) }
	switch {
	case t == "1", prefix("true", 1), prefix("yes", 1), prefix("on", 2):
		return true, true
	case t == "0", prefix("false", 1), prefix("no", 1), prefix("off", 2):
		return false, true
	}
	return false, false
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// integer accepts what PostgreSQL's parse_int does: decimal, 0x and 0 octal
// numbers, and fractions, which are rounded.
func integer(name string, lo, hi int64) func(string) (string, error) {
	return func(text string) (string, error) {
		number, unit, err := split(text)
		switch {
		case err != nil || unit != "":
			return "", invalidSetting(name, text)
		case math.Abs(number) > math.MaxInt32:
			return "", invalidSetting(name, text).WithHint("Value exceeds integer range.")
		}
		n := int64(math.RoundToEven(number))
		if n < lo || n > hi {
			return "", sqlerr.New(sqlerr.InvalidParameterValue,
				"%d is outside the valid range for parameter %q (%d .. %d)", n, name, lo, hi)
		}
		return strconv.FormatInt(n, 10), nil
	}
}

// split cuts a number from its unit.
func split(text string) (number float64, unit string, err error) {
	text = strings.TrimSpace(text)
	for i := len(text); i > 0; i-- {
		// The longest head that is a number, as strtol and strtod find it.
		head := text[:i]
		if strings.ContainsAny(head, "_pPnN") { // Go's numbers, and not C's
			continue
		}
		if n, err := strconv.ParseInt(head, 0, 64); err == nil {
			return float64(n), strings.TrimSpace(text[i:]), nil
		}
		if n, err := strconv.ParseFloat(head, 64); err == nil {
			return n, strings.TrimSpace(text[i:]), nil
		}
	}
	return 0, "", strconv.ErrSyntax
}

// timeUnits are the units of durations in ms, the largest first.
var timeUnits = []struct {
	name string
	ms   float64
}{{"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}, {"us", 1e-3}}

// errUnit: a number has a unit that is none of its kind's.
var errUnit = errors.New("no such unit")

// parseMilliseconds reads a duration, in ms when it has no unit.
func parseMilliseconds(text string) (int64, error) {
	n, unit, err := split(text)
	if err != nil || unit == "" {
		return int64(math.RoundToEven(n)), err
	}
	for _, u := range timeUnits {
		if u.name == unit {
			return int64(math.RoundToEven(n * u.ms)), nil
		}
	}
	return 0, errUnit
}

func milliseconds(name string) func(string) (string, error) {
	return func(text string) (string, error) {
		ms, err := parseMilliseconds(text)
		switch {
		case errors.Is(err, errUnit):
			return "", invalidSetting(name, text).WithHint(`Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".`)
		case err != nil:
			return "", invalidSetting(name, text)
		case ms > math.MaxInt32 || ms < -math.MaxInt32:
			return "", invalidSetting(name, text).WithHint("Value exceeds integer range.")
		case ms < 0:
			return "", sqlerr.New(sqlerr.InvalidParameterValue,
				"%d ms is outside the valid range for parameter %q (0 .. %d)", ms, name, math.MaxInt32)
		}
		for _, u := range timeUnits {
			if unit := int64(u.ms); ms != 0 && unit != 0 && ms%unit == 0 {
				return strconv.FormatInt(ms/unit, 10) + u.name, nil
			}
		}
		return "0", nil
	}
}

// sizeUnits are the units of memory in bytes, the largest first.
var sizeUnits = []struct {
	name  string
	bytes float64
}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}, {"B", 1}}

// parseSize reads a number of bytes, in kB when it has no unit.
func parseSize(text string) (int64, error) {
	n, unit, err := split(text)
	if err != nil {
		return 0, err
	}
	if unit == "" {
		unit = "kB"
	}
	for _, u := range sizeUnits {
		if u.name == unit {
			return int64(n * u.bytes), nil
		}
	}
	return 0, errUnit
}

func size(name string) func(string) (string, error) {
	return func(text string) (string, error) {
		b, err := parseSize(text)
		switch {
		case errors.Is(err, errUnit):
			return "", invalidSetting(name, text).WithHint(`Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".`)
		case err != nil:
			return "", invalidSetting(name, text)
		case b < 64<<10 || b > 1<<50:
			return "", sqlerr.New(sqlerr.InvalidParameterValue,
				"%d B is outside the valid range for parameter %q (64 kB .. 1024 TB)", b, name)
		}
		for _, u := range sizeUnits {
			if b%int64(u.bytes) == 0 {
				return strconv.FormatInt(b/int64(u.bytes), 10) + u.name, nil
			}
		}
		return text, nil
	}
}

// unlimited is size, or -1.
func unlimited(name string) func(string) (string, error) {
	bounded := size(name)
	return func(text string) (string, error) {
		if strings.TrimSpace(text) == "-1" {
			return "-1", nil
		}
		return bounded(text)
	}
}

// identifiers accepts a list of names.
func identifiers(text string) (string, error) {
	if _, ok := splitIdentifiers(text); !ok {
		return "", invalidSetting("search_path", text).WithDetail("List syntax is invalid.")
	}
	return text, nil
}

// splitIdentifiers cuts a list of names at its commas: names in double quotes as
// they are, others in lower case. ok is false for what is no list.
func splitIdentifiers(text string) (names []string, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, true
	}
	for {
		var name string
		if text != "" && text[0] == '"' {
			i := 1
			for ; i < len(text); i++ {
				if text[i] == '"' {
					if i+1 == len(text) || text[i+1] != '"' {
						break
					}
					i++
				}
				name += text[i : i+1]
			}
			if i >= len(text) {
				return nil, false
			}
			text = text[i+1:]
		} else {
			i := strings.IndexAny(text, ", \t\n")
			if i < 0 {
				i = len(text)
			}
			if i == 0 {
				return nil, false
			}
			name, text = strings.ToLower(text[:i]), text[i:]
		}
		names = append(names, name)
		if text = strings.TrimSpace(text); text == "" {
			return names, true
		}
		if text[0] != ',' {
			return nil, false
		}
		text = strings.TrimSpace(text[1:])
	}
}

// ascii replaces what is not printable ASCII by question marks, byte by byte.
func ascii(text string) (string, error) {
	b := []byte(text)
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return string(b), nil
}

func encoding(text string) (string, error) {
	switch strings.ToUpper(strings.NewReplacer("-", "", "_", "", " ", "").Replace(text)) {
	case "UTF8", "UNICODE":
		return "UTF8", nil
	case "SQLASCII", "LATIN1", "WIN1252", "LATIN9", "EUCJP", "SJIS", "GBK", "BIG5", "KOI8R", "WIN1251":
		return "", sqlerr.NotSupported("client encoding %q", text)
	}
	return "", invalidSetting("client_encoding", text)
}

func isolation(text string) (string, error) {
	switch t := strings.ToLower(text); t {
	case "read committed", "repeatable read":
		return t, nil
	case "read uncommitted":
		return "read committed", nil
	case "serializable":
		return "", sqlerr.NotSupported("isolation level SERIALIZABLE")
	}
	return "", invalidSetting("default_transaction_isolation", text).
		WithHint("Available values: serializable, repeatable read, read committed, read uncommitted.")
}

// dateStyle accepts an output style and an input order, in any order; only ISO
// is printed. Without an order it returns "ISO": the order stays.
func dateStyle(text string) (string, error) {
	order := ""
	if strings.TrimSpace(text) == "" {
		return "ISO", nil
	}
	for _, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		said := order
		switch strings.ToUpper(word) {
		case "ISO":
		case "MDY", "US", "NONEURO", "NONEUROPEAN":
			said = "MDY"
		case "DMY", "EURO", "EUROPEAN":
			said = "DMY"
		case "YMD":
			said = "YMD"
		case "SQL", "POSTGRES", "GERMAN":
			return "", sqlerr.NotSupported("DateStyle %q", word)
		default:
			return "", invalidSetting("DateStyle", text).WithDetail(`Unrecognized key word: "%s".`, word)
		}
		if order != "" && said != order {
			return "", invalidSetting("DateStyle", text).WithDetail(`Conflicting "datestyle" specifications.`)
		}
		order = said
	}
	if order == "" {
		return "ISO", nil
	}
	return "ISO, " + order, nil
}

// timeZone accepts a name, a POSIX zone, or a number of hours east of Greenwich.
func timeZone(zones *value.Zones) func(string) (string, error) {
	return func(text string) (string, error) {
		if hours, err := strconv.ParseFloat(text, 64); err == nil {
			if math.Abs(hours) >= 168 {
				return "", invalidSetting("TimeZone", text).WithDetail("UTC timezone offset is out of range.")
			}
			return value.FixedZone(int(hours * 3600)).String(), nil
		}
		zone, ok := zones.Load(text)
		if !ok {
			return "", invalidSetting("TimeZone", text)
		}
		return zone.String(), nil
	}
}

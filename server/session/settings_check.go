package session

import (
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

func integer(name, unit string, lo, hi int64) func(string) (string, error) {
	return func(text string) (string, error) {
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil {
			return "", invalidSetting(name, text)
		}
		if n < lo || n > hi {
			return "", sqlerr.New(sqlerr.InvalidParameterValue,
				"%d%s is outside the valid range for parameter %q (%d .. %d)", n, unit, name, lo, hi)
		}
		return strconv.FormatInt(n, 10), nil
	}
}

// split cuts a number from its unit.
func split(text string) (number float64, unit string, err error) {
	text = strings.TrimSpace(text)
	i := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != '-' && r != '+' })
	if i < 0 {
		i = len(text)
	}
	number, err = strconv.ParseFloat(text[:i], 64)
	return number, strings.TrimSpace(text[i:]), err
}

// parseMilliseconds reads a duration, in ms when it has no unit.
func parseMilliseconds(text string) (int64, error) {
	n, unit, err := split(text)
	if err != nil {
		return 0, err
	}
	factor, ok := map[string]float64{"": 1, "us": 1e-3, "ms": 1, "s": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}[unit]
	if !ok {
		return 0, strconv.ErrSyntax
	}
	return int64(math.Round(n * factor)), nil
}

func milliseconds(name string) func(string) (string, error) {
	return func(text string) (string, error) {
		ms, err := parseMilliseconds(text)
		switch {
		case err != nil:
			return "", invalidSetting(name, text)
		case ms < 0 || ms > math.MaxInt32:
			return "", sqlerr.New(sqlerr.InvalidParameterValue,
				"%d ms is outside the valid range for parameter %q (0 .. %d)", ms, name, math.MaxInt32)
		}
		for _, u := range []struct {
			name string
			ms   int64
		}{{"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}} {
			if ms != 0 && ms%u.ms == 0 {
				return strconv.FormatInt(ms/u.ms, 10) + u.name, nil
			}
		}
		return "0", nil
	}
}

// parseSize reads a number of bytes, in kB when it has no unit.
func parseSize(text string) (int64, error) {
	n, unit, err := split(text)
	if err != nil {
		return 0, err
	}
	factor, ok := map[string]float64{"": 1 << 10, "B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}[unit]
	if !ok {
		return 0, strconv.ErrSyntax
	}
	return int64(n * factor), nil
}

func size(name string) func(string) (string, error) {
	return func(text string) (string, error) {
		b, err := parseSize(text)
		switch {
		case err != nil:
			return "", invalidSetting(name, text).WithHint(`Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".`)
		case b < 64<<10 || b > 1<<50:
			return "", sqlerr.New(sqlerr.InvalidParameterValue,
				"%d B is outside the valid range for parameter %q (64 kB .. 1024 TB)", b, name)
		}
		for _, u := range []struct {
			name  string
			bytes int64
		}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}} {
			if b%u.bytes == 0 {
				return strconv.FormatInt(b/u.bytes, 10) + u.name, nil
			}
		}
		return strconv.FormatInt(b, 10) + "B", nil
	}
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
// is printed.
func dateStyle(text string) (string, error) {
	order := "MDY"
	for _, word := range strings.Split(text, ",") {
		switch strings.ToUpper(strings.TrimSpace(word)) {
		case "ISO", "":
		case "MDY", "US", "NONEURO", "NONEUROPEAN":
			order = "MDY"
		case "DMY", "EURO", "EUROPEAN":
			order = "DMY"
		case "YMD":
			order = "YMD"
		case "SQL", "POSTGRES", "GERMAN":
			return "", sqlerr.NotSupported("DateStyle %q", strings.TrimSpace(word))
		default:
			return "", invalidSetting("DateStyle", text)
		}
	}
	return "ISO, " + order, nil
}

// timeZone accepts a name, a POSIX zone, or a number of hours east of Greenwich.
func timeZone(zones *value.Zones) func(string) (string, error) {
	return func(text string) (string, error) {
		if hours, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(hours) < 168 {
			return value.FixedZone(int(hours * 3600)).String(), nil
		}
		zone, ok := zones.Load(text)
		if !ok {
			return "", invalidSetting("TimeZone", text)
		}
		return zone.String(), nil
	}
}

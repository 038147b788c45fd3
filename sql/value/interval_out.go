package value

import (
	"strconv"

	"github.com/dejaq/fasti/kv/vector"
)

// span is an interval cut into the fields that are printed; the signs may differ.
type span struct {
	year, month, day, hour, minute int64
	second, micro                  int64
}

// fields cuts an interval; months and the time are each divided towards zero.
func fields(iv vector.Interval) span {
	return span{
		year: int64(iv.Months / monthsPerYear), month: int64(iv.Months % monthsPerYear), day: int64(iv.Days),
		hour: iv.Micros / Hour, minute: iv.Micros / Minute % 60, second: iv.Micros / Second % 60, micro: iv.Micros % Second,
	}
}

// clockSign returns the sign of the time of day.
func (s span) clockSign() int {
	switch {
	case s.hour < 0 || s.minute < 0 || s.second < 0 || s.micro < 0:
		return -1
	case s.hour == 0 && s.minute == 0 && s.second == 0 && s.micro == 0:
		return 0
	}
	return 1
}

func (s span) neg() span {
	return span{-s.year, -s.month, -s.day, -s.hour, -s.minute, -s.second, -s.micro}
}

// AppendInterval writes an interval in a style of IntervalStyle.
func AppendInterval(dst []byte, iv vector.Interval, style string) []byte {
	s := fields(iv)
	switch style {
	case "iso_8601":
		return s.appendISO(dst)
	case "sql_standard":
		return s.appendStandard(dst)
	case "postgres_verbose":
		return s.appendVerbose(dst)
	}
	return s.appendPostgres(dst)
}

// appendPostgres writes "1 year 2 mons -3 days +04:05:06": a sign is shown when it
// differs from that of the field before.
func (s span) appendPostgres(dst []byte) []byte {
	at, negative := len(dst), false
	for _, f := range [3]struct {
		n    int64
		unit string
	}{{s.year, " year"}, {s.month, " mon"}, {s.day, " day"}} {
		if f.n == 0 {
			continue
		}
		if len(dst) > at {
			dst = append(dst, ' ')
		}
		if negative && f.n > 0 {
			dst = append(dst, '+')
		}
		dst = append(strconv.AppendInt(dst, f.n, 10), f.unit...)
		if f.n != 1 {
			dst = append(dst, 's')
		}
		negative = f.n < 0
	}
	sign := s.clockSign()
	if sign == 0 && len(dst) > at {
		return dst
	}
	if len(dst) > at {
		dst = append(dst, ' ')
	}
	switch {
	case sign < 0:
		dst = append(dst, '-')
	case negative:
		dst = append(dst, '+')
	}
	return s.appendClock(dst, 2)
}

// appendClock writes |h:mm:ss.ffffff|, the hour at least width digits wide.
func (s span) appendClock(dst []byte, width int) []byte {
	h := abs(s.hour)
	if width == 2 && h < 10 {
		dst = append(dst, '0')
	}
	dst = strconv.AppendUint(dst, h, 10)
	dst = append2(append(dst, ':'), int(abs(s.minute)))
	dst = append2(append(dst, ':'), int(abs(s.second)))
	if s.micro != 0 {
		dst = appendFraction(dst, uint32(abs(s.micro)))
	}
	return dst
}

// appendSeconds writes |s.ffffff|.
func (s span) appendSeconds(dst []byte) []byte {
	dst = strconv.AppendUint(dst, abs(s.second), 10)
	if s.micro != 0 {
		dst = appendFraction(dst, uint32(abs(s.micro)))
	}
	return dst
}

// appendISO writes "P1Y2M-3DT4H5M6S".
func (s span) appendISO(dst []byte) []byte {
	if (s == span{}) {
		return append(dst, "PT0S"...)
	}
	part := func(n int64, unit byte) {
		if n != 0 {
			dst = append(strconv.AppendInt(dst, n, 10), unit)
		}
	}
	dst = append(dst, 'P')
	part(s.year, 'Y')
	part(s.month, 'M')
	part(s.day, 'D')
	if s.clockSign() != 0 {
		dst = append(dst, 'T')
	}
	part(s.hour, 'H')
	part(s.minute, 'M')
	if s.second != 0 || s.micro != 0 {
		if s.second < 0 || s.micro < 0 {
			dst = append(dst, '-')
		}
		dst = append(s.appendSeconds(dst), 'S')
	}
	return dst
}

// appendStandard writes "1-2" or "3 4:05:06", which the SQL standard knows, and
// "+1-2 -3 +4:05:06" for what it does not.
func (s span) appendStandard(dst []byte) []byte {
	negative := s.year < 0 || s.month < 0 || s.day < 0 || s.clockSign() < 0
	positive := s.year > 0 || s.month > 0 || s.day > 0 || s.clockSign() > 0
	months := s.year != 0 || s.month != 0
	time := s.day != 0 || s.clockSign() != 0
	switch {
	case !negative && !positive:
		return append(dst, '0')
	case negative && positive || months && time:
		dst = append(dst, sign(s.year < 0 || s.month < 0))
		dst = strconv.AppendUint(dst, abs(s.year), 10)
		dst = strconv.AppendUint(append(dst, '-'), abs(s.month), 10)
		dst = append(dst, ' ', sign(s.day < 0))
		dst = strconv.AppendUint(dst, abs(s.day), 10)
		dst = append(dst, ' ', sign(s.clockSign() < 0))
		return s.appendClock(dst, 1)
	case negative:
		dst = append(dst, '-')
		s = s.neg()
	}
	if months {
		dst = strconv.AppendInt(dst, s.year, 10)
		return strconv.AppendInt(append(dst, '-'), s.month, 10)
	}
	if s.day != 0 {
		dst = append(strconv.AppendInt(dst, s.day, 10), ' ')
	}
	return s.appendClock(dst, 1)
}

// appendVerbose writes "@ 1 year 2 mons -3 days ago": the first field decides on
// ago, the others are relative to it.
func (s span) appendVerbose(dst []byte) []byte {
	dst = append(dst, '@')
	at, ago := len(dst), false
	for _, f := range [5]struct {
		n    int64
		unit string
	}{{s.year, " year"}, {s.month, " mon"}, {s.day, " day"}, {s.hour, " hour"}, {s.minute, " min"}} {
		if f.n == 0 {
			continue
		}
		if len(dst) == at {
			ago = f.n < 0
		}
		if ago {
			f.n = -f.n
		}
		dst = strconv.AppendInt(append(dst, ' '), f.n, 10)
		dst = append(dst, f.unit...)
		if f.n != 1 {
			dst = append(dst, 's')
		}
	}
	if s.second != 0 || s.micro != 0 {
		below := s.second < 0 || s.micro < 0
		first := len(dst) == at
		ago = ago || first && below
		dst = append(dst, ' ')
		if below != ago {
			dst = append(dst, '-')
		}
		dst = append(s.appendSeconds(dst), " sec"...)
		if abs(s.second) != 1 || s.micro != 0 {
			dst = append(dst, 's')
		}
	}
	if len(dst) == at {
		dst = append(dst, " 0"...)
	}
	if ago {
		dst = append(dst, " ago"...)
	}
	return dst
}

func abs(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func sign(negative bool) byte {
	if negative {
		return '-'
	}
	return '+'
}

package value

import (
	"math"
	"strings"
)

// decodeISO reads an ISO 8601 interval: with designators, P1Y2M3DT4H5M6S, where
// weeks may stand beside others and every number may have a fraction; or in the
// alternative form, P0001-02-03T04:05:06 or P00010203T040506.
func (v *intervalSum) decodeISO(s string) problem {
	if len(s) < 2 || s[0] != 'P' {
		return badFormat
	}
	s = s[1:]
	inTime, seen := false, false // seen: a number since P or T
	for s != "" {
		if s[0] == 'T' {
			inTime, seen = true, false
			s = s[1:]
			continue
		}
		n, frac, rest, p := isoNumber(s)
		if p != fine {
			return p
		}
		width := skip(strings.TrimPrefix(s, "-"), 0, isDigit)
		end := byte(0)
		if rest != "" {
			end, s = rest[0], rest[1:]
		} else {
			s = ""
		}
		unit := isoUnit(end, inTime)
		switch {
		case unit != unitNone:
			if !v.add(unit, n, frac) {
				return fieldRange
			}
			seen = true
		case !inTime && (end == 'T' || end == 0) && width == 8 && !seen: // yyyymmdd
			if !v.add(unitYear, n/10000, 0) || !v.add(unitMonth, n/100%100, 0) || !v.add(unitDay, n%100, frac) {
				return fieldRange
			}
			inTime = true
		case !inTime && (end == 'T' || end == 0 || end == '-'):
			if seen {
				return badFormat
			}
			if !v.add(unitYear, n, frac) {
				return fieldRange
			}
			if end == '-' {
				if s, p = v.isoRest(s, '-', unitMonth, unitDay); p != fine {
					return p
				}
				continue // what is left begins with T
			}
			inTime = true
		case inTime && end == 0 && width == 6 && !seen: // hhmmss
			if !v.add(unitHour, n/10000, 0) || !v.add(unitMinute, n/100%100, 0) || !v.add(unitSecond, n%100, 0) ||
				!v.add(unitMicrosecond, 0, frac) {
				return fieldRange
			}
		case inTime && (end == 0 || end == ':'):
			if seen {
				return badFormat
			}
			if !v.add(unitHour, n, frac) {
				return fieldRange
			}
			if end == 0 {
				return fine
			}
			if s, p = v.isoRest(s, ':', unitMinute, unitSecond); p == fine && s != "" {
				p = badFormat
			}
			return p
		default:
			return badFormat
		}
	}
	return fine
}

// isoRest reads the second and third number of the alternative form. What is left
// of a date may begin with T.
func (v *intervalSum) isoRest(s string, delim byte, second, third int) (string, problem) {
	for i, unit := range [2]int{second, third} {
		n, frac, rest, p := isoNumber(s)
		if p != fine {
			return s, p
		}
		if !v.add(unit, n, frac) {
			return s, fieldRange
		}
		switch s = rest; {
		case s == "", delim == '-' && s[0] == 'T':
			return s, fine
		case s[0] != delim || i == 1:
			return s, badFormat
		}
		s = s[1:]
	}
	return s, badFormat
}

func isoUnit(c byte, inTime bool) int {
	switch {
	case inTime && c == 'H':
		return unitHour
	case inTime && c == 'M':
		return unitMinute
	case inTime && c == 'S':
		return unitSecond
	case inTime:
		return unitNone
	case c == 'Y':
		return unitYear
	case c == 'M':
		return unitMonth
	case c == 'W':
		return unitWeek
	case c == 'D':
		return unitDay
	}
	return unitNone
}

// isoNumber reads what C's strtod takes from the front of s, cut towards zero.
func isoNumber(s string) (n int64, frac float64, rest string, p problem) {
	if s == "" || !isDigit(s[0]) && s[0] != '-' && s[0] != '.' {
		return 0, 0, s, badFormat
	}
	size := floatPrefix(s)
	if size == 0 {
		return 0, 0, s, badFormat
	}
	f, ok := readFloat(s[:size], 64)
	if !ok {
		return 0, 0, s, badFormat
	}
	if math.IsNaN(f) || f < -1e15 || f > 1e15 {
		return 0, 0, s, fieldRange
	}
	n = int64(f)
	return n, f - float64(n), s[size:], fine
}

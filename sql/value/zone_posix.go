package value

import (
	"encoding/binary"
	"strings"
	"time"
)

// usRules is the daylight saving rule of a POSIX zone that states none.
const usRules = ",M3.2.0,M11.1.0"

// parsePOSIX makes a zone from "stdoffset[dst[offset][,start[/time],end[/time]]]",
// upper case, or from an offset alone. Offsets count west of UTC. It returns nil for other text. Before 1970
// the time package evaluates such rules a day off, which changes the days on which
// the clock did; the zones of the database are not concerned.
func parsePOSIX(s string) *time.Location {
	std, rest, ok := posixName(s)
	if !ok {
		if west, rest, ok := posixOffset(s); ok && rest == "" {
			return time.FixedZone(s, -west)
		}
		return nil
	}
	west, after, ok := posixOffset(rest)
	if !ok {
		return nil
	}
	if after == "" {
		return time.FixedZone(s, -west)
	}
	offset := rest[:len(rest)-len(after)]
	dst, rest, ok := posixName(after)
	if !ok {
		return nil
	}
	shift := ""
	if rest != "" && rest[0] != ',' {
		if _, after, ok = posixOffset(rest); !ok {
			return nil
		}
		shift, rest = rest[:len(rest)-len(after)], after
	}
	if rest == "" {
		rest = usRules
	}
	// The time package reads POSIX rules in the footer of a zone file only; there
	// names in <> may have any length.
	rule := "<" + std + ">" + offset + "<" + dst + ">" + shift + rest
	loc, err := time.LoadLocationFromTZData(s, zoneFile(std, -west, rule))
	if err != nil || !ruleWorks(loc, std, dst) {
		return nil
	}
	return loc
}

// ruleWorks reports whether loc understood its rule: it does not say so itself,
// but without one it never leaves standard time.
func ruleWorks(loc *time.Location, std, dst string) bool {
	for month := time.January; month <= time.December; month++ {
		if name, _ := time.Date(2001, month, 15, 0, 0, 0, 0, loc).Zone(); name == dst && dst != std {
			return true
		}
	}
	return dst == std
}

// posixName cuts the abbreviation: all up to a digit, comma or sign, or anything
// in <>.
func posixName(s string) (name, rest string, ok bool) {
	if strings.HasPrefix(s, "<") {
		if name, rest, ok = strings.Cut(s[1:], ">"); !ok || name == "" {
			return "", "", false
		}
		return name, rest, true
	}
	n := strings.IndexAny(s, "0123456789,+->") // > could not be quoted below
	if n < 0 {
		n = len(s)
	}
	return s[:n], s[n:], n > 0
}

// posixOffset cuts "[+|-]hh[:mm[:ss]]", hours to 167, and returns its seconds.
func posixOffset(s string) (seconds int, rest string, ok bool) {
	neg := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		neg, s = s[0] == '-', s[1:]
	}
	unit := 3600
	for i, most := range [3]int{167, 59, 59} {
		if i > 0 {
			if s == "" || s[0] != ':' {
				break
			}
			s = s[1:]
		}
		n, v := 0, 0
		for n < len(s) && v <= most && isDigit(s[n]) {
			v = v*10 + int(s[n]-'0')
			n++
		}
		if n == 0 || v > most {
			return 0, "", false
		}
		seconds += v * unit
		unit /= 60
		s = s[n:]
	}
	if neg {
		seconds = -seconds
	}
	return seconds, s, true
}

// zoneFile writes a zone file (RFC 8536, version 2) without transitions, whose
// footer is rule.
func zoneFile(std string, offset int, rule string) []byte {
	var b []byte
	for range 2 { // the old and the new block hold the same
		b = append(b, "TZif2"...)
		b = append(b, make([]byte, 15)...)
		for _, n := range [6]int{0, 0, 0, 0, 1, len(std) + 1} { // …, types, characters
			b = binary.BigEndian.AppendUint32(b, uint32(n))
		}
		b = binary.BigEndian.AppendUint32(b, uint32(int32(offset)))
		b = append(b, 0, 0) // standard time, name at 0
		b = append(append(b, std...), 0)
	}
	return append(append(append(b, '\n'), rule...), '\n')
}

package compute

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// to_char over times, after formatting.c of PostgreSQL 15 in the C locale.

// timePattern is a template pattern of to_char over times.
type timePattern uint8

const (
	tpLiteral timePattern = iota
	tpAD
	tpADDots
	tpAM
	tpAMDots
	tpCC
	tpDay
	tpDayName
	tpDy
	tpDDD
	tpIDDD
	tpD
	tpID
	tpFF
	tpFX
	tpHH
	tpHH24
	tpI
	tpIW
	tpJ
	tpMI
	tpMM
	tpMonth
	tpMon
	tpMS
	tpOF
	tpQ
	tpRM
	tpSS
	tpSSSS
	tpTZ
	tpTZH
	tpTZM
	tpUS
	tpW
	tpWW
	tpY
	tpYComma
)

// letterCase is how words are written.
type letterCase uint8

const (
	upperCase letterCase = iota
	titleCase
	lowerCase
)

// timeNode is one piece of a format: a pattern or text.
type timeNode struct {
	pattern timePattern
	digits  int // of FF, Y and I
	letters letterCase
	fill    bool // no FM before it
	words   bool // TM before it: names without padding
	ordinal string
	text    string // of tpLiteral
}

// timeWords are the patterns in the order in which they are looked for, longer
// ones of a letter first.
var timeWords = []struct {
	name    string
	pattern timePattern
	digits  int
	letters letterCase
}{
	{"A.D.", tpADDots, 0, upperCase},
	{"A.M.", tpAMDots, 0, upperCase},
	{"AD", tpAD, 0, upperCase},
	{"AM", tpAM, 0, upperCase},
	{"B.C.", tpADDots, 0, upperCase},
	{"BC", tpAD, 0, upperCase},
	{"CC", tpCC, 0, upperCase},
	{"DAY", tpDayName, 0, upperCase},
	{"DDD", tpDDD, 0, upperCase},
	{"DD", tpDay, 0, upperCase},
	{"DY", tpDy, 0, upperCase},
	{"Day", tpDayName, 0, titleCase},
	{"Dy", tpDy, 0, titleCase},
	{"D", tpD, 0, upperCase},
	{"FF1", tpFF, 1, upperCase},
	{"FF2", tpFF, 2, upperCase},
	{"FF3", tpFF, 3, upperCase},
	{"FF4", tpFF, 4, upperCase},
	{"FF5", tpFF, 5, upperCase},
	{"FF6", tpFF, 6, upperCase},
	{"FX", tpFX, 0, upperCase},
	{"HH24", tpHH24, 0, upperCase},
	{"HH12", tpHH, 0, upperCase},
	{"HH", tpHH, 0, upperCase},
	{"IDDD", tpIDDD, 0, upperCase},
	{"ID", tpID, 0, upperCase},
	{"IW", tpIW, 0, upperCase},
	{"IYYY", tpI, 4, upperCase},
	{"IYY", tpI, 3, upperCase},
	{"IY", tpI, 2, upperCase},
	{"I", tpI, 1, upperCase},
	{"J", tpJ, 0, upperCase},
	{"MI", tpMI, 0, upperCase},
	{"MM", tpMM, 0, upperCase},
	{"MONTH", tpMonth, 0, upperCase},
	{"MON", tpMon, 0, upperCase},
	{"MS", tpMS, 0, upperCase},
	{"Month", tpMonth, 0, titleCase},
	{"Mon", tpMon, 0, titleCase},
	{"OF", tpOF, 0, upperCase},
	{"P.M.", tpAMDots, 0, upperCase},
	{"PM", tpAM, 0, upperCase},
	{"Q", tpQ, 0, upperCase},
	{"RM", tpRM, 0, upperCase},
	{"SSSSS", tpSSSS, 0, upperCase},
	{"SSSS", tpSSSS, 0, upperCase},
	{"SS", tpSS, 0, upperCase},
	{"TZH", tpTZH, 0, upperCase},
	{"TZM", tpTZM, 0, upperCase},
	{"TZ", tpTZ, 0, upperCase},
	{"US", tpUS, 0, upperCase},
	{"WW", tpWW, 0, upperCase},
	{"W", tpW, 0, upperCase},
	{"Y,YYY", tpYComma, 0, upperCase},
	{"YYYY", tpY, 4, upperCase},
	{"YYY", tpY, 3, upperCase},
	{"YY", tpY, 2, upperCase},
	{"Y", tpY, 1, upperCase},
}

// cutWord finds the pattern at the front of f, in capitals, lower case or, for
// names, with a capital.
func cutWord(f string) (n timeNode, length int, ok bool) {
	for _, w := range timeWords {
		switch {
		case strings.HasPrefix(f, w.name):
			return timeNode{pattern: w.pattern, digits: w.digits, letters: w.letters}, len(w.name), true
		case w.letters == upperCase && strings.HasPrefix(f, strings.ToLower(w.name)):
			return timeNode{pattern: w.pattern, digits: w.digits, letters: lowerCase}, len(w.name), true
		}
	}
	return n, 0, false
}

// parseTimeFormat splits a format into nodes.
func parseTimeFormat(f string) []timeNode {
	var nodes []timeNode
	for f != "" {
		fill, words := true, false
		for prefix := true; prefix; {
			switch {
			case strings.HasPrefix(f, "FM"), strings.HasPrefix(f, "fm"):
				fill = false
				f = f[2:]
			case strings.HasPrefix(f, "TM"), strings.HasPrefix(f, "tm"):
				words = true
				f = f[2:]
			default:
				prefix = false
			}
		}
		if f == "" {
			break
		}
		if n, length, ok := cutWord(f); ok {
			n.fill, n.words = fill, words
			f = f[length:]
			for _, th := range []string{"TH", "th"} {
				if strings.HasPrefix(f, th) {
					n.ordinal = th
					f = f[2:]
					break
				}
			}
			nodes = append(nodes, n)
			continue
		}
		text, rest := cutLiteral(f)
		f = rest
		if text != "" {
			nodes = append(nodes, timeNode{text: text})
		}
	}
	return nodes
}

// cutLiteral takes quoted text, or one character, from the front of a format.
func cutLiteral(f string) (text, rest string) {
	if f[0] == '"' {
		var b strings.Builder
		f = f[1:]
		for f != "" && f[0] != '"' {
			if f[0] == '\\' && len(f) > 1 {
				f = f[1:]
			}
			b.WriteByte(f[0])
			f = f[1:]
		}
		return b.String(), strings.TrimPrefix(f, `"`)
	}
	if strings.HasPrefix(f, `\"`) {
		return `"`, f[2:]
	}
	_, n := utf8.DecodeRuneInString(f)
	return f[:n], f[n:]
}

// clockFields are a time split up for to_char; year 0 is 1 BC, weekday 0 Sunday.
type clockFields struct {
	interval         bool
	year             int64
	month, day       int
	hour             int64
	minute, second   int
	micros           int
	weekday, yearDay int64
	julian           int64
	isoYear          int64
	isoWeek, isoDay  int
	isoYearDay       int64
	offset           int64 // seconds east
	zone             string
}

func timestampFields(local int64) clockFields {
	d, clock := value.SplitTimestamp(local)
	f := clockFields{
		hour: clock / value.Hour, minute: int(clock / value.Minute % 60),
		second: int(clock / value.Second % 60), micros: int(clock % value.Second), julian: d + julianEpoch,
	}
	f.year, f.month, f.day = value.Civil(d)
	f.weekday = mod(d+6, 7)
	f.yearDay = d - value.Days(f.year, 1, 1) + 1
	f.isoYear, f.isoWeek = isoWeek(d)
	f.isoDay = int(mod(d+5, 7)) + 1
	f.isoYearDay = int64(f.isoWeek-1)*7 + int64(f.isoDay)
	return f
}

func intervalFields(iv vector.Interval) clockFields {
	f := clockFields{interval: true, year: int64(iv.Months / 12), month: int(iv.Months % 12), day: int(iv.Days)}
	f.hour = iv.Micros / value.Hour
	f.minute = int(iv.Micros % value.Hour / value.Minute)
	f.second = int(iv.Micros % value.Minute / value.Second)
	f.micros = int(iv.Micros % value.Second)
	f.yearDay = (f.year*12+int64(f.month))*30 + int64(f.day)
	return f
}

var (
	monthNames = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	dayNames   = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	romans     = []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}
)

// append writes the node's part of a time.
func (n *timeNode) append(dst []byte, f *clockFields) ([]byte, error) {
	width := func(w int) int {
		if !n.fill {
			return 0
		}
		return w
	}
	// number pads with zeros, in front of which a sign stands.
	number := func(v int64, w int) []byte {
		if v < 0 {
			w++
		}
		at := len(dst)
		dst = fmt.Appendf(dst, "%0*d", width(w), v)
		return n.appendOrdinal(dst, at)
	}
	// signed counts a sign as one of the places.
	signed := func(v int64, w int) []byte {
		at := len(dst)
		return n.appendOrdinal(fmt.Appendf(dst, "%0*d", width(w), v), at)
	}
	name := func(s string, w int) []byte {
		s = n.inCase(s)
		if n.words {
			w = 0
		}
		return fmt.Appendf(dst, "%-*s", width(w), s)
	}
	switch n.pattern {
	case tpDayName, tpDy, tpMonth, tpMon, tpTZ, tpTZH, tpTZM, tpOF, tpAD, tpADDots, tpID, tpD, tpIDDD, tpIW:
		if f.interval {
			return dst, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid format specification for an interval value").
				WithHint("Intervals are not tied to specific calendar dates.")
		}
	}
	switch n.pattern {
	case tpLiteral:
		return append(dst, n.text...), nil
	case tpAM, tpAMDots:
		half := "am"
		if mod(f.hour, 24) >= 12 {
			half = "pm"
		}
		return n.appendDotted(dst, half, n.pattern == tpAMDots), nil
	case tpAD, tpADDots:
		era := "ad"
		if f.year <= 0 {
			era = "bc"
		}
		return n.appendDotted(dst, era, n.pattern == tpADDots), nil
	case tpHH:
		h := f.hour % 12
		if h == 0 {
			h = 12
		}
		return number(h, 2), nil
	case tpHH24:
		return number(f.hour, 2), nil
	case tpMI:
		return number(int64(f.minute), 2), nil
	case tpSS:
		return number(int64(f.second), 2), nil
	case tpMS:
		at := len(dst)
		return n.appendOrdinal(fmt.Appendf(dst, "%03d", f.micros/1000), at), nil
	case tpUS:
		at := len(dst)
		return n.appendOrdinal(fmt.Appendf(dst, "%06d", f.micros), at), nil
	case tpFF:
		at := len(dst)
		unit := 1
		for range 6 - n.digits {
			unit *= 10
		}
		return n.appendOrdinal(fmt.Appendf(dst, "%0*d", n.digits, f.micros/unit), at), nil
	case tpSSSS:
		at := len(dst)
		return n.appendOrdinal(fmt.Appendf(dst, "%d", f.hour*3600+int64(f.minute)*60+int64(f.second)), at), nil
	case tpTZ:
		if n.letters == lowerCase {
			return append(dst, strings.ToLower(f.zone)...), nil
		}
		return append(dst, f.zone...), nil
	case tpTZH:
		return fmt.Appendf(dst, "%c%02d", offsetSign(f.offset), abs64(f.offset)/3600), nil
	case tpTZM:
		return fmt.Appendf(dst, "%02d", abs64(f.offset)%3600/60), nil
	case tpOF:
		dst = fmt.Appendf(dst, "%c%0*d", offsetSign(f.offset), width(2), abs64(f.offset)/3600)
		if m := abs64(f.offset) % 3600 / 60; m != 0 {
			dst = fmt.Appendf(dst, ":%02d", m)
		}
		return dst, nil
	case tpMonth, tpMon:
		s := monthNames[f.month-1]
		if n.pattern == tpMon {
			return name(s[:3], 0), nil
		}
		return name(s, 9), nil
	case tpRM:
		if f.month == 0 && f.year == 0 && f.interval {
			return dst, nil
		}
		return fmt.Appendf(dst, "%-*s", width(4), n.inCase(romans[mod(int64(f.month)-1, 12)])), nil
	case tpMM:
		return number(int64(f.month), 2), nil
	case tpDayName:
		return name(dayNames[f.weekday], 9), nil
	case tpDy:
		return name(dayNames[f.weekday][:3], 0), nil
	case tpDDD:
		return signed(f.yearDay, 3), nil
	case tpIDDD:
		return number(f.isoYearDay, 3), nil
	case tpDay:
		return signed(int64(f.day), 2), nil
	case tpD:
		return number(f.weekday+1, 0), nil
	case tpID:
		return number(int64(f.isoDay), 0), nil
	case tpWW:
		return number((f.yearDay-1)/7+1, 2), nil
	case tpIW:
		return number(int64(f.isoWeek), 2), nil
	case tpW:
		return number(int64(f.day-1)/7+1, 0), nil
	case tpQ:
		if f.month == 0 {
			return dst, nil
		}
		return number(int64(f.month-1)/3+1, 0), nil
	case tpJ:
		return number(f.julian, 0), nil
	case tpCC:
		c := f.year / 100
		if !f.interval {
			c = century(f.year, 100)
		}
		if c > 99 || c < -99 {
			return number(c, 0), nil
		}
		return number(c, 2), nil
	case tpY, tpI:
		y := f.year
		if n.pattern == tpI {
			if f.interval {
				return dst, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid format specification for an interval value").
					WithHint("Intervals are not tied to specific calendar dates.")
			}
			y = f.isoYear
		}
		y = f.shownYear(y)
		for mod, d := int64(10), 1; d < 4; mod, d = mod*10, d+1 {
			if d == n.digits {
				y %= mod
			}
		}
		return number(y, n.digits), nil
	case tpYComma:
		y := f.shownYear(f.year)
		at := len(dst)
		return n.appendOrdinal(fmt.Appendf(dst, "%d,%03d", y/1000, y-y/1000*1000), at), nil
	}
	return dst, nil // FX
}

// shownYear counts years before Christ without a sign.
func (f *clockFields) shownYear(y int64) int64 {
	if !f.interval && y <= 0 {
		return -(y - 1)
	}
	return y
}

func (n *timeNode) inCase(s string) string {
	switch n.letters {
	case upperCase:
		return strings.ToUpper(s)
	case lowerCase:
		return strings.ToLower(s)
	}
	return s
}

// appendDotted writes am, pm, ad or bc.
func (n *timeNode) appendDotted(dst []byte, s string, dots bool) []byte {
	if n.letters == upperCase {
		s = strings.ToUpper(s)
	}
	if dots {
		return append(dst, s[0], '.', s[1], '.')
	}
	return append(dst, s...)
}

// appendOrdinal ends the number from at on with st, nd, rd or th.
func (n *timeNode) appendOrdinal(dst []byte, at int) []byte {
	if n.ordinal == "" {
		return dst
	}
	return append(dst, ordinalOf(string(dst[at:]), n.ordinal == "TH")...)
}

// ordinalOf returns the ending of an ordinal number.
func ordinalOf(number string, upper bool) string {
	th := "th"
	last := number[len(number)-1]
	if len(number) < 2 || number[len(number)-2] != '1' {
		switch last {
		case '1':
			th = "st"
		case '2':
			th = "nd"
		case '3':
			th = "rd"
		}
	}
	if upper {
		return strings.ToUpper(th)
	}
	return th
}

func offsetSign(off int64) byte {
	if off < 0 {
		return '-'
	}
	return '+'
}

func abs64(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

// timeFormatMemo is the format parsed last.
type timeFormatMemo struct {
	source []byte
	nodes  []timeNode
	ok     bool
}

func (m *timeFormatMemo) get(f []byte) []timeNode {
	if !m.ok || string(m.source) != string(f) {
		m.source = append(m.source[:0], f...)
		m.nodes, m.ok = parseTimeFormat(string(f)), true
	}
	return m.nodes
}

// bindTimeToChar returns the kernels of to_char over timestamp, timestamptz and
// interval.
func bindTimeToChar(s Site) Kernel {
	var memo timeFormatMemo
	t := s.Sig.Args[0]
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		formats, m := spansOf(args[1]), mask(args[0])
		for _, i := range rows.Selection() {
			format := formats.get(int(i))
			k := int(i) & m
			if len(format) == 0 || t != types.Interval && isInf(args[0].I64[k]) {
				setNull(out, int(i), rows.N)
				continue
			}
			var f clockFields
			switch t {
			case types.Interval:
				f = intervalFields(vector.IntervalOf(args[0].W128[k]))
			case types.Timestamp:
				f = timestampFields(args[0].I64[k])
			default:
				us := args[0].I64[k]
				local := e.sessionZone().ToLocal(us)
				f = timestampFields(local)
				f.offset = (local - us) / value.Second
				f.zone, _ = time.UnixMicro(us + vector.EpochUnixMicro).In(e.Values.Zone).Zone()
			}
			at := len(out.Arena)
			var err error
			for _, n := range memo.get(format) {
				if out.Arena, err = n.append(out.Arena, &f); err != nil {
					return err
				}
			}
			appendSpan(out, int(i), at)
		}
		return nil
	}
}

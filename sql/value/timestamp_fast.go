package value

import (
	"encoding/binary"
	"time"
)

// TimestampParser reads the timestamps of one column in the layout that programs
// write, "yyyy-mm-dd hh:mm:ss[.ffffff][+hh[:mm]]", and leaves all else to
// ParseTimestamp and ParseTimestamptz. It remembers the last date and the last
// stretch of the zone. It belongs to one goroutine.
type TimestampParser struct {
	zoned bool
	zone  ZoneMemo
	// date is the text of the last date, 8 bytes and 2, and days its value.
	date  uint64
	date2 uint16
	days  int64
}

// NewTimestampParser returns a parser for timestamptz in a zone, or for timestamp
// when zone is nil.
func NewTimestampParser(zone *time.Location) *TimestampParser {
	p := &TimestampParser{}
	p.Reset(zone)
	return p
}

// Reset makes p a new parser.
func (p *TimestampParser) Reset(zone *time.Location) {
	*p = TimestampParser{zoned: zone != nil}
	if p.zoned {
		p.zone = NewZoneMemo(zone)
	}
}

// Parse reads b; ok is false for all but valid text of the layout, of the years 1
// to 9999.
func (p *TimestampParser) Parse(b []byte) (us int64, ok bool) {
	if len(b) < 19 {
		return 0, false
	}
	date, date2 := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint16(b[8:])
	if date != p.date || date2 != p.date2 {
		days, ok := parseDay((*[10]byte)(b))
		if !ok {
			return 0, false
		}
		p.date, p.date2, p.days = date, date2, days
	}
	// "hh:mm:ss" as one word: x has the digits' values and 0 for the colons.
	x := binary.LittleEndian.Uint64(b[11:]) ^ 0x30303A30303A3030
	if x&0xF0F0FFF0F0FFF0F0 != 0 || (x+0x0606000606000606)&0xF0F000F0F000F0F0 != 0 || b[10] != ' ' && b[10] != 'T' {
		return 0, false
	}
	hour := int64(x&0xF*10 + x>>8&0xF)
	minute := int64(x>>24&0xF*10 + x>>32&0xF)
	second := int64(x>>48&0xF*10 + x>>56)
	if hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	us = p.days*Day + (hour*3600+minute*60+second)*Second
	if len(b) == 19 {
		if p.zoned {
			return p.zone.ToUTC(us), true
		}
		return us, true
	}
	return p.tail(us, b[19:])
}

// tail reads a fraction and an offset.
func (p *TimestampParser) tail(us int64, b []byte) (int64, bool) {
	if b[0] == '.' {
		n, frac := 1, int64(0)
		for ; n < len(b) && isDigit(b[n]); n++ {
			if n > 6 {
				return 0, false
			}
			frac = frac*10 + int64(b[n]-'0')
		}
		for i := n; i <= 6; i++ {
			frac *= 10
		}
		us += frac
		b = b[n:]
	}
	switch {
	case len(b) == 0 && p.zoned:
		return p.zone.ToUTC(us), true
	case len(b) == 0:
		return us, true
	case !p.zoned:
		return 0, false
	case len(b) == 1 && b[0] == 'Z':
		return us, true
	}
	off, ok := parseOffset(b)
	return us - off*Second, ok
}

// parseOffset reads +hh, +hhmm or +hh:mm and returns seconds east of UTC.
func parseOffset(b []byte) (int64, bool) {
	if len(b) < 3 || b[0] != '+' && b[0] != '-' || !isDigit(b[1]) || !isDigit(b[2]) {
		return 0, false
	}
	off := int64(b[1]-'0')*36000 + int64(b[2]-'0')*3600
	sign := b[0]
	b = b[3:]
	if len(b) == 3 && b[0] == ':' {
		b = b[1:]
	}
	if len(b) != 0 {
		if len(b) != 2 || b[0]-'0' > 5 || !isDigit(b[1]) {
			return 0, false
		}
		off += int64(b[0]-'0')*600 + int64(b[1]-'0')*60
	}
	if off >= 16*3600 {
		return 0, false
	}
	if sign == '-' {
		off = -off
	}
	return off, true
}

// ParseDateFast reads yyyy-mm-dd of the years 1 to 9999 and nothing else.
func ParseDateFast(b []byte) (days int32, ok bool) {
	if len(b) != 10 {
		return 0, false
	}
	d, ok := parseDay((*[10]byte)(b))
	return int32(d), ok
}

func parseDay(b *[10]byte) (int64, bool) {
	for _, i := range [8]int{0, 1, 2, 3, 5, 6, 8, 9} {
		if !isDigit(b[i]) {
			return 0, false
		}
	}
	if b[4] != '-' || b[7] != '-' {
		return 0, false
	}
	y := int64(b[0]-'0')*1000 + int64(b[1]-'0')*100 + int64(b[2]-'0')*10 + int64(b[3]-'0')
	m := int(b[5]-'0')*10 + int(b[6]-'0')
	d := int(b[8]-'0')*10 + int(b[9]-'0')
	if y == 0 || m < 1 || m > 12 || d < 1 || d > MonthDays(y, m) {
		return 0, false
	}
	return Days(y, m, d), true
}

package value

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// problem is why text is no date, time or interval.
type problem uint8

const (
	fine          problem = iota
	badFormat             // 22007
	fieldRange            // 22008
	monthDayRange         // 22008 with the hint about DateStyle
	zoneRange             // 22009
	unknownZone           // 22023; decoder.badZone names it
)

// mask has a bit for each part of a date that has been given.
type mask uint32

const (
	maskYear mask = 1 << iota
	maskMonth
	maskDay
	maskHour
	maskMinute
	maskSecond
	maskMillisecond
	maskMicrosecond
	maskDayOfYear
	maskZone
	maskDST     // the word DST
	maskSummer  // DST, or an abbreviation of daylight saving time
	maskDynamic // an abbreviation whose meaning changed
	maskReserved
	maskMeridiem
	maskEra
	maskWeekday
	maskWeek
	maskDecade
	maskCentury
	maskMillennium

	maskDate    = maskYear | maskMonth | maskDay
	maskSeconds = maskSecond | maskMillisecond | maskMicrosecond
	maskTime    = maskHour | maskMinute | maskSeconds
)

// decoder puts fields together to a date and time, one field after the other.
type decoder struct {
	s *Settings

	have                 mask
	year                 int64 // as written until validate, then 0 is 1 BC
	month, day, yday     int
	hour, minute, second int64
	micro                int64
	// reserved is the word that stands for the whole value, -1 for none; a later
	// word or unit that gives a part of a date takes it back.
	reserved int
	// noClock: now or its like was used without Settings.Now.
	noClock bool
	// west is the offset of the zone in seconds west of UTC, final when the zone
	// was written as a number or a fixed abbreviation.
	west      int64
	zone      *time.Location // named zone, or the zone of abbrev
	abbrev    string         // upper case
	textMonth bool
	julian    bool
	twoDigits bool // the year has one or two digits
	bc        bool
	meridiem  int // 0 none, 1 AM, 2 PM
	unit      int // the last field was this unit word
	badZone   string
}

// decode reads the fields of a date or timestamp.
func (d *decoder) decode(fs []field) problem {
	d.reserved = -1
	for i, f := range fs {
		var got mask
		var p problem
		switch f.kind {
		case dateField:
			got, p = d.dateOrZone(f.text)
		case timeField:
			got, p = d.time(f.text)
		case signedField:
			got = maskZone
			d.west, p = decodeOffset(f.text)
		case numberField:
			got, p = d.number(f.text)
		default:
			var next fieldKind = stringField
			if i+1 < len(fs) {
				next = fs[i+1].kind
			}
			got, p = d.word(f.text, next)
		}
		if p != fine {
			return p
		}
		if got&d.have != 0 {
			return badFormat
		}
		d.have |= got
	}
	return d.finish()
}

// finish checks what the fields amount to and settles year, hour and offset.
func (d *decoder) finish() problem {
	if p := d.validate(); p != fine {
		return p
	}
	switch {
	case d.meridiem != 0 && d.hour > 12:
		return fieldRange
	case d.meridiem == 1 && d.hour == 12:
		d.hour = 0
	case d.meridiem == 2 && d.hour != 12:
		d.hour += 12
	}
	if d.reserved >= 0 {
		return fine
	}
	if d.have&maskDate != maskDate {
		return badFormat
	}
	dst := d.have&maskDST != 0
	switch {
	case d.zone != nil && dst:
		return badFormat
	case d.zone != nil && d.abbrev != "":
		d.west = -abbrevOffset(d.zone, d.abbrev, d.local())
	case d.zone != nil:
		d.west = -localOffset(d.zone, d.local())
	case d.have&maskZone == 0 && dst:
		return badFormat
	case d.have&maskZone == 0:
		d.west = -localOffset(d.s.Zone, d.local())
	}
	return fine
}

// local returns the wall clock in seconds since 1970.
func (d *decoder) local() int64 {
	return Days(d.year, d.month, d.day)*secondsPerDay + epochSeconds + d.hour*3600 + d.minute*60 + d.second
}

func localOffset(zone *time.Location, local int64) int64 {
	m := NewZoneMemo(zone)
	return m.localOffset(local)
}

// abbrevOffset returns the offset that a zone's abbreviation had last before, or
// else first after, a local time; that of the zone when it never had one of the
// name.
func abbrevOffset(zone *time.Location, abbrev string, local int64) int64 {
	off := localOffset(zone, local)
	at := time.Unix(local-off, 0).In(zone)
	for t, n := at, 0; n < maxTransitions; n++ {
		if name, o := t.Zone(); name == abbrev {
			return int64(o)
		}
		start, _ := t.ZoneBounds()
		if start.IsZero() {
			break
		}
		t = start.Add(-1)
	}
	for t, n := at, 0; n < maxTransitions; n++ {
		if name, o := t.Zone(); name == abbrev {
			return int64(o)
		}
		_, end := t.ZoneBounds()
		if end.IsZero() {
			break
		}
		t = end
	}
	return off
}

// maxTransitions bounds the search of abbrevOffset; no zone changed so often.
const maxTransitions = 400

// validate checks the date and turns BC, two-digit and day-of-year forms into a
// plain one.
func (d *decoder) validate() problem {
	if d.have&maskYear != 0 && !d.julian {
		switch {
		case d.bc && d.year <= 0, !d.bc && !d.twoDigits && d.year <= 0, d.twoDigits && d.year < 0:
			return fieldRange
		case d.bc:
			d.year = 1 - d.year
		case d.twoDigits && d.year < 70:
			d.year += 2000
		case d.twoDigits && d.year < 100:
			d.year += 1900
		}
	}
	if d.have&maskDayOfYear != 0 {
		d.year, d.month, d.day = Civil(Days(d.year, 1, 1) + int64(d.yday) - 1)
	}
	switch {
	case d.have&maskMonth != 0 && (d.month < 1 || d.month > 12), d.have&maskDay != 0 && (d.day < 1 || d.day > 31):
		return monthDayRange
	case d.have&maskDate == maskDate && d.day > MonthDays(d.year, d.month):
		return fieldRange
	}
	return fine
}

// setJulian sets the date from a Julian day.
func (d *decoder) setJulian(day int64) {
	d.year, d.month, d.day = Civil(day - epochJulian)
	d.julian = true
}

// dateOrZone reads a field with date delimiters: a date, a zone name such as
// America/New_York behind a date, or a time with an offset as hhmmss-zz.
func (d *decoder) dateOrZone(text string) (mask, problem) {
	if d.unit == unitJulian { // a Julian day with an offset
		v, rest, ok := leadingInt(text, 32)
		if !ok || v < 0 {
			return 0, fieldRange
		}
		d.setJulian(v)
		d.unit = unitNone
		var p problem
		d.west, p = decodeOffset(rest)
		return maskDate | maskTime | maskZone, p
	}
	if d.unit == unitNone && d.have&(maskMonth|maskDay) != maskMonth|maskDay {
		return d.date(text)
	}
	if !isDigit(text[0]) && d.unit == unitNone {
		zone, ok := d.s.Zones.Load(text)
		if !ok {
			d.badZone = text
			return 0, unknownZone
		}
		d.zone, d.abbrev = zone, ""
		return maskZone, fine
	}
	minus := strings.IndexByte(text, '-')
	if d.unit != unitNone && d.unit != unitTime || d.have&maskTime == maskTime || minus < 0 {
		return 0, badFormat
	}
	d.unit = unitNone
	var p problem
	if d.west, p = decodeOffset(text[minus:]); p != fine {
		return 0, p
	}
	got, p := d.runTogether(text[:minus], d.have)
	return got | maskZone, p
}

// date reads a date with delimiters: numbers, or numbers and a month's name.
func (d *decoder) date(text string) (got mask, p problem) {
	var parts [maxFields]string
	n := 0
	for i := 0; i < len(text) && n < maxFields; n++ {
		i = skip(text, i, func(c byte) bool { return !isDigit(c) && !isAlpha(c) })
		if i == len(text) {
			return 0, badFormat // ends with a delimiter
		}
		from := i
		if isDigit(text[i]) {
			i = skip(text, i, isDigit)
		} else {
			i = skip(text, i, isAlpha)
		}
		parts[n] = text[from:i]
		i++ // whatever follows divides
	}
	have := d.have
	textMonth := false
	for i := range n { // a name decides what the numbers are
		if !isAlpha(parts[i][0]) {
			continue
		}
		w, ok := dateWord(parts[i])
		if ok && w.kind == ignoredWord {
			continue
		}
		if !ok || w.kind != monthWord || have&maskMonth != 0 {
			return 0, badFormat
		}
		d.month = w.value
		textMonth = true
		have |= maskMonth
		got |= maskMonth
		parts[i] = ""
	}
	for _, part := range parts[:n] {
		if part == "" {
			continue
		}
		m, p := d.dateNumber(part, textMonth, have)
		if p != fine {
			return 0, p
		}
		if have&m != 0 {
			return 0, badFormat
		}
		have |= m
		got |= m
	}
	if have&^(maskDayOfYear|maskZone) != maskDate {
		return 0, badFormat
	}
	return got, fine
}

// dateNumber reads one number of a date by the order of its parts and what is
// known already.
func (d *decoder) dateNumber(text string, textMonth bool, have mask) (mask, problem) {
	v, rest, ok := leadingInt(text, 32)
	if !ok {
		return 0, fieldRange
	}
	if len(rest) == len(text) {
		return 0, badFormat
	}
	if rest != "" {
		if rest[0] != '.' {
			return 0, badFormat
		}
		if len(text)-len(rest) > 2 { // 040506.789
			return d.runTogether(text, have|maskDate)
		}
		if d.micro, ok = fraction(rest); !ok {
			return 0, badFormat
		}
	}
	n := int(v)
	if len(text) == 3 && have&maskDate == maskYear && n >= 1 && n <= 366 {
		d.yday = n
		return maskDayOfYear | maskMonth | maskDay, fine
	}
	order := d.s.DateOrder
	var got mask
	switch have & maskDate {
	case 0:
		switch {
		case len(text) >= 3 || order == "YMD":
			got = maskYear
		case order == "DMY":
			got = maskDay
		default:
			got = maskMonth
		}
	case maskYear:
		got = maskMonth
	case maskMonth:
		got = maskDay
		if textMonth && (len(text) >= 3 || order == "YMD") {
			got = maskYear
		}
	case maskYear | maskMonth:
		got = maskDay
		if textMonth && len(text) >= 3 && d.twoDigits {
			// What was taken for the year of yy-mon-dd is the day.
			d.day, d.year, d.twoDigits = int(d.year), v, false
			return maskDay, fine
		}
	case maskDay:
		got = maskMonth
	case maskMonth | maskDay:
		got = maskYear
	case maskDate:
		return d.runTogether(text, have)
	default:
		return 0, badFormat
	}
	switch got {
	case maskYear:
		d.year, d.twoDigits = v, len(text) <= 2
	case maskMonth:
		d.month = n
	case maskDay:
		d.day = n
	}
	return got, fine
}

// runTogether reads yyyymmdd (any year digits), hhmmss[.fff] or hhmm.
func (d *decoder) runTogether(text string, have mask) (mask, problem) {
	if point := strings.IndexByte(text, '.'); point >= 0 {
		digits := text[point:]
		micro, ok := fraction(digits[:1+skip(digits[1:], 0, isDigit)])
		if !ok {
			return 0, badFormat
		}
		d.micro = micro
		text = text[:point]
	} else if have&maskDate != maskDate && len(text) >= 6 {
		n := len(text)
		d.day, d.month = atoi(text[n-2:]), atoi(text[n-4:n-2])
		d.year = int64(atoi(text[:n-4]))
		if n == 6 {
			d.twoDigits = true
		}
		return maskDate, fine
	}
	if have&maskTime == maskTime {
		return 0, badFormat
	}
	switch len(text) {
	case 6:
		d.second = int64(atoi(text[4:]))
	case 4:
		d.second = 0
	default:
		return 0, badFormat
	}
	d.hour, d.minute = int64(atoi(text[:2])), int64(atoi(text[2:4]))
	return maskTime, fine
}

// atoi reads leading digits, as C's atoi does; more than an int32 wraps.
func atoi(s string) int {
	v, _, ok := leadingInt(s, 64)
	if !ok {
		return -1
	}
	return int(int32(v))
}

// time reads hh:mm[:ss[.fff]] or mm:ss.fff.
func (d *decoder) time(text string) (mask, problem) {
	if d.unit != unitNone {
		if d.unit != unitTime {
			return 0, badFormat
		}
		d.unit = unitNone
	}
	c, p := parseClock(text, false)
	if p != fine {
		return 0, p
	}
	if c.hour > 24 || c.hour == 24 && (c.minute|c.second|c.micro) != 0 ||
		(c.hour*3600+c.minute*60+c.second)*Second+c.micro > Day {
		return 0, fieldRange
	}
	d.hour, d.minute, d.second, d.micro = c.hour, c.minute, c.second, c.micro
	return maskTime, fine
}

// clock is a time of day or a span of time.
type clock struct{ hour, minute, second, micro int64 }

// parseClock reads h:m[:s[.f]], or m:s.f, or, with minutesFirst, m:s. The hour
// has no bound here.
func parseClock(text string, minutesFirst bool) (c clock, p problem) {
	var ok bool
	if c.hour, text, ok = leadingInt(text, 64); !ok {
		return c, fieldRange
	}
	if text == "" || text[0] != ':' {
		return c, badFormat
	}
	if c.minute, text, ok = leadingInt(text[1:], 32); !ok {
		return c, fieldRange
	}
	shift := false
	switch {
	case text == "":
		shift = minutesFirst
	case text[0] == '.':
		shift = true
	case text[0] == ':':
		if c.second, text, ok = leadingInt(text[1:], 32); !ok {
			return c, fieldRange
		}
		if text != "" && text[0] != '.' {
			return c, badFormat
		}
	default:
		return c, badFormat
	}
	if text != "" {
		if c.micro, ok = fraction(text); !ok {
			return c, badFormat
		}
	}
	if shift {
		if c.hour != int64(int32(c.hour)) {
			return c, fieldRange
		}
		c.hour, c.minute, c.second = 0, c.hour, c.minute
	}
	if c.hour < 0 || c.minute < 0 || c.minute > 59 || c.second < 0 || c.second > 60 {
		return c, fieldRange
	}
	return c, fine
}

// fraction reads "." and digits, all of s, as µs rounded to even.
func fraction(s string) (micro int64, ok bool) {
	f, ok := fractionFloat(s)
	return int64(math.RoundToEven(f * Second)), ok
}

func fractionFloat(s string) (f float64, ok bool) {
	if s == "." {
		return 0, true
	}
	if skip(s, 1, isDigit) != len(s) {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// decodeOffset reads "+hh[:mm[:ss]]" or "+hhmm" and returns seconds west of UTC.
func decodeOffset(text string) (west int64, p problem) {
	if text == "" || text[0] != '+' && text[0] != '-' {
		return 0, badFormat
	}
	var m, s int64
	h, rest, ok := leadingInt(text[1:], 32)
	if !ok {
		return 0, zoneRange
	}
	switch {
	case rest != "" && rest[0] == ':':
		if m, rest, ok = leadingInt(rest[1:], 32); !ok {
			return 0, zoneRange
		}
		if rest != "" && rest[0] == ':' {
			if s, rest, ok = leadingInt(rest[1:], 32); !ok {
				return 0, zoneRange
			}
		}
	case rest == "" && len(text) > 3:
		h, m = h/100, h%100
	}
	// PostgreSQL's MAX_TZDISP_HOUR is 15.
	if h < 0 || h > 15 || m < 0 || m > 59 || s < 0 || s > 59 {
		return 0, zoneRange
	}
	if rest != "" {
		return 0, badFormat
	}
	west = -(h*3600 + m*60 + s)
	if text[0] == '-' {
		west = -west
	}
	return west, fine
}

// number reads a field of digits: the count of a unit before it, a run-together
// date or time, or one number of a date.
func (d *decoder) number(text string) (mask, problem) {
	if d.unit != unitNone {
		return d.unitNumber(text)
	}
	point := strings.IndexByte(text, '.')
	switch {
	case point >= 0 && d.have&maskDate == 0:
		return d.date(text)
	case point > 2, len(text) >= 6 && (d.have&maskDate == 0 || d.have&maskTime == 0):
		return d.runTogether(text, d.have)
	}
	return d.dateNumber(text, d.textMonth, d.have)
}

// unitNumber reads the number behind a unit, as in y2001m02d04 and J2451187.
func (d *decoder) unitNumber(text string) (got mask, p problem) {
	v, rest, ok := leadingInt(text, 32)
	if !ok {
		return 0, fieldRange
	}
	unit := d.unit
	d.unit, d.reserved = unitNone, -1
	if rest != "" && (rest[0] != '.' || unit != unitJulian && unit != unitTime && unit != unitSecond) {
		return 0, badFormat
	}
	switch unit {
	case unitYear:
		d.year = v
		return maskYear, fine
	case unitMonth:
		if d.have&maskMonth != 0 && d.have&maskHour != 0 { // m is for minutes too
			d.minute = v
			return maskMinute, fine
		}
		d.month = int(v)
		return maskMonth, fine
	case unitDay:
		d.day = int(v)
		return maskDay, fine
	case unitHour:
		d.hour = v
		return maskHour, fine
	case unitMinute:
		d.minute = v
		return maskMinute, fine
	case unitSecond:
		d.second = v
		if rest == "" {
			return maskSecond, fine
		}
		d.micro, ok = fraction(rest)
		if !ok {
			return 0, badFormat
		}
		return maskSeconds, fine
	case unitJulian:
		if v < 0 {
			return 0, fieldRange
		}
		d.setJulian(v)
		if rest == "" {
			return maskDate, fine
		}
		f, ok := fractionFloat(rest)
		if !ok {
			return 0, badFormat
		}
		us := int64(f * Day)
		d.hour, d.minute, d.second, d.micro = us/Hour, us/Minute%60, us/Second%60, us%Second
		return maskDate | maskTime, fine
	case unitTime:
		got, p = d.runTogether(text, d.have|maskDate)
		if p == fine && got != maskTime {
			p = badFormat
		}
		return got, p
	}
	return 0, badFormat
}

// word reads a word: a zone abbreviation before all else.
func (d *decoder) word(text string, next fieldKind) (mask, problem) {
	if a, ok := findAbbrev(cutWord(text)); ok {
		if a.zone == "" {
			d.west = -int64(a.offset)
			if a.dst {
				return maskZone | maskSummer, fine
			}
			return maskZone, fine
		}
		zone, ok := d.s.Zones.Load(a.zone)
		if !ok {
			d.badZone = a.zone
			return 0, unknownZone
		}
		d.zone, d.abbrev = zone, strings.ToUpper(text)
		return maskZone | maskDynamic, fine
	}
	w, ok := dateWord(text)
	if !ok {
		zone, ok := d.s.Zones.Load(text)
		if !ok {
			return 0, badFormat
		}
		d.zone, d.abbrev = zone, ""
		return maskZone, fine
	}
	switch w.kind {
	case monthWord:
		got := maskMonth
		if d.have&maskMonth != 0 && !d.textMonth && d.have&maskDay == 0 && d.month >= 1 && d.month <= 31 {
			d.day = d.month // what was taken for the month is the day
			got = maskDay
		}
		d.textMonth, d.month = true, w.value
		return got, fine
	case dayWord:
		return maskWeekday, fine
	case eraWord:
		d.bc = w.value == 1
		return maskEra, fine
	case meridiemWord:
		d.meridiem = 1 + w.value
		return maskMeridiem, fine
	case dstWord:
		d.west -= 3600
		return maskDST | maskSummer, fine
	case unitWord:
		d.unit = w.value
		return 0, fine
	case isoTimeWord:
		if d.have&maskDate != maskDate || next != numberField && next != timeField && next != dateField {
			return 0, badFormat
		}
		d.unit = unitTime
		return 0, fine
	case reservedWord:
		return d.reservedWord(w.value)
	}
	return 0, fine // at, on
}

// reservedWord reads a word that stands for a date or a time.
func (d *decoder) reservedWord(w int) (mask, problem) {
	switch w {
	case earlyDate, lateDate, epochDate:
		d.reserved = w
		return maskReserved, fine
	}
	d.reserved = -1
	if w == zuluTime {
		d.hour, d.minute, d.second, d.west = 0, 0, 0, 0
		return maskTime | maskZone, fine
	}
	d.noClock = d.noClock || d.s.Now.IsZero()
	now := d.s.Now.In(d.s.Zone)
	y, m, day := now.Date()
	d.year, d.month, d.day = int64(y), int(m), day
	switch w {
	case tomorrowDate:
		d.year, d.month, d.day = Civil(Days(d.year, d.month, d.day) + 1)
	case yesterdayDate:
		d.year, d.month, d.day = Civil(Days(d.year, d.month, d.day) - 1)
	case nowDate:
		h, mi, s := now.Clock()
		d.hour, d.minute, d.second, d.micro = int64(h), int64(mi), int64(s), int64(now.Nanosecond()/1000)
		_, east := now.Zone()
		d.west = -int64(east)
		return maskDate | maskTime | maskZone, fine
	}
	return maskDate, fine
}

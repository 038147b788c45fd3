package value

import (
	"encoding/binary"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// ParseTime reads a time of day in any of PostgreSQL's forms and rounds it to t's
// fractional digits; a date and a zone are read and dropped. Errors: 22007,
// 22008, 22009, 22023.
func ParseTime(t types.Type, text string, s *Settings) (int64, error) {
	d := decoder{s: s}
	if err := d.readTime(text, "time"); err != nil {
		return 0, err
	}
	return TimeTypmod(t, d.clock()), nil
}

// ParseTimetz is ParseTime with the zone: the one written, else that of the
// session today.
func ParseTimetz(t types.Type, text string, s *Settings) (vector.TimeTZ, error) {
	d := decoder{s: s}
	if err := d.readTime(text, "time with time zone"); err != nil {
		return vector.TimeTZ{}, err
	}
	return vector.TimeTZ{Micros: TimeTypmod(t, d.clock()), West: int32(d.west)}, nil
}

func (d *decoder) clock() int64 { return (d.hour*3600+d.minute*60+d.second)*Second + d.micro }

// readTime decodes text as DecodeTimeOnly; typ names the type in errors.
func (d *decoder) readTime(text, typ string) error {
	var buf [maxFields]field
	fs, ok := splitFields(buf[:0], text, maxDateChars)
	p := badFormat
	if ok {
		p = d.decodeTime(fs)
	}
	switch {
	case p == fine && d.noClock && typ != "time":
		return sqlerr.NotSupported(`date/time value "%s" in a constant`, text)
	case p == fine:
		return nil
	case p == unknownZone:
		return sqlerr.New(sqlerr.InvalidParameterValue, `time zone "%s" not recognized`, d.badZone)
	}
	return p.err(typ, text)
}

// decodeTime reads the fields of a time.
func (d *decoder) decodeTime(fs []field) problem {
	d.reserved = -1
	for i, f := range fs {
		var got mask
		var p problem
		dated := i == 0 && len(fs) >= 2 && (fs[len(fs)-1].kind == dateField || fs[1].kind == timeField)
		switch f.kind {
		case dateField:
			switch minus := strings.IndexByte(f.text, '-'); {
			case dated:
				got, p = d.date(f.text)
			case !isDigit(f.text[0]):
				got, p = d.zoneName(f.text)
			case d.have&maskTime == maskTime || minus < 0:
				p = badFormat
			default:
				if d.west, p = decodeOffset(f.text[minus:]); p == fine {
					got, p = d.runTogether(f.text[:minus], d.have|maskDate)
				}
				got |= maskZone
			}
		case timeField:
			got, p = d.time(f.text)
		case signedField:
			got = maskZone
			d.west, p = decodeOffset(f.text)
		case numberField:
			point := strings.IndexByte(f.text, '.')
			switch {
			case d.unit != unitNone:
				got, p = d.unitNumber(f.text)
			case dated && point >= 0:
				got, p = d.date(f.text)
			case point > 2, point < 0 && len(f.text) > 4:
				got, p = d.runTogether(f.text, d.have|maskDate)
			case point >= 0:
				p = badFormat
			default:
				got, p = d.dateNumber(f.text, false, d.have|maskDate)
			}
		default:
			var next fieldKind = stringField
			if i+1 < len(fs) {
				next = fs[i+1].kind
			}
			got, p = d.timeWord(f.text, next)
		}
		if p != fine {
			return p
		}
		if got&d.have != 0 {
			return badFormat
		}
		d.have |= got
	}
	return d.finishTime()
}

// zoneName reads the name of a zone.
func (d *decoder) zoneName(text string) (mask, problem) {
	zone, ok := d.s.Zones.Load(text)
	if !ok {
		d.badZone = text
		return 0, unknownZone
	}
	d.zone, d.abbrev = zone, ""
	return maskZone, fine
}

// timeWord is word where dates count for nothing.
func (d *decoder) timeWord(text string, next fieldKind) (mask, problem) {
	w, ok := dateWord(text)
	if _, abbrev := findAbbrev(cutWord(text)); abbrev || !ok {
		return d.word(text, next)
	}
	switch {
	case w.kind == isoTimeWord:
		if next != numberField && next != timeField && next != dateField {
			return 0, badFormat
		}
		d.unit = unitTime
		return 0, fine
	case w.kind == reservedWord && w.value == nowDate:
		got, p := d.reservedWord(w.value)
		d.have &^= maskDate
		return got &^ (maskDate | maskZone) & maskTime, p
	case w.kind == reservedWord && w.value != zuluTime:
		return 0, badFormat
	case w.kind == monthWord, w.kind == dayWord:
		return 0, badFormat
	}
	return d.word(text, next)
}

// finishTime checks what the fields amount to and settles hour and offset.
func (d *decoder) finishTime() problem {
	switch {
	case d.meridiem != 0 && d.hour > 12:
		return fieldRange
	case d.meridiem == 1 && d.hour == 12:
		d.hour = 0
	case d.meridiem == 2 && d.hour != 12:
		d.hour += 12
	}
	dated := d.have&maskDate == maskDate
	if dated {
		if p := d.validate(); p != fine {
			return p
		}
	}
	switch {
	case d.hour < 0 || d.minute < 0 || d.minute > 59 || d.second < 0 || d.second > 60 || d.clock() > Day:
		return fieldRange
	case d.have&maskTime != maskTime:
		return badFormat
	}
	dst := d.have&maskDST != 0
	fixed := false
	if d.zone != nil && d.abbrev == "" {
		_, _, to := bounds(d.zone, 0)
		_, from, _ := bounds(d.zone, 1<<34)
		fixed = to == maxUnix && from == minUnix
	}
	switch {
	case d.zone != nil && dst:
		return badFormat
	case d.zone != nil && d.abbrev == "" && !dated && !fixed:
		return badFormat
	case d.zone == nil && d.have&maskZone != 0:
		return fine
	case d.have&maskZone == 0 && dst:
		return badFormat
	}
	if fixed {
		d.west = -localOffset(d.zone, 0)
		return fine
	}
	if !dated { // today
		d.noClock = d.noClock || d.s.Now.IsZero()
		y, m, day := d.s.Now.In(d.s.Zone).Date()
		d.year, d.month, d.day = int64(y), int(m), day
	}
	switch {
	case d.zone != nil && d.abbrev != "":
		d.west = -abbrevOffset(d.zone, d.abbrev, d.local())
	case d.zone != nil:
		d.west = -localOffset(d.zone, d.local())
	default:
		d.west = -localOffset(d.s.Zone, d.local())
	}
	return fine
}

// TimeTypmod rounds a time of day to t's fractional digits, half up.
func TimeTypmod(t types.Type, us int64) int64 {
	if t.Mod < 0 || t.Mod >= 6 {
		return us
	}
	return roundTo(us, roundUnits[t.Mod])
}

// AppendTime writes a time of day; what is none, 24:00:00.
func AppendTime(dst []byte, us int64) []byte {
	if us < 0 || us > Day {
		us = Day
	}
	return appendClock(dst, us)
}

// AppendTimetz writes a time of day and its offset.
func AppendTimetz(dst []byte, t vector.TimeTZ) []byte {
	return appendOffset(AppendTime(dst, t.Micros), -int(t.West))
}

func parseTimeBinary(t types.Type, b []byte) (vector.Datum, error) {
	us := int64(binary.BigEndian.Uint64(b))
	if us < 0 || us > Day {
		return vector.NullDatum, sqlerr.New(sqlerr.DatetimeFieldOverflow, "time out of range")
	}
	return vector.IntDatum(TimeTypmod(t, us)), nil
}

func parseTimetzBinary(t types.Type, b []byte) (vector.Datum, error) {
	d, err := parseTimeBinary(t, b)
	if err != nil {
		return d, err
	}
	west := int32(binary.BigEndian.Uint32(b[8:]))
	if west <= -westLimit || west >= westLimit {
		return vector.NullDatum, sqlerr.New(sqlerr.InvalidTimeZoneDisplacement, "time zone displacement out of range")
	}
	return vector.WordDatum(vector.TimeTZ{Micros: d.I, West: west}.Word()), nil
}

// westLimit bounds the offsets of timetz: PostgreSQL's TZDISP_LIMIT.
const westLimit = 16 * 3600

// AppendTimetzBinary writes the wire form of a timetz column's value: µs, then
// seconds west of UTC.
func AppendTimetzBinary(dst []byte, w [2]uint64) []byte {
	t := vector.TimeTZOf(w)
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.Micros))
	return binary.BigEndian.AppendUint32(dst, uint32(t.West))
}

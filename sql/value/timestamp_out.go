package value

import (
	"strconv"
	"time"

	"github.com/dejaq/fasti/kv/vector"
)

func isInfinite(us int64) bool {
	return us == vector.TimeInfinity || us == vector.TimeNegInfinity
}

// AppendDate writes a date column's value in ISO style.
func AppendDate(dst []byte, days int32) []byte {
	switch days {
	case vector.DateInfinity:
		return append(dst, "infinity"...)
	case vector.DateNegInfinity:
		return append(dst, "-infinity"...)
	}
	dst, bc := appendDay(dst, int64(days))
	return appendEra(dst, bc)
}

// appendDay writes yyyy-mm-dd and reports whether the year is BC; years over
// 9999 take more digits.
func appendDay(dst []byte, days int64) (out []byte, bc bool) {
	y, m, d := Civil(days)
	if y <= 0 {
		y, bc = 1-y, true
	}
	if y > 9999 {
		dst = strconv.AppendInt(dst, y, 10)
	} else {
		dst = append2(append2(dst, int(y/100)), int(y%100))
	}
	dst = append2(append(dst, '-'), m)
	return append2(append(dst, '-'), d), bc
}

func appendEra(dst []byte, bc bool) []byte {
	if bc {
		return append(dst, " BC"...)
	}
	return dst
}

// AppendTimestamp writes a timestamp (µs since 2000-01-01) in ISO style. For
// many values a TimestampWriter is faster.
func AppendTimestamp(dst []byte, us int64) []byte {
	w := TimestampWriter{}
	return w.Append(dst, us)
}

// AppendTimestamptz writes a timestamptz in a zone, with its offset.
func AppendTimestamptz(dst []byte, us int64, zone *time.Location) []byte {
	return NewTimestampWriter(zone).Append(dst, us)
}

// TimestampWriter writes the timestamps of one column in ISO style. It remembers
// the last day and the last stretch of the zone, so neighbouring values are
// cheap. It belongs to one goroutine. The zero TimestampWriter writes timestamps
// without time zone.
type TimestampWriter struct {
	zone ZoneMemo // loc nil: without time zone
	// date is the text of day, valid while dated.
	date  [10]byte
	day   int64
	dated bool
	// tail is the text of the offset tailOf, valid while tailLen > 0.
	tail    [10]byte
	tailLen int8
	tailOf  int64
}

// NewTimestampWriter returns a writer of timestamptz values in a zone.
func NewTimestampWriter(zone *time.Location) *TimestampWriter {
	return &TimestampWriter{zone: NewZoneMemo(zone)}
}

// Append writes us, in µs since 2000-01-01 UTC.
func (w *TimestampWriter) Append(dst []byte, us int64) []byte {
	if isInfinite(us) {
		if us > 0 {
			return append(dst, "infinity"...)
		}
		return append(dst, "-infinity"...)
	}
	if w.zone.loc != nil {
		off := w.zone.Offset(floorDiv(us, Second) + epochSeconds)
		if w.tailLen == 0 || off != w.tailOf {
			w.tailLen = int8(len(appendOffset(w.tail[:0], int(off))))
			w.tailOf = off
		}
		us += off * Second
	}
	day, clock := SplitTimestamp(us)
	bc := false
	if !w.dated || day != w.day {
		at := len(dst)
		dst, bc = appendDay(dst, day)
		w.dated = !bc && len(dst)-at == len(w.date)
		if w.dated {
			w.day = day
			copy(w.date[:], dst[at:])
		}
	} else {
		dst = append(dst, w.date[:]...)
	}
	dst = appendClock(append(dst, ' '), clock)
	if w.zone.loc != nil {
		dst = append(dst, w.tail[:w.tailLen]...)
	}
	return appendEra(dst, bc)
}

// digits2 holds the numbers 00..99.
const digits2 = "00010203040506070809101112131415161718192021222324" +
	"25262728293031323334353637383940414243444546474849" +
	"50515253545556575859606162636465666768697071727374" +
	"75767778798081828384858687888990919293949596979899"

// appendClock writes hh:mm:ss[.ffffff], without trailing zeros, of µs in [0, Day].
func appendClock(dst []byte, us int64) []byte {
	sec := uint32(us / Second)
	frac := uint32(us - int64(sec)*Second)
	h, m, s := sec/3600*2, sec/60%60*2, sec%60*2
	dst = append(dst, digits2[h], digits2[h+1], ':', digits2[m], digits2[m+1], ':', digits2[s], digits2[s+1])
	if frac == 0 {
		return dst
	}
	return appendFraction(dst, frac)
}

// appendFraction writes .ffffff without trailing zeros, frac in (0, 1000000) µs.
func appendFraction(dst []byte, frac uint32) []byte {
	a, b, c := frac/10000*2, frac/100%100*2, frac%100*2
	dst = append(dst, '.', digits2[a], digits2[a+1], digits2[b], digits2[b+1], digits2[c], digits2[c+1])
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

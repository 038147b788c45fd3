package value

// wordKind is what a word in a date or timestamp does.
type wordKind uint8

const (
	monthWord    wordKind = iota // value: 1..12
	dayWord                      // of the week; checked for being there once
	eraWord                      // value 1: BC
	meridiemWord                 // value 1: PM
	unitWord                     // value: a unit; the next field is so many
	isoTimeWord                  // T before a time
	dstWord                      // DST behind a zone
	reservedWord                 // value: a reserved
	ignoredWord
)

// The reserved words.
const (
	earlyDate = iota // -infinity
	lateDate         // infinity
	epochDate
	nowDate
	todayDate
	tomorrowDate
	yesterdayDate
	zuluTime // allballs
)

// The units, of y2001m02d04 and of intervals.
const (
	unitNone = iota // before a unit was seen
	unitTime        // ISO time, behind T
	unitMicrosecond
	unitMillisecond
	unitSecond
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitYear
	unitDecade
	unitCentury
	unitMillennium
	unitJulian
	unitOther // known words that no input may use so: dow, doy …
	unitAgo   // an interval's ago: what stands before it has no unit
)

type word struct {
	kind  wordKind
	value int
}

// wordSize is how many letters of a word count (PostgreSQL's TOKMAXLEN).
const wordSize = 10

func cutWord(s string) string { return s[:min(len(s), wordSize)] }

// dateWord looks up a lower-case word of dates.
func dateWord(s string) (word, bool) {
	switch cutWord(s) {
	case "jan", "january":
		return word{monthWord, 1}, true
	case "feb", "february":
		return word{monthWord, 2}, true
	case "mar", "march":
		return word{monthWord, 3}, true
	case "apr", "april":
		return word{monthWord, 4}, true
	case "may":
		return word{monthWord, 5}, true
	case "jun", "june":
		return word{monthWord, 6}, true
	case "jul", "july":
		return word{monthWord, 7}, true
	case "aug", "august":
		return word{monthWord, 8}, true
	case "sep", "sept", "september":
		return word{monthWord, 9}, true
	case "oct", "october":
		return word{monthWord, 10}, true
	case "nov", "november":
		return word{monthWord, 11}, true
	case "dec", "december":
		return word{monthWord, 12}, true
	case "sun", "sunday", "mon", "monday", "tue", "tues", "tuesday", "wed", "weds", "wednesday",
		"thu", "thur", "thurs", "thursday", "fri", "friday", "sat", "saturday":
		return word{dayWord, 0}, true
	case "ad":
		return word{eraWord, 0}, true
	case "bc":
		return word{eraWord, 1}, true
	case "am":
		return word{meridiemWord, 0}, true
	case "pm":
		return word{meridiemWord, 1}, true
	case "at", "on":
		return word{ignoredWord, 0}, true
	case "t":
		return word{isoTimeWord, unitTime}, true
	case "dst":
		return word{dstWord, 0}, true
	case "y":
		return word{unitWord, unitYear}, true
	case "m":
		return word{unitWord, unitMonth}, true
	case "d":
		return word{unitWord, unitDay}, true
	case "h":
		return word{unitWord, unitHour}, true
	case "mm":
		return word{unitWord, unitMinute}, true
	case "s":
		return word{unitWord, unitSecond}, true
	case "j", "jd", "julian":
		return word{unitWord, unitJulian}, true
	case "dow", "doy", "isodow", "isoyear":
		return word{unitWord, unitOther}, true
	case "-infinity":
		return word{reservedWord, earlyDate}, true
	case "infinity":
		return word{reservedWord, lateDate}, true
	case "epoch":
		return word{reservedWord, epochDate}, true
	case "now":
		return word{reservedWord, nowDate}, true
	case "today":
		return word{reservedWord, todayDate}, true
	case "tomorrow":
		return word{reservedWord, tomorrowDate}, true
	case "yesterday":
		return word{reservedWord, yesterdayDate}, true
	case "allballs":
		return word{reservedWord, zuluTime}, true
	}
	return word{}, false
}

// intervalUnit looks up a lower-case word of intervals; ok is false for others.
func intervalUnit(s string) (unit int, ok bool) {
	switch cutWord(s) {
	case "us", "usec", "usecs", "useconds", "microsecon":
		return unitMicrosecond, true
	case "ms", "msec", "msecs", "mseconds", "millisecon":
		return unitMillisecond, true
	case "s", "sec", "secs", "second", "seconds":
		return unitSecond, true
	case "m", "min", "mins", "minute", "minutes":
		return unitMinute, true
	case "h", "hr", "hrs", "hour", "hours":
		return unitHour, true
	case "d", "day", "days":
		return unitDay, true
	case "w", "week", "weeks":
		return unitWeek, true
	case "mon", "mons", "month", "months":
		return unitMonth, true
	case "y", "yr", "yrs", "year", "years":
		return unitYear, true
	case "dec", "decs", "decade", "decades":
		return unitDecade, true
	case "c", "cent", "century", "centuries":
		return unitCentury, true
	case "mil", "mils", "millennium", "millennia":
		return unitMillennium, true
	case "qtr", "quarter", "timezone", "timezone_h", "timezone_m":
		return unitOther, true
	case "ago":
		return unitAgo, true
	}
	return 0, false
}

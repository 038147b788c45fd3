package value

// The units of time values, in µs unless they say otherwise.
const (
	Second = 1_000_000
	Minute = 60 * Second
	Hour   = 60 * Minute
	Day    = 24 * Hour

	secondsPerDay = 86400
	monthsPerYear = 12

	// epochDays is 2000-01-01 in days since 1970-01-01.
	epochDays = 10957
	// epochSeconds is 2000-01-01 in seconds since 1970-01-01.
	epochSeconds = epochDays * secondsPerDay
	// epochJulian is the Julian day of 2000-01-01.
	epochJulian = 2451545
)

// The bounds of PostgreSQL's dates and timestamps: both begin with 4714-11-24 BC,
// Julian day 0; timestamps end before 294277-01-01, dates before 5874898-01-01.
const (
	MinTimestamp = -211813488000000000
	EndTimestamp = 9223371331200000000 // exclusive
	MinDate      = -epochJulian
	EndDate      = 2145031949 // exclusive
)

// Civil returns the proleptic Gregorian date of a day counted from 2000-01-01.
// Year 0 is 1 BC.
func Civil(days int64) (year int64, month, day int) {
	// The count runs over 400-year eras from 0000-03-01, so that leap days end
	// years (Hinnant, "chrono-compatible low-level date algorithms").
	z := days + 730425
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	year = yoe + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// Days returns the day of a proleptic Gregorian date counted from 2000-01-01.
// month and day may lie outside their usual ranges.
func Days(year int64, month, day int) int64 {
	m := int64(month) - 1
	year += floorDiv(m, 12)
	m -= floorDiv(m, 12) * 12 // 0..11
	if m < 2 {
		year--
		m += 12
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	doy := (153*(m-2) + 2) / 5
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy + int64(day) - 1 - 730425
}

// IsLeap reports whether a year has 366 days; year 0 is 1 BC.
func IsLeap(year int64) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// MonthDays returns the days of a month 1..12.
func MonthDays(year int64, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if IsLeap(year) {
			return 29
		}
		return 28
	}
	return 31
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// SplitTimestamp returns the day since 2000-01-01 and the µs of the day, in
// [0, Day), of a finite timestamp.
func SplitTimestamp(us int64) (day, clock int64) {
	day = us / Day
	clock = us - day*Day
	if clock < 0 {
		day--
		clock += Day
	}
	return day, clock
}

package path

import (
	"cmp"
	"time"

	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// momentKind is the SQL type of a moment.
type momentKind uint8

const (
	date momentKind = iota
	clock
	clockTZ
	stamp
	stampTZ
)

// String returns what type() does.
func (k momentKind) String() string {
	return [...]string{"date", "time without time zone", "time with time zone", "timestamp without time zone", "timestamp with time zone"}[k]
}

// short returns the name that PostgreSQL's errors have.
func (k momentKind) short() string {
	return [...]string{"date", "time", "timetz", "timestamp", "timestamptz"}[k]
}

// moment is a date or time: local microseconds since midnight for clock and
// clockTZ, since 2000-01-01 for the others, and the seconds east of Greenwich of
// the kinds with a zone.
type moment struct {
	kind  momentKind
	local int64
	east  int64
}

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// utc returns the microseconds in UTC of a kind with a zone.
func (m *moment) utc() int64 { return m.local - m.east*1e6 }

// appendText writes m as JsonEncodeDateTime does.
func (m *moment) appendText(dst []byte) []byte {
	t := epoch.Add(time.Duration(m.local%86400e6)*time.Microsecond).AddDate(0, 0, int(m.local/86400e6))
	switch m.kind {
	case date:
		return t.AppendFormat(dst, "2006-01-02")
	case clock, clockTZ:
		dst = t.AppendFormat(dst, "15:04:05.999999")
	default:
		dst = t.AppendFormat(dst, "2006-01-02T15:04:05.999999")
	}
	if m.kind == clock || m.kind == stamp {
		return dst
	}
	sign, east := byte('+'), m.east
	if east < 0 {
		sign, east = '-', -east
	}
	two := func(n int64) { dst = append(dst, byte('0'+n/10), byte('0'+n%10)) }
	dst = append(dst, sign)
	two(east / 3600)
	dst = append(dst, ':')
	two(east / 60 % 60)
	if east%60 != 0 {
		dst = append(dst, ':')
		two(east % 60)
	}
	return dst
}

// compareMoments compares two moments; comparable is false for a date with a
// time of the day. One without a zone takes that of the session beside one with
// a zone, which is an error unless the walk may ask for it.
func (r *run) compareMoments(a, b *moment) (c int, comparable bool) {
	day := func(k momentKind) bool { return k == clock || k == clockTZ }
	zoned := func(k momentKind) bool { return k == clockTZ || k == stampTZ }
	switch {
	case day(a.kind) != day(b.kind):
		return 0, false
	case !zoned(a.kind) && !zoned(b.kind):
		return cmp.Compare(a.local, b.local), true
	}
	var at [2]int64
	for i, m := range []*moment{a, b} {
		switch other := []*moment{b, a}[i]; {
		case zoned(m.kind):
			at[i] = m.utc()
		case !r.Zoned:
			r.raise(sqlerr.New(sqlerr.FeatureNotSupported, "cannot convert value from %s to %s without time zone usage", m.kind.short(), other.kind.short()).
				WithHint("Use *_tz() function for time zone support."))
			return 0, false
		default:
			at[i] = r.UTC(m.local)
		}
	}
	if at[0] == at[1] && day(a.kind) {
		// Equal instants of the day are ordered by their zones, west last.
		return cmp.Compare(r.east(b), r.east(a)), true
	}
	return cmp.Compare(at[0], at[1]), true
}

// east returns the zone of a time of the day.
func (r *run) east(m *moment) int64 {
	if m.kind == clockTZ {
		return m.east
	}
	return (m.local - r.UTC(m.local)) / 1e6
}

// formats are those that datetime() without a template tries.
var formats = func() []string {
	var all []string
	clocks := []string{"HH24:MI:SS.US", "HH24:MI:SS"}
	zones := []string{"TZH:TZM", "TZH"}
	zoned := func(before string) {
		for _, c := range clocks {
			for _, z := range zones {
				all = append(all, before+c+z)
			}
		}
	}
	local := func(before string) {
		for _, c := range clocks {
			all = append(all, before+c)
		}
	}
	all = append(all, "yyyy-mm-dd")
	zoned("")
	local("")
	zoned("yyyy-mm-dd ")
	zoned(`yyyy-mm-dd"T"`)
	local("yyyy-mm-dd ")
	local(`yyyy-mm-dd"T"`)
	return all
}()

// datetime is the method of this name.
func (r *run) datetime(x *Item, it item, found *list) outcome {
	if !it.is(json.String) {
		return r.fail(badDatetime, "jsonpath item method .%s() can only be applied to a string", x.Kind.name())
	}
	if x.Left != nil {
		m, err := parseMoment(string(it.Bytes()), x.Left.Text)
		if err != nil {
			return r.failWith(err)
		}
		return r.next(x, item{time: m}, found)
	}
	for _, f := range formats {
		if m, err := parseMoment(string(it.Bytes()), f); err == nil {
			return r.next(x, item{time: m}, found)
		}
	}
	return r.failWith(sqlerr.New(badDatetime, `datetime format is not recognized: "%s"`, it.Bytes()).
		WithHint("Use a datetime template argument to specify the input data format."))
}

package value

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dejaq/fasti/sql/sqlerr"
)

// maxZones bounds the cache of Zones: more than there are names, so that only
// made-up POSIX zones can fill it.
const maxZones = 1024

// maxZoneName is the longest zone name that PostgreSQL looks at.
const maxZoneName = 255

// Zones loads time zones by PostgreSQL's names and keeps what it loaded, at most
// 1024 zones. It may be shared by goroutines; nil loads without keeping.
type Zones struct {
	mu     sync.RWMutex
	byName map[string]*time.Location // by lower-case name; nil values are misses
}

// NewZones returns an empty cache.
func NewZones() *Zones { return &Zones{byName: map[string]*time.Location{}} }

// Load finds a zone as SET TIME ZONE does: a name of the time zone database in
// any case, or a POSIX zone as EST5EDT,M3.2.0,M11.1.0. Its String is the name in
// its usual spelling. ok is false when there is none.
func (z *Zones) Load(name string) (loc *time.Location, ok bool) {
	if len(name) > maxZoneName {
		return nil, false
	}
	key := strings.ToLower(name)
	if z != nil {
		z.mu.RLock()
		loc, ok = z.byName[key]
		z.mu.RUnlock()
		if ok {
			return loc, loc != nil
		}
	}
	// What is kept must not alias the caller's text, which may be a view of bytes.
	name = strings.Clone(name)
	key = strings.ToLower(name)
	if loc = loadZone(key, name); z == nil {
		return loc, loc != nil
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if len(z.byName) >= maxZones {
		clear(z.byName)
	}
	z.byName[key] = loc
	return loc, loc != nil
}

// Lookup finds the zone of AT TIME ZONE: an abbreviation first, then what Load
// finds. An abbreviation whose meaning changed over time gives the zone that it
// belongs to. Errors: 22023.
func (z *Zones) Lookup(name string) (*time.Location, error) {
	if a, ok := findAbbrev(strings.ToLower(name)); ok {
		if a.zone == "" {
			return time.FixedZone(strings.ToUpper(name), a.offset), nil
		}
		name = a.zone
	}
	if loc, ok := z.Load(name); ok {
		return loc, nil
	}
	return nil, sqlerr.New(sqlerr.InvalidParameterValue, `time zone "%s" not recognized`, name)
}

// FixedZone returns the zone at an offset in seconds east of UTC, named as SET
// TIME ZONE with a number or interval names it: <+03>-03.
func FixedZone(offset int) *time.Location {
	name := appendOffset([]byte{'<'}, offset)
	name = appendOffset(append(name, '>'), -offset)
	return time.FixedZone(string(name), offset)
}

// loadZone finds a zone by its lower-case name.
func loadZone(key, name string) *time.Location {
	key = strings.TrimPrefix(key, "posix/") // the same zones once more
	i, found := slices.BinarySearchFunc(zoneNames[:], key, func(n, key string) int {
		return cmp.Compare(strings.ToLower(n), key)
	})
	if found {
		if loc, err := time.LoadLocation(zoneNames[i]); err == nil {
			return loc
		}
	}
	return parsePOSIX(strings.ToUpper(name))
}

// ZoneMemo converts between UTC and the local time of one zone. It remembers the
// last stretch without a change of the offset, so runs of near values are cheap.
// It belongs to one goroutine.
type ZoneMemo struct {
	loc *time.Location
	// Seconds [from, to) since 1970 UTC have the offset off (seconds east).
	from, to int64
	off      int64
}

// NewZoneMemo returns a memo of loc.
func NewZoneMemo(loc *time.Location) ZoneMemo { return ZoneMemo{loc: loc, from: 1} }

// Offset returns the seconds east of UTC at an instant, in seconds since 1970.
func (m *ZoneMemo) Offset(unix int64) int64 {
	if unix < m.from || unix >= m.to {
		m.off, m.from, m.to = bounds(m.loc, unix)
	}
	return m.off
}

// ToLocal returns the wall clock of a timestamptz as a timestamp; both in µs,
// infinities stay.
func (m *ZoneMemo) ToLocal(us int64) int64 {
	if isInfinite(us) {
		return us
	}
	return us + m.Offset(floorDiv(us, Second)+epochSeconds)*Second
}

// ToUTC returns the timestamptz of a wall clock; infinities stay. Where the clock
// jumps, PostgreSQL's choice: in a gap the offset before it, in an overlap the
// offset after it. The result may lie outside the range of timestamps.
func (m *ZoneMemo) ToUTC(us int64) int64 {
	if isInfinite(us) {
		return us
	}
	local := floorDiv(us, Second) + epochSeconds
	// Two days from either end of the stretch no other offset can apply.
	if m.to != 0 && local-secondsPerDay*2 >= m.from && local < m.to-secondsPerDay*2 {
		return us - m.off*Second
	}
	return us - m.localOffset(local)*Second
}

// localOffset is PostgreSQL's DetermineTimeZoneOffset: it looks at the first
// change of the offset behind the day before.
func (m *ZoneMemo) localOffset(local int64) int64 {
	before, _, change := bounds(m.loc, local-secondsPerDay)
	m.Offset(local - before) // for the next value
	if change == maxUnix {
		return before
	}
	after, _, _ := bounds(m.loc, change)
	first, second := local-before, local-after // the candidates for the instant
	switch {
	case first < change && second < change:
		return before
	case first > change && second >= change:
		return after
	case first > second: // the clock was put forward over this time
		return before
	}
	return after
}

// Ends of time for a stretch without a change.
const (
	minUnix = -1 << 62
	maxUnix = 1 << 62
)

// bounds returns the offset of loc at an instant and the stretch [from, to) that
// has it, in seconds since 1970.
func bounds(loc *time.Location, unix int64) (off, from, to int64) {
	t := time.Unix(unix, 0).In(loc)
	_, o := t.Zone()
	start, end := t.ZoneBounds()
	from, to = minUnix, maxUnix
	if !start.IsZero() {
		from = start.Unix()
	}
	if !end.IsZero() {
		to = end.Unix()
	}
	return int64(o), from, to
}

// appendOffset writes an offset in seconds as +hh[:mm[:ss]].
func appendOffset(dst []byte, off int) []byte {
	if off < 0 {
		dst, off = append(dst, '-'), -off
	} else {
		dst = append(dst, '+')
	}
	dst = append2(dst, off/3600)
	if off%3600 != 0 {
		dst = append2(append(dst, ':'), off/60%60)
	}
	if off%60 != 0 {
		dst = append2(append(dst, ':'), off%60)
	}
	return dst
}

// append2 writes v, 0..99, as two digits; larger values in full.
func append2(dst []byte, v int) []byte {
	if v > 99 {
		return strconv.AppendInt(dst, int64(v), 10)
	}
	return append(dst, byte('0'+v/10), byte('0'+v%10))
}

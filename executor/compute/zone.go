package compute

import (
	"bytes"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// zoneArg is the zone of an argument: looked up when it changes.
type zoneArg struct {
	name  []byte
	memo  value.ZoneMemo
	ok    bool
	fresh bool // the last get looked up another zone
}

// get returns the zone that row i of v names. Errors: 22023.
func (z *zoneArg) get(e *Env, v *vector.Vector, i int) (*value.ZoneMemo, error) {
	name := v.Bytes(i)
	z.fresh = false
	if z.ok && bytes.Equal(z.name, name) {
		return &z.memo, nil
	}
	loc, err := e.Values.Zones.Lookup(string(name))
	if err != nil {
		return nil, err
	}
	z.memo, z.ok, z.fresh = value.NewZoneMemo(loc), true, true
	z.name = append(z.name[:0], name...)
	return &z.memo, nil
}

// bindAtZone returns the kernels of AT TIME ZONE with a name: timestamp to
// timestamptz when toUTC, else the other way.
func bindAtZone(toUTC bool) func(Site) Kernel {
	return func(Site) Kernel {
		var zones zoneArg
		return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			m := mask(args[1])
			for _, i := range rows.Selection() {
				us := args[1].I64[int(i)&m]
				zone, err := zones.get(e, args[0], int(i))
				if err != nil {
					return err
				}
				if toUTC {
					us = zone.ToUTC(us)
				} else {
					us = zone.ToLocal(us)
				}
				if !inRange(us) {
					return timestampOutOfRange()
				}
				out.I64[i] = us
			}
			return nil
		}
	}
}

// atOffset is AT TIME ZONE with an interval.
func atOffset(toUTC bool) Kernel {
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		m, n := mask(args[0]), mask(args[1])
		for _, i := range rows.Selection() {
			w, us := args[0].W128[int(i)&m], args[1].I64[int(i)&n]
			iv := vector.IntervalOf(w)
			if iv.Months != 0 || iv.Days != 0 {
				return sqlerr.New(sqlerr.InvalidParameterValue, `interval time zone "%s" must not include months or days`,
					value.Text(types.Of(types.Interval), vector.WordDatum(w), e.Values))
			}
			if !isInf(us) {
				off := iv.Micros / value.Second * value.Second
				if toUTC {
					off = -off
				}
				us += off
				if !inRange(us) || isInf(us) {
					return timestampOutOfRange()
				}
			}
			out.I64[i] = us
		}
		return nil
	}
}

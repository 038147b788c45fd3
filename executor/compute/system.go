package compute

import (
	"crypto/rand"
	"encoding/binary"
	mathrand "math/rand/v2"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

func random(_ *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	for i := range rows.N {
		out.F64[i] = mathrand.Float64()
	}
	return nil
}

// randomUUID makes version 4 UUIDs.
func randomUUID(_ *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	var b [16]byte
	for i := range rows.N {
		rand.Read(b[:])
		b[6] = b[6]&0x0f | 0x40
		b[8] = b[8]&0x3f | 0x80
		out.W128[i] = [2]uint64{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])}
	}
	return nil
}

// sessionText is a kernel of what the session knows; ok false gives NULL.
func sessionText(f func(e *Env) (s string, ok bool)) Kernel {
	return func(e *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
		s, ok := f(e)
		for i := range rows.N {
			if !ok {
				setNull(out, i, rows.N)
				continue
			}
			at := len(out.Arena)
			out.Arena = append(out.Arena, s...)
			appendSpan(out, i, at)
		}
		return nil
	}
}

func sessionUser(e *Env) (string, bool)     { return e.Q.Session.User, true }
func sessionDatabase(e *Env) (string, bool) { return e.Q.Session.Database, true }
func sessionVersion(e *Env) (string, bool)  { return e.Q.Session.Version, true }

// currentSchema is the first of the search path that is a namespace.
func currentSchema(e *Env) (string, bool) {
	for _, s := range e.Q.Session.SearchPath {
		if s != "$user" && s != `"$user"` {
			return s, true
		}
	}
	return "", false
}

func backendPID(e *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	fill(out.I32, rows.N, e.Q.Session.BackendPID)
	return nil
}

// currentSetting is current_setting(name [, missing_ok]).
func currentSetting(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	x := spansOf(args[0])
	for _, i := range rows.Selection() {
		name := string(x.get(int(i)))
		s, ok := "", false
		if e.Q.Session.Setting != nil {
			s, ok = e.Q.Session.Setting(name)
		}
		if !ok {
			if len(args) > 1 && args[1].Bool(int(i)) {
				setNull(out, int(i), rows.N)
				continue
			}
			return sqlerr.New(sqlerr.UndefinedObject, `unrecognized configuration parameter "%s"`, name)
		}
		at := len(out.Arena)
		out.Arena = append(out.Arena, s...)
		appendSpan(out, int(i), at)
	}
	return nil
}

// typeOf is pg_typeof: the type is known where the call stands.
func typeOf(s Site) Kernel {
	oid := int32(s.Args[0].OID())
	return func(_ *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
		fill(out.I32, rows.N, oid)
		return nil
	}
}

// countNulls is num_nulls, or num_nonnulls when want is false.
func countNulls(want bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for i := range rows.N {
			n := int32(0)
			for _, a := range args {
				if a.IsNull(i) == want {
					n++
				}
			}
			out.I32[i] = n
		}
		return nil
	}
}

func never(_ *Env, out *vector.Vector, _ []*vector.Vector, _ vector.Rows) error {
	clear(out.Bits)
	return nil
}

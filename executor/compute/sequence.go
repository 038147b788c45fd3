package compute

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// nextval is fasti_nextval(oid): each row gets a value of its own.
func nextval(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	if e.Q.Session.Sequences == nil {
		return sqlerr.NotSupported("nextval")
	}
	list := rows.Selection()
	at := mask(args[0])
	for from := 0; from < len(list); {
		id, to := args[0].I32[int(list[from])&at], from+1
		for to < len(list) && args[0].I32[int(list[to])&at] == id {
			to++
		}
		err := e.Q.Session.Sequences.Next(e.Q.Go, uint32(id), to-from, func(i int, v int64) {
			out.I64[list[from+i]] = v
		})
		if err != nil {
			return err
		}
		from = to
	}
	return nil
}

func currval(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	if e.Q.Session.Sequences == nil {
		return sqlerr.NotSupported("currval")
	}
	at := mask(args[0])
	for _, i := range rows.Selection() {
		v, err := e.Q.Session.Sequences.Current(uint32(args[0].I32[int(i)&at]))
		if err != nil {
			return err
		}
		out.I64[i] = v
	}
	return nil
}

func lastval(e *Env, out *vector.Vector, _ []*vector.Vector, rows vector.Rows) error {
	if e.Q.Session.Sequences == nil {
		return sqlerr.NotSupported("lastval")
	}
	v, err := e.Q.Session.Sequences.Last()
	if err == nil {
		fill(out.I64, rows.N, v)
	}
	return err
}

// setval is fasti_setval(oid, int8 [, bool]).
func setval(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	if e.Q.Session.Sequences == nil {
		return sqlerr.NotSupported("setval")
	}
	for _, i := range rows.Selection() {
		v := args[1].I64[int(i)&mask(args[1])]
		called := len(args) < 3 || args[2].Bool(int(i))
		if err := e.Q.Session.Sequences.Set(e.Q.Go, uint32(args[0].I32[int(i)&mask(args[0])]), v, called); err != nil {
			return err
		}
		out.I64[i] = v
	}
	return nil
}

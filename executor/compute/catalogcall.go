package compute

import (
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// catalogEntries are the functions that the session's op.System computes.
func catalogEntries() map[function.ID]Entry {
	all := map[function.ID]Entry{}
	for _, s := range function.Catalog() {
		all[s.ID] = bound(catalogCall)
	}
	return all
}

// catalogCall asks the system catalogs, row by row: each answer is a look-up
// among metadata.
func catalogCall(s Site) Kernel {
	row := make([]vector.Datum, len(s.Args))
	return func(e *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		if e.Q == nil || e.Q.System == nil {
			return sqlerr.New(sqlerr.InternalError, "%s needs a session", s.Sig.ID)
		}
		f := e.Q.System.Function(s.Sig.ID)
		if f == nil {
			return sqlerr.NotSupported("function %s", s.Sig.Name)
		}
		for _, i := range rows.Selection() {
			for k, a := range args {
				row[k] = vector.At(a, int(i))
			}
			d, err := f(e.Q, row)
			if err != nil {
				return err
			}
			setDatum(out, int(i), rows.N, d)
		}
		return nil
	}
}

// catalogSetEntries are the set-returning functions that the session's op.System
// computes.
func catalogSetEntries() map[function.ID]func(SetSite) (SetKernel, error) {
	all := map[function.ID]func(SetSite) (SetKernel, error){}
	for _, s := range function.CatalogSets() {
		all[s.ID] = perRow(catalogSet)
	}
	return all
}

func catalogSet(s SetSite) func(e *Env, out *vector.Builder, args []*vector.Vector, row int) error {
	values := make([]vector.Datum, len(s.Args))
	return func(e *Env, out *vector.Builder, args []*vector.Vector, row int) error {
		if e.Q == nil || e.Q.System == nil {
			return sqlerr.New(sqlerr.InternalError, "%s needs a session", s.Sig.ID)
		}
		f := e.Q.System.Set(s.Sig.ID)
		if f == nil {
			return sqlerr.NotSupported("function %s", s.Sig.Name)
		}
		for i, a := range args {
			values[i] = vector.At(a, row)
		}
		return f(e.Q, values, out.AppendDatums)
	}
}

// setDatum gives row i of out, a result of n rows, the value d of its kind.
func setDatum(out *vector.Vector, i, n int, d vector.Datum) {
	if d.Null {
		setNull(out, i, n)
		d = vector.Datum{}
	}
	switch out.Kind {
	case vector.Bool:
		setBit(out, i, d.I != 0)
	case vector.Int32:
		out.I32[i] = int32(d.I)
	case vector.Int64:
		out.I64[i] = d.I
	case vector.Float64:
		out.F64[i] = d.F
	case vector.Word128:
		out.W128[i] = d.W
	case vector.Bytes:
		at := len(out.Arena)
		out.Arena = append(out.Arena, d.S...)
		appendSpan(out, i, at)
	}
}

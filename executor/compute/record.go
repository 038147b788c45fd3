package compute

import (
	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// bindMakeRecord is ROW(…), a kernel that takes NULL.
func bindMakeRecord(s Site) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			at := len(out.Arena)
			out.Arena = nested.AppendRecord(out.Arena, len(args))
			for k, v := range args {
				out.Arena = nested.AppendField(out.Arena, s.Args[k].ID, peek(v, i))
			}
			appendSpan(out, i, at)
		}
		return nil
	}
}

// recordField is field n, from 0, of a record: (x).f.
func recordField(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, r := range rows.Selection() {
		i := int(r)
		rec, err := recordAt(args[0], i)
		if err != nil {
			return err
		}
		var d vector.Datum
		for range args[1].Int(i) + 1 {
			if _, d, err = rec.Next(); err != nil {
				return corruptRecord()
			}
		}
		putDatum(out, i, rows.N, d)
	}
	return nil
}

func corruptRecord() error { return sqlerr.New(sqlerr.DataCorrupted, "corrupt record value") }

func recordAt(v *vector.Vector, i int) (nested.Record, error) {
	r, err := nested.OpenRecord(v.Bytes(i))
	if err != nil {
		return r, corruptRecord()
	}
	return r, nil
}

// recordOrder is record_cmp: by field, NULL last. Records of unlike columns do
// not compare (42804).
type recordOrder struct {
	orders map[types.ID]func(a, b vector.Datum) int
}

func (o *recordOrder) compare(a, b nested.Record) (int, error) {
	for k := 1; k <= min(a.Len(), b.Len()); k++ {
		ta, x, err := a.Next()
		if err != nil {
			return 0, corruptRecord()
		}
		tb, y, err := b.Next()
		if err != nil {
			return 0, corruptRecord()
		}
		if ta != tb {
			return 0, sqlerr.New(sqlerr.DatatypeMismatch, "cannot compare dissimilar column types %s and %s at record column %d", types.Of(ta), types.Of(tb), k)
		}
		switch {
		case x.Null && y.Null:
			continue
		case x.Null:
			return 1, nil
		case y.Null:
			return -1, nil
		}
		order := o.orders[ta]
		if order == nil {
			order = datumOrder(types.Of(ta))
			o.orders[ta] = order
		}
		if c := order(x, y); c != 0 {
			return c, nil
		}
	}
	if a.Len() != b.Len() {
		return 0, sqlerr.New(sqlerr.DatatypeMismatch, "cannot compare record types with different numbers of columns")
	}
	return 0, nil
}

// bindCompareRecords is a comparison of two records.
func bindCompareRecords(op comparison) func(Site) Kernel {
	return func(Site) Kernel {
		order := recordOrder{orders: map[types.ID]func(a, b vector.Datum) int{}}
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for _, r := range rows.Selection() {
				i := int(r)
				a, err := recordAt(args[0], i)
				if err != nil {
					return err
				}
				b, err := recordAt(args[1], i)
				if err != nil {
					return err
				}
				c, err := order.compare(a, b)
				if err != nil {
					return err
				}
				setBit(out, i, op.holds(c))
			}
			return nil
		}
	}
}

// bindRecordIsNull is x IS [NOT] NULL of a record: whether all fields are NULL,
// or none is. It takes NULL.
func bindRecordIsNull(not bool) func(Site) Kernel {
	return func(Site) Kernel {
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for _, r := range rows.Selection() {
				i := int(r)
				if args[0].IsNull(i) {
					setBit(out, i, !not)
					continue
				}
				rec, err := recordAt(args[0], i)
				if err != nil {
					return err
				}
				all := true
				for range rec.Len() {
					_, d, err := rec.Next()
					if err != nil {
						return corruptRecord()
					}
					all = all && d.Null != not
				}
				setBit(out, i, all)
			}
			return nil
		}
	}
}

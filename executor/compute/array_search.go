package compute

import (
	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// bindContains is a @> b: every element of b is in a; NULL is in nothing. swap
// makes it <@.
func bindContains(swap bool) func(Site) Kernel {
	return func(s Site) Kernel {
		order := datumOrder(s.Args[0].Elem())
		return overPairs(func(a, b *nested.Array) bool {
			if swap {
				a, b = b, a
			}
			for i := range b.Len() {
				if b.IsNull(i) || !contains(order, a, b.Peek(i)) {
					return false
				}
			}
			return true
		})
	}
}

// bindOverlaps is a && b: some element is in both.
func bindOverlaps(s Site) Kernel {
	order := datumOrder(s.Args[0].Elem())
	return overPairs(func(a, b *nested.Array) bool {
		for i := range b.Len() {
			if !b.IsNull(i) && contains(order, a, b.Peek(i)) {
				return true
			}
		}
		return false
	})
}

func contains(order func(a, b vector.Datum) int, a *nested.Array, d vector.Datum) bool {
	for i := range a.Len() {
		if !a.IsNull(i) && order(a.Peek(i), d) == 0 {
			return true
		}
	}
	return false
}

// overPairs is a predicate of two arrays.
func overPairs(f func(a, b *nested.Array) bool) Kernel {
	return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
		for _, r := range rows.Selection() {
			i := int(r)
			a, err := arrayAt(args[0], i)
			if err != nil {
				return err
			}
			b, err := arrayAt(args[1], i)
			if err != nil {
				return err
			}
			setBit(out, i, f(&a, &b))
		}
		return nil
	}
}

// equals reports IS NOT DISTINCT FROM of two elements.
func equals(order func(a, b vector.Datum) int, a, b vector.Datum) bool {
	if a.Null || b.Null {
		return a.Null == b.Null
	}
	return order(a, b) == 0
}

// bindPosition is array_position, or array_positions when all. It takes NULL.
func bindPosition(all bool) func(Site) Kernel {
	return func(s Site) Kernel {
		order := datumOrder(s.Args[0].Elem())
		var to nested.Builder
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for _, r := range rows.Selection() {
				i := int(r)
				if args[0].IsNull(i) {
					setNull(out, i, rows.N)
					continue
				}
				a, err := arrayAt(args[0], i)
				if err != nil {
					return err
				}
				if len(a.Dims()) > 1 {
					return sqlerr.New(sqlerr.FeatureNotSupported, "searching for elements in multidimensional arrays is not supported")
				}
				lower := 1
				if a.Len() > 0 {
					lower = int(a.Dims()[0].Lower)
				}
				from := 0
				if len(args) == 3 {
					if args[2].IsNull(i) {
						return sqlerr.New(sqlerr.NullValueNotAllowed, "initial position must not be null")
					}
					from = max(0, int(args[2].Int(i))-lower)
				}
				want := peek(args[1], i)
				found := false
				to.Reset(vector.Int32)
				for k := from; k < a.Len() && !(found && !all); k++ {
					if equals(order, a.Peek(k), want) {
						found = true
						if all {
							to.Append(vector.IntDatum(int64(k + lower)))
						} else {
							out.I32[i] = int32(k + lower)
						}
					}
				}
				switch {
				case all:
					putArray(out, i, &to)
				case !found:
					setNull(out, i, rows.N)
				}
			}
			return nil
		}
	}
}

// bindReplaceElements is array_replace, or array_remove when remove. It takes NULL.
func bindReplaceElements(remove bool) func(Site) Kernel {
	return func(s Site) Kernel {
		order := datumOrder(s.Args[0].Elem())
		kind := vector.KindOf(s.Args[0].Elem())
		var to nested.Builder
		return func(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
			for _, r := range rows.Selection() {
				i := int(r)
				if args[0].IsNull(i) {
					setNull(out, i, rows.N)
					continue
				}
				a, err := arrayAt(args[0], i)
				if err != nil {
					return err
				}
				if remove && len(a.Dims()) > 1 {
					return sqlerr.New(sqlerr.FeatureNotSupported, "removing elements from multidimensional arrays is not supported")
				}
				want := peek(args[1], i)
				changed := false
				to.Reset(kind)
				for k := range a.Len() {
					switch d := a.Peek(k); {
					case !equals(order, d, want):
						to.Append(d)
						continue
					case !remove:
						to.Append(peek(args[2], i))
					}
					changed = true
				}
				switch {
				case !changed:
					putBytes(out, i, args[0].Bytes(i))
				case remove && to.Len() > 0:
					putArray(out, i, &to, nested.Dim{Len: int32(to.Len()), Lower: a.Dims()[0].Lower})
				default:
					putArray(out, i, &to, a.Dims()...)
				}
			}
			return nil
		}
	}
}

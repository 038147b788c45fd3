package function

import (
	"strings"

	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// consistent is check_generic_type_consistency of parse_coerce.c: whether the
// polymorphic parameters among args can take the types in.
func consistent(args []types.ID, in []types.Type) bool {
	var g generic
	for i, a := range args {
		if g.match(a, in[i]) != nil {
			return false
		}
	}
	return g.settle() == nil
}

// generic is what the polymorphic parameters of one call stand for.
type generic struct {
	elem, array types.Type // of the anyelement family; Invalid while unknown
	unknown     bool       // an argument of it has no type
	nonarray    bool
	enum        bool

	common           []types.Type // of the anycompatible family: what its arguments have
	compatible       types.Type   // their common type
	anyCompatible    bool
	compatibleSimple bool // anycompatiblenonarray is among them
}

// match takes up one argument of a parameter declared as a.
func (g *generic) match(a types.ID, t types.Type) error {
	untyped := t.ID == types.Unknown
	switch a {
	case types.Anyelement, types.Anynonarray, types.Anyenum:
		g.nonarray = g.nonarray || a == types.Anynonarray
		g.enum = g.enum || a == types.Anyenum
		switch {
		case untyped:
			g.unknown = true
		case g.elem.ID == types.Invalid:
			g.elem = t
		case g.elem != t:
			return sqlerr.New(sqlerr.DatatypeMismatch, `arguments declared "anyelement" are not all alike`).WithDetail("%s versus %s", g.elem, t)
		}
	case types.Anyarray:
		switch {
		case untyped:
			g.unknown = true
		case !t.ID.IsArray():
			return sqlerr.New(sqlerr.DatatypeMismatch, "argument declared %s is not an array but type %s", "anyarray", t)
		case g.array.ID == types.Invalid:
			g.array = t
		case g.array != t:
			return sqlerr.New(sqlerr.DatatypeMismatch, `arguments declared "anyarray" are not all alike`).WithDetail("%s versus %s", g.array, t)
		}
	case types.Anycompatible, types.Anycompatiblenonarray:
		g.anyCompatible = true
		g.compatibleSimple = g.compatibleSimple || a == types.Anycompatiblenonarray
		if !untyped {
			g.common = append(g.common, t)
		}
	case types.Anycompatiblearray:
		g.anyCompatible = true
		switch {
		case untyped:
		case !t.ID.IsArray():
			return sqlerr.New(sqlerr.DatatypeMismatch, "argument declared %s is not an array but type %s", "anycompatiblearray", t)
		default:
			g.common = append(g.common, t.Elem())
		}
	}
	return nil
}

// settle derives the types of a call whose arguments match has seen.
func (g *generic) settle() error {
	switch {
	case g.array.ID == types.Invalid:
	case g.elem.ID == types.Invalid:
		g.elem = g.array.Elem()
	case g.elem != g.array.Elem():
		return sqlerr.New(sqlerr.DatatypeMismatch, "argument declared %s is not consistent with argument declared %s", "anyarray", "anyelement").
			WithDetail("%s versus %s", g.array, g.elem)
	}
	if g.elem.ID != types.Invalid {
		if g.nonarray && g.elem.ID.IsArray() {
			return sqlerr.New(sqlerr.DatatypeMismatch, "type matched to anynonarray is an array type: %s", g.elem)
		}
		if g.enum && g.elem.ID != types.Enum {
			return sqlerr.New(sqlerr.DatatypeMismatch, "type matched to anyenum is not an enum type: %s", g.elem)
		}
	}
	if !g.anyCompatible {
		return nil
	}
	g.compatible = types.Of(types.Text)
	if len(g.common) > 0 {
		t, ok := CommonType(g.common)
		for _, have := range g.common {
			ok = ok && (have == t || CanCast(have.ID, t.ID, Implicit))
		}
		if !ok {
			return sqlerr.New(sqlerr.DatatypeMismatch, "arguments of anycompatible family cannot be cast to a common type")
		}
		g.compatible = t
	}
	if g.compatibleSimple && g.compatible.ID.IsArray() {
		return sqlerr.New(sqlerr.DatatypeMismatch, "type matched to anycompatiblenonarray is an array type: %s", g.compatible)
	}
	return nil
}

// of returns what stands for a polymorphic type once g is settled.
func (g *generic) of(a types.ID) types.Type {
	switch a {
	case types.Anyarray:
		if g.elem.ID != types.Invalid && !g.elem.ID.IsArray() {
			return g.elem.Array()
		}
	case types.Anycompatible, types.Anycompatiblenonarray:
		return g.compatible
	case types.Anycompatiblearray:
		if !g.compatible.ID.IsArray() {
			return g.compatible.Array()
		}
	default:
		return g.elem
	}
	return types.Type{}
}

// CommonType is select_common_type: what values of these types become when they
// meet, ok false for types of unlike categories. Modifiers are not looked at;
// an untyped literal fits everything, and only such ones give text.
func CommonType(list []types.Type) (best types.Type, ok bool) {
	best = types.Of(types.Unknown)
	for _, t := range plain(list) {
		if best, ok = Meet(best, t); !ok {
			return best, false
		}
	}
	if best.ID == types.Unknown {
		best = types.Of(types.Text)
	}
	return best, true
}

// Meet is one step of CommonType: what best, Unknown at the start, and then t
// become. Neither has a modifier.
func Meet(best, t types.Type) (types.Type, bool) {
	if t.ID == types.Unknown || t == best {
		return best, true
	}
	if best.ID == types.Unknown {
		return t, true
	}
	cat, preferred := categoryOf(best.ID)
	c, _ := categoryOf(t.ID)
	switch {
	case c != cat:
		return best, false
	case !preferred && castable(best, t) && !castable(t, best):
		return t, true
	}
	return best, true
}

func castable(from, to types.Type) bool {
	return from.ID != to.ID && CanCast(from.ID, to.ID, Implicit) || from == to
}

// Instantiate returns the types of one call of s: what its arguments must be
// cast to, given the types that they have, and the type of its result. It is
// enforce_generic_type_consistency of parse_coerce.c. Errors are 42804: untyped
// literals alone do not say what a polymorphic parameter is.
func (s *Signature) Instantiate(in []types.Type) (want []types.Type, result types.Type, err error) {
	in = plain(in)
	want = make([]types.Type, len(in))
	var g generic
	family := false // some parameter is of the anyelement family
	for i, t := range in {
		a := s.Arg(i)
		want[i] = types.Of(a)
		if a == Any {
			want[i] = t
			if t.ID == types.Unknown {
				want[i] = types.Of(types.Text)
			}
		}
		if !a.IsPolymorphic() {
			if t.ID == a {
				want[i] = t // of an enumeration or a row with its definition
			}
			continue
		}
		family = family || !strings.HasPrefix(types.Of(a).Udt(), "anycompatible")
		if err := g.match(a, t); err != nil {
			return nil, types.Type{}, err
		}
	}
	if err := g.settle(); err != nil {
		return nil, types.Type{}, err
	}
	if family && g.elem.ID == types.Invalid {
		return nil, types.Type{}, sqlerr.New(sqlerr.DatatypeMismatch, "could not determine polymorphic type because input has type unknown")
	}
	for i := range want {
		if a := s.Arg(i); a.IsPolymorphic() {
			want[i] = g.of(a)
			if want[i].ID == types.Invalid && a == types.Anycompatiblearray {
				return nil, types.Type{}, noArray(g.compatible)
			}
			if want[i].ID == types.Invalid {
				return nil, types.Type{}, noArray(g.elem)
			}
		}
	}
	switch {
	case s.Result == Any && len(want) > 0:
		result = want[0]
	case s.Result.IsPolymorphic():
		if result = g.of(s.Result); result.ID == types.Invalid {
			return nil, types.Type{}, noArray(g.elem)
		}
	default:
		result = types.Of(s.Result)
	}
	return want, result, nil
}

func noArray(elem types.Type) error {
	return sqlerr.New(sqlerr.UndefinedObject, "could not find array type for data type %s", elem)
}

// Operator returns the operator of this name that compares or combines values of
// two types as they are: its own, or the polymorphic one. It is nil when there
// is none.
func Operator(name string, l, r types.ID) *Signature {
	t := signatures()
	if s := t.byID[MakeID(name, []types.ID{l, r}, false)]; s != nil {
		return s
	}
	for _, g := range []types.ID{types.Anyarray, types.Anyenum} {
		if l == r && (g == types.Anyarray && l.IsArray() || g == types.Anyenum && l == types.Enum) {
			return t.byID[MakeID(name, []types.ID{g, g}, false)]
		}
	}
	return nil
}

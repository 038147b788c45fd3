package build

import (
	"strings"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
	"github.com/dejaq/fasti/sql/value"
)

// coerce makes e a value of type to, modifier included. ok is false when no cast
// of the context leads there; the caller words the error.
func (b *binder) coerce(e expr.Expr, to types.Type, ctx function.CastContext, pos int) (r expr.Expr, ok bool, err error) {
	from := e.Type()
	if from.ID == types.Unknown {
		as := to.Plain()
		if to.ID == types.Interval {
			as = to // the fields decide what the numbers of the literal mean
		}
		r, err := b.known(e, as, pos)
		if err != nil {
			return nil, true, err
		}
		r, err = b.modify(r, to, ctx, pos)
		return r, true, err
	}
	if from.ID == to.ID && from.Def != to.Def && to.Def != nil {
		return nil, false, nil // another enumeration
	}
	if from.ID != to.ID {
		if sameBytes(from.ID, to.ID) && ctx != function.Explicit && to.Mod < 0 {
			return e, true, nil
		}
		if c, ok := e.(expr.Const); ok {
			if folded, ok := b.literalAs(c, to); ok {
				r, err := b.modify(folded, to, ctx, pos)
				return r, true, err
			}
		}
		sig, ok := function.CastFor(from.ID, to.ID, ctx)
		if !ok {
			return nil, false, nil
		}
		t := to.Plain()
		if ctx != function.Implicit && takesModifier(sig) {
			t = to
		}
		e = expr.Call{Func: sig.ID, Args: []expr.Expr{e}, T: t}
		if t == to {
			return e, true, nil
		}
	}
	r, err = b.modify(e, to, ctx, pos)
	return r, true, err
}

// takesModifier reports whether the cast itself applies the modifier of the
// call's type: those to varchar do, and those of integers to bit.
func takesModifier(sig *function.Signature) bool {
	return sig.Result == types.Varchar || sig.Result == types.Bit && sig.Args[0] != types.Varbit && sig.Args[0] != types.Bit
}

// sameBytes reports whether a value of one string type is one of the other as it
// stands: PostgreSQL's binary coercible.
func sameBytes(from, to types.ID) bool {
	switch to {
	case types.Text, types.Varchar:
		return from == types.Text || from == types.Varchar || from == types.Name && to == types.Text
	}
	return false
}

// modify applies the modifier of to to a value of its type.
func (b *binder) modify(e expr.Expr, to types.Type, ctx function.CastContext, pos int) (expr.Expr, error) {
	have := e.Type()
	if to.Mod < 0 || have == to {
		return e, nil
	}
	if c, ok := e.(expr.Const); ok {
		if c.Value.Null || fits(c.Value, to) {
			c.T = to
			return c, nil
		}
	}
	sig, ok := function.CastFor(to.ID, to.ID, ctx)
	if !ok {
		return e, nil
	}
	return expr.Call{Func: sig.ID, Args: []expr.Expr{e}, T: to}, nil
}

// fits reports whether a constant is what the modifier would make of it.
func fits(d vector.Datum, to types.Type) bool {
	n, ok := to.MaxLen()
	if to.ID == types.Bpchar {
		return ok && utf8.RuneCountInString(d.S) == n
	}
	return ok && utf8.RuneCountInString(d.S) <= n
}

// known gives an untyped literal or parameter the type t.
func (b *binder) known(e expr.Expr, t types.Type, pos int) (expr.Expr, error) {
	if t.ID == types.Unknown {
		t.ID = types.Text
	}
	switch e := e.(type) {
	case expr.Param:
		return b.setParam(e, t)
	case expr.Const:
		if e.Value.Null {
			return expr.Const{Value: vector.NullDatum, T: t}, nil
		}
		if e.Value.I > 0 {
			pos = int(e.Value.I) - 1
		}
		return b.literal(e.Value.S, t, pos)
	}
	// A column of a subquery whose literal stayed untyped: it holds the text.
	return e, nil
}

// literal is the input function of t at plan time. What depends on the clock is
// left to the executor.
func (b *binder) literal(text string, t types.Type, pos int) (expr.Expr, error) {
	if sig, ok := function.CastFor(types.Text, t.ID, function.Explicit); ok && needsClock(text, t.ID) {
		arg := expr.Const{Value: vector.StringDatum(text), T: types.Of(types.Text)}
		return expr.Call{Func: sig.ID, Args: []expr.Expr{arg}, T: t, Pos: pos + 1}, nil
	}
	d, err := value.Parse(t, text, b.o.Values)
	if err != nil {
		return nil, at(err, pos)
	}
	return expr.Const{Value: d, T: t}, nil
}

// needsClock reports whether the text of a date or time names the present.
func needsClock(text string, t types.ID) bool {
	if t != types.Date && t != types.Timestamp && t != types.Timestamptz && t != types.Time && t != types.Timetz {
		return false
	}
	if t == types.Timetz {
		return true // the offset of a zone is that of today
	}
	s := strings.ToLower(text)
	for _, w := range []string{"now", "today", "tomorrow", "yesterday"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// literalAs converts a numeric constant to another number type, where the cast
// is exact and cannot fail, so that plans compare and store constants of the
// column's type. ok is false for everything else.
func (b *binder) literalAs(c expr.Const, to types.Type) (expr.Const, bool) {
	t := to.Plain()
	if c.Value.Null {
		if _, ok := function.CastFor(c.T.ID, to.ID, function.Explicit); !ok {
			return expr.Const{}, false
		}
		return expr.Const{Value: vector.NullDatum, T: t}, true
	}
	switch c.T.ID {
	case types.Int2, types.Int4, types.Int8:
		i := c.Value.I
		switch to.ID {
		case types.Int2:
			if i != int64(int16(i)) {
				return expr.Const{}, false
			}
			return expr.Const{Value: c.Value, T: t}, true
		case types.Int4:
			if i != int64(int32(i)) {
				return expr.Const{}, false
			}
			return expr.Const{Value: c.Value, T: t}, true
		case types.Int8:
			return expr.Const{Value: c.Value, T: t}, true
		case types.Float8:
			return expr.Const{Value: vector.FloatDatum(float64(i)), T: t}, true
		case types.Float4:
			return expr.Const{Value: vector.FloatDatum(float64(float32(i))), T: t}, true
		case types.Numeric:
			return b.reparse(c, t)
		}
	case types.Numeric:
		if to.ID == types.Float8 || to.ID == types.Float4 {
			return b.reparse(c, t)
		}
	}
	return expr.Const{}, false
}

// reparse converts a constant through its text.
func (b *binder) reparse(c expr.Const, t types.Type) (expr.Const, bool) {
	text := value.Append(nil, c.T, c.Value, b.o.Values)
	d, err := value.Parse(t, string(text), b.o.Values)
	if err != nil {
		return expr.Const{}, false
	}
	return expr.Const{Value: d, T: t}, true
}

// cast is x::to, written by the user.
func (b *binder) cast(e expr.Expr, to types.Type, pos int) (expr.Expr, error) {
	r, ok, err := b.coerce(e, to, function.Explicit, pos)
	if err == nil && !ok {
		err = sqlerr.New(sqlerr.CannotCoerce, "cannot cast type %s to %s", e.Type().Plain(), to.Plain()).At(pos)
	}
	return r, err
}

// boolean makes e a condition; what names the construct, as "WHERE".
func (b *binder) boolean(e expr.Expr, what string, pos int) (expr.Expr, error) {
	if e.Type().ID == types.Bool {
		return e, nil
	}
	if e.Type().ID != types.Unknown {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "argument of %s must be type %s, not type %s", what, "boolean", e.Type().Plain()).At(pos)
	}
	return b.known(e, expr.Bool, pos)
}

// at gives err the position pos (0-based) unless it has one.
func at(err error, pos int) error {
	if e, ok := err.(*sqlerr.Error); ok && pos >= 0 {
		return e.At(pos)
	}
	return err
}

// common is select_common_type: the type of CASE, UNION, VALUES, COALESCE and
// their like. what words the error; pos[i] belongs to list[i].
func common(list []types.Type, what string, pos func(i int) int) (types.Type, error) {
	same := true
	for _, t := range list[1:] {
		same = same && t.Plain() == list[0].Plain()
	}
	if same && list[0].ID != types.Unknown {
		return commonMod(list[0].Plain(), list), nil
	}
	best := types.Of(types.Unknown)
	for i, t := range list {
		both, ok := function.Meet(best, t.Plain())
		if !ok {
			return types.Type{}, sqlerr.New(sqlerr.DatatypeMismatch, "%s types %s and %s cannot be matched", what, best, t.Plain()).At(pos(i))
		}
		best = both
	}
	if best.ID == types.Unknown {
		best = types.Of(types.Text)
	}
	return commonMod(best, list), nil
}

// commonMod keeps the modifier that all values have.
func commonMod(t types.Type, list []types.Type) types.Type {
	for _, x := range list {
		if x.Plain() != t || x.Mod != list[0].Mod {
			return t
		}
	}
	t.Mod = list[0].Mod
	return t
}

// unify coerces a list to its common type.
func (b *binder) unify(list []expr.Expr, what string, pos func(i int) int) ([]expr.Expr, types.Type, error) {
	ts := make([]types.Type, len(list))
	for i, e := range list {
		ts[i] = e.Type()
	}
	t, err := common(ts, what, pos)
	if err != nil {
		return nil, t, err
	}
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		if out[i], err = b.convert(e, t, what, pos(i)); err != nil {
			return nil, t, err
		}
	}
	return out, t, nil
}

// convert is coerce_to_common_type.
func (b *binder) convert(e expr.Expr, t types.Type, what string, pos int) (expr.Expr, error) {
	r, ok, err := b.coerce(e, t, function.Implicit, pos)
	if err == nil && !ok {
		err = sqlerr.New(sqlerr.CannotCoerce, "%s could not convert type %s to %s", what, e.Type().Plain(), t.Plain()).At(pos)
	}
	return r, err
}

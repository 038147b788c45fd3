package build

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// jsonbSubscript binds j['a'][0] (jsonb_subscript_transform): the path of its
// subscripts, integers as text.
func (b *binder) jsonbSubscript(j expr.Expr, r brackets, sc *scope) (expr.Expr, error) {
	text := types.Of(types.Text)
	path := make([]expr.Expr, len(r.subs))
	for i, s := range r.subs {
		if s.Slice {
			pos := s.Hi
			if pos == nil {
				pos = s.Lo
			}
			err := sqlerr.New(sqlerr.DatatypeMismatch, "jsonb subscript does not support slices")
			if pos == nil {
				return nil, err
			}
			return nil, err.At(loc(pos))
		}
		x, err := b.bind(s.Lo, sc)
		if err != nil {
			return nil, err
		}
		if path[i], err = b.jsonbKey(x, loc(s.Lo)); err != nil {
			return nil, err
		}
		if path[i], err = b.cast(path[i], text, loc(s.Lo)); err != nil {
			return nil, err
		}
	}
	return b.call("#>", []expr.Expr{j, makeArray(path, text.Array())}, loc(r.x))
}

// jsonbKey makes a subscript an integer or a text, whichever its type fits.
func (b *binder) jsonbKey(x expr.Expr, pos int) (expr.Expr, error) {
	t := x.Type()
	if t.ID == types.Unknown {
		return x, nil
	}
	isInt := t.ID == types.Int4 || function.CanCast(t.ID, types.Int4, function.Implicit)
	isText := t.ID == types.Text || function.CanCast(t.ID, types.Text, function.Implicit)
	refused := sqlerr.New(sqlerr.DatatypeMismatch, "subscript type %s is not supported", t.Plain())
	switch {
	case isInt && isText:
		return nil, refused.WithHint("jsonb subscript must be coercible to only one type, integer or text.").At(pos)
	case isInt:
		return b.convert(x, types.Of(types.Int4), "subscript", pos)
	case isText:
		return b.convert(x, types.Of(types.Text), "subscript", pos)
	}
	return nil, refused.WithHint("jsonb subscript must be coercible to either integer or text.").At(pos)
}

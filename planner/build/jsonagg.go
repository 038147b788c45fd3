package build

import (
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/expr"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// jsonArguments makes the arguments of an aggregate that gives json or jsonb
// values of these types, which is what its states take: executor/agg knows no
// conversions. An array of json texts has one more argument, what divides them;
// PostgreSQL begins a line for each array or row.
func (b *binder) jsonArguments(sig *function.Signature, args []expr.Expr, pos int) ([]expr.Expr, error) {
	if sig.Kind != function.Aggregate || !strings.HasPrefix(sig.Name, "json") {
		return args, nil
	}
	object := strings.HasSuffix(sig.Name, "object_agg")
	convert := "to_json"
	if sig.Result == types.JSONB {
		convert = "to_jsonb"
	}
	out := make([]expr.Expr, len(args))
	for i, a := range args {
		t := a.Type()
		nested := t.ID.IsArray() || t.ID == types.Record
		if object && i == 0 && (nested || t.ID == types.JSON || t.ID == types.JSONB) {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "key value must be scalar, not array, composite, or json").At(pos)
		}
		x, err := b.call(convert, []expr.Expr{a}, pos)
		if err != nil {
			return nil, err
		}
		out[i] = x
		if sig.Name == "json_agg" {
			between := ", "
			if nested {
				between = ", \n "
			}
			out = append(out, expr.Const{Value: vector.StringDatum(between), T: types.Of(types.Text)})
		}
	}
	return out, nil
}

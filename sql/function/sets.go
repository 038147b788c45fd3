package function

import "github.com/dejaq/fasti/meta/types"

// setFunctions: kernels in executor/compute.
const setFunctions = `
generate_series(int4,int4,int4) int4
generate_series(int4,int4) int4
generate_series(int8,int8,int8) int8
generate_series(int8,int8) int8
generate_series(numeric,numeric,numeric) numeric
generate_series(numeric,numeric) numeric
generate_series(timestamp,timestamp,interval) timestamp
generate_series(timestamptz,timestamptz,interval) timestamptz s
`

// Untyped reports whether a column definition list says what the rows of a
// SetReturning function are.
func (s *Signature) Untyped() bool {
	return s.Kind == SetReturning && s.Result == types.Record && s.Outs == nil
}

// Columns returns the columns of a call of a SetReturning function, whose result
// is of the type that Instantiate gives.
func (s *Signature) Columns(result types.Type) []Column {
	if s.Outs == nil {
		return []Column{{s.Name, result}}
	}
	cols := make([]Column, len(s.Outs))
	for i, o := range s.Outs {
		if cols[i] = (Column{o.Name, types.Of(o.Type)}); o.Type == Any || o.Type.IsPolymorphic() {
			cols[i].Type = result
		}
	}
	return cols
}

// Column is one column of the rows of a call.
type Column struct {
	Name string
	Type types.Type
}

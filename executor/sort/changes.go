package sort

import (
	"bytes"

	"github.com/dejaq/fasti/executor/hash"
	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
)

// Changes sets edges[i] when row from+i of v, of type t, differs from the row before
// it, as GROUP BY sees it; v is Flat or Dict.
func Changes(edges []bool, v *vector.Vector, t types.Type, from int) {
	if len(edges) == 0 {
		return
	}
	if from == 0 {
		edges, from = edges[1:], 1
	}
	to := from + len(edges)
	if v.Nulls != nil {
		for i := range edges {
			if v.IsNull(from+i) != v.IsNull(from+i-1) {
				edges[i] = true
			}
		}
	}
	switch {
	case v.Form == vector.Dict:
		differ(edges, v.Codes[from-1:to])
	case v.Kind == vector.Bool:
		for i := range edges {
			if v.Bool(from+i) != v.Bool(from+i-1) {
				edges[i] = true
			}
		}
	case v.Kind == vector.Int32:
		differ(edges, v.I32[from-1:to])
	case v.Kind == vector.Int64:
		differ(edges, v.I64[from-1:to])
	case v.Kind == vector.Float64:
		vals := v.F64[from-1 : to]
		for i := range edges {
			a, b := vals[i], vals[i+1]
			if a != b && (a == a || b == b) { // NaN is equal to itself
				edges[i] = true
			}
		}
	case v.Kind == vector.Word128 && t.ID == types.Interval:
		for i := range edges {
			if v.W128[from+i] != v.W128[from+i-1] && hash.IntervalKey(v.W128[from+i]) != hash.IntervalKey(v.W128[from+i-1]) {
				edges[i] = true
			}
		}
	case v.Kind == vector.Word128:
		differ(edges, v.W128[from-1:to])
	default:
		normal := hash.Normalizes(t)
		var x, y []byte
		for i := range edges {
			a, b := v.Bytes(from+i-1), v.Bytes(from+i)
			if bytes.Equal(a, b) || edges[i] {
				continue
			}
			edges[i] = true
			if normal && !v.IsNull(from+i) && !v.IsNull(from+i-1) {
				x, y = hash.AppendNormal(x[:0], t, a), hash.AppendNormal(y[:0], t, b)
				edges[i] = !bytes.Equal(x, y)
			}
		}
	}
}

// differ sets edges[i] when vals[i+1] differs from vals[i].
func differ[T comparable](edges []bool, vals []T) {
	vals = vals[:len(edges)+1]
	for i := range edges {
		if vals[i] != vals[i+1] {
			edges[i] = true
		}
	}
}

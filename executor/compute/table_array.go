package compute

import (
	"github.com/dejaq/fasti/kv/nested"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

// arrayEntries are the functions and operators over arrays, records and
// enumerations, and their casts.
func arrayEntries() map[function.ID]Entry {
	arrayOf := func(f func(*nested.Array, int64) (int64, bool)) Entry { return arrayInt(f) }
	t := map[function.ID]Entry{
		"array_append(anycompatiblearray,anycompatible)":                bound(bindAppendElement(false)),
		"array_prepend(anycompatible,anycompatiblearray)":               bound(bindAppendElement(true)),
		"array_cat(anycompatiblearray,anycompatiblearray)":              bound(bindCatArrays),
		"array_dims(anyarray)":                                          row(arrayDims),
		"array_ndims(anyarray)":                                         arrayOf(arrayNdims),
		"array_length(anyarray,int4)":                                   arrayOf(arrayLength),
		"array_lower(anyarray,int4)":                                    arrayOf(arrayLower),
		"array_upper(anyarray,int4)":                                    arrayOf(arrayUpper),
		"cardinality(anyarray)":                                         arrayOf(arrayCardinality),
		"array_fill(anyelement,_int4)":                                  bound(bindArrayFill),
		"array_fill(anyelement,_int4,_int4)":                            bound(bindArrayFill),
		"array_position(anycompatiblearray,anycompatible)":              bound(bindPosition(false)),
		"array_position(anycompatiblearray,anycompatible,int4)":         bound(bindPosition(false)),
		"array_positions(anycompatiblearray,anycompatible)":             bound(bindPosition(true)),
		"array_remove(anycompatiblearray,anycompatible)":                bound(bindReplaceElements(true)),
		"array_replace(anycompatiblearray,anycompatible,anycompatible)": bound(bindReplaceElements(false)),
		"array_to_string(anyarray,text)":                                bound(bindArrayToString),
		"array_to_string(anyarray,text,text)":                           bound(bindArrayToString),
		"string_to_array(text,text)":                                    bound(bindStringToArray),
		"string_to_array(text,text,text)":                               bound(bindStringToArray),
		"trim_array(anyarray,int4)":                                     bound(bindTrimArray),
		"enum_first(anyenum)":                                           bound(bindEnumEdge(false)),
		"enum_last(anyenum)":                                            bound(bindEnumEdge(true)),
		"enum_range(anyenum)":                                           bound(bindEnumRange),
		"enum_range(anyenum,anyenum)":                                   bound(bindEnumRange),

		"||(anycompatiblearray,anycompatible)":      bound(bindAppendElement(false)),
		"||(anycompatible,anycompatiblearray)":      bound(bindAppendElement(true)),
		"||(anycompatiblearray,anycompatiblearray)": bound(bindCatArrays),
		"&&(anyarray,anyarray)":                     bound(bindOverlaps),
		"@>(anyarray,anyarray)":                     bound(bindContains(false)),
		"<@(anyarray,anyarray)":                     bound(bindContains(true)),

		"fasti_array(any...)":                   bound(bindMakeArray),
		"fasti_array_stack(any...)":             bound(bindStackArrays),
		"fasti_element(any,int4...)":            row(arraySubscript),
		"fasti_slice(any,text,int4...)":         bound(bindSlice),
		"fasti_set_element(any,any,int4...)":    bound(bindSetElement),
		"fasti_set_slice(any,any,text,int4...)": bound(bindSetSlice),
		"fasti_any(text,any,any)":               bound(bindQuantified(false)),
		"fasti_all(text,any,any)":               bound(bindQuantified(true)),
		"fasti_row(any...)":                     bound(bindMakeRecord),
		"fasti_field(any,int4)":                 row(recordField),
		"fasti_row_is_null(any)":                bound(bindRecordIsNull(false)),
		"fasti_row_is_not_null(any)":            bound(bindRecordIsNull(true)),
	}
	for op, name := range comparisonNames {
		op := comparison(op)
		t[id2(name, types.Anyarray, types.Anyarray)] = bound(bindCompareArrays(op))
		t[id2(name, types.Record, types.Record)] = bound(bindCompareRecords(op))
		t[id2(name, types.Anyenum, types.Anyenum)] = bulk(compareInts[int32](op))
	}
	return t
}

// isNested reports whether a definition or element type, not the number alone,
// says what a value of the type is.
func isNested(t types.ID) bool { return t.IsArray() || t.HasDef() }

// nestedCasts adds the casts of arrays, records and enumerations to t, which has
// those of the elements.
func nestedCasts(t map[function.ID]Entry) {
	for _, s := range function.All() {
		if s.Kind != function.Cast || t[s.ID].Kernel != nil || t[s.ID].Bind != nil || t[s.ID].Same {
			continue
		}
		from, to := s.Args[0], s.Result
		if !isNested(from) && !isNested(to) {
			continue
		}
		switch {
		case from.IsArray() && to.IsArray():
			inner := t[function.MakeID(s.Name, []types.ID{from.Elem(), to.Elem()}, false)]
			t[s.ID] = Entry{Same: inner.Same, Bind: bindCastArray, Rows: true}
		case from == types.Enum && to == types.Enum:
			t[s.ID] = same
		case from.IsArray() || from == types.Record || from == types.Enum:
			t[s.ID] = bound(bindOutput)
		default:
			t[s.ID] = bound(bindInput)
		}
	}
}

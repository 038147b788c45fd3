package compute

import (
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
	"github.com/dejaq/fasti/sql/json"
	"github.com/dejaq/fasti/sql/value"
)

func jsonEntries() map[function.ID]Entry {
	perValue := func(b func(Site) Kernel) Entry { return Entry{Bind: b, Rows: true, PerValue: true} }
	part := func(b func(Site) Kernel) Entry { return Entry{Bind: b, Rows: true, PerValue: true, Alias: true} }
	contains := byRow(jsonbTest(func(v json.Value, o []byte) bool { return v.Contains(o) }))
	contained := row(jsonbTest(func(v json.Value, o []byte) bool { return json.Value(o).Contains(v) }))
	exists := byRow(jsonbTest(func(v json.Value, key []byte) bool { return v.Exists(key) }))
	t := map[function.ID]Entry{
		"->(json,text)":   part(jsonPart(jsonByKey)),
		"->(json,int4)":   part(jsonPart(jsonByIndex)),
		"->>(json,text)":  perValue(jsonPartText(jsonByKey)),
		"->>(json,int4)":  perValue(jsonPartText(jsonByIndex)),
		"->(jsonb,text)":  within(jsonbPart(jsonbByKey)),
		"->(jsonb,int4)":  within(jsonbPart(jsonbByIndex)),
		"->>(jsonb,text)": byRow(jsonbPartText(jsonbByKey)),
		"->>(jsonb,int4)": byRow(jsonbPartText(jsonbByIndex)),

		"@>(jsonb,jsonb)": contains,
		"<@(jsonb,jsonb)": contained,
		"?(jsonb,text)":   exists,
		"||(jsonb,jsonb)": bound(jsonbBuilt(jsonbConcat)),
		"-(jsonb,text)":   perValue(jsonbBuilt(jsonbDeleteKey)),
		"-(jsonb,int4)":   perValue(jsonbBuilt(jsonbDeleteIndex)),

		"to_json(anyelement)":          perValue(toJSON),
		"to_jsonb(anyelement)":         perValue(jsonbBuilt(toJSONB)),
		"row_to_json(record)":          bound(nestedToJSON(value.AppendJSONRecord)),
		"row_to_json(record,bool)":     bound(nestedToJSON(value.AppendJSONRecord)),
		"array_to_json(anyarray)":      bound(nestedToJSON(value.AppendJSONArray)),
		"array_to_json(anyarray,bool)": bound(nestedToJSON(value.AppendJSONArray)),
		"json_build_array()":           bound(buildJSONArray),
		"json_build_array(any...)":     bound(buildJSONArray),
		"json_build_object()":          bound(buildJSONObject),
		"json_build_object(any...)":    bound(buildJSONObject),
		"jsonb_build_array()":          bound(jsonbBuilt(buildJSONBArray)),
		"jsonb_build_array(any...)":    bound(jsonbBuilt(buildJSONBArray)),
		"jsonb_build_object()":         bound(jsonbBuilt(buildJSONBObject)),
		"jsonb_build_object(any...)":   bound(jsonbBuilt(buildJSONBObject)),
		"json_array_length(json)":      byRow(jsonArrayLength),
		"jsonb_array_length(jsonb)":    byRow(jsonbArrayLength),
		"json_typeof(json)":            byRow(jsonTypeOf),
		"jsonb_typeof(jsonb)":          byRow(jsonbTypeOf),
		"json_strip_nulls(json)":       byRow(jsonStripNulls),
		"jsonb_strip_nulls(jsonb)":     perValue(jsonbBuilt(jsonbStripNulls)),
		"jsonb_pretty(jsonb)":          byRow(jsonbPretty),
		"jsonb_cmp(jsonb,jsonb)":       bound(compareJSONBToInt),

		"@?(jsonb,jsonpath)": perValue(bindJSONPath(false, jsonPathExists)),
		"@@(jsonb,jsonpath)": perValue(bindJSONPath(false, jsonPathMatch)),

		"cast(json,jsonb)": perValue(jsonToJSONB),
		"cast(jsonb,json)": byRow(jsonbToJSON),
	}
	for _, f := range [][2]function.ID{
		{"json_object_field(json,text)", "->(json,text)"},
		{"json_object_field_text(json,text)", "->>(json,text)"},
		{"json_array_element(json,int4)", "->(json,int4)"},
		{"json_array_element_text(json,int4)", "->>(json,int4)"},
		{"jsonb_object_field(jsonb,text)", "->(jsonb,text)"},
		{"jsonb_object_field_text(jsonb,text)", "->>(jsonb,text)"},
		{"jsonb_array_element(jsonb,int4)", "->(jsonb,int4)"},
		{"jsonb_array_element_text(jsonb,int4)", "->>(jsonb,int4)"},
		{"jsonb_contains(jsonb,jsonb)", "@>(jsonb,jsonb)"},
		{"jsonb_contained(jsonb,jsonb)", "<@(jsonb,jsonb)"},
		{"jsonb_exists(jsonb,text)", "?(jsonb,text)"},
		{"jsonb_concat(jsonb,jsonb)", "||(jsonb,jsonb)"},
		{"jsonb_delete(jsonb,text)", "-(jsonb,text)"},
		{"jsonb_delete(jsonb,int4)", "-(jsonb,int4)"},
		{"jsonb_path_exists_opr(jsonb,jsonpath)", "@?(jsonb,jsonpath)"},
		{"jsonb_path_match_opr(jsonb,jsonpath)", "@@(jsonb,jsonpath)"},
	} {
		t[f[0]] = t[f[1]]
	}
	for name, holds := range map[string]func(c int) bool{
		"= eq": func(c int) bool { return c == 0 }, "<> ne": func(c int) bool { return c != 0 },
		"< lt": func(c int) bool { return c < 0 }, "<= le": func(c int) bool { return c <= 0 },
		"> gt": func(c int) bool { return c > 0 }, ">= ge": func(c int) bool { return c >= 0 },
	} {
		op, word := name[:len(name)-3], name[len(name)-2:]
		e := perValue(compareJSONB(holds))
		t[id2(op, types.JSONB, types.JSONB)], t[id2("jsonb_"+word, types.JSONB, types.JSONB)] = e, e
	}
	for _, to := range []types.ID{types.Bool, types.Numeric, types.Int2, types.Int4, types.Int8, types.Float4, types.Float8} {
		t[id2("cast", types.JSONB, to)] = perValue(jsonbToScalar(to))
	}
	args := []types.ID{types.JSONB, types.JSONPath, types.JSONB, types.Bool}
	for suffix, zoned := range map[string]bool{"": false, "_tz": true} {
		t[function.MakeID("jsonb_path_exists"+suffix, args, false)] = perValue(bindJSONPath(zoned, jsonPathExists))
		t[function.MakeID("jsonb_path_match"+suffix, args, false)] = perValue(bindJSONPath(zoned, jsonPathMatch))
		t[function.MakeID("jsonb_path_query_array"+suffix, args, false)] = perValue(bindJSONPath(zoned, jsonPathQueryArray))
		t[function.MakeID("jsonb_path_query_first"+suffix, args, false)] = perValue(bindJSONPath(zoned, jsonPathQueryFirst))
	}
	return t
}

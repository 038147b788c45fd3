package syscat

import (
	"strconv"
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// parameter is one parameter of a function.
type parameter struct {
	mode byte // i, o, b, v, t
	name string
	typ  uint32
}

// parameters returns all parameters of a row of pg_proc; results too.
func parameters(w row) []parameter {
	kinds := w.numbers("proallargtypes")
	if kinds == nil {
		kinds = w.numbers("proargtypes")
	}
	modes, names := w.list("proargmodes"), w.list("proargnames")
	list := make([]parameter, len(kinds))
	for i, t := range kinds {
		list[i] = parameter{mode: 'i', typ: uint32(t)}
		if i < len(modes) {
			list[i].mode = modes[i][0]
		}
		if i < len(names) {
			list[i].name = names[i]
		}
	}
	return list
}

// defaults cuts the list of a function's defaults; they are plain literals and
// casts.
func defaults(text string) []string {
	var list []string
	depth, quoted, from := 0, false, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			list = append(list, strings.TrimSpace(text[from:i]))
			from = i + 1
		}
	}
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return append(list, strings.TrimSpace(text[from:]))
}

// functionArguments is pg_get_function_arguments, or without defaults and result
// columns pg_get_function_identity_arguments; see print_function_arguments.
func (c *call) functionArguments(all bool) (vector.Datum, error) {
	w := c.byOID("pg_proc", c.oid(0))
	if !w.ok() {
		return vector.NullDatum, nil
	}
	return vector.StringDatum(c.argumentText(w, all)), nil
}

func (r *Reader) argumentText(w row, all bool) string {
	list := parameters(w)
	inputs := 0
	for _, p := range list {
		if p.mode == 'i' || p.mode == 'b' || p.mode == 'v' {
			inputs++
		}
	}
	values := defaults(w.text("proargdefaults"))
	direct := -1
	if a := r.find("pg_aggregate", "aggfnoid", w.oid("oid")); len(a) > 0 && a[0].char("aggkind") != 'n' {
		direct = a[0].integer("aggnumdirectargs")
	}
	var b strings.Builder
	printed, input := 0, 0
	for _, p := range list {
		mode := map[byte]string{'o': "OUT ", 'b': "INOUT ", 'v': "VARIADIC "}[p.mode]
		isInput := p.mode == 'i' || p.mode == 'b' || p.mode == 'v'
		if isInput {
			input++
		}
		if p.mode == 't' || !all && !isInput {
			continue
		}
		if printed == direct {
			if printed > 0 {
				b.WriteByte(' ')
			}
			b.WriteString("ORDER BY ")
		} else if printed > 0 {
			b.WriteString(", ")
		}
		b.WriteString(mode)
		if p.name != "" {
			b.WriteString(quote(p.name) + " ")
		}
		b.WriteString(r.typeName(p.typ, nil))
		if n := input - (inputs - len(values)) - 1; all && isInput && n >= 0 && n < len(values) {
			b.WriteString(" DEFAULT " + values[n])
		}
		printed++
		if direct >= 0 && printed == len(list) && p.mode == 'v' && printed == direct {
			b.WriteString(" ORDER BY " + mode + r.typeName(p.typ, nil))
		}
	}
	return b.String()
}

// functionResult is pg_get_function_result: NULL for procedures.
func (c *call) functionResult() (vector.Datum, error) {
	w := c.byOID("pg_proc", c.oid(0))
	if !w.ok() || w.char("prokind") == 'p' {
		return vector.NullDatum, nil
	}
	return vector.StringDatum(c.resultText(w)), nil
}

func (r *Reader) resultText(w row) string {
	var columns []string
	for _, p := range parameters(w) {
		if p.mode == 't' {
			columns = append(columns, quote(p.name)+" "+r.typeName(p.typ, nil))
		}
	}
	switch {
	case len(columns) > 0:
		return "TABLE(" + strings.Join(columns, ", ") + ")"
	case w.bool("proretset"):
		return "SETOF " + r.typeName(w.oid("prorettype"), nil)
	}
	return r.typeName(w.oid("prorettype"), nil)
}

// procedureName is regprocedure's output: name and argument types.
func (r *Reader) procedureName(w row) string {
	var args []string
	for _, t := range w.numbers("proargtypes") {
		args = append(args, r.typeName(uint32(t), nil))
	}
	return r.displayName(classProc, w) + "(" + strings.Join(args, ",") + ")"
}

// functionDefinition is pg_get_functiondef.
func (c *call) functionDefinition() (vector.Datum, error) {
	w := c.byOID("pg_proc", c.oid(0))
	if !w.ok() {
		return vector.NullDatum, nil
	}
	if w.char("prokind") == 'a' {
		return vector.NullDatum, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is an aggregate function", w.text("proname"))
	}
	var b strings.Builder
	b.WriteString("CREATE OR REPLACE FUNCTION " + quote(c.namespaceName(w.oid("pronamespace"))) + "." + quote(w.text("proname")) +
		"(" + c.argumentText(w, true) + ")\n RETURNS " + c.resultText(w) + "\n LANGUAGE " +
		quote(c.byOID("pg_language", w.oid("prolang")).text("lanname")) + "\n")
	begin := b.Len()
	if w.char("prokind") == 'w' {
		b.WriteString(" WINDOW")
	}
	b.WriteString(map[byte]string{'i': " IMMUTABLE", 's': " STABLE"}[w.char("provolatile")])
	b.WriteString(map[byte]string{'s': " PARALLEL SAFE", 'r': " PARALLEL RESTRICTED"}[w.char("proparallel")])
	if w.bool("proisstrict") {
		b.WriteString(" STRICT")
	}
	if w.bool("prosecdef") {
		b.WriteString(" SECURITY DEFINER")
	}
	if w.bool("proleakproof") {
		b.WriteString(" LEAKPROOF")
	}
	language := c.byOID("pg_language", w.oid("prolang")).text("lanname")
	usual := 100.0
	if language == "internal" || language == "c" {
		usual = 1
	}
	if cost := w.column("procost").Float(w.at); cost != usual {
		b.WriteString(" COST " + strconv.FormatFloat(cost, 'g', -1, 64))
	}
	if rows := w.column("prorows").Float(w.at); rows > 0 && rows != 1000 {
		b.WriteString(" ROWS " + strconv.FormatFloat(rows, 'g', -1, 64))
	}
	if s := w.oid("prosupport"); s != 0 {
		b.WriteString(" SUPPORT " + c.displayName(classProc, c.byOID("pg_proc", s)))
	}
	if b.Len() > begin {
		b.WriteByte('\n')
	}
	source := w.text("prosrc")
	tag := "$function$"
	for strings.Contains(source, tag) {
		tag = tag[:len(tag)-1] + "x$"
	}
	b.WriteString("AS " + tag + source + tag + "\n")
	return vector.StringDatum(b.String()), nil
}

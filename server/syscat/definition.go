package syscat

import (
	"strings"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/sql/sqlerr"
)

// expression is pg_get_expr: a pg_node_tree is the SQL of the expression already.
func (c *call) expression() (vector.Datum, error) {
	return vector.StringDatum(c.text(0)), nil
}

// constraintDefinition is pg_get_constraintdef; see pg_get_constraintdef_worker.
func (c *call) constraintDefinition() (vector.Datum, error) {
	w := c.byOID("pg_constraint", c.oid(0))
	if !w.ok() {
		return vector.NullDatum, nil
	}
	return vector.StringDatum(c.constraintText(w, c.flag(1))), nil
}

func (r *Reader) constraintText(w row, pretty bool) string {
	table := w.oid("conrelid")
	columns := func(column string, relation uint32) string {
		return "(" + quoteAll(r.columnNames(relation, w.numbers(column))) + ")"
	}
	var b strings.Builder
	switch w.char("contype") {
	case 'p', 'u':
		index := row{}
		for _, i := range r.find("pg_index", "indexrelid", w.oid("conindid")) {
			index = i
		}
		b.WriteString(map[byte]string{'p': "PRIMARY KEY ", 'u': "UNIQUE "}[w.char("contype")])
		if index.ok() && index.bool("indnullsnotdistinct") {
			b.WriteString("NULLS NOT DISTINCT ")
		}
		b.WriteString(columns("conkey", table))
		if index.ok() {
			if keys := index.numbers("indkey"); len(keys) > index.integer("indnkeyatts") {
				b.WriteString(" INCLUDE (" + quoteAll(r.columnNames(table, keys[index.integer("indnkeyatts"):])) + ")")
			}
		}
	case 'c':
		condition := w.text("conbin")
		if pretty {
			condition = unwrap(condition)
		}
		b.WriteString("CHECK (" + condition + ")")
		if w.bool("connoinherit") {
			b.WriteString(" NO INHERIT")
		}
	case 'f':
		b.WriteString("FOREIGN KEY " + columns("conkey", table) + " REFERENCES " + r.relationName(w.oid("confrelid")) + columns("confkey", w.oid("confrelid")))
		if w.char("confmatchtype") == 'f' {
			b.WriteString(" MATCH FULL")
		}
		actions := map[byte]string{'r': "RESTRICT", 'c': "CASCADE", 'n': "SET NULL", 'd': "SET DEFAULT"}
		if a := actions[w.char("confupdtype")]; a != "" {
			b.WriteString(" ON UPDATE " + a)
		}
		if a := actions[w.char("confdeltype")]; a != "" {
			b.WriteString(" ON DELETE " + a)
		}
	}
	if w.bool("condeferrable") {
		b.WriteString(" DEFERRABLE")
	}
	if w.bool("condeferred") {
		b.WriteString(" INITIALLY DEFERRED")
	}
	if !w.bool("convalidated") {
		b.WriteString(" NOT VALID")
	}
	return b.String()
}

// unwrap takes the parentheses off that enclose all of an expression.
func unwrap(s string) string {
	if len(s) < 2 || s[0] != '(' || s[len(s)-1] != ')' {
		return s
	}
	depth, quoted := 0, byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 && i < len(s)-1 {
				return s
			}
		}
	}
	return s[1 : len(s)-1]
}

// indexDefinition is pg_get_indexdef(index [, column, pretty]).
func (c *call) indexDefinition() (vector.Datum, error) {
	rows := c.find("pg_index", "indexrelid", c.oid(0))
	if len(rows) == 0 {
		return vector.NullDatum, nil
	}
	column := 0
	if len(c.args) > 1 {
		column = int(c.number(1))
	}
	return vector.StringDatum(c.indexText(rows[0], column, c.flag(2))), nil
}

// indexText is pg_get_indexdef_worker: the whole definition, or for a column ≥ 1
// what is indexed there.
func (r *Reader) indexText(w row, column int, pretty bool) string {
	index, table := r.byOID("pg_class", w.oid("indexrelid")), r.byOID("pg_class", w.oid("indrelid"))
	keys, options := w.numbers("indkey"), w.numbers("indoption")
	classes, collations := w.numbers("indclass"), w.numbers("indcollation")
	expressions := defaults(w.text("indexprs"))
	count := w.integer("indnkeyatts")
	var parts, include []string
	for i, k := range keys {
		var text string
		if k != 0 {
			text = quote(r.columnName(w.oid("indrelid"), k))
		} else if len(expressions) > 0 {
			text = expressions[0]
			expressions = expressions[1:]
			if column == 0 && !isCall(text) && !strings.HasPrefix(text, "(") {
				text = "(" + text + ")"
			}
		}
		if column == i+1 {
			return text
		}
		if i >= count {
			include = append(include, text)
			continue
		}
		if i < len(collations) && collations[i] != 0 && uint32(collations[i]) != r.keyCollation(w, k) {
			text += " COLLATE " + r.displayName(classCollation, r.byOID("pg_collation", uint32(collations[i])))
		}
		if o := r.byOID("pg_opclass", uint32(classes[i])); o.ok() && !o.bool("opcdefault") {
			text += " " + r.displayName(classOpclass, o)
		}
		if i < len(options) {
			const descending, nullsFirst = 1, 2
			switch options[i] {
			case descending | nullsFirst:
				text += " DESC"
			case descending:
				text += " DESC NULLS LAST"
			case nullsFirst:
				text += " NULLS FIRST"
			}
		}
		parts = append(parts, text)
	}
	if column != 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("CREATE ")
	if w.bool("indisunique") {
		b.WriteString("UNIQUE ")
	}
	on := quote(r.namespaceName(table.oid("relnamespace"))) + "." + quote(table.text("relname"))
	if pretty {
		on = r.displayName(classRelation, table)
	}
	b.WriteString("INDEX " + quote(index.text("relname")) + " ON " + on + " USING " +
		quote(r.byOID("pg_am", index.oid("relam")).text("amname")) + " (" + strings.Join(parts, ", ") + ")")
	if len(include) > 0 {
		b.WriteString(" INCLUDE (" + strings.Join(include, ", ") + ")")
	}
	if w.bool("indnullsnotdistinct") {
		b.WriteString(" NULLS NOT DISTINCT")
	}
	if !w.null("indpred") {
		predicate := w.text("indpred")
		if pretty {
			predicate = unwrap(predicate)
		}
		b.WriteString(" WHERE " + predicate)
	}
	return b.String()
}

// keyCollation is the collation that an indexed column has by itself.
func (r *Reader) keyCollation(w row, column int) uint32 {
	for _, a := range r.find("pg_attribute", "attrelid", w.oid("indrelid")) {
		if a.integer("attnum") == column {
			return a.oid("attcollation")
		}
	}
	const byDefault = 100
	return byDefault
}

// isCall reports whether an expression is a function call and nothing else.
func isCall(s string) bool {
	open := strings.IndexByte(s, '(')
	return open > 0 && strings.Trim(s[:open], "abcdefghijklmnopqrstuvwxyz0123456789_.\"") == "" && unwrap(s[open:]) != s[open:]
}

// viewDefinition is pg_get_viewdef of a name or an OID.
func (c *call) viewDefinition() (vector.Datum, error) {
	oid := c.oid(0)
	if c.textual(0) {
		var err error
		if oid, err = c.regclass(c.text(0)); err != nil {
			return vector.NullDatum, err
		}
	}
	return textOrNull(c.viewText(oid))
}

// regclass finds a relation by its name as SQL writes it.
func (r *Reader) regclass(text string) (uint32, error) {
	parts, err := splitName(text)
	if err != nil {
		return 0, err
	}
	namespace := ""
	if len(parts) > 1 {
		namespace = parts[len(parts)-2]
	}
	if rows := r.named(classRelation, namespace, parts[len(parts)-1]); len(rows) > 0 {
		return rows[0].oid("oid"), nil
	}
	return 0, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", strings.Join(parts, "."))
}

// splitName reads a qualified name as SQL writes it.
func splitName(text string) ([]string, error) {
	var parts []string
	rest := strings.TrimSpace(text)
	for {
		var part string
		if strings.HasPrefix(rest, `"`) {
			end := 1
			for ; end < len(rest); end++ {
				if rest[end] == '"' {
					if end+1 < len(rest) && rest[end+1] == '"' {
						end++
						continue
					}
					break
				}
			}
			if end >= len(rest) {
				return nil, sqlerr.New(sqlerr.InvalidName, "invalid name syntax")
			}
			part, rest = strings.ReplaceAll(rest[1:end], `""`, `"`), strings.TrimSpace(rest[end+1:])
		} else {
			end := strings.IndexAny(rest, ".\" \t\n")
			if end < 0 {
				end = len(rest)
			}
			part, rest = strings.ToLower(rest[:end]), strings.TrimSpace(rest[end:])
		}
		if part == "" {
			return nil, sqlerr.New(sqlerr.InvalidName, "invalid name syntax")
		}
		parts = append(parts, part)
		if rest == "" {
			return parts, nil
		}
		if rest[0] != '.' {
			return nil, sqlerr.New(sqlerr.InvalidName, "invalid name syntax")
		}
		rest = strings.TrimSpace(rest[1:])
	}
}

package json

import (
	"strconv"

	"github.com/dejaq/fasti/kv/decimal"
)

// AppendText writes v as the output function of jsonb does: a blank behind each
// comma and colon.
func (v Value) AppendText(dst []byte) []byte {
	switch v.Kind() {
	case Null:
		return append(dst, "null"...)
	case String:
		return AppendQuoted(dst, v.Bytes())
	case Number:
		return v.appendNumber(dst)
	case Bool:
		return strconv.AppendBool(dst, v.Truth())
	case Array:
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = v.Elem(i).AppendText(dst)
		}
		return append(dst, ']')
	}
	dst = append(dst, '{')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(AppendQuoted(dst, v.KeyAt(i)), ": "...)
		dst = v.Elem(i).AppendText(dst)
	}
	return append(dst, '}')
}

func (v Value) appendNumber(dst []byte) []byte {
	if coef, scale, ok := decimal.DecodeInt64(v.Bytes()); ok && scale == 0 {
		return strconv.AppendInt(dst, coef, 10)
	}
	return v.Decimal().AppendText(dst)
}

// AppendPretty writes v as jsonb_pretty does: a member a line, four blanks a
// level.
func (v Value) AppendPretty(dst []byte) []byte { return v.appendPretty(dst, 0) }

func (v Value) appendPretty(dst []byte, level int) []byte {
	if v.IsScalar() {
		return v.AppendText(dst)
	}
	open, end := byte('['), byte(']')
	if v.Kind() == Object {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendLine(dst, level+1)
		if v.Kind() == Object {
			dst = append(AppendQuoted(dst, v.KeyAt(i)), ": "...)
		}
		dst = v.Elem(i).appendPretty(dst, level+1)
	}
	return append(appendLine(dst, level), end)
}

func appendLine(dst []byte, level int) []byte {
	dst = append(dst, '\n')
	for range level {
		dst = append(dst, "    "...)
	}
	return dst
}

// AppendPlain writes v as ->> does: a string without its quotation marks. A null
// has no such text, the caller gives NULL.
func (v Value) AppendPlain(dst []byte) []byte {
	if v.Kind() == String {
		return append(dst, v.Bytes()...)
	}
	return v.AppendText(dst)
}

// AppendQuoted writes a JSON string (escape_json of PostgreSQL's json.c).
func AppendQuoted(dst, s []byte) []byte {
	dst = append(dst, '"')
	plain := 0
	for i, c := range s {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[plain:i]...)
		plain = i + 1
		switch c {
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '"', '\\':
			dst = append(dst, '\\', c)
		default:
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(dst, s[plain:]...), '"')
}

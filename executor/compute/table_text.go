package compute

import (
	"maps"
	"strconv"
	"unicode/utf8"

	"github.com/dejaq/fasti/kv/vector"
	"github.com/dejaq/fasti/meta/types"
	"github.com/dejaq/fasti/sql/function"
)

func textEntries() map[function.ID]Entry {
	perText := func(b func(Site) Kernel) Entry { return Entry{Bind: b, Rows: true, PerValue: true} }
	t := map[function.ID]Entry{
		"lower(text)":            byRow(textToText(appendLower)),
		"upper(text)":            byRow(textToText(appendUpper)),
		"initcap(text)":          byRow(textToText(appendInitcap)),
		"reverse(text)":          byRow(textToText(appendReverse)),
		"md5(text)":              byRow(textToText(appendMD5)),
		"quote_ident(text)":      byRow(textToText(appendIdent)),
		"quote_literal(text)":    byRow(textToText(appendLiteral)),
		"quote_literal(any)":     bound(quoteAny),
		"quote_nullable(text)":   bound(quoteAny),
		"quote_nullable(any)":    bound(quoteAny),
		"length(text)":           byRow(textToInt(utf8.RuneCount)),
		"char_length(text)":      byRow(textToInt(utf8.RuneCount)),
		"character_length(text)": byRow(textToInt(utf8.RuneCount)),
		"octet_length(text)":     byRow(textToInt(func(s []byte) int { return len(s) })),
		"bit_length(text)":       byRow(textToInt(func(s []byte) int { return 8 * len(s) })),
		"ascii(text)":            byRow(textToInt(ascii)),
		"chr(int4)":              row(chr),
		"to_hex(int4)":           row(toHex32),
		"to_hex(int8)":           row(toHex64),

		"left(text,int4)":              within(partInt(leftPart)),
		"right(text,int4)":             within(partInt(rightPart)),
		"substr(text,int4)":            within(partInt(fromPart)),
		"substring(text,int4)":         within(partInt(fromPart)),
		"substr(text,int4,int4)":       within(substr(skipRunes)),
		"substring(text,int4,int4)":    within(substr(skipRunes)),
		"split_part(text,text,int4)":   within(splitPart),
		"lpad(text,int4)":              byRow(pad(true)),
		"lpad(text,int4,text)":         byRow(pad(true)),
		"rpad(text,int4)":              byRow(pad(false)),
		"rpad(text,int4,text)":         byRow(pad(false)),
		"repeat(text,int4)":            byRow(repeat),
		"position(text,text)":          byRow(textsToInt(positionOf)),
		"strpos(text,text)":            byRow(textsToInt(positionOf)),
		"starts_with(text,text)":       byRow(startsWith),
		"^@(text,text)":                byRow(startsWith),
		"replace(text,text,text)":      perText(textsToText(replaceBound, appendReplace)),
		"translate(text,text,text)":    perText(textsToText(sumOf(4), appendTranslate)),
		"overlay(text,text,int4)":      byRow(overlay),
		"overlay(text,text,int4,int4)": byRow(overlay),
		"||(text,text)":                perText(textsToText(sumOf(1), appendBoth)),
		"||(bytea,bytea)":              bound(textsToText(sumOf(1), appendBoth)),
		"||(text,anynonarray)":         bound(joinAny),
		"||(anynonarray,text)":         bound(joinAny),
		"concat(any...)":               bound(concat(false)),
		"concat_ws(text,any...)":       bound(concat(true)),
		"format(text)":                 bound(format),
		"format(text,any...)":          bound(format),
		"like_escape(text,text)":       row(likeEscape),
		"like_escape(bytea,bytea)":     row(likeEscape),
		"similar_to_escape(text)":      row(similarEscape),
		"similar_to_escape(text,text)": row(similarEscape),
		"substring(text,text)":         {Bind: bindExtract, Rows: true, Alias: true},

		"length(bytea)":              row(textToInt(func(s []byte) int { return len(s) })),
		"octet_length(bytea)":        row(textToInt(func(s []byte) int { return len(s) })),
		"bit_length(bytea)":          row(textToInt(func(s []byte) int { return 8 * len(s) })),
		"substr(bytea,int4)":         within(partInt(bytesFrom)),
		"substring(bytea,int4)":      within(partInt(bytesFrom)),
		"substr(bytea,int4,int4)":    within(substr(skipBytes)),
		"substring(bytea,int4,int4)": within(substr(skipBytes)),
		"position(bytea,bytea)":      row(textsToInt(bytesPosition)),
		"get_byte(bytea,int4)":       row(getByte),
		"set_byte(bytea,int4,int4)":  row(setByte),
		"get_bit(bytea,int8)":        row(getBit),
		"set_bit(bytea,int8,int4)":   row(setBitOf),
		"bit_count(bytea)":           row(byteBitCount),

		"overlay(bytea,bytea,int4)":      row(overlayBits),
		"overlay(bytea,bytea,int4,int4)": row(overlayBits),
		"md5(bytea)":                     row(textToText(appendMD5)),
		"sha224(bytea)":                  row(textToText(appendSHA224)),
		"sha256(bytea)":                  row(textToText(appendSHA256)),
		"sha384(bytea)":                  row(textToText(appendSHA384)),
		"sha512(bytea)":                  row(textToText(appendSHA512)),
		"encode(bytea,text)":             row(encode),
		"decode(text,text)":              row(decode),
		"convert_from(bytea,name)":       {Kernel: convert("source"), Rows: true, Alias: true},
		"convert_to(text,name)":          {Kernel: convert("destination"), Rows: true, Alias: true},
		"~~(bytea,bytea)":                {Bind: bindLike(likeKind{bytes: true}), Rows: true},
		"!~~(bytea,bytea)":               {Bind: bindLike(likeKind{bytes: true, not: true}), Rows: true},
	}
	for name, ends := range map[string][2]bool{"btrim": {true, true}, "ltrim": {true, false}, "rtrim": {false, true}} {
		t[id1(name, types.Text)] = within(part(trimBlanks(ends[0], ends[1])))
		t[id2(name, types.Text, types.Text)] = within(partText(trimSet(ends[0], ends[1])))
		t[id2(name, types.Bytea, types.Bytea)] = within(partText(trimBytes(ends[0], ends[1])))
	}
	for _, l := range []types.ID{types.Text, types.Name, types.Bpchar} {
		maps.Copy(t, map[function.ID]Entry{
			id2("~~", l, types.Text):   perText(bindLike(likeKind{})),
			id2("!~~", l, types.Text):  perText(bindLike(likeKind{not: true})),
			id2("~~*", l, types.Text):  perText(bindLike(likeKind{fold: true})),
			id2("!~~*", l, types.Text): perText(bindLike(likeKind{fold: true, not: true})),
			id2("~", l, types.Text):    perText(bindMatch(false, false)),
			id2("!~", l, types.Text):   perText(bindMatch(true, false)),
			id2("~*", l, types.Text):   perText(bindMatch(false, true)),
			id2("!~*", l, types.Text):  perText(bindMatch(true, true)),
		})
	}
	return t
}

func appendBoth(dst []byte, args [][]byte) []byte {
	return append(append(dst, args[0]...), args[1]...)
}

func toHex32(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		at := len(out.Arena)
		out.Arena = strconv.AppendUint(out.Arena, uint64(uint32(args[0].I32[i])), 16)
		appendSpan(out, int(i), at)
	}
	return nil
}

func toHex64(_ *Env, out *vector.Vector, args []*vector.Vector, rows vector.Rows) error {
	for _, i := range rows.Selection() {
		at := len(out.Arena)
		out.Arena = strconv.AppendUint(out.Arena, uint64(args[0].I64[i]), 16)
		appendSpan(out, int(i), at)
	}
	return nil
}

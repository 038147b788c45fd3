package syscat

import (
	"strings"

	"github.com/dejaq/fasti/kv/vector"
)

// encodings are PostgreSQL's character sets by number.
func encodings() []string {
	return strings.Fields("SQL_ASCII EUC_JP EUC_CN EUC_KR EUC_TW EUC_JIS_2004 UTF8 MULE_INTERNAL LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 " +
		"LATIN6 LATIN7 LATIN8 LATIN9 LATIN10 WIN1256 WIN1258 WIN866 WIN874 KOI8R WIN1251 WIN1252 ISO_8859_5 ISO_8859_6 ISO_8859_7 " +
		"ISO_8859_8 WIN1250 WIN1253 WIN1254 WIN1255 WIN1257 KOI8U SJIS BIG5 GBK UHC GB18030 JOHAB SHIFT_JIS_2004")
}

// encodingUTF8 is the number of the only encoding of Fasti.
const encodingUTF8 = 6

func encodingName(c *call) (vector.Datum, error) {
	if n := c.number(0); n >= 0 && n < int64(len(encodings())) {
		return vector.StringDatum(encodings()[n]), nil
	}
	return vector.StringDatum(""), nil
}

func encodingNumber(c *call) (vector.Datum, error) {
	clean := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, strings.ToLower(s))
	}
	want := clean(c.text(0))
	if want == "unicode" {
		want = "utf8"
	}
	for i, e := range encodings() {
		if clean(e) == want {
			return vector.IntDatum(int64(i)), nil
		}
	}
	return vector.IntDatum(-1), nil
}

func encodingMaxLength(c *call) (vector.Datum, error) {
	switch n := c.number(0); {
	case n < 0 || n >= int64(len(encodings())):
		return vector.NullDatum, nil
	case n == encodingUTF8 || n == 4 || n == 7 || n == 39:
		return vector.IntDatum(4), nil
	case n == 1 || n == 2 || n == 3 || n == 5 || n == 40:
		return vector.IntDatum(3), nil
	case n >= 35:
		return vector.IntDatum(2), nil
	}
	return vector.IntDatum(1), nil
}
